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

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


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
    hub_volume: float = 0.0  # m3, dead volume between syringe and lumen
    lumen_content: Literal["air", "blood", "drug"] = "drug"  # of lumen and hub at the start


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


@dataclass(frozen=True, eq=False)
class MineralLeft:
    """Share of the mineral that is left, on a regular grid over the nodule (bilinear)."""

    r: Array  # (a,) m, increasing
    depth: Array  # (b,) m below the skin's surface, increasing
    share: Array  # (b, a), 0 to 1
    original: float  # kg/m3, the mineral's apparent density before the first round


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
    left: MineralLeft | None = None  # of earlier rounds; `mineral` is then the mean of what is left

    @property
    def centre_depth(self) -> float:
        """Depth of the nodule's centre (m)."""
        return self.depth + 0.5 * self.height


@dataclass(frozen=True)
class Drug:
    name: str
    concentration: float  # kg/m3 (= mg/mL) of the pentahydrate in the syringe
    viscosity: float  # Pa s, in tissue at 37 degC
    injection_viscosity: float  # Pa s, in syringe and needle at room temperature
    density: float  # kg/m3
    diffusivity: float  # m2/s, free solution
    thiosulfate: float = 0.0  # mol of thiosulfate per kg of what `concentration` counts


@dataclass(frozen=True)
class Injection:
    volume: float  # m3, ordered
    rate: float  # m3/s, while the plunger force allows it
    time_limit: float  # s
    syringe_bore: float  # m
    plunger_force_limit: float  # N
    stopper_friction: float  # N
    track_gap: float  # m, clear width of the film between shaft and tissue at no pressure
    threshold_fraction: float  # of the injected concentration: "infiltrated"
    control: Literal["flow", "force"] = "flow"  # the hand keeps the rate, or its largest force
    syringe_volume: float = 1e-6  # m3, what the barrel holds
    track_prestress: float = 0.0  # Pa, that soft tissue presses on the shaft without liquid
    pull_back: float = 0.0  # m that the needle is withdrawn before the injection
    dwell: float = 0.0  # s that it stays in place after the injection
    track: Literal["closes", "leaks"] = "closes"  # what is left of its way once it is out

    @property
    def pressure_limit(self) -> float:
        """Largest gauge pressure the hand can make in the barrel (Pa)."""
        return self.pressure(self.plunger_force_limit)

    def pressure(self, force: float) -> float:
        """Return the gauge pressure in the barrel (Pa) under a force on the plunger (N)."""
        return (force - self.stopper_friction) / (0.25 * math.pi * self.syringe_bore**2)


@dataclass(frozen=True)
class FlowSettings:
    """What the flow during the injection takes into account."""

    kind: Literal["rigid", "poroelastic"] = "rigid"
    hydrofracture: Literal["none", "smeared"] = "none"  # poroelastic: cracks open and conduct
    crushed_zone: Literal["none", "compaction", "cracks", "both"] = "none"
    crack_opening: float = 1e-6  # m, of the micro-cracks in the crushed zone
    crack_spacing: float = 100e-6  # m, between them
    permeability_exponent: float = 0.0  # M of k = k0 exp(M e) in skin and fat, e volume strain


@dataclass(frozen=True)
class Dissolution:
    """The closure that takes mineral away; each is a scenario, none a prediction."""

    model: Literal["none", "equilibrium", "effective_yield", "clinical_fit"] = "none"
    solubility: float = 9e-6  # kg HA per kg of water without thiosulfate; equilibrium
    solubility_molal: float = 43e-6  # the same at 1 mol/kg; linear in between and beyond
    reprecipitation: Literal["no", "yes"] = "no"  # equilibrium
    complex_diffusivity: float = 0.8e-9  # m2/s, dissolved calcium complex in free solution
    rate: float = 1.0 / 3600.0  # 1/s, k_s; effective_yield
    yield_ratio: float = 0.35  # kg HA removed per kg of drug consumed; effective_yield
    removal_rate: float = 0.28 / 604800.0  # 1/s, first order; clinical_fit


@dataclass(frozen=True)
class Schedule:
    follow_up: float  # s after the end of the last injection
    rounds: int = 1
    interval: float = 7 * 86400.0  # s from the start of one round to that of the next
    entry: Literal["same", "shifted"] = "same"
    shift: float = 0.0  # m between the entry points of successive rounds


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
    flow: FlowSettings = FlowSettings()
    dissolution: Dissolution = Dissolution()
