"""Vertex-centred control volumes on the P1 nodes of a triangle or tetrahedron mesh.

The off-diagonal entries of the P1 stiffness matrix are two-point transmissibilities: the flow from
node i to node j is ``t_ij (p_i - p_j)``, and each node's flows balance wherever its equation was
solved. The lumped integral of each shape function is the node's volume. In (r, z) every integral is
weighted by 2 pi r, so volumes are true volumes and flows are true flows (Forsyth 1991, control
volume finite elements).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.la import MatrixCSR
from dolfinx.mesh import Mesh, MeshTags, entities_to_geometry
from numpy.typing import NDArray
from scipy.sparse import csr_array

Array = NDArray[np.float64]
Index = NDArray[np.int64]
type ByRegion = Mapping[str, float | Array]  # one value per region, or one per cell (c,)


@dataclass(frozen=True)
class Edges:
    """The node pairs of a mesh, each once, as ``tail[e] < head[e]``, sorted by tail, then head."""

    nodes: int
    tail: Index  # (m,)
    head: Index  # (m,)

    def total(self, values: Array) -> float:
        """Return the sum of nodal values (n,) over the whole mesh."""
        return float(values.sum())

    def difference(self, values: Array) -> Array:
        """Return ``values[tail] - values[head]``, shape (m,)."""
        return values[self.tail] - values[self.head]

    def divergence(self, flow: Array) -> Array:
        """Return each node's net outflow (n,) of `flow` (m,), positive from tail to head."""
        out = np.bincount(self.tail, flow, self.nodes)
        return out - np.bincount(self.head, flow, self.nodes)

    def matrix(self, diagonal: Array, forward: Array, backward: Array) -> csr_array:
        """Return the sparse matrix with `forward` at (tail, head), `backward` at (head, tail)."""
        own = np.arange(self.nodes)
        rows = np.concatenate((own, self.tail, self.head))
        columns = np.concatenate((own, self.head, self.tail))
        values = np.concatenate((diagonal, forward, backward))
        return csr_array((values, (rows, columns)), shape=(self.nodes, self.nodes))


@dataclass(frozen=True)
class ControlVolumes:
    """Nodes, edges and regional volumes of one mesh, in the numbering of its P1 functions."""

    mesh: Mesh
    points: Array  # (n, 2 or 3) m
    cells: Index  # (c, vertices) nodes of each cell
    cell_regions: Index  # (c,) tag of each cell
    regions: Mapping[str, int]
    edges: Edges
    volumes: Mapping[str, Array]  # per region: (n,) m3, its share of each node's volume
    facets: Mapping[str, Index]  # per tagged boundary: the nodes of its facets (k, vertices)
    _stiffness: fem.Form = field(repr=False)
    _lumped: fem.Form = field(repr=False)
    _coefficient: fem.Function = field(repr=False)
    _matrix: MatrixCSR = field(repr=False)
    _upper: Index = field(repr=False)  # (m,) where the matrix keeps the entry of each edge

    def boundary(self, name: str) -> Index:
        """Nodes of a tagged boundary."""
        return np.unique(self.facets[name])

    @property
    def centres(self) -> Array:
        """Centroids of the cells, shape (c, 2 or 3), m."""
        return self.points[self.cells].mean(axis=1)

    def transmissibility(self, by_region: ByRegion) -> Array:
        """Edge transmissibilities (m,) of ``-div(k grad p)`` with k constant in each cell."""
        self._coefficient.x.array[:] = self.per_cell(by_region)
        self._matrix.set_value(0.0)
        fem.assemble_matrix(self._matrix, self._stiffness)
        return -self._matrix.data[self._upper]

    def per_cell(self, by_region: ByRegion) -> Array:
        """Spread a region's value, or pick its cells' values, over all cells, shape (c,).

        A region that is not named has the value 0.
        """
        values = np.zeros(len(self.cell_regions))
        for name, value in by_region.items():
            own = self.cell_regions == self.regions[name]
            values[own] = np.broadcast_to(value, own.shape)[own]
        return values

    def weighted_volume(self, by_region: ByRegion) -> Array:
        """Integral (n,) of a value over each node's volume."""
        self._coefficient.x.array[:] = self.per_cell(by_region)
        return fem.assemble_vector(self._lumped).array.copy()


def control_volumes(
    mesh: Mesh,
    cell_tags: MeshTags,
    facet_tags: MeshTags,
    regions: Mapping[str, int],
    boundaries: Mapping[str, int],
) -> ControlVolumes:
    """Build the control volumes of `mesh`; a 2-D mesh is read as the half plane (r, z).

    Parameters
    ----------
    regions, boundaries : mapping
        Names to the tags in `cell_tags` and `facet_tags`; every cell has a tag.
    """
    space = fem.functionspace(mesh, ("P", 1))
    constants = fem.functionspace(mesh, ("DG", 0))
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    radius = ufl.SpatialCoordinate(mesh)[0]
    weight = 2.0 * np.pi * radius if mesh.geometry.dim == 2 else 1.0
    coefficient = fem.Function(constants)
    stiffness = fem.form(coefficient * weight * ufl.inner(ufl.grad(u), ufl.grad(v)) * ufl.dx)
    lumped = fem.form(coefficient * weight * v * ufl.dx)

    tags = np.zeros(len(coefficient.x.array), dtype=np.int64)
    tags[cell_tags.indices] = cell_tags.values
    volumes = {}
    for name, tag in regions.items():
        coefficient.x.array[:] = tags == tag
        volumes[name] = fem.assemble_vector(lumped).array.copy()

    # the stiffness matrix has an entry for each edge and each node, columns ascending
    matrix = fem.create_matrix(stiffness)
    nodes = len(matrix.indptr) - 1
    rows = np.repeat(np.arange(nodes), np.diff(matrix.indptr))
    upper = np.flatnonzero(matrix.indices > rows)
    edges = Edges(nodes, rows[upper], matrix.indices[upper].astype(np.int64))

    cells = np.asarray(space.dofmap.list, dtype=np.int64)
    to_node = np.empty(mesh.geometry.x.shape[0], dtype=np.int64)
    to_node[mesh.geometry.dofmap.ravel()] = cells.ravel()
    dimension = mesh.topology.dim - 1
    mesh.topology.create_connectivity(dimension, mesh.topology.dim)

    def nodes_of(entities: NDArray[np.int32]) -> Index:
        if not len(entities):  # dolfinx divides by their number
            return np.empty((0, mesh.topology.dim), dtype=np.int64)
        return to_node[entities_to_geometry(mesh, dimension, entities)]

    return ControlVolumes(
        mesh=mesh,
        points=space.tabulate_dof_coordinates()[:, : mesh.geometry.dim].copy(),
        cells=cells,
        cell_regions=tags,
        regions=dict(regions),
        edges=edges,
        volumes=volumes,
        facets={name: nodes_of(facet_tags.find(tag)) for name, tag in boundaries.items()},
        _stiffness=stiffness,
        _lumped=lumped,
        _coefficient=coefficient,
        _matrix=matrix,
        _upper=upper,
    )
