"""The data model: one case is one needle, one technique, one patient, one injection.

Everything here is in SI units (m, kg, s, Pa, N, rad, mol; angles in rad, rotation in rad/s) and
frozen. `sim.config` makes a `Case` out of text with units; the physics reads nothing else.

Coordinates: axisymmetric (r, z), z upward, the skin's surface at z = 0; depth = -z. The needle
lies on the axis. The nodule is an ellipsoid centred on the axis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Steel:
    youngs_modulus: float  # Pa
    poisson_ratio: float
    yield_strength: float  # Pa
    hardness: float  # Pa, indentation hardness


@dataclass(frozen=True)
class Tip:
    """A bevel (`angle` between its plane and the axis) or a cone/trocar (`angle` = half-angle)."""

    kind: Literal["bevel", "trocar"]
    angle: float  # rad
    edge_radius: float  # m, of the rounded point


@dataclass(frozen=True)
class Stylet:
    diameter: float  # m
    protrusion: float  # m beyond the cannula's mouth; the void it leaves when withdrawn


@dataclass(frozen=True)
class Needle:
    name: str
    gauge: int
    kind: Literal["hypodermic", "coaxial"]
    outer_diameter: float  # m
    inner_diameter: float  # m
    length: float  # m, whole tube (Hagen-Poiseuille, dead volume, reach)
    free_length: float  # m, grip or hub to tip at the start (buckling)
    tip: Tip
    steel: Steel
    stylet: Stylet | None = None  # present during insertion, withdrawn for the injection


@dataclass(frozen=True)
class Technique:
    kind: Literal["push", "drill"]
    axial_speed: float  # m/s
    rotation_speed: float  # rad/s, mean magnitude; 0 for push
    motion: Literal["continuous", "oscillating"]
    force_limit: float  # N, the operator's hand
    torque_limit: float  # N m
    cutting_coefficient: float  # Teale's mu_c of the cutting edges; 0: a smooth cone
    incidence_angle: float  # rad, between the needle and the nodule's surface normal
    tip_eccentricity: float  # in outer diameters
    side_force_ratio: float  # zeta: share of the bevel's side force that the needle must carry
    thread_lead: float | None = None  # m per turn of a threaded shaft; None: smooth
    grip_stiffness: float | None = None  # N m/rad, of the hold at the hub or grip; None: clamped


@dataclass(frozen=True)
class SoftLayer:
    thickness: float  # m
    youngs_modulus: float  # Pa
    poisson_ratio: float
    toughness: float  # J/m2, mode-I J_IC for cutting
    shear_modulus: float  # Pa, mu of a one-term Ogden solid
    ogden_exponent: float  # alpha of the same: 2 is neo-Hookean, skin stiffens faster
    crack: Literal["planar", "ring"]  # a sharp tip's mode-I crack, a flat punch's mode-II ring
    friction: float  # Coulomb, steel on this tissue
    porosity: float
    permeability: float  # m2
    diffusion_ratio: float  # D_eff / D_0
    clearance_rate: float  # 1/s, ln 2 / half-life


@dataclass(frozen=True)
class Tissue:
    skin: SoftLayer
    subcutis: SoftLayer  # a rigid fascia lies below it

    @property
    def depth(self) -> float:
        """Depth of the fascia below the skin's surface (m)."""
        return self.skin.thickness + self.subcutis.thickness


@dataclass(frozen=True)
class Mineral:
    """The nodule's material at its (mean) apparent density; every law is already evaluated."""

    density: float  # kg/m3, apparent
    solid_density: float  # kg/m3, pore-free
    porosity: float
    youngs_modulus: float  # Pa
    poisson_ratio: float  # elastic
    crushing_strength: float  # Pa, uniaxial sigma_c
    solid_strength: float  # Pa, pore-free
    strength_decay: float  # b of sigma_c = sigma_solid exp(-b P)
    tensile_strength: float  # Pa
    fracture_toughness: float  # Pa m^0.5, K_IC
    toughness_exponent: float  # n of K_IC = K_dense (1 - P)^n
    foam_shape: float  # alpha of Deshpande-Fleck; 0: von Mises (paste)
    hardening_ratio: float  # hardening modulus / sigma_c
    densification: Literal["capped", "compaction"]  # linear to a cap, or sigma_c of the pores left
    densification_strain: float  # plastic strain beyond which hardening is capped
    friction: float  # Coulomb, steel on this mineral
    wall_pressure_ratio: float  # pressure that stays on the shaft / that of a wall that holds
    permeability: float  # m2
    diffusion_ratio: float  # D_eff / D_0
    clearance_rate: float  # 1/s


@dataclass(frozen=True)
class DensityField:
    """How the apparent density varies inside the nodule, about or below that of its `Mineral`.

    `shell_core`: the mineral's density in a shell of uniform thickness, another one inside it.
    `random`: a Gaussian field about the mineral's density.
    """

    kind: Literal["uniform", "shell_core", "random"]
    core_density: float  # kg/m3; shell_core
    shell_thickness: float  # m, along the surface's normal at the poles; shell_core
    variation: float  # standard deviation / mean; random
    correlation_length: float  # m; random
    seed: int  # random


@dataclass(frozen=True)
class Capsule:
    """A brittle rind of the nodule, stronger than what it encloses until it cracks."""

    thickness: float  # m
    strength_ratio: float  # to the mineral's crushing strength
    fracture_strain: float  # equivalent plastic strain at which it falls back to the mineral's


@dataclass(frozen=True)
class Nodule:
    texture: Literal["stone", "plate", "paste", "net"]
    diameter: float  # m, across
    height: float  # m, along the needle
    depth: float  # m, of its top below the skin's surface
    mineral: Mineral
    fixation: Literal["free", "held", "fixed"]
    fixation_stiffness: float  # N/m, axial, of the holding fingers; used when held
    density_field: DensityField
    capsule: Capsule | None = None

    @property
    def centre_depth(self) -> float:
        """Depth of the nodule's centre (m)."""
        return self.depth + 0.5 * self.height

    @property
    def volume(self) -> float:
        """Volume of the ellipsoid (m3)."""
        return math.pi / 6.0 * self.diameter**2 * self.height


@dataclass(frozen=True)
class Drug:
    name: str
    concentration: float  # kg/m3 (= mg/mL) of the pentahydrate in the syringe
    viscosity: float  # Pa s, in tissue at 37 degC
    injection_viscosity: float  # Pa s, in syringe and needle at room temperature
    density: float  # kg/m3
    diffusivity: float  # m2/s, free solution


@dataclass(frozen=True)
class Injection:
    volume: float  # m3, ordered
    rate: float  # m3/s, while the plunger force allows it
    time_limit: float  # s
    syringe_bore: float  # m
    plunger_force_limit: float  # N
    stopper_friction: float  # N
    track_gap: float  # m, clear width of the film between shaft and tissue
    threshold_fraction: float  # of the injected concentration: "infiltrated"

    @property
    def pressure_limit(self) -> float:
        """Largest gauge pressure the hand can make in the barrel (Pa)."""
        area = 0.25 * math.pi * self.syringe_bore**2
        return (self.plunger_force_limit - self.stopper_friction) / area


@dataclass(frozen=True)
class Schedule:
    follow_up: float  # s after the end of the injection


@dataclass(frozen=True)
class MeshSettings:
    """Resolution; lengths are in units of the tip's radius where they are ratios."""

    tip_size: float  # element size at the source / tip radius
    nodule_size: float  # m, largest element in the nodule
    outer_size: float  # m, largest element elsewhere
    penetration_size: float  # element size on the needle's path / needle radius
    domain_radius: float  # m, outer radius of skin and subcutis
    time_tolerance: float  # transport: error per step / injected mass


@dataclass(frozen=True)
class Case:
    needle: Needle
    technique: Technique
    tissue: Tissue
    nodule: Nodule
    drug: Drug
    injection: Injection
    schedule: Schedule
    mesh: MeshSettings
    target_depth: float  # m below the skin's surface; default the nodule's centre
