"""Types of a design study's configuration, beside those of `sim.config.schema`."""

from __future__ import annotations

from dataclasses import dataclass

from omegaconf import MISSING

from sim.config.schema import Number, PatientConfig


@dataclass
class SearchConfig:
    """What may be chosen, what is wanted and what limits it.

    A variable is one value, which freezes it, or "<low> to <high>".
    """

    needles: list[str] = MISSING  # options of the group `needle`
    techniques: list[str] = MISSING  # options of the group `technique`
    free_length: str | None = MISSING  # outside the hand; null: all that makers sell
    target_depth: str | None = MISSING  # null: anywhere inside the nodule
    pull_back: str = MISSING
    volume: str = MISSING
    rate: str = MISSING
    objective: str = MISSING  # metric, to be made large
    against: str = MISSING  # metric, to be kept small
    force_limit: str = MISSING  # on the needle's peak force, beside the technique's own
    safety_factor: Number = MISSING  # smallest margin
    margins: list[str] = MISSING  # that the safety factor is asked of
    constraints: list[str] = MISSING  # further ones: "<metric> <= <number>" or ">="
    evaluations: Number = MISSING  # designs that are asked for, refused ones included
    population: Number = MISSING
    levels: Number = MISSING  # of `against`, at which the front is refined
    seed: Number = MISSING
    workers: Number = MISSING
    confirmed: Number = MISSING  # designs that are computed again ...
    confirm_mesh: str = MISSING  # ... with this option of the group `mesh`


@dataclass
class DesignConfig(PatientConfig):
    """The patient, and what is looked for."""

    design: SearchConfig = MISSING
