"""Values on a triangle mesh of the half plane (r, z), sampled at any point, and integrated.

Nothing that is sampled leaves the range of what it is sampled from: inside a triangle its three
nodes are weighted by the barycentric coordinates (P1), outside of the mesh the nearest node counts.
"""

from __future__ import annotations

from functools import cached_property

import basix.ufl
import numpy as np
import ufl
from dolfinx import geometry
from dolfinx.mesh import Mesh, create_mesh
from mpi4py import MPI
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import KDTree

Array = NDArray[np.float64]
Index = NDArray[np.int64]


class Triangles:
    """Some cells (c, 3) over nodes at `points` (n, 2), in m."""

    def __init__(self, points: Array, cells: Index) -> None:
        self.points, self.cells = points, cells

    def node_weights(self, at: Array) -> csr_array:
        """Return the matrix (k, n) that samples nodal values at the points `at` (k, 2)."""
        cell = self._containing(at)
        inside = np.flatnonzero(cell >= 0)
        corners = self.cells[cell[inside]]
        shares = np.maximum(_barycentric(self.points[corners], at[inside]), 0.0)
        shares /= shares.sum(axis=1, keepdims=True)
        outside = np.flatnonzero(cell < 0)
        used = np.unique(self.cells)
        nearest = used[KDTree(self.points[used]).query(at[outside])[1]]
        rows = np.concatenate((np.repeat(inside, 3), outside))
        columns = np.concatenate((corners.ravel(), nearest))
        values = np.concatenate((shares.ravel(), np.ones(len(outside))))
        return csr_array((values, (rows, columns)), shape=(len(at), len(self.points)))

    def cells_at(self, at: Array) -> Index:
        """Return the cell (k,) that holds each point, by nearest centre outside of the mesh."""
        cell = self._containing(at)
        outside = np.flatnonzero(cell < 0)
        centres = self.points[self.cells].mean(axis=1)
        cell[outside] = KDTree(centres).query(at[outside])[1]
        return cell

    def integrals(self, per_cell: Array | float) -> Array:
        """Return ``int value phi_i 2 pi r`` (n,) of each node's hat function, exact for P1."""
        corners = self.points[self.cells]
        (ax, ay), (bx, by) = (corners[:, 1] - corners[:, 0]).T, (corners[:, 2] - corners[:, 0]).T
        area = 0.5 * np.abs(ax * by - ay * bx)
        radius = corners[..., 0]
        share = (radius + radius.sum(axis=1, keepdims=True)) * (2.0 * np.pi / 12.0 * area)[:, None]
        shares = share * np.broadcast_to(per_cell, area.shape)[:, None]
        return np.bincount(self.cells.ravel(), shares.ravel(), len(self.points))

    def _containing(self, at: Array) -> Index:
        """Return a cell (k,) that holds each point; -1 outside of the mesh."""
        mesh, tree = self._searchable
        points = np.zeros((len(at), 3))
        points[:, :2] = at / self._unit
        candidates = geometry.compute_collisions_points(tree, points)
        colliding = geometry.compute_colliding_cells(mesh, candidates, points)
        first, count = colliding.offsets[:-1], np.diff(colliding.offsets)
        found = np.full(len(at), -1, dtype=np.int64)
        held = count > 0
        original = mesh.topology.original_cell_index
        found[held] = original[colliding.array[first[held]]]
        return found

    @cached_property
    def _searchable(self) -> tuple[Mesh, geometry.BoundingBoxTree]:
        element = basix.ufl.element("Lagrange", "triangle", 1, shape=(2,))
        points = self.points / self._unit
        mesh = create_mesh(MPI.COMM_SELF, self.cells, points, ufl.Mesh(element))
        return mesh, geometry.bb_tree(mesh, mesh.topology.dim)

    @cached_property
    def _unit(self) -> float:
        """Shortest edge (m): the search takes what is within 1e-6 of a cell for inside of it."""
        corners = self.points[self.cells]
        return float(np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).min())


def _barycentric(corners: Array, at: Array) -> Array:
    """Return the coordinates (k, 3) of points in their triangles (k, 3, 2)."""
    origin = corners[:, 0]
    edges = np.stack((corners[:, 1] - origin, corners[:, 2] - origin), axis=-1)
    two = np.linalg.solve(edges, (at - origin)[..., None])[..., 0]
    return np.column_stack((1.0 - two.sum(axis=1), two))
