"""What a configuration may hold: unit and bounds of every key, choices, and combinations."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.needles.catalogue import OUTER_DIAMETERS
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


@dataclass(frozen=True)
class Rule:
    """A condition between several keys; `{0[some.key]}` in `allowed` is the value given there."""

    key: str
    holds: Callable[[Flat], bool]
    allowed: str


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
_DENSITY = "the porosity 1 - density/solid_density must lie inside (0, 1)"

_GROUPS: dict[str, dict[str, Limit]] = {
    "needle": {
        "gauge": Limit("", "10", "34", "the catalogue's gauges"),
        "outer_diameter": Limit("m", "0.1 mm", "5 mm"),
        "inner_diameter": Limit("m", "0.02 mm", "5 mm"),
        "length": Limit("m", "2 mm", "300 mm"),
        "free_length": Limit("m", "2 mm", "300 mm", null="the needle's length"),
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
        "mineral.density": Limit("kg/m**3", "0.05 g/cm**3", "3.15 g/cm**3", _DENSITY),
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
        "viscosity": Limit("Pa*s", "0.1 mPa*s", "100 mPa*s"),
        "injection_viscosity": Limit("Pa*s", "0.1 mPa*s", "100 mPa*s"),
        "density": Limit("kg/m**3", "900 kg/m**3", "2000 kg/m**3"),
        "diffusivity": Limit("m**2/s", "1e-12 m**2/s", "1e-8 m**2/s"),
    },
    "injection": {
        "volume": Limit("m**3", "0.001 mL", "20 mL"),
        "rate": Limit("m**3/s", "0.001 mL/min", "60 mL/min"),
        "time_limit": Limit("s", "1 s", "3600 s"),
        "syringe_bore": Limit("m", "1 mm", "40 mm"),
        "plunger_force_limit": Limit("N", "0.1 N", "500 N"),
        "stopper_friction": Limit("N", "0 N", "100 N"),
        "track_gap": Limit("m", "0 um", "100 um"),
        "threshold_fraction": Limit("", "0.001", "0.999"),
    },
    "schedule": {"follow_up": Limit("s", "1 min", "60 day")},
    "mesh": {
        "tip_size": Limit("", "0.02", "0.5", "in tip radii"),
        "nodule_size": Limit("m", "0.05 mm", "5 mm"),
        "outer_size": Limit("m", "0.1 mm", "20 mm"),
        "penetration_size": Limit("", "0.03", "0.34", "in needle radii"),
        "domain_radius": Limit("m", "5 mm", "200 mm"),
        "time_tolerance": Limit("", "1e-6", "0.05"),
    },
}

LIMITS: dict[str, Limit] = {
    "target_depth": Limit("m", "0.2 mm", "60 mm", null="the nodule's centre"),
    **{f"{group}.{key}": limit for group, keys in _GROUPS.items() for key, limit in keys.items()},
}

CHOICES: dict[str, tuple[str, ...]] = {
    "needle.kind": ("hypodermic", "coaxial"),
    "needle.tip.kind": ("bevel", "trocar"),
    "technique.kind": ("push", "drill"),
    "technique.motion": ("continuous", "oscillating"),
    "nodule.texture": ("stone", "plate", "paste", "net"),
    "nodule.fixation": ("free", "held", "fixed"),
    "nodule.density_field.kind": ("uniform", "shell_core", "random"),
    "nodule.mineral.densification": ("capped", "compaction"),
    "tissue.skin.crack": ("planar", "ring"),
    "tissue.subcutis.crack": ("planar", "ring"),
}

NAME = re.compile(r"\w[\w .+-]{0,29}")  # of an option: names folders and columns


def fascia(v: Flat) -> float:
    """Return the depth of the fascia (m)."""
    return v["tissue.skin.thickness"] + v["tissue.subcutis.thickness"]


def target(v: Flat) -> float:
    """Return the depth to reach (m), by default the nodule's centre."""
    return v.get("target_depth", v["nodule.depth"] + 0.5 * v["nodule.height"])


def free_length(v: Flat) -> float:
    """Return the needle's length outside the hand (m), by default all of it."""
    return v.get("needle.free_length", v["needle.length"])


def _lead(v: Flat) -> float:
    """Return the advance per turn (m)."""
    return 2.0 * math.pi * v["technique.axial_speed"] / max(v["technique.rotation_speed"], 1e-30)


def _smallest(v: Flat) -> float:
    """Return the nodule's smallest extent (m)."""
    return min(v["nodule.diameter"], v["nodule.height"])


_MARGIN = 0.2e-3  # m, smallest layer of tissue that is meshed between the nodule and the fascia

RULES: tuple[Rule, ...] = (
    Rule(
        "needle.gauge",
        lambda v: v["needle.gauge"] in OUTER_DIAMETERS,
        "give a whole number from 10 to 34",
    ),
    Rule(
        "needle.outer_diameter",
        lambda v: (
            abs(1e3 * v["needle.outer_diameter"] / OUTER_DIAMETERS[int(v["needle.gauge"])] - 1.0)
            <= 0.1
        ),
        "it must be within 10 % of the nominal diameter of needle.gauge ({0[needle.gauge]}); for "
        "another gauge choose another needle",
    ),
    Rule(
        "needle.inner_diameter",
        lambda v: v["needle.inner_diameter"] < v["needle.outer_diameter"],
        "it must be less than needle.outer_diameter ({0[needle.outer_diameter]})",
    ),
    Rule(
        "needle.stylet.diameter",
        lambda v: v.get("needle.stylet.diameter", 0.0) < v["needle.inner_diameter"],
        "it must be less than needle.inner_diameter ({0[needle.inner_diameter]})",
    ),
    Rule(
        "needle.free_length",
        lambda v: free_length(v) <= v["needle.length"],
        "it must not exceed needle.length ({0[needle.length]})",
    ),
    Rule(
        "needle.stylet.diameter",
        lambda v: ("needle.stylet.diameter" in v) == (v["needle.kind"] == "coaxial"),
        "a coaxial needle has a stylet and a hypodermic one has none",
    ),
    Rule(
        "needle.stylet.protrusion",
        lambda v: ("needle.stylet.protrusion" in v) == ("needle.stylet.diameter" in v),
        "a stylet has a diameter and a protrusion",
    ),
    Rule(
        "technique.rotation_speed",
        lambda v: (v["technique.rotation_speed"] > 0.0) == (v["technique.kind"] == "drill"),
        "a drill turns and a push does not; choose technique=drill or technique=push",
    ),
    Rule(
        "technique.kind",
        lambda v: v["technique.kind"] == "push" or v["needle.tip.kind"] == "trocar",
        "a hypodermic bevel would bore a cone of its whole width when it turns; drill with a "
        "trocar, e.g. needle=14G_coaxial, or choose technique=push",
    ),
    Rule(
        "technique.thread_lead",
        lambda v: "technique.thread_lead" not in v or v["technique.motion"] == "continuous",
        "a thread needs technique.motion=continuous: turning back unscrews it",
    ),
    Rule(
        "technique.thread_lead",
        lambda v: (
            "technique.thread_lead" not in v
            or abs(_lead(v) / v["technique.thread_lead"] - 1.0) <= 0.01
        ),
        "a thread advances by its lead every turn: technique.axial_speed "
        "({0[technique.axial_speed]}) must be the lead times technique.rotation_speed "
        "({0[technique.rotation_speed]})",
    ),
    Rule(
        "nodule.density_field.variation",
        lambda v: (
            v["nodule.density_field.kind"] != "random" or v["nodule.density_field.variation"] > 0.0
        ),
        "an empty field: a random density needs a variation above 0, or choose "
        "nodule.density_field.kind=uniform",
    ),
    Rule(
        "nodule.density_field.shell_thickness",
        lambda v: (
            v["nodule.density_field.kind"] != "shell_core"
            or v["nodule.density_field.shell_thickness"] < 0.5 * _smallest(v)
        ),
        "an empty field: the shell leaves no core in a nodule of nodule.diameter "
        "{0[nodule.diameter]} and nodule.height {0[nodule.height]}",
    ),
    Rule(
        "nodule.density_field.core_density",
        lambda v: (
            v["nodule.density_field.kind"] != "shell_core"
            or v["nodule.density_field.core_density"] <= 0.999 * v["nodule.mineral.solid_density"]
        ),
        f"it must be less than nodule.mineral.solid_density; {_DENSITY}",
    ),
    Rule(
        "nodule.density_field.seed",
        lambda v: v["nodule.density_field.seed"] == int(v["nodule.density_field.seed"]),
        "give a whole number",
    ),
    Rule(
        "nodule.capsule.thickness",
        lambda v: v.get("nodule.capsule.thickness", 0.0) < 0.5 * _smallest(v),
        "the capsule leaves nothing inside a nodule of nodule.diameter {0[nodule.diameter]} and "
        "nodule.height {0[nodule.height]}",
    ),
    Rule(
        "nodule.mineral.density",
        lambda v: v["nodule.mineral.density"] <= 0.999 * v["nodule.mineral.solid_density"],
        f"it must be less than nodule.mineral.solid_density; {_DENSITY}",
    ),
    Rule(
        "nodule.depth",
        lambda v: v["nodule.depth"] + v["nodule.height"] <= fascia(v) - _MARGIN,
        "the nodule (nodule.height {0[nodule.height]}) must end 0.2 mm above the fascia, which "
        "lies below tissue.skin.thickness ({0[tissue.skin.thickness]}) and "
        "tissue.subcutis.thickness ({0[tissue.subcutis.thickness]}); make it smaller or shallower",
    ),
    Rule(
        "nodule.diameter",
        lambda v: v["nodule.diameter"] <= 1.6 * v["mesh.domain_radius"],
        "the nodule's radius must be at most 0.8 mesh.domain_radius ({0[mesh.domain_radius]})",
    ),
    Rule(
        "nodule.diameter",
        lambda v: v["nodule.diameter"] >= 2.0 * v["needle.outer_diameter"],
        "the nodule must be at least twice as wide as needle.outer_diameter "
        "({0[needle.outer_diameter]})",
    ),
    Rule(
        "target_depth",
        lambda v: target(v) < fascia(v) - _MARGIN,
        "the target must lie above the fascia, below which nothing is modelled",
    ),
    Rule(
        "target_depth",
        lambda v: target(v) < free_length(v),
        "the target lies beyond the needle's reach: needle.length is {0[needle.length]}, "
        "needle.free_length {0[needle.free_length]}; the default target is the nodule's centre",
    ),
    Rule(
        "injection.plunger_force_limit",
        lambda v: v["injection.plunger_force_limit"] > v["injection.stopper_friction"],
        "it must exceed injection.stopper_friction ({0[injection.stopper_friction]}), or the "
        "plunger never moves",
    ),
)
