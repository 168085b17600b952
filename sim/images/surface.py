"""Closed surfaces of triangles: from a file (STL, VTP, PLY, OBJ) or drawn at a level of a grid.

A surface from a file has no axes of the patient: its own x, y and z are read as left, posterior and
superior, which is what 3D Slicer and other tools that follow DICOM write.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sim.errors import ConfigError

Array = NDArray[np.float64]

FORMATS = (".stl", ".vtp", ".ply", ".obj")
GIVE = f"give a closed surface of triangles ({', '.join(FORMATS)})"


@dataclass(frozen=True, eq=False)
class Surface:
    """Triangles, counter-clockwise from outside."""

    points: Array  # (n, 3) m
    triangles: NDArray[np.int64]  # (t, 3)

    @cached_property
    def volume(self) -> float:
        """Enclosed volume (m3), by the divergence theorem."""
        return float(self._wedges.sum())

    @cached_property
    def centroid(self) -> Array:
        """Centroid (3,) of the enclosed volume, m."""
        centres = 0.25 * self.points[self.triangles].sum(axis=1) + 0.25 * self._inside
        return self._wedges @ centres / self.volume

    @cached_property
    def _inside(self) -> Array:
        return self.points.mean(axis=0)  # any point: near the surface for the rounding's sake

    @cached_property
    def _wedges(self) -> Array:
        """Signed volume (t,) of the tetrahedron between each triangle and one point."""
        a, b, c = (self.points[self.triangles] - self._inside).transpose(1, 0, 2)
        return np.einsum("ij,ij->i", a, np.cross(b, c)) / 6.0

    def largest_part(self) -> Surface:
        """Return the connected part that encloses most."""
        a, b, c = self.triangles.T
        rows, columns = np.concatenate((a, b)), np.concatenate((b, c))
        links = coo_array((np.ones(rows.size), (rows, columns)), shape=2 * (len(self.points),))
        _, part = connected_components(links, directed=False)
        part_of = part[a]
        own = part_of == np.bincount(part_of, self._wedges).argmax()
        used, triangles = np.unique(self.triangles[own], return_inverse=True)
        return Surface(self.points[used], triangles.reshape(-1, 3))

    def moved(self, points: Array) -> Surface:
        """Return the surface with its points elsewhere."""
        return Surface(points, self.triangles)

    def polydata(self) -> pv.PolyData:
        """Return it for VTK."""
        return pv.PolyData.from_regular_faces(self.points, self.triangles)


def read_surface(path: Path, unit: float, key: str, *, all_parts: bool = False) -> Surface:
    """Read a closed surface.

    Parameters
    ----------
    path : Path
        A file in one of the `FORMATS`.
    unit : float
        Length (m) of one unit of its coordinates.
    key : str
        Key of the configuration that the path comes from, for messages.
    all_parts : bool
        Keep every part; by default the one that encloses most.

    Raises
    ------
    ConfigError
        If it cannot be read, holds no triangles, or is not closed.
    """
    given = str(path)
    if not path.is_file():
        raise ConfigError(key, given, f"there is no such file; paths start at {Path.cwd()}")
    try:
        with pv.vtk_verbosity("off"), warnings.catch_warnings(action="ignore"):
            mesh = pv.read(path)
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigError(key, given, f"it is no surface; {GIVE}") from error
    if not isinstance(mesh, pv.PolyData) or mesh.n_cells == 0:
        raise ConfigError(key, given, f"it is empty or no surface; {GIVE}")
    mesh = mesh.triangulate().clean()
    if mesh.n_open_edges or not mesh.is_manifold:
        raise ConfigError(
            key,
            given,
            f"it is not watertight ({mesh.n_open_edges} open edges"
            f"{'' if mesh.n_open_edges else ', but some with three or more faces'}): inside and "
            "outside are not told apart; close its holes and remove inner faces (MeshLab, Blender, "
            "3D Slicer), or give the label map it was made from",
        )
    surface = _outward(mesh, unit)
    return surface if all_parts else surface.largest_part()


def level_surface(values: Array, level: float) -> Surface:
    """Return the surface around where `values` on a grid of unit spacing exceed `level`.

    Linear between the grid's points; the values at the grid's border are taken as 0.
    """
    padded = np.pad(values, 1)
    grid = pv.ImageData(dimensions=padded.shape, origin=(-1.0, -1.0, -1.0))
    grid["values"] = padded.ravel(order="F")
    return _outward(grid.contour([level], scalars="values"), 1.0)


def _outward(mesh: pv.PolyData, unit: float) -> Surface:
    turned = mesh.compute_normals(
        cell_normals=False,
        consistent_normals=True,
        auto_orient_normals=True,
        split_vertices=False,
    )
    return Surface(unit * np.asarray(turned.points, dtype=float), turned.regular_faces)
