"""What lies in the beam at each time that a picture is made of, from the records of the rounds.

The first picture is of the nodule as the first round's needle packed it, before its injection; each
later one is that less what the rounds up to then have taken away, each round's change on its own
mesh: so a difference holds what dissolved and nothing of what a mesh or a needle's place changes.

Simplifications: the withdrawn needle's place in the nodule holds the nodule's mean density, as a
treatment keeps that share of the mineral (in space it stays soft tissue); soft tissue is as before
the needle; a nodule that was pushed away is back in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.case import Case
from sim.errors import ConfigError
from sim.figures.section import tip_depth
from sim.imaging.revolved import Revolved
from sim.imaging.solid import Solid
from sim.results.fields import HDF5
from sim.results.metrics import G_PER_CM3, MM
from sim.results.record import FIELDS, Record

Array = NDArray[np.float64]

NODULE, MINERAL, DRUG = range(3)  # the fields of a body: share of the volume, kg/m3, kg/m3
TRACE = 1e-6  # of the injected concentration
BEFORE, NEEDLE_IN = "before", "needle_in"
BEFORE_LABEL = "before: the nodule, as the needle packed it"


@dataclass(frozen=True, eq=False)
class Term:
    """Fields that are added up to what a picture shows."""

    body: Revolved | Solid
    fill: Array  # (3,) per share of nodule, in the needle's place; all 0: it stays open


@dataclass(frozen=True, eq=False)
class State:
    """What there is at one time; `name` is part of file names and of metrics' keys."""

    name: str
    label: str
    case: Case
    terms: tuple[Term, ...]
    needle: float | None = None  # depth of the tip (m) of the needle that is in; None: none is

    @property
    def mineral(self) -> float:
        """True mass of the mineral (kg)."""
        return float(sum(_whole(term)[MINERAL] for term in self.terms))


def states_of(rounds: Sequence[Record], key: str) -> list[State]:
    """Return the states of a run, or of a treatment's rounds: before, needle in, after each.

    Where nothing dissolves there is none after.

    Raises
    ------
    ConfigError
        If no field was written, or one round's are not there. `key` names the input.
    """
    for record in rounds:
        if record.lost:
            raise ConfigError(key, str(record.folder), f"{record.no_fields}: {FIELDS}/{HDF5} in it")
    computed = [record for record in rounds if record.fields is not None]
    if not computed:
        raise ConfigError(
            key, str(rounds[0].folder) if rounds else "", "it holds no fields: no injection was "
            "computed, so there is nothing to take a picture of",
        )  # fmt: skip
    first = computed[0]
    start = _term(first, 0, closed=True)
    states = [State(BEFORE, BEFORE_LABEL, first.case, (start,))]
    tip = tip_depth(first)
    if tip is not None and first.fields.points.shape[1] == 2:
        at = int(
            np.argmin(np.abs(first.fields.times - first.metrics["infiltration.injection_time_s"]))
        )
        now = _term(first, at, closed=False)
        label = "needle in, end of the injection"
        states.append(State(NEEDLE_IN, label, first.case, (now,), tip / MM))
    changes: list[Term] = []
    for number, record in enumerate(computed, start=1):
        if record.fields.mineral is None:
            break
        changes.append(_change(record))
        drug = _drug_left(record)
        name = f"after_round_{number}" if len(rounds) > 1 else "after"
        terms = (start, *changes, drug)
        states.append(State(name, name.replace("_", " "), first.case, terms))
    return states


def _term(record: Record, step: int, closed: bool) -> Term:
    """Return nodule, mineral and drug at a step of the record."""
    fields = record.fields
    own = np.zeros((*fields.cells.shape, 3))
    inside = fields.cell_regions == fields.regions["nodule"]
    own[inside, :, NODULE] = 1.0
    if fields.mineral is None:
        solid = record.case.nodule.mineral.solid_density
        own[inside, :, MINERAL] = (solid * (1.0 - fields.porosity[inside]))[:, None]
    else:
        own[inside, :, MINERAL] = fields.mineral[step][fields.cells[inside]] / G_PER_CM3
    own[..., DRUG] = _drug(record, step)
    body = _body(record, own)
    volume, mass, _ = body.integral()
    fill = np.array([1.0, mass / volume, 0.0]) if closed and volume > 0.0 else np.zeros(3)
    return Term(body, fill)


def _change(record: Record) -> Term:
    """Return what a round adds to the mineral: nothing or less, and nothing in its bore."""
    fields = record.fields
    own = np.zeros((*fields.cells.shape, 3))
    inside = fields.cell_regions == fields.regions["nodule"]
    gone = (fields.mineral[-1] - fields.mineral[0]) / G_PER_CM3
    own[inside, :, MINERAL] = gone[fields.cells[inside]]
    return Term(_body(record, own), np.zeros(3))


def _drug_left(record: Record) -> Term:
    """Return the drug in the tissue at the end of a round."""
    fields = record.fields
    own = np.zeros((*fields.cells.shape, 3))
    own[..., DRUG] = _drug(record, -1)
    return Term(_body(record, own), np.zeros(3))


def _drug(record: Record, step: int) -> Array:
    """Return kg of drug per m3 of tissue (cells, corners), zero where it is a trace."""
    fields = record.fields
    own = fields.porosity[:, None] * fields.concentration[step][fields.cells]
    trace = TRACE * record.case.drug.concentration
    return np.where(own.max(axis=1, keepdims=True) > trace, own, 0.0)


def _body(record: Record, values: Array) -> Revolved | Solid:
    used = np.abs(values).max(axis=(1, 2)) > 0.0
    corners, values = record.fields.points[record.fields.cells[used]] / MM, values[used]
    return Revolved(corners, values) if corners.shape[-1] == 2 else Solid(corners, values)


def _whole(term: Term) -> Array:
    """Integrals (3,) with what fills the needle's place."""
    own = term.body.integral()
    if isinstance(term.body, Solid) or not term.fill.any():
        return own
    return own + term.fill * term.body.hole(NODULE)
