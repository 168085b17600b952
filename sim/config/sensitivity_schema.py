"""Types of a sensitivity study's configuration."""

from __future__ import annotations

from dataclasses import dataclass, field

from omegaconf import MISSING

from sim.config.sampling_schema import SamplingConfig
from sim.config.schema import OutputConfig, SweepConfig


@dataclass
class SensitivityConfig(SamplingConfig):
    """The runs whose inputs are sampled, and the metrics that are asked about."""

    of: str = MISSING  # experiment
    overrides: list[str] = field(default_factory=list)  # of every run, as on its command line
    metrics: list[str] = MISSING
    workers: int = MISSING
    dry_run: bool = False  # say what it would cost, and run nothing
    output: OutputConfig = MISSING  # what every run leaves
    sweep: SweepConfig = MISSING  # what every run may use
