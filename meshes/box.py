"""Delaunay meshes of a box in 3-D, on one process or spread over several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import gmsh
import numpy as np
from dolfinx.io import gmshio
from dolfinx.mesh import Mesh, MeshTags
from mpi4py import MPI

from meshes.gmsh_model import gmsh_model, keep_delaunay

REGIONS = {"box": 1}
BOUNDARIES = {"inflow": 101, "outflow": 102}  # the sides at x = 0 and x = length


def delaunay_box(
    lengths: Sequence[float], size: float, comm: MPI.Intracomm = MPI.COMM_SELF
) -> tuple[Mesh, MeshTags, MeshTags]:
    """Mesh the box (0, lengths) with elements of `size`; return mesh, cell tags, facet tags.

    gmsh's optimisation stays off: it gives up the Delaunay property that `sim.volumes.voronoi` asks
    for.
    """
    with gmsh_model():
        if comm.rank == 0:
            _draw(lengths, size)
        mesh, cells, facets = gmshio.model_to_mesh(gmsh.model, comm, 0, gdim=3)
    return mesh, cells, facets


def write_delaunay_box(lengths: Sequence[float], size: float, path: Path) -> None:
    """Write the same mesh to a file of gmsh's format."""
    with gmsh_model():
        gmsh.option.setNumber("Mesh.Binary", 1)
        _draw(lengths, size)
        gmsh.write(str(path))


def _draw(lengths: Sequence[float], size: float) -> None:
    keep_delaunay()
    box = gmsh.model.occ.addBox(0.0, 0.0, 0.0, *lengths)
    gmsh.model.occ.synchronize()
    gmsh.option.setNumber("Mesh.MeshSizeMin", size)
    gmsh.option.setNumber("Mesh.MeshSizeMax", size)
    gmsh.model.addPhysicalGroup(3, [box], REGIONS["box"])
    for _, side in gmsh.model.getEntities(2):
        x = gmsh.model.occ.getCenterOfMass(2, side)[0]
        for name, at in (("inflow", 0.0), ("outflow", lengths[0])):
            if np.isclose(x, at):
                gmsh.model.addPhysicalGroup(2, [side], BOUNDARIES[name])
    gmsh.model.mesh.generate(3)
