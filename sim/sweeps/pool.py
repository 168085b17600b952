"""Points of a sweep in child processes, without Hydra's multirun."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd

from sim.results.files import read_json
from sim.results.folder import METRICS
from sim.results.progress import Show, silent
from sim.sweeps.point import Point


def run_points(
    points: Sequence[Point], folder: Path, workers: int = 2, show: Show = silent
) -> pd.DataFrame:
    """Run every point that has no finished run yet, and return the sweep's table.

    Parameters
    ----------
    points : sequence of Point
    folder : Path
        Of the sweep; with finished points in it, it is gone on with.
    workers : int
        Points that are computed at once.
    show : callable
        Gets (what, share of the points done).

    Returns
    -------
    DataFrame
        One row a point, in their order, as `sim.sweeps.table`: ``key``, ``status``, ``reason``,
        ``folder``, the inputs and the metrics. A point that fails is a row, no exception.
    """
    done = 0

    def run(item: tuple[int, Point]) -> dict[str, object]:
        nonlocal done
        number, point = item
        own = folder / "runs" / str(number)
        own.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", f"experiments.{point.experiment}", *point.overrides]
        with (own / "console.log").open("w") as log:
            subprocess.run([*command, f"hydra.run.dir={own}"], stdout=log, stderr=log, check=False)
        done += 1
        show(f"{done} of {len(points)} runs", done / len(points))
        found = [read_json(path) for path in own.glob(f"*/{METRICS}")]
        return {"status": "failed", "folder": str(own)} | (
            {"status": found[0]["run.status"], **found[0]} if found else {}
        )

    with ThreadPoolExecutor(workers) as executor:
        return pd.DataFrame(list(executor.map(run, enumerate(points))))
