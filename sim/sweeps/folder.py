"""The folder of a sweep and those of its runs.

A run is computed in ``runs/<key>.partial``, whose row says from the beginning that it was killed;
when it has ended its row is written and the folder renamed, ``runs/<key>``. So what a kill left
tells the truth as it is.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sim.errors import UNEXPECTED
from sim.results.names import partial_of
from sim.sweeps.row import Row, read_row

RUNS, LOCK, SWEEP = "runs", "sweep.lock", "sweep.json"


def put(aside: Path) -> None:
    """Rename a run's folder that was written aside, over what an earlier try left."""
    run = aside.with_suffix("")
    if run.exists():
        shutil.rmtree(run)
    aside.rename(run)


def run_folder(folder: Path, key: str) -> tuple[Path, Path]:
    """Return where a run of a sweep is, and where it is written aside."""
    run = folder / RUNS / key
    return run, partial_of(run)


def row_of(run: Path) -> Row | None:
    """Return a run's row, None where it has none that can be read."""
    try:
        return read_row(run)
    except (OSError, ValueError):
        return None


def final(row: Row | None) -> bool:
    """Return whether the run behind a row would end the same if it were tried again.

    A comparison ends unexpectedly if one of its sides does.
    """
    return row is not None and (
        row.status == "complete" or (row.status == "failed" and UNEXPECTED not in row.reason)
    )
