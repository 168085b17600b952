"""gmsh, set up alike for every mesh: silent, and on one thread, so that its meshes repeat."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import gmsh

DELAUNAY = 1  # its faster HXT ends the process where a surface's mesh is faulty


@contextmanager
def gmsh_model() -> Iterator[None]:
    """Have gmsh inside, with an empty model."""
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.option.setNumber("General.NumThreads", 1)
        yield
    finally:
        gmsh.finalize()


def keep_delaunay() -> None:
    """Make tetrahedra Delaunay, as `sim.volumes.voronoi` needs them: gmsh's optimisation is off."""
    gmsh.option.setNumber("Mesh.Algorithm3D", DELAUNAY)
    gmsh.option.setNumber("Mesh.Optimize", 0)


def size_by(field: int) -> None:
    """Have a field alone say how large elements are."""
    gmsh.model.mesh.field.setAsBackgroundMesh(field)
    for option in ("FromPoints", "FromCurvature", "ExtendFromBoundary"):
        gmsh.option.setNumber(f"Mesh.MeshSize{option}", 0)
