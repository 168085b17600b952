"""The folder of a sweep: one sweep at a time in it, and every run that it began has a row.

A run is computed in ``runs/<key>.partial``, whose row says from the beginning that it was killed;
when it has ended its row is written and the folder renamed, ``runs/<key>``. So what a kill left
tells the truth as it is, and `settle` only gives it its name.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import ConfigError
from sim.results.files import Json, write_json
from sim.results.folder import partial_of
from sim.sweeps.row import ROW, Row, read_row

RUNS, LOCK, SWEEP = "runs", "sweep.lock", "sweep.json"
UNEXPECTED = "unexpected "  # begins the reason of what is no property of the run: it may not recur


@contextmanager
def sweeping(folder: Path, about: dict[str, Json]) -> Iterator[None]:
    """Have a sweep's folder to oneself.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    about : dict
        What `sweep.json` says of the sweep: its experiment and its command.

    Raises
    ------
    ConfigError
        If another sweep is at work in it.
    """
    (folder / RUNS).mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # released also by a crash
        except BlockingIOError:
            raise ConfigError(
                "hydra.sweep.dir", str(folder), "another sweep is at work in this folder"
            ) from None
        settle(folder)
        write_json(folder / SWEEP, about)
        try:
            yield
        finally:
            settle(folder)


def settle(folder: Path) -> None:
    """Give the runs that ended without a word their names."""
    for aside in sorted((folder / RUNS).glob("*.partial")):
        if final(row_of(aside)) or not (aside.with_suffix("") / ROW).exists():
            put(aside)
        else:
            shutil.rmtree(aside)


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
    """Return whether the run behind a row would end the same if it were tried again."""
    return row is not None and (
        row.status == "complete"
        or (row.status == "failed" and not row.reason.startswith(UNEXPECTED))
    )
