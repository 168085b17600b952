"""A sweep as people see it: a line for each run that ends, and in the end how many did how."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shlex import quote
from threading import Event, Thread

import pandas as pd
from rich.console import Console

from sim.results.files import read_json
from sim.sweeps.folder import SWEEP, final, row_of
from sim.sweeps.row import ROW, Row
from sim.sweeps.table import PARQUET, RUNS, counts, refresh

EVERY = 1.0  # s
MOST = 10  # reasons that are told at the end


@contextmanager
def watching(folder: Path, console: Console) -> Iterator[None]:
    """Print what ends in a sweep's folder meanwhile, and keep its table up to date."""
    over = Event()
    thread = Thread(target=_watch, args=(folder, over, console))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def tell(table: pd.DataFrame, folder: Path, console: Console) -> None:
    """Print how the runs of a sweep ended."""
    failed = table[table["status"] != "complete"]
    for _, row in failed.head(MOST).iterrows():
        console.print(f"{row['folder']}: {row['status']}, {row['reason']}", **_PLAIN)
    if len(failed) > MOST:
        console.print(f"... and {len(failed) - MOST} more that are not complete", **_PLAIN)
    asked = read_json(folder / SWEEP).get("points", 0)
    console.print(counts(table, asked), **_PLAIN)
    console.print(f"table: {folder / PARQUET}", **_PLAIN)
    console.print(f"report: ./run python -m experiments.summarize {quote(str(folder))}", **_PLAIN)


_PLAIN = {"highlight": False, "soft_wrap": True, "markup": False}


def _watch(folder: Path, over: Event, console: Console) -> None:
    begun, written = time.monotonic(), _written(folder)
    found = {name for name in written if final(row_of(folder / RUNS / name))}
    done: set[str] = set()
    while True:
        last = over.wait(EVERY)
        now = _written(folder)
        for name in [name for name, at in now.items() if written.get(name) != at]:
            row = row_of(folder / RUNS / name)
            if row is not None:
                done.add(name)
                total = read_json(folder / SWEEP).get("points", 0)
                share = (len(found | done), max(total, len(found | done)))
                left = (time.monotonic() - begun) / len(done) * (share[1] - share[0])
                console.print(_line(row, share, left), **_PLAIN)
        written = now
        with suppress(OSError):  # a full disk: told at the end
            refresh(folder)
        if last:
            return


def _written(folder: Path) -> dict[str, int]:
    """Return when the row of each run that has ended was written."""
    times = {}
    for run in (folder / RUNS).iterdir():
        with suppress(OSError):
            if run.suffix != ".partial":
                times[run.name] = (run / ROW).stat().st_mtime_ns
    return times


def _line(row: Row, share: tuple[int, int], left: float) -> str:
    own = " ".join(o.replace("\\ ", " ") for o in row.overrides if not o.startswith("output."))
    how = row.status if row.status != "complete" or row.timings.get("computed") else "found"
    told = f"{share[0]}/{share[1]} {how}: {own}"
    return f"{told}; about {_duration(left)} left" if share[0] < share[1] else told


def _duration(seconds: float) -> str:
    if seconds < 90.0:
        return f"{seconds:.0f} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 5400.0 else f"{seconds / 3600.0:.1f} h"
