"""The tissue in space around a tilted needle as a `Domain`.

Frame: x and y along the skin, z upward, the skin's surface at z = 0; an ellipsoid is centred at
x = y = 0, and the tissue is a cylinder about that line. The needle leans towards x.
"""

from __future__ import annotations

import math

import numpy as np
from mpi4py import MPI

from meshes.axisymmetric import BOUNDARIES, REGIONS
from meshes.image import cell_density
from meshes.outline import Outline, needle_outline
from meshes.solid import solid_mesh
from sim.case import Case
from sim.domain.domain import Domain
from sim.domain.hole import Hole
from sim.geometry.pose import Pose
from sim.geometry.shape import NoduleShape
from sim.volumes.control_volume import control_volumes


def solid_domain(
    case: Case, shape: NoduleShape, pose: Pose, comm: MPI.Comm = MPI.COMM_SELF
) -> Domain:
    """Build the domain, distributed over `comm`.

    As in (r, z), a needle whose mouth reaches above a needle's radius below the skin's surface is
    left out, because nothing can be injected through it.

    Raises
    ------
    SolverError
        When gmsh fails.
    """
    radius = 0.5 * case.needle.outer_diameter
    outline = whole_outline(case, pose)
    needle = (pose, outline) if mouth_cover(outline, pose) >= radius else None
    made = solid_mesh(case.tissue, shape, case.mesh, radius, needle, comm)
    cv = control_volumes(made.mesh, made.cell_tags, made.facet_tags, REGIONS, BOUNDARIES)
    hole = Hole(cv, made.facet_tags, pose)
    density = np.full(len(cv.cells), case.nodule.mineral.density)
    own = cv.cell_regions == REGIONS["nodule"]
    density[own] = cell_density(shape, cv.points[cv.cells[own]])
    if needle is None:
        return Domain(case, cv, density, hole.wall(), None)
    bare = case.needle.kind == "coaxial" or case.injection.pull_back > 0.0  # else steel fills it
    return Domain(case, cv, density, hole.wall(), pose, hole.bore(("mouth",) if bare else ()))


def whole_outline(case: Case, pose: Pose) -> Outline:
    """Return the needle's contour up to where all of the shaft is in the air."""
    radius, cosine = 0.5 * case.needle.outer_diameter, float(pose.axis[2])
    sine = math.sqrt(1.0 - min(cosine, 1.0) ** 2)
    in_tissue = (-float(pose.tip[2]) + radius * sine) / cosine
    return needle_outline(case.needle, in_tissue + 2.0 * radius, case.injection.pull_back)


def mouth_cover(outline: Outline, pose: Pose) -> float:
    """Return the depth (m) of the mouth's highest point below the skin's surface."""
    end = outline.parts.index("film")
    along, cosine = outline.height[end] - outline.height[0], float(pose.axis[2])
    sine = math.sqrt(1.0 - min(cosine, 1.0) ** 2)
    return float(-pose.tip[2] - along * cosine - outline.radius[end] * sine)
