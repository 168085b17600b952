"""The four clinical textures of a calcinosis (Bartoli 2016): geometry, density, holding.

Simplification: every nodule is an ellipsoid of revolution about the needle's axis.
"""

from __future__ import annotations

from sim.materials.mineral import CONSTANTS, PASTE_CRYSTALS, PASTE_STRENGTH, STONE_CRYSTALS
from sim.materials.value import Tree, Value

_DEPTH = Value("2.5 mm", "assumption; visible nodules lie shallow", "A", "1 mm", "6 mm")
_HELD = {
    "fixation": Value("held", "assumption: two fingers hold the nodule", "A", "free", "fixed"),
    "fixation_stiffness": Value("5 N/mm", "assumption", "A", "1 N/mm", "20 N/mm"),
}
_DENSE = Value(
    "1.6 g/cm**3",
    "between whole deposits by qBSE (2.4-2.7 g/cm3, Eidelman 2009) and fragmented mineralization",
    "L",
    "0.8 g/cm**3",
    "1.9 g/cm**3",
)
_STONE_DIAMETER = Value(
    "15 mm",
    "typical lesion on X-ray, about 1.5 cm; < 3 cm in topical-STS trials",
    "M",
    "3 mm",
    "30 mm",
)
_STONE_HEIGHT = Value("10 mm", "assumption: flattened by the skin", "A", "6 mm", "10.5 mm")
_FIELD: Tree = {
    "density_field": {
        "kind": Value(
            "uniform", "assumption; deposits are continuous or fragmented, Eidelman 2009", "A"
        ),
        "core_density": Value(
            "1.0 g/cm**3", "assumption: half-empty core; used by shell_core", "A"
        ),
        "shell_thickness": Value("2 mm", "assumption; used by shell_core", "A"),
        "variation": Value("0.15", "assumption: standard deviation / mean; used by random", "A"),
        "correlation_length": Value("1 mm", "assumption; used by random", "A"),
        "seed": 1,
    },
    "capsule": {
        "thickness": None,
        "strength_ratio": Value("2", "assumption: a rind of twice the strength", "A"),
        "fracture_strain": Value("0.02", "assumption: brittle", "A"),
    },
}
_BY_LAW = {"crushing_strength": None, "clearance_half_life": None}


def _mineral(density: Value, crystals: Value, **other: Value) -> Tree:
    return {"density": density, **CONSTANTS, "crystal_size": crystals, **_BY_LAW, **other}


TEXTURES: dict[str, Tree] = {
    "stone": {
        "texture": "stone",
        "diameter": _STONE_DIAMETER,
        "height": _STONE_HEIGHT,
        "depth": _DEPTH,
        **_HELD,
        **_FIELD,
        "mineral": _mineral(_DENSE, STONE_CRYSTALS),
    },
    "plate": {
        "texture": "plate",
        "diameter": Value("20 mm", "assumption: a flat sheet", "A", "10 mm", "30 mm"),
        "height": Value("3 mm", "assumption: a flat sheet", "A", "1.5 mm", "5 mm"),
        "depth": _DEPTH,
        **_HELD,
        **_FIELD,
        "mineral": _mineral(_DENSE, STONE_CRYSTALS),
    },
    "paste": {
        "texture": "paste",
        "diameter": _STONE_DIAMETER,
        "height": _STONE_HEIGHT,
        "depth": _DEPTH,
        **_HELD,
        **_FIELD,
        "mineral": _mineral(
            Value("0.45 g/cm**3", "assumption: mousse", "A", "0.3 g/cm**3", "0.6 g/cm**3"),
            PASTE_CRYSTALS,
            crushing_strength=PASTE_STRENGTH,
            plastic_poisson_ratio=Value("0.5", "a yield-stress fluid is incompressible", "M"),
            poisson_ratio=Value("0.45", "assumption: nearly incompressible", "A"),
            hardening_ratio=Value("0", "a yield-stress fluid does not harden", "M"),
        ),
    },
    "net": {
        "texture": "net",
        "diameter": Value("20 mm", "assumption", "A", "10 mm", "30 mm"),
        "height": Value("6 mm", "assumption", "A", "3 mm", "9 mm"),
        "depth": _DEPTH,
        **_HELD,
        **_FIELD,
        "mineral": _mineral(
            Value(
                "0.8 g/cm**3",
                "assumption: reticular, mean over struts and gaps",
                "A",
                "0.5 g/cm**3",
                "1.2 g/cm**3",
            ),
            STONE_CRYSTALS,
        ),
    },
}
