"""What a configuration may hold: unit and bounds of every key, and the choices."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.units import to_si

# Dotted key -> SI value or choice; a key that is null is left out.
Flat = Mapping[str, Any]


@dataclass(frozen=True)
class Limit:
    """Unit of a key in the `Case` and the bounds, inclusive, between which it makes sense."""

    unit: str
    low: str
    high: str
    why: str = ""
    null: str = ""  # what null means; empty: null is refused
    above: bool = False  # the low bound itself is refused

    @functools.cached_property
    def bounds(self) -> tuple[float, float]:
        """The bounds in SI."""
        return to_si(self.low, self.unit), to_si(self.high, self.unit)

    @property
    def allowed(self) -> str:
        """One sentence on what is allowed."""
        text = f"give a value {'above' if self.above else 'from'} {self.low} "
        text += f"and at most {self.high}" if self.above else f"to {self.high}"
        text += f", or null for {self.null}" if self.null else ""
        return f"{text} ({self.why})" if self.why else text


def _layer(thickest: str) -> dict[str, Limit]:
    return {
        "thickness": Limit("m", "0.2 mm", thickest),
        "youngs_modulus": Limit("Pa", "0.1 kPa", "200 MPa"),
        "poisson_ratio": _POISSON,
        "toughness": Limit("J/m**2", "1 J/m**2", "50 kJ/m**2"),
        "shear_modulus": Limit("Pa", "0.05 kPa", "50 MPa"),
        "ogden_exponent": Limit("", "2", "12", "2 is neo-Hookean"),
        "friction": _FRICTION,
        "porosity": Limit("", "0.01", "0.95"),
        "permeability": Limit("m**2", "1e-20 m**2", "1e-8 m**2"),
        "diffusion_ratio": _RATIO,
        "clearance_half_life": _HALF_LIFE,
    }


_POISSON = Limit("", "0", "0.49", "displacement elements lock at 0.5")
_FRICTION = Limit("", "0", "1")
_RATIO = Limit("", "0.001", "1", "a fraction of its value in free solution")
_HALF_LIFE = Limit("s", "1 s", "365 day", null="no clearance")
POROSITY = "the porosity 1 - density/solid_density must lie inside (0, 1)"

_GROUPS: dict[str, dict[str, Limit]] = {
    "needle": {
        "gauge": Limit("", "10", "34", "the catalogue's gauges"),
        "outer_diameter": Limit("m", "0.1 mm", "5 mm"),
        "inner_diameter": Limit("m", "0.02 mm", "5 mm"),
        "length": Limit("m", "2 mm", "300 mm"),
        "free_length": Limit("m", "2 mm", "300 mm", null="the needle's length"),
        "hub_volume": Limit("m**3", "0 uL", "1 mL"),
        "tip.angle": Limit("rad", "5 deg", "90 deg", above=True),
        "tip.edge_radius": Limit("m", "0.1 um", "500 um"),
        "steel.youngs_modulus": Limit("Pa", "1 GPa", "1000 GPa"),
        "steel.poisson_ratio": _POISSON,
        "steel.yield_strength": Limit("Pa", "0.01 GPa", "5 GPa"),
        "steel.hardness": Limit("Pa", "0.1 GPa", "30 GPa"),
        "stylet.diameter": Limit("m", "0.02 mm", "5 mm", null="no stylet"),
        "stylet.protrusion": Limit("m", "0 mm", "20 mm", null="no stylet"),
    },
    "technique": {
        "axial_speed": Limit("m/s", "0.001 mm/s", "100 mm/s", "inertia is left out"),
        "rotation_speed": Limit("rad/s", "0 rev/s", "50 rev/s", "heating is left out"),
        "force_limit": Limit("N", "0.1 N", "1000 N"),
        "torque_limit": Limit("N*m", "0.001 N*m", "10 N*m"),
        "cutting_coefficient": Limit("", "0", "1"),
        "incidence_angle": Limit("rad", "0 deg", "60 deg"),
        "tip_eccentricity": Limit("", "0", "0.5", "in outer diameters: the tip lies on the tube"),
        "side_force_ratio": Limit("", "0", "1"),
        "grip_stiffness": Limit("N*m/rad", "0.001 N*m/rad", "1000 N*m/rad", null="a clamped grip"),
        "thread_lead": Limit("m", "0.05 mm", "10 mm", null="a smooth shaft"),
    },
    "tissue.skin": _layer("6 mm"),
    "tissue.subcutis": _layer("60 mm"),
    "nodule": {
        "diameter": Limit("m", "1 mm", "50 mm"),
        "height": Limit("m", "0.5 mm", "40 mm"),
        "depth": Limit("m", "0.2 mm", "40 mm", "tissue covers the nodule"),
        "fixation_stiffness": Limit("N/m", "0.01 N/mm", "1000 N/mm"),
        "density_field.core_density": Limit("kg/m**3", "0.05 g/cm**3", "3.15 g/cm**3"),
        "density_field.shell_thickness": Limit("m", "0.05 mm", "20 mm"),
        "density_field.variation": Limit("", "0", "0.5", "standard deviation / mean"),
        "density_field.correlation_length": Limit("m", "0.1 mm", "50 mm"),
        "density_field.seed": Limit("", "0", "4294967295"),
        "capsule.thickness": Limit("m", "0.02 mm", "5 mm", null="no capsule"),
        "capsule.strength_ratio": Limit("", "1", "10"),
        "capsule.fracture_strain": Limit("", "0.001", "1"),
        "mineral.density": Limit("kg/m**3", "0.05 g/cm**3", "3.15 g/cm**3", POROSITY),
        "mineral.solid_density": Limit("kg/m**3", "2.5 g/cm**3", "3.5 g/cm**3"),
        "mineral.solid_strength": Limit("Pa", "1 MPa", "5 GPa"),
        "mineral.strength_decay": Limit("", "0", "10"),
        "mineral.crushing_strength": Limit("Pa", "10 Pa", "5 GPa", null="the law of porosity"),
        "mineral.modulus_ratio": Limit("", "5", "2000"),
        "mineral.poisson_ratio": _POISSON,
        "mineral.plastic_poisson_ratio": Limit("", "0", "0.5"),
        "mineral.hardening_ratio": Limit("", "0", "20"),
        "mineral.densification_factor": Limit("", "0.1", "3"),
        "mineral.tensile_ratio": Limit("", "0.001", "1"),
        "mineral.dense_toughness": Limit("Pa*m**0.5", "0.01 MPa*m**0.5", "20 MPa*m**0.5"),
        "mineral.toughness_exponent": Limit("", "0", "4"),
        "mineral.friction": _FRICTION,
        "mineral.wall_pressure_ratio": Limit("", "0", "1"),
        "mineral.crystal_size": Limit("m", "10 nm", "100 um"),
        "mineral.diffusion_ratio": _RATIO,
        "mineral.clearance_half_life": _HALF_LIFE,
    },
    "drug": {
        "concentration": Limit("kg/m**3", "0.1 mg/mL", "700 mg/mL", "soluble at 20 degC"),
        "viscosity": Limit("Pa*s", "0.1 mPa*s", "100 mPa*s", null="the salt's law at 37 degC"),
        "injection_viscosity": Limit(
            "Pa*s", "0.1 mPa*s", "100 mPa*s", null="the salt's law at injection.temperature"
        ),
        "density": Limit(
            "kg/m**3", "900 kg/m**3", "2000 kg/m**3", null="the salt's law at 37 degC"
        ),
        "diffusivity": Limit("m**2/s", "1e-12 m**2/s", "1e-8 m**2/s"),
        "thiosulfate": Limit(
            "mol/kg", "0 mol/kg", "7 mol/kg", "anhydrous: 6.32, no thiosulfate: 0"
        ),
    },
    "injection": {
        "volume": Limit("m**3", "0.001 mL", "20 mL"),
        "rate": Limit("m**3/s", "0.001 mL/min", "60 mL/min"),
        "time_limit": Limit("s", "1 s", "3600 s"),
        "syringe_bore": Limit("m", "1 mm", "40 mm"),
        "plunger_force_limit": Limit("N", "0.1 N", "500 N"),
        "stopper_friction": Limit("N", "0 N", "100 N"),
        "temperature": Limit("K", "5 degC", "50 degC"),
        "syringe_volume": Limit("m**3", "0.1 mL", "100 mL"),
        "track_gap": Limit("m", "0 um", "100 um"),
        "track_prestress": Limit("Pa", "0 kPa", "500 kPa"),
        "pull_back": Limit("m", "0 mm", "30 mm"),
        "dwell": Limit("s", "0 s", "3600 s"),
        "threshold_fraction": Limit("", "0.001", "0.999", "of the injected concentration"),
    },
    "schedule": {
        "rounds": Limit("", "1", "20"),
        "interval": Limit("s", "1 hour", "60 day"),
        "shift": Limit("m", "0 mm", "20 mm"),
        "follow_up": Limit("s", "1 min", "365 day"),
    },
    "flow": {
        "crack_opening": Limit("m", "0.01 um", "50 um"),
        "crack_spacing": Limit("m", "1 um", "10 mm"),
        "permeability_exponent": Limit("", "0", "20"),
    },
    "dissolution": {
        "solubility": Limit("", "0 mg/kg", "1 g/kg", "hydroxyapatite per water"),
        "solubility_molal": Limit("", "0 mg/kg", "100 g/kg", "hydroxyapatite per water"),
        "complex_diffusivity": Limit("m**2/s", "1e-12 m**2/s", "1e-8 m**2/s"),
        "rate": Limit("1/s", "0 1/hour", "1e6 1/hour"),
        "yield_ratio": Limit("", "1e-5", "10", "mineral removed / drug consumed"),
        "removal_rate": Limit("1/s", "0 1/week", "10 1/week"),
    },
    "mesh": {
        "tip_size": Limit("", "0.02", "0.5", "in tip radii"),
        "nodule_size": Limit("m", "0.05 mm", "5 mm"),
        "outer_size": Limit("m", "0.1 mm", "20 mm"),
        "penetration_size": Limit("", "0.03", "0.34", "in needle radii"),
        "domain_radius": Limit("m", "5 mm", "200 mm"),
        "time_tolerance": Limit("", "1e-6", "0.05"),
    },
    "sweep": {
        "time_limit": Limit("s", "1 s", "60 day", null="as long as it takes"),
        "memory_limit": Limit("byte", "100 MB", "10000 GB", null="as much as it takes"),
        "processes": Limit("", "1", "1000"),
    },
}

LIMITS: dict[str, Limit] = {
    "target_depth": Limit("m", "0.2 mm", "60 mm", null="the nodule's centre"),
    **{f"{group}.{key}": limit for group, keys in _GROUPS.items() for key, limit in keys.items()},
}

CHOICES: dict[str, tuple[str, ...]] = {
    "needle.kind": ("hypodermic", "coaxial"),
    "needle.tip.kind": ("bevel", "trocar"),
    "needle.lumen_content": ("air", "blood", "drug"),
    "technique.kind": ("push", "drill"),
    "technique.motion": ("continuous", "oscillating"),
    "nodule.texture": ("stone", "plate", "paste", "net"),
    "nodule.fixation": ("free", "held", "fixed"),
    "nodule.density_field.kind": ("uniform", "shell_core", "random"),
    "nodule.mineral.densification": ("capped", "compaction"),
    "drug.salt": ("sodium_thiosulfate", "sodium_chloride"),
    "injection.control": ("flow", "force"),
    "injection.track": ("closes", "leaks"),
    "schedule.entry": ("same", "shifted"),
    "flow.kind": ("rigid", "poroelastic"),
    "flow.hydrofracture": ("none", "smeared"),
    "flow.crushed_zone": ("none", "compaction", "cracks", "both"),
    "output.fields": ("none", "final", "all"),
    "dissolution.model": ("none", "equilibrium", "effective_yield", "clinical_fit"),
    "dissolution.reprecipitation": ("no", "yes"),
    "tissue.skin.crack": ("planar", "ring"),
    "tissue.subcutis.crack": ("planar", "ring"),
}

NAME = re.compile(r"\w[\w .+-]{0,29}")  # of an option: names folders and columns


def allowed(key: str) -> str:
    """Return one sentence on what a key may hold, "" where nothing is laid down for it."""
    if key in CHOICES:
        return "choose one of " + ", ".join(CHOICES[key])
    return LIMITS[key].allowed if key in LIMITS else ""
