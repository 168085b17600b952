"""The half plane (r, z) around the needle's axis as a `Domain`."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from meshes.axisymmetric import BOUNDARIES, REGIONS, InjectionMesh, injection_mesh
from meshes.outline import needle_outline
from sim.case import Case
from sim.domain.beside import beside
from sim.domain.bore import axisymmetric_bore
from sim.domain.domain import Domain, Wall
from sim.geometry.pose import Pose
from sim.materials.density import density_at
from sim.mechanics.mineral.crushed_zone import CrushedZone
from sim.volumes.control_volume import ControlVolumes, control_volumes

Array = NDArray[np.float64]


def axisymmetric_domain(case: Case, tip_depth: float, crushed: CrushedZone | None = None) -> Domain:
    """Build the domain with the tip's point at `tip_depth` (m), pulled back since if so asked.

    A mouth less than a needle's radius below the skin's surface is open to the air: the needle is
    then left out, because nothing can be injected through it.

    Raises
    ------
    SolverError
        When gmsh fails.
    """
    outline = needle_outline(case.needle, tip_depth, case.injection.pull_back)
    if outline.top_of_mouth > -0.5 * case.needle.outer_diameter:
        cv = _control_volumes(injection_mesh(case, None))
        return Domain(case, cv, _density(case, cv), annulus(cv), None)
    cv = _control_volumes(injection_mesh(case, outline))
    pose = Pose(np.array([0.0, -tip_depth]), np.array([0.0, 1.0]))
    bare = case.needle.kind == "coaxial" or case.injection.pull_back > 0.0  # else steel fills it
    bore = axisymmetric_bore(cv, ("mouth",) if bare else ())
    return Domain(case, cv, _density(case, cv), annulus(cv), pose, bore, crushed)


def _density(case: Case, cv: ControlVolumes) -> Array:
    r, z = cv.centres.T
    return density_at(case.nodule, r, -z)


def annulus(cv: ControlVolumes) -> Wall:
    """Return the wall along the boundary ``film``: rings of width 2 pi r, the gap thin beside r."""
    a, b = np.sort(cv.facets["film"], axis=1).T
    radius = 0.5 * (cv.points[a, 0] + cv.points[b, 0])
    length = np.linalg.norm(cv.points[a] - cv.points[b], axis=1)
    edges = cv.edges
    index = np.searchsorted(edges.tail * edges.nodes + edges.head, a * edges.nodes + b)
    share = beside(cv, np.column_stack((a, b)))
    shares = {name: share @ cv.per_cell({name: 1.0}) for name in cv.regions}
    return Wall(index, 2.0 * np.pi * radius / length, shares)


@lru_cache(maxsize=4)
def _control_volumes(made: InjectionMesh) -> ControlVolumes:
    return control_volumes(made.mesh, made.cell_tags, made.facet_tags, REGIONS, BOUNDARIES)
