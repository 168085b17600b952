"""What of a case a stage does not depend on: for the keys of its results, and for variations.

A test follows both stages' reading and fails where one reads what is said here not to matter.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

from sim.case import Case

_LAYERS = ("tissue.skin", "tissue.subcutis")
UNUSED: dict[str, frozenset[str]] = {  # stage -> dotted fields of a case, with all below them
    "insertion": frozenset(
        {
            *(f"needle.{x}" for x in ("name", "gauge", "kind", "length")),
            *(f"needle.{x}" for x in ("hub_volume", "lumen_content")),
            "technique.kind",
            *(
                f"{layer}.{x}"
                for layer in _LAYERS
                for x in ("porosity", "permeability", "diffusion_ratio", "clearance_rate")
            ),
            "nodule.texture",
            *(f"nodule.mineral.{x}" for x in ("permeability", "diffusion_ratio", "clearance_rate")),
            *("drug", "injection", "schedule", "flow", "dissolution"),
            *(f"mesh.{x}" for x in ("tip_size", "nodule_size", "outer_size", "time_tolerance")),
        }
    ),
    "infiltration": frozenset(
        {
            *(f"needle.{x}" for x in ("name", "gauge", "steel", "free_length", "tip.edge_radius")),
            "technique",
            *(
                f"{layer}.{x}"
                for layer in _LAYERS
                for x in ("toughness", "ogden_exponent", "crack", "friction")
            ),
            *(f"nodule.{x}" for x in ("fixation", "fixation_stiffness", "capsule")),
            *(f"nodule.mineral.{x}" for x in ("crushing_strength", "solid_strength")),
            *(f"nodule.mineral.{x}" for x in ("foam_shape", "hardening_ratio", "densification")),
            *(f"nodule.mineral.{x}" for x in ("friction", "wall_pressure_ratio")),
            *("drug.name", "injection.syringe_volume"),
            *(f"schedule.{x}" for x in ("rounds", "interval", "entry", "shift")),
            "mesh.penetration_size",
            "target_depth",  # what counts is how far the needle came
        }
    ),
}

ARRIVAL = (  # what of an insertion the infiltration depends on
    "outcome",
    "reached_depth",
    "depth_in_nodule",
    "core_length",
    "core_retention",
    "crushed",
)


def alike(stage: str, case: Case, default: Case) -> Case:
    """Return `case` with everything at `default` that the stage does not depend on."""
    return _mixed(case, default, UNUSED[stage])


def used(stage: str, case: Case) -> dict[str, object]:
    """Return {dotted field: value} of all that the stage depends on."""
    return _used(case, UNUSED[stage])


def _mixed[T](some: T, rest: T, unused: frozenset[str], at: str = "") -> T:
    changes = {}
    for field in fields(some):
        name, own, other = field.name, getattr(some, field.name), getattr(rest, field.name)
        if at + name in unused:
            changes[name] = other
        elif is_dataclass(own) and is_dataclass(other):
            changes[name] = _mixed(own, other, unused, f"{at}{name}.")
    return replace(some, **changes)


def _used(part: object, unused: frozenset[str], at: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for field in fields(part):
        name, value = at + field.name, getattr(part, field.name)
        if name in unused:
            continue
        found |= _used(value, unused, f"{name}.") if is_dataclass(value) else {name: value}
    return found
