"""What can be looked at in a folder: its records, in the order of a table.

The folder may be a run's, a comparison's, a treatment's, a sweep's or one that holds some of these.
Nothing is written, links are not followed, and of a record whose files lie outside the folder
nothing is read. A record is asked for by its number in the list that is made here, never by a path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sim.errors import ConfigError
from sim.results.fields import HDF5
from sim.results.files import Json, read_json
from sim.results.names import CASE, COMPARISON, METRICS, partial_of
from sim.results.record import FIELDS, Record, load
from sim.sweeps.folder import RUNS, row_of
from sim.sweeps.row import ROW, SIDES, Row

ROUND = "round_"  # begins the names of a treatment's rounds; their number follows
NO_RECORDS = frozenset((FIELDS, "figures"))  # folders that are parts of a record
SHORT = 8  # letters of a run's key, where it has no other name
UNFINISHED = "not finished: it is being computed, or was ended before it could say why"
LINK = "a link; the viewer does not follow links"
OUTSIDE = "it has files outside the folder that was opened; they are not read"


@dataclass(frozen=True)
class Entry:
    """One record, or a folder where one should be."""

    folder: Path
    name: str  # the needle's, or the folder's where there is no record
    group: str  # entries of one comparison, or of one round of a treatment, have one
    swept: Mapping[str, str] = field(default_factory=dict)  # what the run's command has set
    outcome: str = ""  # of the insertion
    status: str = ""
    has_fields: bool = False
    problem: str = ""  # why it cannot be shown; empty if it can


def find(root: Path) -> list[Entry]:
    """List the records below a folder.

    Raises
    ------
    ConfigError
        If there is no such folder, or nothing in it that is or was to be a record.
    """
    allowed = "give the folder of a run, a comparison, a treatment or a sweep"
    if not root.is_dir():
        raise ConfigError("folder", str(root), f"{allowed}; there is no such folder")
    found = list(_below(root.resolve()))
    if all(entry.problem == LINK for entry in found):
        raise ConfigError("folder", str(root), f"{allowed}; no record is in it")
    return found


def read(entry: Entry, root: Path) -> Record:
    """Load an entry's record.

    Raises
    ------
    ConfigError
        If it has none that can be read, or files outside `root`.
    """
    if entry.problem:
        raise ConfigError("run", entry.folder.name, entry.problem)
    if not _inside(entry.folder, root.resolve()):
        raise ConfigError("run", entry.folder.name, OUTSIDE)
    try:
        return load(entry.folder, entry.name)
    except Exception as error:  # damaged files fail in the ways of every library that reads them
        raise ConfigError("run", entry.folder.name, f"it cannot be read ({error})") from error


def varying(entries: Sequence[Entry]) -> list[str]:
    """Return the keys that a sweep's commands set to several values, but the needle's: its name."""
    names = dict.fromkeys(name for entry in entries for name in entry.swept)
    kept = [entry for entry in entries if entry.swept]
    several = [name for name in names if len({entry.swept.get(name) for entry in kept}) > 1]
    return [name for name in several if name != "needle"]


def _below(folder: Path) -> Iterator[Entry]:
    if folder.is_symlink():
        yield _missing(folder, LINK)
    elif folder.suffix == partial_of(folder).suffix:
        yield _missing(folder, UNFINISHED)
    elif (folder / RUNS).is_dir():
        found = (entry for run in _folders(folder / RUNS) for entry in _run_of_sweep(run))
        yield from sorted(found, key=_order)
    elif any(child.name.startswith(ROUND) for child in _folders(folder)):
        yield from _rounds(folder)
    elif (folder / METRICS).exists() or (folder / CASE).exists():
        yield _record(folder)
    elif (folder / COMPARISON).exists():
        for side in _sides(folder):
            yield from list(_below(side)) or [_missing(side, "no record in it")]
    else:
        for child in _folders(folder):
            yield from _below(child)


def _run_of_sweep(run: Path) -> Iterator[Entry]:
    """Entries of one run of a sweep; without a record it tells what its row says."""
    if run.is_symlink() or run.suffix == partial_of(run).suffix:
        yield from _below(run)
        return
    row = row_of(run)
    found = [entry for child in _folders(run) for entry in _below(child)]
    if not found:
        found = [replace(_missing(run, _told(row)), name=run.name[:SHORT])]
    for entry in found:
        yield entry if row is None else replace(entry, swept=_set(row))


def _set(row: Row) -> dict[str, str]:
    """Return what a run's command has set, without how it was run."""
    parts = (override.lstrip("+~").partition("=") for override in row.overrides)
    return {
        key: value.replace("\\ ", " ")  # Hydra's own way to write a space
        for key, _, value in parts
        if not key.startswith(_HOW)
    }


def _order(entry: Entry) -> list[tuple[float, str]]:
    """Return what entries of a sweep are sorted by: numbers by their size, then words."""
    found = ((_LEADING.match(value), value) for value in entry.swept.values())
    return [(float(number[0]) if number else 0.0, value) for number, value in found]


def _told(row: Row | None) -> str:
    if row is None:
        return f"no record in it, and no {ROW} that can be read"
    return f"{row.status}: {row.reason}" if row.reason else f"{row.status}, it left no record"


def _rounds(side: Path) -> Iterator[Entry]:
    """Entries of one needle's rounds, those that are there."""
    for folder in _folders(side):
        number = folder.name.removeprefix(ROUND)
        for entry in _below(folder):
            name = entry.name if entry.problem else f"{entry.name}, round {number}"
            yield replace(entry, name=name, group=f"{side.parent}, round {number}")


def _record(folder: Path) -> Entry:
    try:
        metrics, case = read_json(folder / METRICS), read_json(folder / CASE)
        name = str(case["needle"]["name"]).replace("_", " ")
        outcome, status = metrics["insertion.outcome"], str(metrics["run.status"])
    except FileNotFoundError as error:
        return _missing(folder, f"it has no {Path(error.filename).name}: no run, or a damaged one")
    except (OSError, ValueError, LookupError, TypeError) as error:
        return _missing(folder, f"damaged: {error}")
    return Entry(
        folder=folder,
        name=name,
        group=str(folder.parent if folder.name[:2] in _PREFIXES else folder),
        outcome=_words(outcome),
        status=status,
        has_fields=(folder / FIELDS / HDF5).exists(),
    )


def _missing(folder: Path, problem: str) -> Entry:
    return Entry(folder, folder.name, str(folder), problem=problem)


_LEADING = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_HOW = ("output.", "sweep.", "hydra")
_PREFIXES = tuple(f"{side}_" for side in SIDES)


def _sides(folder: Path) -> list[Path]:
    return [child for child in _folders(folder) if child.name[:2] in _PREFIXES]


def _folders(folder: Path) -> list[Path]:
    """Return the folders in a folder, and links to some, that may hold records."""
    return sorted(
        child
        for child in folder.iterdir()
        if child.is_dir() and child.name not in NO_RECORDS and not child.name.startswith(".")
    )


def _inside(folder: Path, root: Path) -> bool:
    """Tell whether a record's folder and all in it lie in `root`, links resolved."""
    return all(path.resolve().is_relative_to(root) for path in (folder, *folder.rglob("*")))


def _words(value: Json) -> str:
    return "" if value is None else str(value).replace("_", " ")
