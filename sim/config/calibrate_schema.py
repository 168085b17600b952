"""Types of a calibration's configuration, beside those of `sim.config.schema`."""

from __future__ import annotations

from dataclasses import dataclass

from omegaconf import MISSING

from sim.config.schema import CaseConfig, Number


@dataclass
class FittedConfig:
    """A key of the run and the bounds its value must stay between."""

    key: str = MISSING
    low: Number = MISSING
    high: Number = MISSING


@dataclass
class CalibrationConfig:
    """The measured curve, what its depth means, and what is fitted."""

    data: str | None = MISSING  # path of a CSV
    depth: str = MISSING  # travel | tip
    offset: str = MISSING  # largest error of the depth at which the tip touches the skin
    noise: str = MISSING  # constant | proportional
    shallowest: str | None = None  # readings above it are left out
    deepest: str | None = None  # readings below it are left out
    fit: list[FittedConfig] = MISSING


@dataclass
class CalibrateConfig(CaseConfig):
    """One run and the calibration of some of its values."""

    calibration: CalibrationConfig = MISSING
