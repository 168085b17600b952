"""The configuration of a trial: two needles in a cohort whose patients are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from omegaconf import DictConfig, OmegaConf

from sim.config.compose import compose
from sim.config.groups import GROUPS
from sim.config.limits import LIMITS
from sim.config.parse import compare_cases, one_round, read_texts
from sim.config.schema import CaseConfig
from sim.errors import ConfigError
from sim.sweeps.distributions import Discrete, distribution
from sim.units import to_si

SIDES = ("a", "b")
AIMS = ("mouth", "tip")
DRAWN_GROUPS = ("nodule", "tissue")  # chosen for each patient
HEIGHT = "nodule.height"  # follows from the diameter and the flatness
TARGET = "target_depth"  # follows from the aim
GIVEN = "given for this trial"


@dataclass(frozen=True)
class Law:
    """A distribution as text, and where it comes from."""

    text: str
    source: str


@dataclass(frozen=True)
class Cohort:
    """Who the patients are. A law of None is the catalogue's range of the option drawn."""

    nodule: Law
    tissue: Law
    flatness: Law  # of the nodule's height / its diameter
    patient: Mapping[str, Law | None]  # by key of a run
    hand: Mapping[str, Law | None]  # all at one percentile, the operator's


@dataclass(frozen=True)
class Trial:
    """A trial as asked for; `sides` are the overrides that make run_case's default each needle."""

    patients: int
    seed: int
    workers: int
    resamples: int
    density_bounds: tuple[float, ...]  # g/cm3
    aim: Literal["mouth", "tip"]  # what is brought to the nodule's centre
    cohort: Cohort
    names: tuple[str, str]
    sides: tuple[tuple[str, ...], tuple[str, ...]]


def to_trial(cfg: DictConfig) -> Trial:
    """Check a trial's configuration.

    Whether a needle can be used is asked in the patients that are drawn (`sim.studies.cohort`).

    Raises
    ------
    ConfigError
        At the first key that makes no sense.
    """
    both = OmegaConf.create({key: node for key, node in cfg.items() if key != "trial"})
    _check(both)
    asked = cfg.trial
    for key, least in (("patients", 2), ("workers", 1), ("resamples", 100), ("seed", 0)):
        if asked[key] < least:
            raise ConfigError(f"trial.{key}", asked[key], f"give a whole number from {least}")
    if asked.aim not in AIMS:
        raise ConfigError("trial.aim", asked.aim, f"choose one of {', '.join(AIMS)}")
    if asked.aim == "mouth" and both[TARGET] is not None:
        allowed = "the depth follows from trial.aim=mouth; give null, or trial.aim=tip"
        raise ConfigError(TARGET, both[TARGET], allowed)
    bounds = tuple(_density(text) for text in asked.density_bounds)
    if list(bounds) != sorted(set(bounds)):
        raise ConfigError("trial.density_bounds", list(asked.density_bounds), "let them increase")
    runs = [_run(both, side) for side in SIDES]
    return Trial(
        patients=asked.patients,
        seed=asked.seed,
        workers=asked.workers,
        resamples=asked.resamples,
        density_bounds=bounds,
        aim=asked.aim,
        cohort=_cohort(asked.cohort, asked.aim),
        names=tuple(str(run.needle.name) for run in runs),
        sides=tuple(as_overrides(run) for run in runs),
    )


def as_overrides(cfg: DictConfig) -> tuple[str, ...]:
    """Return what makes run_case's default the run of `cfg`, but for what every patient has."""
    choices = [
        f"{group}={cfg[group].get('name') or cfg[group].get('model')}"
        for group in GROUPS
        if group not in DRAWN_GROUPS
    ]
    default = read_texts(compose("run_case", choices), CaseConfig)
    changed = [
        f"{key}={'null' if value is None else value}"
        for key, value in read_texts(cfg, CaseConfig).items()
        if value != default[key] and key.partition(".")[0] not in (*DRAWN_GROUPS, "output")
    ]
    return (*choices, *changed)


def _check(both: DictConfig) -> None:
    """Check both sides, but for what does not fit a nodule or site that no patient need have."""
    try:
        compare_cases(both)
    except ConfigError as error:
        if error.key.partition(".")[0] not in (*DRAWN_GROUPS, TARGET):
            raise
    one_round(both)


def _run(both: DictConfig, side: str) -> DictConfig:
    """Return one side's configuration as that of a run."""
    shared = {key: node for key, node in both.items() if key not in SIDES}
    return OmegaConf.create(shared | dict(both[side].items()))


def _density(text: str) -> float:
    try:
        return to_si(text, "g/cm**3")
    except ValueError as error:
        raise ConfigError("trial.density_bounds", text, str(error)) from error


def _cohort(cfg: DictConfig, aim: str) -> Cohort:
    at = "trial.cohort"
    tree = OmegaConf.to_container(cfg, resolve=True)
    chosen = {group: _law(f"{at}.{group}", tree[group], group) for group in DRAWN_GROUPS}
    for group, law in chosen.items():
        if not isinstance(distribution(group, law.text), Discrete):
            raise ConfigError(f"{at}.{group}", law.text, "write discrete(option: weight, ...)")
    drawn = {
        name: {
            key: node and _law(f"{at}.{name}.{key}", node, key) for key, node in _keys(tree[name])
        }
        for name in ("patient", "hand")
    }
    for name, laws in drawn.items():
        for key in laws:
            if key not in LIMITS or key == HEIGHT or (key == TARGET and aim == "mouth"):
                allowed = "give a quantity of a run; the height follows from the flatness, the "
                allowed += "depth to reach from trial.aim=mouth"
                raise ConfigError(f"{at}.{name}.{key}", key, allowed)
    for key in drawn["patient"]:
        if key.startswith(("needle.", "technique.")):
            allowed = "a patient has no needle; what the hand can do goes under trial.cohort.hand"
            raise ConfigError(f"{at}.patient.{key}", key, allowed)
    flatness = _law(f"{at}.flatness", tree["flatness"], "flatness")
    return Cohort(flatness=flatness, **chosen, **drawn)


def _keys(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield (dotted key, law) of a tree."""
    for name, node in tree.items():
        if isinstance(node, dict) and "law" not in node:
            yield from _keys(node, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", node


def _law(at: str, node: object, key: str) -> Law:
    """Read a law with or without its source; what it may be, `distribution` says."""
    law = (
        Law(node["law"], node.get("source", GIVEN))
        if isinstance(node, dict)
        else Law(str(node), GIVEN)
    )
    try:
        distribution(key, law.text)
    except ConfigError as error:
        raise ConfigError(at, law.text, error.allowed) from error
    return law
