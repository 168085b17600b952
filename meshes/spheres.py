"""Concentric spherical shells as half discs in (r, z): the meshes that closed forms are met on."""

from __future__ import annotations

from collections.abc import Sequence

import gmsh
from dolfinx.io import gmshio
from dolfinx.mesh import Mesh, MeshTags
from mpi4py import MPI

from meshes.gmsh_model import gmsh_model

BOUNDARIES = {"inner": 101, "outer": 102}


def concentric_shells(
    radii: Sequence[float], sizes: Sequence[float]
) -> tuple[Mesh, MeshTags, MeshTags, dict[str, int]]:
    """Mesh the shells between consecutive `radii`, from the axis to the right.

    Parameters
    ----------
    radii : sequence
        Ascending; a first radius of 0 makes the innermost shell a ball with a node at the origin.
    sizes : sequence
        Element size at each radius, linear in between along the axis.

    Returns
    -------
    tuple
        Mesh, cell tags, facet tags, and the regions' tags by name ("shell0", "shell1", ...).
    """
    regions = {f"shell{i}": i + 1 for i in range(len(radii) - 1)}
    with gmsh_model():
        _draw(radii, sizes, regions)
        gmsh.model.mesh.generate(2)
        mesh, cells, facets = gmshio.model_to_mesh(gmsh.model, MPI.COMM_SELF, 0, gdim=2)
    return mesh, cells, facets, regions


def _draw(radii: Sequence[float], sizes: Sequence[float], regions: dict[str, int]) -> None:
    geo = gmsh.model.geo
    origin = geo.addPoint(0.0, 0.0, 0.0, sizes[0])
    south, north, arcs = [], [], []
    for radius, size in zip(radii, sizes, strict=True):
        if radius == 0.0:
            south.append(origin)
            north.append(origin)
            arcs.append([])
            continue
        low = geo.addPoint(0.0, -radius, 0.0, size)
        east = geo.addPoint(radius, 0.0, 0.0, size)
        high = geo.addPoint(0.0, radius, 0.0, size)
        south.append(low)
        north.append(high)
        arcs.append([geo.addCircleArc(low, origin, east), geo.addCircleArc(east, origin, high)])
    surfaces = []
    for i in range(len(radii) - 1):
        down = geo.addLine(south[i], south[i + 1])
        up = geo.addLine(north[i + 1], north[i])
        back = [-arc for arc in reversed(arcs[i])]
        surfaces.append(geo.addPlaneSurface([geo.addCurveLoop([down, *arcs[i + 1], up, *back])]))
    geo.synchronize()
    for surface, (name, tag) in zip(surfaces, regions.items(), strict=True):
        gmsh.model.addPhysicalGroup(2, [surface], tag, name)
    for name, lines in (("inner", arcs[0]), ("outer", arcs[-1])):
        if lines:
            gmsh.model.addPhysicalGroup(1, lines, BOUNDARIES[name], name)
