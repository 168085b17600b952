"""The table of a sweep: a view of the rows in its run folders, which are the truth.

Columns: key, experiment, status, reason; the inputs that vary; the metrics; the timings, as
``timings.*``; the run's folder (in the sweep's) and its overrides; the inputs that are the same in
every run. Rows are in the order of the inputs that vary. Where a column holds nulls alone its name
says of which type it is, so that the tables of several sweeps go together.

A run whose `row.json` is damaged or lost is told from its record, or is a failed row that says so.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from sim.errors import ConfigError
from sim.locks import locked, try_lock
from sim.results.files import Json, written
from sim.results.names import partial_of
from sim.sweeps.columns import is_text
from sim.sweeps.folder import RUNS
from sim.sweeps.row import ROW, Row, read_row, recovered

PARQUET, CSV, LOCK = "results.parquet", "results.csv", ".results.lock"
EVERY = 10.0  # s, least time between two tables of a sweep that goes on,
EVERY_RUN = 6e-3  # s, and longer by this for each run: 20 times what it costs
TIMINGS = "timings."
WORDS = ("outcome", "decided_by", "reason", "ended_by", "dissolution_model", "status")  # metrics
FLAGS = ("lumen_plugged", "fragment_risk", "hydrofracture")  # metrics that are true or false
_VIEW_OF = b"view_of"  # in the metadata of the parquet file: hash of the rows' names and times
_IN_PANDAS = {pa.bool_(): pd.BooleanDtype()}  # the others by pandas' own choice

type _Of = Callable[[Row], Mapping[str, Json]]  # a part of a row


def refresh(folder: Path) -> None:
    """Bring the table of a sweep that goes on up to date, unless that was done just now.

    Raises
    ------
    OSError
        If the disk is full; the last table stays.
    """
    path = folder / PARQUET
    if path.exists():
        every = EVERY + EVERY_RUN * len(os.listdir(folder / RUNS))
        if time.time() - path.stat().st_mtime < every:
            return
    lock = try_lock(folder / LOCK)
    if lock is None:  # another process is at it
        return
    with lock:
        try:
            _write(folder)
        finally:
            (folder / LOCK).unlink()


def rebuild(folder: Path) -> pd.DataFrame:
    """Build the table of a sweep from its run folders, write it, and return it.

    Parameters
    ----------
    folder : Path
        Of the sweep.

    Returns
    -------
    DataFrame
        One row a run.

    Raises
    ------
    ConfigError
        If the folder is none of a sweep.
    OSError
        If the disk is full; the last table stays.
    """
    if not (folder / RUNS).is_dir():
        raise ConfigError("folder", str(folder), f"give the folder of a sweep, which holds {RUNS}/")
    with locked(folder / LOCK):
        return _in_pandas(_write(folder))


def load_table(folder: Path) -> pd.DataFrame:
    """Return the table of a sweep: as it was written, if that is of all its rows, else rebuilt.

    Errors are those of `rebuild`.
    """
    path = folder / PARQUET
    try:
        seen = (pyarrow.parquet.read_schema(path).metadata or {}).get(_VIEW_OF)
        if seen == _stamp(_runs(folder)):
            return _in_pandas(pyarrow.parquet.read_table(path, page_checksum_verification=True))
    except (OSError, pa.ArrowInvalid):  # there is none, or it is damaged
        pass
    return rebuild(folder)


def counts(table: pd.DataFrame, asked: int = 0) -> str:
    """Return how many runs there are, of more that were asked for, and how many ended how."""
    ways = ", ".join(
        f"{count} {status}" for status, count in table["status"].value_counts().items()
    )
    share = f"{len(table)} of {asked}" if asked > len(table) else str(len(table))
    return f"{share} runs" + (f": {ways}" if ways else "")


def _runs(folder: Path) -> list[Path]:
    """Return the folders of the runs that have ended."""
    found = (path for path in (folder / RUNS).iterdir() if not path.name.startswith("."))
    return sorted(
        path for path in found if path.is_dir() and path.suffix != partial_of(path).suffix
    )


def _stamp(runs: Sequence[Path]) -> bytes:
    """Return a hash that changes with every row that comes, goes or is written anew."""
    rows = [(run.name, _changed(run / ROW)) for run in runs]
    return hashlib.sha256(repr(rows).encode()).hexdigest().encode()


def _changed(file: Path) -> int | None:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return None


def _write(folder: Path) -> pa.Table:
    """Write the table of the rows that are there, under the table's lock."""
    runs = _runs(folder)
    view_of = _stamp(runs)  # before they are read: what changes meanwhile is noticed later
    rows = [_row(run) for run in runs]
    table = _table(rows, [f"{RUNS}/{run.name}" for run in runs])
    table = table.replace_schema_metadata({_VIEW_OF: view_of})
    with written(folder / CSV) as aside:
        pyarrow.csv.write_csv(table, aside)
    with written(folder / PARQUET) as aside:
        pyarrow.parquet.write_table(table, aside, write_page_checksum=True)
    return table


def _row(run: Path) -> Row:
    try:
        return read_row(run)
    except (OSError, ValueError):
        return recovered(run)


def _table(rows: Sequence[Row], folders: Sequence[str]) -> pa.Table:
    varying, fixed = _inputs(rows)
    columns = {
        name: pa.array([getattr(row, name) for row in rows], pa.string())
        for name in ("key", "experiment", "status", "reason")
    }
    columns |= varying
    columns |= _columns(rows, lambda row: row.metrics, _type_of_metric)
    timings = _columns(rows, lambda row: row.timings, _type_of_metric)
    columns |= {f"{TIMINGS}{name}": column for name, column in timings.items()}
    columns["folder"] = pa.array(folders, pa.string())
    columns["overrides"] = pa.array([" ".join(row.overrides) for row in rows], pa.string())
    order = [(name, "ascending") for name in (*varying, "key")]
    return pa.table(columns | fixed).sort_by(order)


def _inputs(rows: Sequence[Row]) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
    """Return the columns of the inputs that vary, and of those that do not.

    A row without an input (its configuration could not be composed) does not count.
    """
    columns = _columns(rows, lambda row: row.inputs, _type_of_input)
    varying = {}
    for name in columns:
        if len({row.inputs[name] for row in rows if name in row.inputs}) > 1:
            varying[name] = columns[name]
    return varying, {name: columns[name] for name in columns if name not in varying}


def _columns(
    rows: Sequence[Row], part: _Of, type_of: Callable[[str], pa.DataType | None]
) -> dict[str, pa.Array]:
    """Return a part of all rows by column; what a row does not have is null."""
    parts = [part(row) for row in rows]
    names = dict.fromkeys(name for entries in parts for name in entries)
    return {name: _array([p.get(name) for p in parts], type_of(name)) for name in names}


def _array(values: list[Json], known: pa.DataType | None) -> pa.Array:
    """Return a column of the type that is known, or of numbers, words or flags as it holds."""
    kinds = {type(value) for value in values if value is not None}
    if known is None and kinds == {bool}:
        known = pa.bool_()
    if known == pa.string() or str in kinds:
        return pa.array([None if v is None else str(v) for v in values], pa.string())
    return pa.array(values, known or pa.float64())


def _type_of_input(name: str) -> pa.DataType | None:
    return pa.string() if is_text(name) else None


def _type_of_metric(name: str) -> pa.DataType | None:
    last = name.rpartition(".")[2]
    if last in FLAGS:
        return pa.bool_()
    return pa.string() if last in WORDS else None


def _in_pandas(table: pa.Table) -> pd.DataFrame:
    return table.replace_schema_metadata(None).to_pandas(types_mapper=_IN_PANDAS.get)
