"""The groups of the configuration and their options, each a tree of catalogue values."""

from __future__ import annotations

from collections.abc import Iterator

from sim.dissolution.catalogue import DISSOLUTIONS
from sim.flow.catalogue import FLOWS
from sim.images.catalogue import IMAGE
from sim.materials.nodule import TEXTURES
from sim.materials.soft_tissue import SITES
from sim.materials.solution import DRUGS
from sim.materials.value import Tree, Value
from sim.needles.catalogue import NEEDLES
from sim.needles.hand import INJECTIONS, SCHEDULES, TECHNIQUES

# Numerical resolution: no physical values, hence no sources.
_DEFAULT_MESH = {
    "tip_size": 0.1,
    "nodule_size": "0.075 mm",
    "outer_size": "2 mm",
    "penetration_size": 0.1,
    "domain_radius": "30 mm",
    "time_tolerance": 2e-3,
}
_MESHES: dict[str, Tree] = {
    "coarse": {
        "name": "coarse",
        **_DEFAULT_MESH,
        "tip_size": 0.25,
        "nodule_size": "0.15 mm",
        "outer_size": "3 mm",
        "penetration_size": 0.2,
        "time_tolerance": 3e-3,
    },
    "default": {"name": "default", **_DEFAULT_MESH},
    "fine": {
        "name": "fine",
        **_DEFAULT_MESH,
        "tip_size": 0.05,
        "nodule_size": "0.05 mm",
        "outer_size": "1 mm",
        "penetration_size": 0.07,
        "time_tolerance": 3e-4,
    },
    "solid": {  # tetrahedra, for an infiltration in 3-D
        "name": "solid",
        **_DEFAULT_MESH,
        "nodule_size": "0.4 mm",
        "outer_size": "3 mm",
    },
    "solid_coarse": {
        "name": "solid_coarse",
        **_DEFAULT_MESH,
        "tip_size": 0.2,
        "nodule_size": "0.8 mm",
        "outer_size": "4 mm",
        "time_tolerance": 3e-3,
    },
}

GROUPS: dict[str, dict[str, Tree]] = {
    "needle": NEEDLES,
    "technique": TECHNIQUES,
    "tissue": SITES,
    "nodule": TEXTURES,
    "drug": DRUGS,
    "injection": INJECTIONS,
    "schedule": SCHEDULES,
    "flow": FLOWS,
    "dissolution": DISSOLUTIONS,
    "mesh": _MESHES,
}
IMAGE_NODULE: Tree = {**TEXTURES["stone"], "image": IMAGE}  # nodule=image, where a solid is meshed
CATALOGUE = {**GROUPS, "nodule.image": {"image": IMAGE}}  # all values that have a source


def leaves(tree: Tree, prefix: str = "") -> Iterator[tuple[str, Value | str | float | None]]:
    """Yield (dotted key, leaf) of a tree, in order."""
    for name, node in tree.items():
        key = f"{prefix}.{name}" if prefix else name
        if isinstance(node, dict):
            yield from leaves(node, key)
        else:
            yield key, node
