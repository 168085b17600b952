"""The configuration of a design study: what may be chosen for one lesion, within what limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from omegaconf import DictConfig

from sim.config.design_schema import DesignConfig
from sim.config.groups import GROUPS, leaves
from sim.config.limits import LIMITS, Limit
from sim.config.parse import quantity, read_texts
from sim.config.schema import PatientConfig, keys
from sim.config.store import plain
from sim.errors import ConfigError
from sim.results.metrics import MARGINS, MEANINGS
from sim.studies.design_problem import (
    Constraint,
    DesignProblem,
    NeedleOption,
    Plan,
    TechniqueOption,
    Variable,
    identify,
)
from sim.studies.design_search import Settings
from sim.units import to_si

# Shortest and longest tube of a gauge in common catalogues (mm): 1 to 2, 5/8 to 1 1/2, 3/8 to
# 1 1/2, 5/16 to 1 inch, and the 4 to 13 mm of pen and mesotherapy needles. Spinal needles are
# longer.
SOLD = {22: (25.4, 50.8), 25: (15.9, 38.1), 27: (9.5, 38.1), 30: (8.0, 25.4), 34: (4.0, 13.0)}
GRIPPED = (50.0, 95.0)  # mm of a coaxial set's cannula outside the handle, as in the catalogue

STEPS = {"m": 1e-4, "m**3": 1e-8, "m**3/s": 1e-8 / 60.0}  # 0.1 mm, 0.01 mL, 0.01 mL/min
DEPTHS = (0.05, 0.95)  # of the nodule's height, where it may be injected
CHOSEN = {  # variable: key of the run
    "target_depth": "target_depth",
    "pull_back": "injection.pull_back",
    "volume": "injection.volume",
    "rate": "injection.rate",
}
NUMBERS = {
    "evaluations": Limit("", "10", "1e6"),
    "population": Limit("", "5", "1000"),
    "levels": Limit("", "0", "100"),
    "seed": Limit("", "0", "4294967295"),
    "workers": Limit("", "1", "256"),
    "confirmed": Limit("", "0", "100"),
    "safety_factor": Limit("", "1", "10", "below 1 the needle would not arrive"),
}
WORDS = (  # metrics that are no numbers
    "insertion.outcome",
    "insertion.decided_by",
    "infiltration.ended_by",
    "treatment.dissolution_model",
)
FREE_LENGTH = replace(LIMITS["needle.free_length"], null="")

_RANGE = re.compile(r"(?P<low>.+?)\s+to\s+(?P<high>.+)")
_CONSTRAINT = re.compile(r"(?P<metric>[\w.]+)\s*(?P<relation><=|>=)\s*(?P<bound>\S+)")

type Texts = Mapping[str, object]  # dotted key -> value as written


def to_design(cfg: DictConfig) -> Plan:
    """Check the configuration of a design study and convert it to SI.

    Raises
    ------
    ConfigError
        At the first key that is unknown, missing or not allowed, or when nothing is left to choose.
    """
    given = read_texts(cfg, DesignConfig)
    numbers = {name: _number(given, name) for name in NUMBERS}
    patient = {key: given[key] for key in keys(PatientConfig)}
    needles = _needles(given)
    techniques = tuple(
        TechniqueOption(name, _option("technique", name))
        for name in _each(given, "techniques", GROUPS["technique"])
    )
    problem = DesignProblem(
        patient=patient,
        needles=needles,
        techniques=techniques,
        variables=tuple(_variable(given, name) for name in CHOSEN),
        objective=_metric("design.objective", given["design.objective"]),
        against=_metric("design.against", given["design.against"]),
        constraints=_constraints(given, numbers["safety_factor"]),
    )
    _possible(problem)
    finer = str(given["design.confirm_mesh"])
    if finer not in GROUPS["mesh"]:
        raise ConfigError("design.confirm_mesh", finer, f"choose among {', '.join(GROUPS['mesh'])}")
    settings = Settings(
        *(int(numbers[name]) for name in ("evaluations", "population", "levels", "seed"))
    )
    return Plan(
        problem=problem,
        settings=settings,
        workers=int(numbers["workers"]),
        confirmed=int(numbers["confirmed"]),
        finer=replace(problem, patient=patient | _option("mesh", finer)),
        finer_name=finer,
    )


def _number(given: Texts, name: str) -> float:
    key = f"design.{name}"
    value = quantity(key, given[key], NUMBERS[name])
    if name != "safety_factor" and value != int(value):
        raise ConfigError(key, given[key], "give a whole number")
    return value


def _each(given: Texts, name: str, options: Mapping[str, object]) -> list[str]:
    """Return the names of a list, each an option and each once."""
    key = f"design.{name}"
    entries = [str(entry) for entry in given[key]]
    if not entries:
        raise ConfigError(key, [], "give at least one, in brackets: [first,second]")
    for entry in entries:
        if entry not in options:
            raise ConfigError(key, entry, f"choose among {', '.join(options)}")
        if entries.count(entry) > 1:
            raise ConfigError(key, entry, "give each once")
    return entries


def _option(group: str, name: str) -> dict[str, object]:
    """Return the texts of a group's option, by dotted key."""
    return {f"{group}.{key}": value for key, value in leaves(plain(GROUPS[group][name]))}


def _needles(given: Texts) -> tuple[NeedleOption, ...]:
    """Return the needles that can be had in one of the lengths asked for, thinnest first."""
    asked = given["design.free_length"]
    low, high = (0.0, float("inf")) if asked is None else _ends("free_length", asked, FREE_LENGTH)
    found = []
    for name in _each(given, "needles", GROUPS["needle"]):
        texts = _option("needle", name)
        gripped = texts["needle.kind"] == "coaxial"
        gauge = int(texts["needle.gauge"])
        sold = GRIPPED if gripped else next(ends for most, ends in SOLD.items() if gauge <= most)
        ends = max(low, 1e-3 * sold[0]), min(high, 1e-3 * sold[1])
        if ends[0] <= ends[1] * (1.0 + 1e-12):
            length = Variable("free_length", "needle.free_length", "m", STEPS["m"], *ends)
            bores = (to_si(str(texts[f"needle.{b}_diameter"]), "m") for b in ("outer", "inner"))
            found.append((tuple(bores), NeedleOption(name, texts, length, gripped)))
    if not found:
        raise ConfigError("design.free_length", asked, "no needle in design.needles is sold so")
    return tuple(needle for _, needle in sorted(found, key=lambda entry: entry[0]))


def _variable(given: Texts, name: str) -> Variable:
    own, asked = CHOSEN[name], given[f"design.{name}"]
    if asked is None and name == "target_depth":
        at = ("nodule.depth", "nodule.height")
        top, height = (quantity(key, given[key], LIMITS[key]) for key in at)
        low, high = (top + share * height for share in DEPTHS)
    else:
        low, high = _ends(name, asked, LIMITS[own])
    return Variable(name, own, LIMITS[own].unit, STEPS[LIMITS[own].unit], low, high)


def _ends(name: str, asked: object, limit: Limit) -> tuple[float, float]:
    """Return the two ends of "<low> to <high>"; of one value, that value twice."""
    key = f"design.{name}"
    match = _RANGE.fullmatch(str(asked).strip())
    texts = match.group("low", "high") if match else (asked, asked)
    low, high = (quantity(key, text, limit) for text in texts)
    if low > high:
        raise ConfigError(key, asked, 'give the smaller end first, as in "0.1 mL to 1 mL"')
    return low, high


def _metric(key: str, name: object) -> str:
    numbers = [metric for metric in MEANINGS if not metric.startswith("run.")]
    numbers = [metric for metric in numbers if metric not in WORDS]
    if name not in numbers:
        raise ConfigError(key, name, f"choose a metric: {', '.join(numbers)}")
    return str(name)


def _constraints(given: Texts, safety: float) -> tuple[Constraint, ...]:
    force = quantity("design.force_limit", given["design.force_limit"], Limit("N", "0.1 N", "1 kN"))
    found = [Constraint("insertion.peak_force_N", "<=", force)]
    for name in _each(given, "margins", dict.fromkeys(MARGINS)) if given["design.margins"] else ():
        found.append(Constraint(f"insertion.{name}_margin", ">=", safety))
    for text in given["design.constraints"]:
        match = _CONSTRAINT.fullmatch(str(text).strip())
        if not match:
            raise ConfigError("design.constraints", text, '"<metric> <= <number>", or with >=')
        metric = _metric("design.constraints", match["metric"])
        try:
            found.append(Constraint(metric, match["relation"], float(match["bound"])))
        except ValueError as error:
            raise ConfigError("design.constraints", text, "end it with a number") from error
    return tuple(found)


def _possible(problem: DesignProblem) -> None:
    """Refuse what is refused whatever needle and technique are chosen, for the first one's reason.

    Judged in the middle of all ranges with the longest needle: the others' reach may be too short.
    """
    refused = []
    for i, _ in enumerate(problem.needles):
        for j, _ in enumerate(problem.techniques):
            middle = np.array([i, j, 1.0, *(0.5 for _ in problem.variables)])
            _, case = identify(problem, problem.design(middle))
            if not isinstance(case, ConfigError):
                return
            refused.append(case)
    raise refused[0]
