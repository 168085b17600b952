"""The mesh of the push-away problem: skin, subcutis and nodule in the (r, z) half plane, no needle.

The needle is far stiffer and far thinner than what it pushes; it enters as a load, not as a shape.
Lengths are scaled by the nodule's half height inside gmsh, whose tolerances are absolute.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import gmsh
import numpy as np
from dolfinx.io import gmshio
from dolfinx.mesh import Mesh, MeshTags
from mpi4py import MPI

from meshes.gmsh_model import gmsh_model, size_by
from sim.cache import cached
from sim.case import Nodule, Tissue
from sim.errors import SolverError
from sim.version import versions

REGIONS = {"skin": 1, "subcutis": 2, "nodule": 3}
GROWTH = 0.4  # element size gained per distance from the nodule's surface
NODULE_SIZE = 0.15  # element size on the nodule's surface / its half height
LAYER_SIZE = 0.35  # ... / thickness of the subcutis under the nodule, where that is less
SMALLEST = 0.02  # ... and not below this / half height


def pushaway_mesh(
    tissue: Tissue, nodule: Nodule, domain_radius: float, refinement: float = 1.0
) -> tuple[Mesh, MeshTags]:
    """Build or read the mesh; return it in metres with its cell tags (see ``REGIONS``).

    Parameters
    ----------
    domain_radius : float
        Outer radius of skin and subcutis (m).
    refinement : float
        Divides every element size.

    Raises
    ------
    SolverError
        When gmsh fails.
    """
    unit = 0.5 * nodule.height
    layer = (tissue.depth - nodule.depth - nodule.height) / unit
    key = {
        "skin": tissue.skin.thickness / unit,
        "depth": tissue.depth / unit,
        "width": domain_radius / unit,
        "nodule_radius": 0.5 * nodule.diameter / unit,
        "nodule_centre": -nodule.centre_depth / unit,
        "size": max(min(NODULE_SIZE, LAYER_SIZE * layer), SMALLEST) / refinement,
        "growth": GROWTH,
    }
    build = partial(_build, key=key)
    with cached("mesh", {**key, "code": versions("mesh")}, ".msh", build) as path, gmsh_model():
        gmsh.merge(str(path))
        mesh, cell_tags, _ = gmshio.model_to_mesh(gmsh.model, MPI.COMM_SELF, 0, gdim=2)
    x = mesh.geometry.x
    x[:] *= unit
    np.maximum(x[:, 0], 0.0, out=x[:, 0])  # the axis, which gmsh leaves at +-1e-16
    return mesh, cell_tags


def _build(path: Path, key: dict[str, float]) -> None:
    try:
        with gmsh_model():
            gmsh.model.add("pushaway")
            _set_sizes(key, _draw(key))
            gmsh.model.mesh.generate(2)
            gmsh.write(str(path))
    except Exception as error:  # gmsh raises nothing more specific
        raise SolverError(f"gmsh could not mesh the push-away problem: {error}") from error


def _draw(key: dict[str, float]) -> list[int]:
    """Draw and name the three regions; return the lines of the nodule's surface."""
    occ = gmsh.model.occ
    width, depth, skin = key["width"], key["depth"], key["skin"]
    layers = [
        (2, occ.addRectangle(0.0, -skin, 0.0, width, skin)),
        (2, occ.addRectangle(0.0, -depth, 0.0, width, depth - skin)),
    ]
    disk = [(2, occ.addDisk(0.0, 0.0, 0.0, 1.0, 1.0))]
    occ.dilate(disk, 0, 0, 0, key["nodule_radius"], 1.0, 1.0)
    occ.translate(disk, 0, key["nodule_centre"], 0)
    half_plane = [(2, occ.addRectangle(0.0, -depth, 0.0, width, depth))]
    half_disk, _ = occ.intersect(disk, half_plane)
    _, pieces = occ.fragment(layers, half_disk)
    occ.synchronize()

    nodule = set(pieces[2])
    regions = {
        "skin": set(pieces[0]) - nodule,
        "subcutis": set(pieces[1]) - nodule,
        "nodule": nodule,
    }
    for name, entities in regions.items():
        gmsh.model.addPhysicalGroup(2, [tag for _, tag in entities], REGIONS[name], name)
    rim = gmsh.model.getBoundary(list(nodule), combined=True, oriented=False)
    return [tag for _, tag in rim if gmsh.model.getType(1, tag) != "Line"]


def _set_sizes(key: dict[str, float], surface: list[int]) -> None:
    """Grade from the nodule's surface outwards."""
    field = gmsh.model.mesh.field
    distance = field.add("Distance")
    field.setNumbers(distance, "CurvesList", surface)
    field.setNumber(distance, "Sampling", 400)
    size = field.add("MathEval")
    field.setString(size, "F", f"{key['size']} + {key['growth']} * F{distance}")
    size_by(size)
