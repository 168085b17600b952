"""What each stage of a run costs: wall, CPU, memory, steps and iterations.

Usage: ``./run python -m benchmarks.stages [mesh=coarse] [further overrides]``. The resistance of
the mineral is solved anew (an empty cache folder), everything else as in a run.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sim.config import default_case
from sim.infiltration import infiltrate
from sim.insertion import evaluate, prepare
from sim.results.provenance import Stopwatch, processor

NEEDLES = (("27G", "push"), ("14G_coaxial", "drill"))


def measure(
    needle: str, technique: str, overrides: list[str]
) -> tuple[Stopwatch, dict[str, float]]:
    """Run one needle through its stages and return their costs and counters."""
    case, watch = default_case(needle, technique, overrides), Stopwatch()
    with tempfile.TemporaryDirectory() as empty:
        with watch.stage("insertion, cold"):
            prepare(case, cache_dir=Path(empty))
        with watch.stage("insertion, warm"):
            models = prepare(case, cache_dir=Path(empty))
    with watch.stage("insertion, path"):
        insertion = evaluate(case, models)
    with watch.stage("infiltration"):
        infiltration = infiltrate(case, insertion)
    return watch, insertion.statistics | infiltration.statistics


def main(overrides: list[str]) -> None:
    """Print one table of stages and one of counters per needle."""
    console = Console()
    console.print(f"{processor()}, overrides: {' '.join(overrides) or 'none'}")
    for needle, technique in NEEDLES:
        watch, counters = measure(needle, technique, overrides)
        table = Table("stage", "wall s", "CPU s", "peak MB", title=needle, title_justify="left")
        for stage, cost in watch.stages.items():
            table.add_row(stage, *(f"{cost[key]:.2f}" for key in cost))
        console.print(table)
        console.print(
            ", ".join(f"{name} {value:.4g}" for name, value in counters.items()), highlight=False
        )


if __name__ == "__main__":
    main(sys.argv[1:])
