"""A finished run as its folder tells it; figures and reports know nothing else of a run."""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from pathlib import Path

from omegaconf import OmegaConf

from sim.case import Case
from sim.results.crushed import FILE as CRUSHED
from sim.results.crushed import Crushed, read_crushed
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
    """

    def table(name: str) -> Table | None:
        return read_table(folder / name) if (folder / name).exists() else None

    def rows(name: str) -> list[dict[str, str]]:
        return read_rows(folder / name) if (folder / name).exists() else []

    provenance, fields = folder / PROVENANCE, folder / FIELDS
    case = build(Case, read_json(folder / CASE))
    return Record(
        folder=folder,
        name=name or case.needle.name.replace("_", " "),
        case=case,
        config=(folder / CONFIG).read_text(encoding="utf-8"),
        inputs=rows(INPUTS),
        metrics=read_json(folder / METRICS),
        provenance=read_json(provenance) if provenance.exists() else {},
        force=table(FORCE),
        events=rows(EVENTS),
        uptake=table(UPTAKE),
        threshold=table(THRESHOLD),
        fields=read_fields(fields) if (fields / HDF5).exists() else None,
        crushed=read_crushed(fields) if (fields / CRUSHED).exists() else None,
        turning_points=rows(TURNING_POINTS),
        alternatives=rows(ALTERNATIVES),
    )


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
