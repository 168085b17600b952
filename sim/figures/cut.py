"""The plane in which fields are shown, in mm: across the tissue, and depth below the skin.

The half plane (r, z) is mirrored at the axis to a full section. In 3-D the plane is the one that
the needle leans in, through its mouth. What lies across it is not seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyvista as pv
from matplotlib.tri import Triangulation
from numpy.typing import NDArray

from sim.outcome import Array
from sim.results.fields import Fields
from sim.results.metrics import MM
from sim.results.record import Record

MARGIN = 0.4  # of the nodule's diameter, shown beside it
NODULE = "nodule"  # cell data: whether a triangle lies in it
CELLS = {3: pv.CellType.TRIANGLE, 4: pv.CellType.TETRA}


@dataclass(frozen=True)
class Cut:
    """A section of a record's mesh with values on it."""

    mesh: Triangulation  # k points, m triangles
    values: dict[str, Array]  # (k,) each
    own: dict[str, Array]  # (m, ...) each, of the cells they are cut from
    nodule: NDArray[np.bool_]  # (m,)
    mirrored: bool  # made from the half plane: points and triangles of the left come first

    @property
    def in_nodule(self) -> Triangulation:
        """The nodule's triangles alone."""
        return Triangulation(self.mesh.x, self.mesh.y, self.mesh.triangles[self.nodule])

    @property
    def outline(self) -> Array:
        """Ends (j, 2, 2) of the edges where the section ends, also at the needle."""
        edges, _ = rim(self.mesh.triangles)
        return np.column_stack([self.mesh.x, self.mesh.y])[edges]

    @property
    def nodule_outline(self) -> Array:
        """Ends (j, 2, 2) of the edges that only one of the nodule's triangles has."""
        edges, _ = rim(self.mesh.triangles[self.nodule])
        return np.column_stack([self.mesh.x, self.mesh.y])[edges]


def rim(triangles: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the edges (j, 2) that only one of the triangles (m, 3) has, and which that is (j,)."""
    edges = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    found, first, count = np.unique(edges, axis=0, return_index=True, return_counts=True)
    return found[count == 1], first[count == 1] // 3


def cut(record: Record, nodal: Mapping[str, Array], own: Mapping[str, Array] | None = None) -> Cut:
    """Cut a record's mesh.

    Parameters
    ----------
    nodal, own : mapping
        What is wanted in the plane, by name: values on the mesh's nodes (n,), and in its cells
        (m, ...); the latter are not mirrored in themselves.
    """
    own = own or {}
    fields = record.fields
    inside = fields.cell_regions == fields.regions["nodule"]
    if fields.points.shape[1] == 2:
        n = len(fields.points)
        x, z = fields.points.T
        mesh = Triangulation(
            np.append(-x, x), np.append(-z, -z), np.vstack([fields.cells, fields.cells + n])
        )
        both = {name: np.tile(values, 2) for name, values in nodal.items()}
        twice = {name: np.concatenate([values, values]) for name, values in own.items()}
        return Cut(mesh, both, twice, np.tile(inside, 2), mirrored=True)
    grid = mesh_of(fields)
    grid.cell_data[NODULE] = inside
    for name, values in nodal.items():
        grid.point_data[name] = values
    for name, values in own.items():
        grid.cell_data[name] = values
    plane = grid.slice(normal=(0.0, 1.0, 0.0), origin=mouth(fields), generate_triangles=True)
    x, _, z = plane.points.T
    mesh = Triangulation(x, -z, plane.faces.reshape(-1, 4)[:, 1:])
    values = {name: np.asarray(plane.point_data[name]) for name in nodal}
    carried = {name: np.asarray(plane.cell_data[name]) for name in own}
    return Cut(mesh, values, carried, np.asarray(plane.cell_data[NODULE]), mirrored=False)


def mesh_of(fields: Fields) -> pv.UnstructuredGrid:
    """Return the mesh of a record's fields (mm); a half plane lies at z = 0."""
    corners = fields.cells.shape[1]
    cells = np.column_stack((np.full(len(fields.cells), corners), fields.cells))
    points = np.zeros((len(fields.points), 3))
    points[:, : corners - 1] = fields.points
    return pv.UnstructuredGrid(cells.ravel(), np.full(len(cells), CELLS[corners]), points)


def mouth(fields: Fields) -> Array:
    """Return the middle (d,) of the nodes at the highest pressure (mm)."""
    return fields.points[fields.pressure >= fields.pressure.max()].mean(axis=0)


def shown_width(record: Record) -> tuple[float, float]:
    """Return from where to where (mm) a section shows: the nodule, and something beside it."""
    case, fields = record.case, record.fields
    spare = MARGIN * MM * case.nodule.diameter
    if fields is None or fields.points.shape[1] == 2:
        half = min(0.5 * MM * case.nodule.diameter + spare, MM * case.mesh.domain_radius)
        return -half, half
    x = fields.points[fields.cells[fields.cell_regions == fields.regions["nodule"]], 0]
    return max(x.min() - spare, fields.points[:, 0].min()), min(
        x.max() + spare, fields.points[:, 0].max()
    )
