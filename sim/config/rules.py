"""Which values of a configuration go together."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from sim.config.limits import POROSITY, Flat
from sim.materials.soft_tissue import TOUGHNESS_RANGE
from sim.needles.catalogue import OUTER_DIAMETERS


@dataclass(frozen=True)
class Rule:
    """A condition between several keys; `{0[some.key]}` in `allowed` is the value given there."""

    key: str
    holds: Callable[[Flat], bool]
    allowed: str


def fascia(v: Flat) -> float:
    """Return the depth of the fascia (m)."""
    return v["tissue.skin.thickness"] + v["tissue.subcutis.thickness"]


def target(v: Flat) -> float:
    """Return the depth to reach (m), by default the nodule's centre."""
    return v.get("target_depth", v["nodule.depth"] + 0.5 * v["nodule.height"])


def free_length(v: Flat) -> float:
    """Return the needle's length outside the hand (m), by default all of it."""
    return v.get("needle.free_length", v["needle.length"])


def _toughness_rule(layer: str) -> Rule:
    """What the crack in front of the needle is tabulated for."""

    def holds(v: Flat) -> bool:
        radius = 0.5 * v["needle.outer_diameter"]
        ratio = v[f"tissue.{layer}.toughness"] / (v[f"tissue.{layer}.shear_modulus"] * radius)
        low, high = TOUGHNESS_RANGE[v[f"tissue.{layer}.crack"]]
        return low <= ratio <= high

    ranges = " or ".join(
        f"{low:g} to {high:g} ({crack} crack)" for crack, (low, high) in TOUGHNESS_RANGE.items()
    )
    return Rule(
        f"tissue.{layer}.toughness",
        holds,
        f"divided by tissue.{layer}.shear_modulus ({{0[tissue.{layer}.shear_modulus]}}) and the "
        f"needle's radius it must be {ranges}",
    )


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
        "needle.tip.edge_radius",
        lambda v: v["needle.tip.edge_radius"] <= 0.5 * v["needle.outer_diameter"],
        "the point's rounding must not exceed half of needle.outer_diameter "
        "({0[needle.outer_diameter]}); a flat end is needle.tip.angle=90 deg",
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
        "technique.motion",
        lambda v: v["technique.kind"] == "drill" or v["technique.motion"] == "continuous",
        "a push does not turn to and fro; choose technique.motion=continuous or technique=drill",
    ),
    Rule(
        "technique.thread_lead",
        lambda v: "technique.thread_lead" not in v or v["technique.kind"] == "drill",
        "a push does not turn a thread; give null or choose technique=drill",
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
        "technique.thread_lead",
        lambda v: (
            v["nodule.mineral.friction"] * v.get("technique.thread_lead", 0.0)
            < 0.9 * math.pi * v["needle.outer_diameter"]
        ),
        "a thread this steep locks: it must be less than 0.9 pi times needle.outer_diameter "
        "({0[needle.outer_diameter]}) / nodule.mineral.friction ({0[nodule.mineral.friction]})",
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
        f"it must be less than nodule.mineral.solid_density; {POROSITY}",
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
        f"it must be less than nodule.mineral.solid_density; {POROSITY}",
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
        "the target must lie above the fascia, which lies below tissue.skin.thickness "
        "({0[tissue.skin.thickness]}) and tissue.subcutis.thickness "
        "({0[tissue.subcutis.thickness]}); below it nothing is modelled",
    ),
    Rule(
        "target_depth",
        lambda v: target(v) < free_length(v),
        "the target lies beyond the needle's reach: needle.length is {0[needle.length]}, "
        "needle.free_length {0[needle.free_length]}; the default target is the nodule's centre",
    ),
    _toughness_rule("skin"),
    _toughness_rule("subcutis"),
    Rule(
        "injection.volume",
        lambda v: v["injection.volume"] <= v["injection.syringe_volume"] * (1.0 + 1e-12),
        "the syringe holds no more than injection.syringe_volume ({0[injection.syringe_volume]})",
    ),
    Rule(
        "injection.pull_back",
        lambda v: v["injection.pull_back"] < target(v),
        "the needle would leave the skin; give less than target_depth ({0[target_depth]}, which is "
        "the nodule's centre where it is null)",
    ),
    Rule(
        "schedule.rounds",
        lambda v: v["schedule.rounds"] == int(v["schedule.rounds"]),
        "give a whole number",
    ),
    Rule(
        "schedule.interval",
        lambda v: (
            v["schedule.rounds"] <= 1.0
            or v["schedule.interval"] > v["injection.time_limit"] + v["injection.dwell"]
        ),
        "a round must end before the next one begins: it takes up to injection.time_limit "
        "({0[injection.time_limit]}) and injection.dwell ({0[injection.dwell]})",
    ),
    Rule(
        "schedule.shift",
        lambda v: v["schedule.entry"] != "shifted" or v["schedule.shift"] > 0.0,
        "shifted entry points need a distance above 0, or choose schedule.entry=same",
    ),
    Rule(
        "schedule.shift",
        lambda v: (
            v["schedule.entry"] != "shifted"
            or v["schedule.shift"] * (v["schedule.rounds"] - 1.0) < 0.5 * v["nodule.diameter"]
        ),
        "the last of schedule.rounds ({0[schedule.rounds]}) would miss the nodule of "
        "nodule.diameter {0[nodule.diameter]}",
    ),
    Rule(
        "flow.hydrofracture",
        lambda v: v["flow.hydrofracture"] == "none" or v["flow.kind"] == "poroelastic",
        "a crack needs the deforming tissue of flow=poroelastic",
    ),
    Rule(
        "dissolution.solubility_molal",
        lambda v: v["dissolution.solubility_molal"] >= v["dissolution.solubility"],
        "thiosulfate must not lower dissolution.solubility ({0[dissolution.solubility]})",
    ),
    Rule(
        "dissolution.model",
        lambda v: v["dissolution.model"] == "none" or v["drug.thiosulfate"] > 0.0,
        "the drug holds no thiosulfate (drug.thiosulfate {0[drug.thiosulfate]}); give none",
    ),
    Rule(
        "injection.plunger_force_limit",
        lambda v: v["injection.plunger_force_limit"] > v["injection.stopper_friction"],
        "it must exceed injection.stopper_friction ({0[injection.stopper_friction]}), or the "
        "plunger never moves",
    ),
)
