"""A finished run as its folder tells it; figures and reports know nothing else of a run."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from omegaconf import OmegaConf

from sim.case import Case
from sim.results.crushed import FILE as CRUSHED
from sim.results.crushed import Crushed, read_crushed
from sim.results.damage import intact
from sim.results.fields import HDF5, Fields, read_fields
from sim.results.files import Json, Table, read_json, read_rows, read_table
from sim.results.names import CASE, CONFIG, METRICS, PROVENANCE

FORCE, UPTAKE, THRESHOLD, EVENTS = "force.csv", "uptake.csv", "threshold_curve.csv", "events.csv"
TURNING_POINTS, INPUTS = "turning_points.csv", "inputs.csv"
ALTERNATIVES = "alternatives.csv"
FIELDS, REPORT = "fields", "report.html"


@dataclass(frozen=True)
class Record:
    """One run folder in memory; what the run did not reach is None or empty."""

    folder: Path
    name: str  # the needle's, as people write it
    case: Case
    config: str  # resolved, as YAML
    inputs: list[dict[str, str]]
    metrics: dict[str, Json]
    provenance: dict[str, Json]
    force: Table | None
    events: list[dict[str, str]]
    uptake: Table | None
    threshold: Table | None
    fields: Fields | None
    crushed: Crushed | None
    turning_points: list[dict[str, str]]
    alternatives: list[dict[str, str]]  # the injection under other assumptions

    @property
    def site(self) -> dict[str, str | None] | None:
        """Where the needle stands, as written; None where an insertion brought it there."""
        return OmegaConf.to_container(OmegaConf.create(self.config)).get("site")

    @property
    def image(self) -> str | None:
        """Path of the image that the nodule is from."""
        return OmegaConf.select(OmegaConf.create(self.config), "nodule.image.path")

    @property
    def lost(self) -> bool:
        """Whether fields were computed and are not in the folder."""
        return self.fields is None and self.metrics.get("infiltration.dose_mg") is not None

    @property
    def no_fields(self) -> str:
        """Why there are none, where `fields` is None."""
        return "its fields are not there" if self.lost else "not computed"

    @property
    def notes(self) -> list[str]:
        """Reasons for nulls, assumptions and limits that the stages left."""
        return list(self.metrics.get("run.notes") or [])


def load(folder: Path, name: str = "") -> Record:
    """Read a run folder, also one whose run ended early.

    Parameters
    ----------
    folder : Path
    name : str
        What to call it instead of by the needle's name.

    Raises
    ------
    FileNotFoundError
        If the folder is no run folder (no case or no metrics).
    DamagedError
        If one of its files is not what was written; it names the file.
    """

    def read[T](reader: Callable[[Path], T], name: str) -> T:
        with intact(folder / name):
            return reader(folder / name)

    def table(name: str) -> Table | None:
        return read(read_table, name) if (folder / name).exists() else None

    def rows(name: str) -> list[dict[str, str]]:
        return read(read_rows, name) if (folder / name).exists() else []

    fields = folder / FIELDS
    case = read_case(folder)
    return Record(
        folder=folder,
        name=name or case.needle.name.replace("_", " "),
        case=case,
        config=read(lambda path: path.read_text(encoding="utf-8"), CONFIG),
        inputs=rows(INPUTS),
        metrics=read(read_json, METRICS),
        provenance=read(read_json, PROVENANCE) if (folder / PROVENANCE).exists() else {},
        force=table(FORCE),
        events=rows(EVENTS),
        uptake=table(UPTAKE),
        threshold=table(THRESHOLD),
        fields=read_fields(fields) if (fields / HDF5).exists() else None,
        crushed=_read_crushed(fields) if (fields / CRUSHED).exists() else None,
        turning_points=rows(TURNING_POINTS),
        alternatives=rows(ALTERNATIVES),
    )


def read_case(folder: Path) -> Case:
    """Read the case that a folder holds; raises as `load` does."""
    with intact(folder / CASE):
        return build(Case, read_json(folder / CASE))


def _read_crushed(folder: Path) -> Crushed:
    with intact(folder / CRUSHED):
        return read_crushed(folder)


def build[T](kind: type[T], content: dict[str, Json]) -> T:
    """Make a tree of frozen dataclasses out of what `dataclasses.asdict` gave."""
    hints = typing.get_type_hints(kind)
    values = {}
    for field in dataclasses.fields(kind):
        value, hint = content[field.name], hints[field.name]
        if isinstance(hint, types.UnionType):  # `Stylet | None`
            hint = next(option for option in hint.__args__ if option is not types.NoneType)
        nested = dataclasses.is_dataclass(hint) and isinstance(value, dict)
        values[field.name] = build(hint, value) if nested else value
    return kind(**values)
