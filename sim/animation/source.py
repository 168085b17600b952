"""What a film is made of: the records of a run, of a comparison, or of a treatment's rounds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.errors import ConfigError
from sim.results.damage import intact
from sim.results.files import read_json
from sim.results.names import COMPARISON, METRICS
from sim.results.record import Record, load, read_case

FIRST_ROUND = "round_1"


@dataclass(frozen=True)
class Act:
    """One part of a film: one needle, or both needles that do the same thing side by side."""

    title: str
    records: tuple[Record, ...]


def acts(folder: Path) -> list[Act]:
    """Read the parts of a film.

    A run or a comparison is one part. A treatment has one per round, as many as every needle has
    finished; where rounds are missing the title of the last one says so.

    Parameters
    ----------
    folder : Path
        Of a run, a comparison, or a treatment of one needle or of two.

    Raises
    ------
    ConfigError
        If the folder holds none of them, or nothing that a film could show.
    DamagedError
        If a file in it is not what was written.
    """
    try:
        found = _read(folder)
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(
            "folder", str(folder), "give that of a run, a comparison or a treatment"
        ) from None
    if not found:
        raise ConfigError("folder", str(folder), "no round is finished by every needle yet")
    return found


def _read(folder: Path) -> list[Act]:
    if (folder / COMPARISON).exists():
        with intact(folder / COMPARISON):
            told = read_json(folder / COMPARISON)
            names = [str(told[side]).replace("_", " ") for side in "ab"]
        folders = [next(iter(sorted(folder.glob(f"{side}_*"))), folder) for side in "ab"]
    else:
        folders, names = [folder], [""]
    title = " and ".join(filter(None, names))
    if any((side / FIRST_ROUND / METRICS).exists() for side in folders):
        return _rounds(folders, names, title)
    records = tuple(load(side, name) for side, name in zip(folders, names, strict=True))
    return [_checked(Act(title or records[0].name, records))]


def _rounds(folders: list[Path], names: list[str], title: str) -> list[Act]:
    from sim.rounds.record import load_treatment  # brings the solvers with it

    names = [name or _needle_name(side) for side, name in zip(folders, names, strict=True)]
    treatments = [load_treatment(side, name) for side, name in zip(folders, names, strict=True)]
    count = treatments[0].case.schedule.rounds
    every = list(zip(*(treatment.rounds for treatment in treatments), strict=False))
    behind = [told.name for told in treatments if len(told.rounds) == len(every)]
    made = []
    for n, records in enumerate(every, start=1):
        told = f"{title or treatments[0].name}, round {n} of {count}"
        if n == len(every) < count:
            told += f"; the film ends here: round {n + 1} is not finished ({', '.join(behind)})"
        made.append(_checked(Act(told, records)))
    return made


def _needle_name(folder: Path) -> str:
    """Return the name of the needle whose case a folder holds, as people write it."""
    return read_case(folder).needle.name.replace("_", " ")


def _checked(act: Act) -> Act:
    """Refuse what cannot be shown: every time between those written would be made up."""
    for record in act.records:
        fields = record.fields
        if record.uptake is not None and (fields is None or len(fields.times) < 2):
            kept = "only its final fields are" if fields else record.no_fields
            allowed = f"{kept}; a film needs a run that was written with output.fields=all"
            raise ConfigError("folder", str(record.folder), allowed)
    if all(record.force is None and record.fields is None for record in act.records):
        where = str(act.records[0].folder)
        raise ConfigError("folder", where, "the run ended before anything was computed")
    return act
