"""A sweep at work in its folder: one at a time, and each run that it began has a row in the end."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd

from sim.cache import cache_root
from sim.errors import ConfigError
from sim.eviction import evict
from sim.locks import try_lock
from sim.results.files import Json, write_json
from sim.side_by_side import Ending
from sim.sweeps.folder import LOCK, RUNS, SWEEP, final, put, row_of
from sim.sweeps.row import write_row
from sim.sweeps.store import lock_of
from sim.sweeps.table import rebuild


@contextmanager
def sweeping(
    folder: Path, about: dict[str, Json], tell: Callable[[pd.DataFrame], None] | None = None
) -> Iterator[None]:
    """Have a sweep's folder to oneself; in the end its table is up to date.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    about : dict
        What `sweep.json` says of the sweep: its experiment and its command.
    tell : callable, optional
        Gets the table in the end, however that comes.

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
        except KeyboardInterrupt:
            settle(folder, Ending("interrupted", "the sweep was interrupted"))
            raise
        finally:
            settle(folder)
            try:
                table = rebuild(folder)
            except OSError as error:
                told = "no table could be written; rows are kept, the same command goes on with"
                raise OSError(f"{folder}: {told} the points that have none ({error})") from error
            if tell is not None:
                tell(table)
            evict(cache_root())


def settle(folder: Path, ending: Ending | None = None) -> None:
    """Give the runs that ended without a word their names; leave those that are at work.

    Parameters
    ----------
    folder : Path
        Of the sweep.
    ending : Ending, optional
        How they ended, if it is known better than that they were killed.
    """
    for aside in sorted((folder / RUNS).glob("*.partial")):
        lock = lock_of(aside.stem)
        held = try_lock(lock)
        if held is None:
            continue
        with held:
            row = row_of(aside)
            if row is not None and row.status == "killed" and ending is not None:
                write_row(aside, replace(row, status=ending.status, reason=ending.reason))
            if aside.exists() and not final(row_of(aside.with_suffix(""))):
                put(aside)
            lock.unlink()
