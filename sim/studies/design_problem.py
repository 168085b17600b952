"""What a design is, what it has to keep to, and the case that it stands for.

Simplifications: a needle's length outside the hand lies anywhere between the shortest and the
longest that is sold in its gauge (it may be gripped closer to its tip); all lengths of the tube
follow from it, but a gripped cannula's. Values are rounded to what can be ordered or read off a
scale. A design that misses a constraint by its insertion alone is not injected: it has no dose.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.cache import digest
from sim.case import Case
from sim.config.parse import case_from
from sim.errors import ConfigError, SolverError
from sim.infiltration import infiltrate
from sim.insertion import insert
from sim.results.files import Json
from sim.results.metrics import infiltration_metrics, insertion_metrics, treatment_metrics
from sim.studies.design_search import Judged, Settings, Space
from sim.sweeps.key import described
from sim.version import versions

Array = NDArray[np.float64]

HOPELESS = 1e3  # excess of what has no numbers: refused, or a solver gave up
DECADE = 10.0  # a range at least this wide is searched in the logarithm


@dataclass(frozen=True)
class Variable:
    """A quantity between two values (SI); equal ones freeze it."""

    name: str
    key: str  # of a run
    unit: str  # SI, in which the text of the run is written
    step: float  # to which it is rounded
    low: float
    high: float

    @property
    def logarithmic(self) -> bool:
        """Whether the range is so wide that it is searched in the logarithm."""
        return self.low > 0.0 and self.high >= DECADE * self.low

    def at(self, share: float) -> float:
        """Return the value at a share, 0 to 1, of the way from low to high."""
        if self.low == self.high:
            return self.low
        if self.logarithmic:
            value = self.low * (self.high / self.low) ** share
        else:
            value = self.low + share * (self.high - self.low)
        return min(max(self.step * round(value / self.step), self.low), self.high)

    def share(self, value: float) -> float:
        """Return how far from low to high a value is; of a frozen one a half."""
        if self.low == self.high:
            return 0.5
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class NeedleOption:
    """A needle as it is sold."""

    name: str
    texts: Mapping[str, object]  # of a run's configuration, by dotted key
    free_length: Variable
    gripped: bool  # by a handle: the tube is as long as it is, whatever is outside the hand


@dataclass(frozen=True)
class TechniqueOption:
    name: str
    texts: Mapping[str, object]


@dataclass(frozen=True)
class Constraint:
    """A bound on a metric; null is no demand, which keeps to it."""

    metric: str
    relation: str  # "<=" or ">="
    bound: float

    def excess(self, metrics: Mapping[str, Json]) -> float:
        """By how much it is missed, relative to the bound; at most 0 where it is kept."""
        value = metrics.get(self.metric)
        if value is None:
            return -math.inf
        beyond = float(value) - self.bound if self.relation == "<=" else self.bound - float(value)
        return beyond / abs(self.bound) if self.bound else beyond

    def __str__(self) -> str:
        return f"{self.metric} {self.relation} {self.bound:g}"


@dataclass(frozen=True)
class Design:
    needle: NeedleOption
    technique: TechniqueOption
    values: Mapping[str, float]  # SI, by variable's name


@dataclass(frozen=True)
class Evaluation:
    """What came out of one design."""

    key: str
    status: str  # complete | insertion_only | refused | failed
    reason: str
    metrics: Mapping[str, Json]


@dataclass(frozen=True)
class DesignProblem:
    """The choices, the patient and the aims."""

    patient: Mapping[str, object]  # texts of a run's configuration, by dotted key
    needles: tuple[NeedleOption, ...]  # by outer, then inner diameter
    techniques: tuple[TechniqueOption, ...]
    variables: tuple[Variable, ...]  # beside the free length
    objective: str
    against: str
    constraints: tuple[Constraint, ...]

    @property
    def space(self) -> Space:
        """Needle, technique and, each as a share of its range, free length and variables."""
        free = [any(n.free_length.low < n.free_length.high for n in self.needles)]
        free += [v.low < v.high for v in self.variables]
        high = [len(self.needles) - 1.0, len(self.techniques) - 1.0, *map(float, free)]
        whole = np.arange(len(high)) < 2
        return Space(np.zeros(len(high)), np.array(high), whole)

    def design(self, point: Array) -> Design:
        """Return the design at a point of the space."""
        needle, technique = self.needles[int(point[0])], self.techniques[int(point[1])]
        variables = (needle.free_length, *self.variables)
        values = {v.name: v.at(share) for v, share in zip(variables, point[2:], strict=True)}
        return Design(needle, technique, values)

    def texts(self, design: Design) -> dict[str, object]:
        """Return the configuration of a design's run, by dotted key."""
        variables = (design.needle.free_length, *self.variables)
        chosen = {v.key: f"{design.values[v.name]:.12g} {v.unit}" for v in variables}
        if not design.needle.gripped:
            chosen["needle.length"] = chosen["needle.free_length"]
        return {**self.patient, **design.needle.texts, **design.technique.texts, **chosen}

    def judge(self, evaluation: Evaluation) -> Judged:
        """Return a design's gain and cost, and by how much it misses the constraints."""
        metrics = evaluation.metrics
        if evaluation.status in ("refused", "failed"):
            return Judged(math.nan, math.nan, HOPELESS)
        gain, cost = metrics.get(self.objective), metrics.get(self.against)
        excess = sum(max(0.0, c.excess(metrics)) for c in self.constraints)
        if gain is None or cost is None:
            return Judged(math.nan, _number(cost), excess or HOPELESS)
        return Judged(float(gain), float(cost), excess)

    def missed(self, metrics: Mapping[str, Json]) -> list[Constraint]:
        """Return the constraints that are not kept."""
        return [c for c in self.constraints if c.excess(metrics) > 0.0]


@dataclass(frozen=True)
class Plan:
    """A design study."""

    problem: DesignProblem
    settings: Settings
    workers: int  # designs that are computed at once
    confirmed: int  # of the front, computed again ...
    finer: DesignProblem  # ... in this one, which has a finer mesh ...
    finer_name: str  # ... of this name


def identify(problem: DesignProblem, design: Design) -> tuple[str, Case | ConfigError]:
    """Return a design's key and its case, or why there is none."""
    texts = problem.texts(design)
    try:
        case = case_from(texts)
    except ConfigError as error:
        return digest({name: str(text) for name, text in texts.items()}), error
    return digest({"case": described(case), "code": dict(versions("infiltration"))}), case


def evaluate(key: str, case: Case, constraints: Sequence[Constraint]) -> Evaluation:
    """Insert, and inject unless the insertion misses a constraint."""
    metrics: dict[str, Json] = {}
    try:
        insertion = insert(case)
        metrics |= insertion_metrics(case, insertion)[0]
        if any(c.excess(metrics) > 0.0 for c in constraints):
            return Evaluation(key, "insertion_only", insertion.reason, metrics)
        result = infiltrate(case, insertion)
    except SolverError as error:
        return Evaluation(key, "failed", str(error), metrics)
    metrics |= infiltration_metrics(result)[0] | treatment_metrics(case, result)[0]
    return Evaluation(key, "complete", "", metrics)


def _number(value: Json) -> float:
    return math.nan if value is None else float(value)
