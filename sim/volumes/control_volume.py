"""Vertex-centred control volumes on the P1 nodes of a triangle or tetrahedron mesh.

An edge's transmissibility t makes the flow from node i to node j ``t_ij (p_i - p_j)``, and each
node's flows balance wherever its equation was solved. In (r, z) they are the off-diagonal entries
of the P1 stiffness matrix (Forsyth 1991, control volume finite elements), in 3-D the faces of the
Voronoi cells over the lengths of the edges (see `voronoi`). The lumped integral of each shape
function is the node's volume. In (r, z) every integral is weighted by 2 pi r, so volumes are true
volumes and flows are true flows.

A mesh on several ranks: arrays over nodes and edges are local, see `partition`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import basix
import numpy as np
import ufl
from basix.ufl import quadrature_element
from dolfinx import fem
from dolfinx.la import InsertMode, MatrixCSR
from dolfinx.mesh import Mesh, MeshTags, entities_to_geometry
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sim import forms
from sim.volumes.partition import Partition
from sim.volumes.voronoi import PAIRS, face_to_length

Array = NDArray[np.float64]
Index = NDArray[np.int64]
type ByRegion = Mapping[str, float | Array]  # one value per region, or one per cell (c,)


@dataclass(frozen=True)
class Edges:
    """The node pairs of a mesh, each once, as ``tail[e] < head[e]``, sorted by tail, then head."""

    nodes: int  # n, copies of other ranks' nodes included
    tail: Index  # (m,) always one of the rank's own nodes
    head: Index  # (m,)
    partition: Partition | None = None  # None: the whole mesh is on this process

    @property
    def owned(self) -> int:
        """How many nodes are this rank's own; they come first."""
        return self.nodes if self.partition is None else self.partition.owned

    def total(self, values: Array, where: Index | None = None) -> float:
        """Return the sum of nodal values (n,) over the whole mesh, or over the nodes `where`."""
        own = values[: self.owned] if where is None else values[where[where < self.owned]]
        sum_here = float(own.sum())
        return sum_here if self.partition is None else self.partition.total(sum_here)

    def largest(self, values: Array) -> float:
        """Return the largest of nodal values (n,) over the whole mesh."""
        here = float(values[: self.owned].max(initial=-np.inf))
        return here if self.partition is None else self.partition.largest(here)

    def updated(self, values: Array) -> Array:
        """Return nodal values (n,) whose copies agree with their owners; works in place."""
        return values if self.partition is None else self.partition.update(values)

    def difference(self, values: Array) -> Array:
        """Return ``values[tail] - values[head]``, shape (m,)."""
        return values[self.tail] - values[self.head]

    def gathered(self, at_tail: Array, at_head: Array) -> Array:
        """Return for each node (n,) the sum of `at_tail` and `at_head` (m,) over its edges."""
        out = np.bincount(self.tail, at_tail, self.nodes)
        out += np.bincount(self.head, at_head, self.nodes)
        return self.updated(out)

    def divergence(self, flow: Array) -> Array:
        """Return each node's net outflow (n,) of `flow` (m,), positive from tail to head."""
        out = np.bincount(self.tail, flow, self.nodes)
        out -= np.bincount(self.head, flow, self.nodes)
        return self.updated(out)

    def matrix(self, diagonal: Array, forward: Array, backward: Array) -> csr_array:
        """Return the matrix with `forward` at (tail, head), `backward` at (head, tail).

        Its rows are complete at the rank's own nodes.
        """
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
    _boundaries: Mapping[str, Index] = field(repr=False)  # per tagged boundary: all its nodes
    _stiffness: fem.Form = field(repr=False)
    _lumped: fem.Form = field(repr=False)
    _coefficient: fem.Function = field(repr=False)
    _matrix: MatrixCSR = field(repr=False)
    _upper: Index = field(repr=False)  # (m,) where the matrix keeps the entry of each edge

    def boundary(self, name: str) -> Index:
        """Nodes of a tagged boundary."""
        return self._boundaries[name]

    @property
    def centres(self) -> Array:
        """Centroids of the cells, shape (c, 2 or 3), m."""
        return self.points[self.cells].mean(axis=1)

    def transmissibility(self, by_region: ByRegion) -> Array:
        """Edge transmissibilities (m,) of ``-div(k grad p)`` with k constant in each cell."""
        self._coefficient.x.array[:] = self.per_cell(by_region)
        self._matrix.set_value(0.0)
        fem.assemble_matrix(self._matrix, self._stiffness)
        self._matrix.scatter_reverse()
        return -self._matrix.data[self._upper]

    def conductances(self, by_region: ByRegion) -> Array:
        """Edge transmissibilities (m,), those below 0 left out (a dozen, at obtuse corners).

        What passes then only ever flows down its potential, and each node's balance is kept.
        """
        return np.maximum(self.transmissibility(by_region), 0.0)

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
        return _nodal(self._lumped, self.edges)


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
    coefficient = fem.Function(fem.functionspace(mesh, ("DG", 0)))
    weight = 2.0 * np.pi * ufl.SpatialCoordinate(mesh)[0] if mesh.geometry.dim == 2 else 1.0
    lumped = forms.form(coefficient * weight * ufl.TestFunction(space) * ufl.dx)
    cells = np.asarray(space.dofmap.list, dtype=np.int64)
    points = space.tabulate_dof_coordinates()[:, : mesh.geometry.dim]
    if mesh.geometry.dim == 2:
        stiffness = _axisymmetric_stiffness(space, coefficient, weight)
    else:
        stiffness = _voronoi_stiffness(space, coefficient, face_to_length(points, cells))

    # the matrix has an entry for each edge and each node, columns ascending, own nodes first
    matrix = fem.create_matrix(stiffness)
    numbering = matrix.index_map(1)  # ghosts: all neighbours of own nodes, on any rank's cells
    owned, nodes = numbering.size_local, numbering.size_local + numbering.num_ghosts
    rows = np.repeat(np.arange(owned), np.diff(matrix.indptr[: owned + 1]))
    columns = matrix.indices[: len(rows)].astype(np.int64)
    upper = np.flatnonzero(columns > rows)
    partition = Partition(numbering) if mesh.comm.size > 1 else None
    edges = Edges(nodes, rows[upper], columns[upper], partition)

    tags = np.zeros(len(coefficient.x.array), dtype=np.int64)
    tags[cell_tags.indices] = cell_tags.values
    volumes = {}
    for name, tag in regions.items():
        coefficient.x.array[:] = tags == tag
        volumes[name] = _nodal(lumped, edges)
    all_points = np.zeros((nodes, points.shape[1]))
    for column, own in zip(all_points.T, points.T, strict=True):
        column[:owned] = own[:owned]
        column[:] = edges.updated(column.copy())

    facets = _facets(mesh, facet_tags, cells, boundaries)
    return ControlVolumes(
        mesh=mesh,
        points=all_points,
        cells=cells,
        cell_regions=tags,
        regions=dict(regions),
        edges=edges,
        volumes=volumes,
        facets=facets,
        _boundaries={name: _touched(own, edges) for name, own in facets.items()},
        _stiffness=stiffness,
        _lumped=lumped,
        _coefficient=coefficient,
        _matrix=matrix,
        _upper=upper,
    )


def _axisymmetric_stiffness(
    space: fem.FunctionSpace, coefficient: fem.Function, weight: ufl.core.expr.Expr
) -> fem.Form:
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    return forms.form(coefficient * weight * ufl.inner(ufl.grad(u), ufl.grad(v)) * ufl.dx)


def _voronoi_stiffness(
    space: fem.FunctionSpace, coefficient: fem.Function, ratios: Array
) -> fem.Form:
    """Return the form whose entry (i, j) is minus the sum over cells of `ratios` (c, 6) of ij.

    At the middle of edge ij the product of the shape functions i and j is 1/4, that of any other
    pair 0: quadrature there puts one value per edge into the matrix. The diagonal has no meaning.
    """
    mesh = space.mesh
    corners = basix.geometry(basix.CellType.tetrahedron)
    middles = np.array([0.5 * (corners[i] + corners[j]) for i, j in PAIRS])
    weights = np.full(len(PAIRS), 1.0 / 36.0)  # sixths of the reference cell
    element = quadrature_element("tetrahedron", points=middles, weights=weights)
    values = fem.Function(fem.functionspace(mesh, element))
    values.x.array[values.function_space.dofmap.list.ravel()] = ratios.ravel()
    rule = {
        "quadrature_rule": "custom",
        "quadrature_points": middles.tolist(),
        "quadrature_weights": weights.tolist(),
    }
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    share = -24.0 / ufl.CellVolume(mesh)
    return forms.form(coefficient * share * values * u * v * ufl.dx(metadata=rule))


def _nodal(form: fem.Form, edges: Edges) -> Array:
    """Assemble a linear form into nodal values (n,)."""
    assembled = fem.assemble_vector(form)
    assembled.scatter_reverse(InsertMode.add)
    values = np.zeros(edges.nodes)
    values[: edges.owned] = assembled.array[: edges.owned]
    return edges.updated(values)


def _facets(
    mesh: Mesh, facet_tags: MeshTags, cells: Index, boundaries: Mapping[str, int]
) -> dict[str, Index]:
    """Return the nodes (k, vertices) of this rank's facets on each boundary."""
    to_node = np.empty(mesh.geometry.x.shape[0], dtype=np.int64)
    to_node[mesh.geometry.dofmap.ravel()] = cells.ravel()
    dimension = mesh.topology.dim - 1
    mesh.topology.create_connectivity(dimension, mesh.topology.dim)
    found = {}
    for name, tag in boundaries.items():
        entities = facet_tags.find(tag)
        found[name] = np.empty((0, mesh.topology.dim), dtype=np.int64)
        if len(entities):  # dolfinx divides by their number
            found[name] = to_node[entities_to_geometry(mesh, dimension, entities)]
    return found


def _touched(facets: Index, edges: Edges) -> Index:
    """Return the nodes of `facets` (k, vertices), also where another rank has the facet."""
    if edges.partition is None:
        return np.unique(facets)
    here = np.zeros(edges.nodes)
    here[facets] = 1.0
    return np.flatnonzero(edges.partition.gather(here))
