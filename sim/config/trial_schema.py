"""Types of a trial's configuration, beside those of `sim.config.schema`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from omegaconf import MISSING

from sim.config.schema import ComparisonConfig


@dataclass
class CohortConfig:
    """Who the patients are.

    A distribution is text as `sim.sweeps.distributions` reads it, or ``{law: text, source: text}``.
    `patient` and `hand` are trees of a run's keys with a distribution each, or null for an even
    one over the catalogue's range of the option that was drawn.
    """

    nodule: Any = MISSING  # of the options of that group
    tissue: Any = MISSING
    flatness: Any = MISSING  # of the nodule's height / its diameter
    patient: dict[str, Any] = MISSING
    hand: dict[str, Any] = MISSING  # all at one percentile: the operator's strength


@dataclass
class TrialSettings:
    """How many patients, and who they are."""

    patients: int = MISSING
    seed: int = MISSING
    workers: int = MISSING
    resamples: int = MISSING
    aim: str = MISSING  # what is brought to the nodule's centre: mouth or tip
    density_bounds: list[str] = MISSING
    cohort: CohortConfig = MISSING


@dataclass
class TrialConfig(ComparisonConfig):
    """Two needles and what they share, in patients whose nodule and tissue are drawn."""

    trial: TrialSettings = MISSING
