"""Concentric balls of Delaunay tetrahedra: the meshes that closed forms in 3-D are met on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import gmsh
from dolfinx.io import gmshio
from dolfinx.mesh import Mesh, MeshTags
from mpi4py import MPI

from meshes.gmsh_model import gmsh_model, keep_delaunay, size_by
from meshes.spheres import BOUNDARIES


def concentric_balls(
    radii: Sequence[float], inner_size: float, outer_size: float
) -> tuple[Mesh, MeshTags, MeshTags, dict[str, int]]:
    """Mesh the shells between consecutive `radii`; a first radius of 0 makes the first one a ball.

    Parameters
    ----------
    radii : sequence
        Ascending.
    inner_size, outer_size : float
        Element size at the first and the last radius, linear in the radius in between.

    Returns
    -------
    tuple
        Mesh, cell tags, facet tags, and the regions' tags by name ("shell0", "shell1", ...).
    """
    with gmsh_model():
        regions = _draw(radii)
        growth = (outer_size - inner_size) / (radii[-1] - radii[0])
        field = gmsh.model.mesh.field.add("MathEval")
        size = f"{inner_size} + {growth} * (sqrt(x*x + y*y + z*z) - {radii[0]})"
        gmsh.model.mesh.field.setString(field, "F", size)
        size_by(field)
        keep_delaunay()
        gmsh.model.mesh.generate(3)
        mesh, cells, facets = gmshio.model_to_mesh(gmsh.model, MPI.COMM_SELF, 0, gdim=3)
    return mesh, cells, facets, regions


def _draw(radii: Sequence[float]) -> dict[str, int]:
    """Draw and name the shells, return their tags by name."""
    occ = gmsh.model.occ
    balls = [(3, occ.addSphere(0, 0, 0, radius)) for radius in radii if radius > 0.0]
    shells = [balls[0]] if radii[0] == 0.0 else []
    for inner, outer in pairwise(balls):
        shells += occ.cut([outer], [inner], removeObject=False, removeTool=False)[0]
    occ.remove([ball for ball in balls if ball not in shells], recursive=True)
    occ.fragment(shells, [])
    occ.synchronize()
    volumes = sorted(gmsh.model.getEntities(3), key=_reach)
    regions = {f"shell{i}": i + 1 for i in range(len(volumes))}
    for (_, volume), (name, tag) in zip(volumes, regions.items(), strict=True):
        gmsh.model.addPhysicalGroup(3, [volume], tag, name)
    spheres = sorted(gmsh.model.getBoundary(volumes, oriented=False), key=_reach)
    named = {"outer": spheres[-1]} | ({"inner": spheres[0]} if radii[0] > 0.0 else {})
    for name, (_, surface) in named.items():
        gmsh.model.addPhysicalGroup(2, [surface], BOUNDARIES[name], name)
    return regions


def _reach(entity: tuple[int, int]) -> float:
    return gmsh.model.getBoundingBox(*entity)[3]
