"""CPU time of injection and follow-up in the half plane, default patient, 27G at its target.

Usage: ``./run python -m benchmarks.transport [closure ...] [key=value ...]``. At the finest mesh
the configuration admits; without a closure "none" and "effective_yield" are timed. The mesh is
made before the clock starts.
"""

from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.table import Table

from sim.config import default_case
from sim.domain.axisymmetric import axisymmetric_domain
from sim.infiltration import follow

FINE = ("mesh.nodule_size=0.05 mm",)
CLOSURES = ("none", "effective_yield")
STAGES = ("flow", "injection", "follow_up")


def main(arguments: list[str]) -> None:
    """Print one row per closure: steps, CPU seconds by stage, balance and range."""
    overrides = [word for word in arguments if "=" in word]
    closures = [word for word in arguments if "=" not in word] or CLOSURES
    table = Table("closure", "nodes", "steps", *STAGES, "all", "ms a step", "balance", "range")
    for closure in closures:
        case = default_case("27G", "push", (*FINE, *overrides, f"dissolution={closure}"))
        domain = axisymmetric_domain(case, case.target_depth)
        start = time.process_time()
        result = follow(domain)
        spent, told = time.process_time() - start, result.statistics
        steps = told["injection_steps"] + told["resting_steps"]
        transport = told["injection_cpu_s"] + told["follow_up_cpu_s"]
        table.add_row(
            closure,
            f"{domain.cv.edges.nodes}",
            f"{told['injection_steps']:.0f} + {told['resting_steps']:.0f}",
            *(f"{told[f'{stage}_cpu_s']:.1f}" for stage in STAGES),
            f"{spent:.1f}",
            f"{1e3 * transport / steps:.1f}",
            f"{result.mass_balance_error:.1e}",
            f"{result.range_violation:.1e}",
        )
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
