"""Types of the configuration: what Hydra checks before `sim.config.parse` reads the units.

A quantity is text with its unit; a dimensionless `Number` is a plain number or a percentage. The
groups' options fill every field, so none has a default here.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, is_dataclass
from typing import Any, get_type_hints

from omegaconf import MISSING

Number = Any  # float or text: OmegaConf 2.3 cannot merge a missing union of the two


@dataclass
class TipConfig:
    kind: str = MISSING  # bevel | trocar
    angle: str = MISSING
    edge_radius: str = MISSING


@dataclass
class SteelConfig:
    youngs_modulus: str = MISSING
    poisson_ratio: Number = MISSING
    yield_strength: str = MISSING
    hardness: str = MISSING


@dataclass
class StyletConfig:
    """Both null: no stylet."""

    diameter: str | None = MISSING
    protrusion: str | None = MISSING


@dataclass
class NeedleConfig:
    name: str = MISSING
    gauge: Number = MISSING
    kind: str = MISSING  # hypodermic | coaxial
    outer_diameter: str = MISSING
    inner_diameter: str = MISSING
    length: str = MISSING
    free_length: str | None = MISSING  # null: the length
    hub_volume: str = MISSING
    lumen_content: str = MISSING  # air | blood | drug
    tip: TipConfig = MISSING
    steel: SteelConfig = MISSING
    stylet: StyletConfig = MISSING


@dataclass
class TechniqueConfig:
    name: str = MISSING
    kind: str = MISSING  # push | drill
    axial_speed: str = MISSING
    rotation_speed: str = MISSING
    motion: str = MISSING  # continuous | oscillating
    force_limit: str = MISSING
    torque_limit: str = MISSING
    cutting_coefficient: Number = MISSING
    incidence_angle: str = MISSING
    tip_eccentricity: Number = MISSING
    side_force_ratio: Number = MISSING
    thread_lead: str | None = MISSING  # null: a smooth shaft
    grip_stiffness: str | None = MISSING  # null: clamped


@dataclass
class LayerConfig:
    thickness: str = MISSING
    youngs_modulus: str = MISSING
    poisson_ratio: Number = MISSING
    toughness: str = MISSING
    shear_modulus: str = MISSING
    ogden_exponent: Number = MISSING
    crack: str = MISSING  # planar | ring
    friction: Number = MISSING
    porosity: Number = MISSING
    permeability: str = MISSING
    diffusion_ratio: Number = MISSING
    clearance_half_life: str | None = MISSING  # null: no clearance


@dataclass
class TissueConfig:
    name: str = MISSING
    skin: LayerConfig = MISSING
    subcutis: LayerConfig = MISSING


@dataclass
class MineralConfig:
    density: str = MISSING
    solid_density: str = MISSING
    solid_strength: str = MISSING
    strength_decay: Number = MISSING
    crushing_strength: str | None = MISSING  # null: by the law of porosity
    modulus_ratio: Number = MISSING
    poisson_ratio: Number = MISSING
    plastic_poisson_ratio: Number = MISSING
    hardening_ratio: Number = MISSING
    densification: str = MISSING  # capped | compaction
    densification_factor: Number = MISSING
    tensile_ratio: Number = MISSING
    dense_toughness: str = MISSING
    toughness_exponent: Number = MISSING
    friction: Number = MISSING
    wall_pressure_ratio: Number = MISSING
    crystal_size: str = MISSING
    diffusion_ratio: Number = MISSING
    clearance_half_life: str | None = MISSING  # null: no clearance


@dataclass
class DensityFieldConfig:
    """Only the keys of its kind count."""

    kind: str = MISSING  # uniform | shell_core | random
    core_density: str = MISSING
    shell_thickness: str = MISSING
    variation: Number = MISSING
    correlation_length: str = MISSING
    seed: Number = MISSING


@dataclass
class CapsuleConfig:
    thickness: str | None = MISSING  # null: no capsule
    strength_ratio: Number = MISSING
    fracture_strain: Number = MISSING


@dataclass
class NoduleConfig:
    texture: str = MISSING  # stone | plate | paste | net
    diameter: str = MISSING
    height: str = MISSING
    depth: str = MISSING
    fixation: str = MISSING  # free | held | fixed
    fixation_stiffness: str = MISSING
    density_field: DensityFieldConfig = MISSING
    capsule: CapsuleConfig = MISSING
    mineral: MineralConfig = MISSING


@dataclass
class DrugConfig:
    name: str = MISSING
    salt: str = MISSING  # sodium_thiosulfate | sodium_chloride
    concentration: str = MISSING
    viscosity: str | None = MISSING
    injection_viscosity: str | None = MISSING
    density: str | None = MISSING
    diffusivity: str = MISSING
    thiosulfate: str = MISSING


@dataclass
class InjectionConfig:
    name: str = MISSING
    volume: str = MISSING
    rate: str = MISSING
    control: str = MISSING  # flow | force
    time_limit: str = MISSING
    syringe_bore: str = MISSING
    syringe_volume: str = MISSING
    plunger_force_limit: str = MISSING
    stopper_friction: str = MISSING
    temperature: str = MISSING
    track_gap: str = MISSING
    track_prestress: str = MISSING
    pull_back: str = MISSING
    dwell: str = MISSING
    track: str = MISSING  # closes | leaks
    threshold_fraction: Number = MISSING


@dataclass
class ScheduleConfig:
    name: str = MISSING
    rounds: Number = MISSING
    interval: str = MISSING
    entry: str = MISSING  # same | shifted
    shift: str = MISSING
    follow_up: str = MISSING


@dataclass
class FlowConfig:
    name: str = MISSING
    kind: str = MISSING  # rigid | poroelastic
    hydrofracture: str = MISSING  # none | smeared
    crushed_zone: str = MISSING  # none | compaction | cracks | both
    crack_opening: str = MISSING
    crack_spacing: str = MISSING
    permeability_exponent: Number = MISSING


@dataclass
class DissolutionConfig:
    """Only the keys of its model count."""

    model: str = MISSING  # none | equilibrium | effective_yield | clinical_fit
    solubility: str = MISSING
    solubility_molal: str = MISSING
    reprecipitation: str = MISSING  # no | yes
    complex_diffusivity: str = MISSING
    rate: str = MISSING
    yield_ratio: Number = MISSING
    removal_rate: str = MISSING


@dataclass
class MeshConfig:
    name: str = MISSING
    tip_size: Number = MISSING
    nodule_size: str = MISSING
    outer_size: str = MISSING
    penetration_size: Number = MISSING
    domain_radius: str = MISSING
    time_tolerance: Number = MISSING


@dataclass
class OutputConfig:
    """What a run leaves beside its numbers."""

    fields: str = MISSING  # none | final | all times
    report: bool = MISSING  # with figures and turning points


@dataclass
class SweepConfig:
    """What each run of a sweep may use."""

    time_limit: str | None = MISSING
    memory_limit: str | None = MISSING
    processes: Number = MISSING  # of MPI


@dataclass
class PatientConfig:
    """What both sides of a comparison share."""

    tissue: TissueConfig = MISSING
    nodule: NoduleConfig = MISSING
    drug: DrugConfig = MISSING
    injection: InjectionConfig = MISSING
    schedule: ScheduleConfig = MISSING
    flow: FlowConfig = MISSING
    dissolution: DissolutionConfig = MISSING
    mesh: MeshConfig = MISSING
    target_depth: str | None = None  # null: the nodule's centre
    output: OutputConfig = MISSING
    sweep: SweepConfig = MISSING


@dataclass
class CaseConfig(PatientConfig):
    """A single run."""

    needle: NeedleConfig = MISSING
    technique: TechniqueConfig = MISSING


@dataclass
class SideConfig:
    """One side of a comparison."""

    needle: NeedleConfig = MISSING
    technique: TechniqueConfig = MISSING


@dataclass
class ComparisonConfig(PatientConfig):
    """Two needles, each with its technique, in the same patient."""

    a: SideConfig = MISSING
    b: SideConfig = MISSING


@dataclass
class TreatmentConfig(ComparisonConfig):
    """A comparison in rounds; with `resume` all else is read from that folder."""

    resume: str = MISSING  # folder of a treatment to go on with


@functools.cache
def keys(schema: type) -> tuple[str, ...]:
    """Return the dotted keys of all leaves of a configuration type."""
    found: list[str] = []
    for name, hint in get_type_hints(schema).items():
        found += [f"{name}.{key}" for key in keys(hint)] if is_dataclass(hint) else [name]
    return tuple(found)
