"""Points of a sweep on threads that watch child processes, without Hydra's multirun."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event, Lock

import pandas as pd
from omegaconf import DictConfig

from sim.config.compose import compose
from sim.config.refusal import refusal
from sim.config.store import register
from sim.errors import ConfigError
from sim.results.progress import Show, silent
from sim.sweeps.compute import compute
from sim.sweeps.point import Point
from sim.sweeps.row import Row
from sim.sweeps.sweeping import sweeping
from sim.sweeps.table import load_table, refresh

LEAN = ("output.fields=final", "output.report=false")  # what a run of a sweep leaves by default
COMPOSING = Lock()  # Hydra composes one configuration at a time


def run_points(
    points: Sequence[Point],
    folder: Path,
    workers: int = 2,
    show: Show = silent,
    *,
    overrides_for_all: Sequence[str] = LEAN,
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
    overrides_for_all : sequence of str
        Come before each point's own; the limits of each run are among them, ``sweep.time_limit``,
        ``sweep.memory_limit`` and ``sweep.processes``.

    Returns
    -------
    DataFrame
        One row a point, in their order, as `sim.sweeps.table`: ``key``, ``status``, ``reason``,
        ``folder``, the inputs and the metrics. A point that fails is a row, no exception.

    Raises
    ------
    ConfigError
        If another sweep is at work in the folder.
    KeyboardInterrupt
        Passed on after what was running has ended and has its row.
    """
    rows: list[Row] = []

    def run(point: Point, stop: Event) -> Row:
        whole = Point(point.experiment, (*overrides_for_all, *point.overrides))
        row = compute(whole, composed(whole), folder, stop=stop)
        rows.append(row)
        failed = sum(row.status != "complete" for row in rows)
        told = f"{len(rows)} of {len(points)} runs" + f", {failed} failed" * bool(failed)
        show(told, len(rows) / len(points))
        refresh(folder)
        return row

    with sweeping(folder, {"points": len(points)}):
        ordered = in_threads([partial(run, point) for point in points], workers)
    table = load_table(folder)
    return (
        table.set_index("key", drop=False).loc[[row.key for row in ordered]].reset_index(drop=True)
    )


def in_threads(tasks: Sequence[Callable[[Event], Row]], workers: int) -> list[Row]:
    """Return the row of each task, in their order; so many are at work at once.

    What a task raises is raised here, after the others have been told to stop and have.
    """
    stop = Event()

    def run(task: Callable[[Event], Row]) -> Row:
        if stop.is_set():
            raise KeyboardInterrupt
        return task(stop)

    with ThreadPoolExecutor(workers) as executor:
        futures = [executor.submit(run, task) for task in tasks]
        try:
            return [future.result() for future in futures]
        except BaseException:
            stop.set()
            executor.shutdown(cancel_futures=True)
            raise


def composed(point: Point) -> DictConfig | ConfigError:
    """Return the configuration of a point, or why there is none."""
    register()
    try:
        with COMPOSING:
            return compose(point.experiment, point.overrides)
    except Exception as error:  # for some overrides Hydra has no message of its own
        return refusal(error, point.overrides)
