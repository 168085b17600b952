"""CPU time of what is evaluated many times: an insertion's path, the turning points, a map's cell.

Usage: ``./run python -m benchmarks.path``. Finite element results come from the cache (solved and
kept there by a first run); medians of repeats, the turning points once, with ``mesh=coarse``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from sim.config import compose, to_case
from sim.config.penetration_map import to_map
from sim.insertion import evaluate, prepare
from sim.penetration_map import penetration_map
from sim.reevaluation import STEPS, TOLERANCE, sweep
from sim.results.progress import silent
from sim.walk import Walk

NEEDLES = {"27G": ("27G", "push"), "14G": ("14G_coaxial", "drill")}
REPEATS = 21


def cpu(task: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median CPU time (s) of a task that has run once before."""
    task()
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        task()
        spent.append(time.process_time() - start)
    return median(spent)


def paths(needle: str, technique: str) -> list[float]:
    """Return CPU ms of a whole path, a coarse one and a single depth, and CPU s of a sweep."""
    cfg = compose("run_case", ["mesh=coarse", f"needle={needle}", f"technique={technique}"])
    case = to_case(cfg)
    models, depth = prepare(case), np.array([case.nodule.depth + 1e-3])
    start = time.process_time()
    sweep(cfg, case, models, silent)
    sweeping = time.process_time() - start
    return [
        1e3 * cpu(lambda: evaluate(case, models)),
        1e3 * cpu(lambda: evaluate(case, models, STEPS, TOLERANCE)),
        1e3 * cpu(lambda: Walk.along(case, models, depth)),
        sweeping,
    ]


def map_cell() -> float:
    """Return CPU ms per cell of the default map's first needle."""
    needles, minerals = to_map(compose("penetration_map"))
    every = sum(len(column) for column in minerals)

    def cells() -> None:
        for _ in penetration_map(needles[:1], minerals, silent):
            pass

    return 1e3 * cpu(cells, repeats=1) / every


def main() -> None:
    """Print one row per needle, and the cost of a cell of the map."""
    console = Console()
    table = Table("needle", "path, ms", "coarse path, ms", "one depth, ms", "turning points, s")
    for name, (needle, technique) in NEEDLES.items():
        table.add_row(name, *(f"{value:.1f}" for value in paths(needle, technique)))
    console.print(table)
    console.print(f"penetration map: {map_cell():.1f} ms a cell", highlight=False)


if __name__ == "__main__":
    main()
