"""Types of a penetration map's configuration, beside those of `sim.config.schema`."""

from __future__ import annotations

from dataclasses import dataclass

from omegaconf import MISSING

from sim.config.schema import Number, PatientConfig, TechniqueConfig


@dataclass
class AxisConfig:
    """Values from `low` to `high`, both included."""

    low: str = MISSING
    high: str = MISSING
    count: Number = MISSING


@dataclass
class GridConfig:
    """Every needle at every free length, in every mineral."""

    needles: list[str] = MISSING  # options of the group `needle`
    free_lengths: list[str] = MISSING  # outside the hand; a hypodermic is cut to that length
    density: AxisConfig = MISSING  # evenly spaced
    solid_strength: AxisConfig = MISSING  # evenly spaced in the logarithm


@dataclass
class PenetrationMapConfig(PatientConfig):
    """The patient, how the needles of either kind are moved, and the grid."""

    hypodermic: TechniqueConfig = MISSING
    coaxial: TechniqueConfig = MISSING
    map: GridConfig = MISSING
