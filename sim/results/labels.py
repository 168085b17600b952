"""Inputs in plain words: one place for the report and the figures."""

from __future__ import annotations

_LAYER = {
    "thickness": "thickness",
    "youngs_modulus": "Young's modulus",
    "poisson_ratio": "Poisson's ratio",
    "toughness": "toughness against cutting",
    "shear_modulus": "shear modulus",
    "ogden_exponent": "stiffening with stretch (Ogden's exponent)",
    "crack": "crack before the tip",
    "friction": "friction on steel",
    "porosity": "porosity",
    "permeability": "permeability",
    "diffusion_ratio": "diffusivity (share of the free one)",
    "clearance_half_life": "clearance half-life",
}
LABELS = {
    "needle.outer_diameter": "needle's outer diameter",
    "needle.inner_diameter": "needle's inner diameter",
    "needle.length": "needle's length",
    "needle.free_length": "needle's free length",
    "needle.tip.angle": "tip's angle",
    "needle.tip.edge_radius": "tip's edge radius",
    "needle.steel.youngs_modulus": "steel's Young's modulus",
    "needle.steel.poisson_ratio": "steel's Poisson's ratio",
    "needle.steel.yield_strength": "steel's yield strength",
    "needle.steel.hardness": "steel's hardness",
    "needle.stylet.diameter": "stylet's diameter",
    "needle.stylet.protrusion": "stylet's protrusion",
    "technique.axial_speed": "axial speed",
    "technique.rotation_speed": "rotation speed",
    "technique.cutting_coefficient": "cutting edges' friction coefficient",
    "technique.incidence_angle": "tilt of the nodule's surface",
    "technique.tip_eccentricity": "eccentricity of the tip's force",
    "technique.side_force_ratio": "side force the needle must carry (share of the bevel's)",
    "technique.thread_lead": "lead of the shaft's thread",
    "technique.grip_stiffness": "stiffness of the grip",
    "technique.force_limit": "hand's force limit",
    "technique.torque_limit": "hand's torque limit",
    **{f"tissue.skin.{key}": f"skin's {words}" for key, words in _LAYER.items()},
    **{f"tissue.subcutis.{key}": f"fat's {words}" for key, words in _LAYER.items()},
    "nodule.diameter": "nodule's diameter",
    "nodule.height": "nodule's height",
    "nodule.depth": "nodule's depth below the skin",
    "nodule.fixation": "nodule's fixation",
    "nodule.fixation_stiffness": "stiffness of the holding fingers",
    "nodule.density_field.kind": "density in the nodule",
    "nodule.density_field.core_density": "core's density",
    "nodule.density_field.shell_thickness": "shell's thickness",
    "nodule.density_field.variation": "variation of the density",
    "nodule.density_field.correlation_length": "correlation length of the density",
    "nodule.capsule.thickness": "capsule's thickness",
    "nodule.capsule.strength_ratio": "capsule's strength / mineral's",
    "nodule.capsule.fracture_strain": "capsule's fracture strain",
    "nodule.mineral.density": "mineral's density",
    "nodule.mineral.solid_density": "density of the pore-free mineral",
    "nodule.mineral.solid_strength": "strength of the pore-free mineral",
    "nodule.mineral.strength_decay": "decay of strength with porosity",
    "nodule.mineral.crushing_strength": "mineral's crushing strength",
    "nodule.mineral.modulus_ratio": "mineral's modulus / crushing strength",
    "nodule.mineral.poisson_ratio": "mineral's Poisson's ratio",
    "nodule.mineral.plastic_poisson_ratio": "mineral's plastic Poisson's ratio",
    "nodule.mineral.hardening_ratio": "mineral's hardening / crushing strength",
    "nodule.mineral.densification": "law of the mineral's densification",
    "nodule.mineral.densification_factor": "mineral's densification strain (factor)",
    "nodule.mineral.tensile_ratio": "mineral's tensile / crushing strength",
    "nodule.mineral.dense_toughness": "fracture toughness of the pore-free mineral",
    "nodule.mineral.toughness_exponent": "exponent of toughness with density",
    "nodule.mineral.friction": "mineral's friction on steel",
    "nodule.mineral.wall_pressure_ratio": "share of the wall's pressure on the shaft",
    "nodule.mineral.diffusion_ratio": "mineral's diffusivity (share of the free one)",
    "nodule.mineral.crystal_size": "mineral's crystal size",
    "nodule.mineral.clearance_half_life": "clearance half-life in the mineral",
    "drug.concentration": "drug's concentration",
    "drug.viscosity": "drug's viscosity in tissue",
    "drug.injection_viscosity": "drug's viscosity in the syringe",
    "drug.density": "drug's density",
    "drug.diffusivity": "drug's free diffusivity",
    "injection.volume": "ordered volume",
    "injection.rate": "injection rate",
    "injection.time_limit": "time limit of the injection",
    "injection.syringe_bore": "syringe's bore",
    "injection.plunger_force_limit": "hand's force limit on the plunger",
    "injection.stopper_friction": "friction of the stopper",
    "injection.track_gap": "gap along the needle",
    "injection.threshold_fraction": "concentration that counts as infiltrated (share)",
    "schedule.follow_up": "follow-up",
}

_TYPESET = {"m**0.5": "√m", "**2": "²", "**3": "³", "*": "·", " um": " µm", " deg": "°"}


def label(key: str) -> str:
    """Return an input's name in plain words; a key that has none as it is."""
    return LABELS.get(key, key)


def typeset(quantity: str) -> str:
    """Return a quantity as people write it: ``1.6 g/cm**3`` as 1.6 g/cm³."""
    for plain, printed in _TYPESET.items():
        quantity = quantity.replace(plain, printed)
    return quantity
