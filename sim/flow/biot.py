"""Quasi-static consolidation of a porous solid (Biot 1941), in (r, z).

Total stress ``sigma' - p 1`` in equilibrium, ``div(du/dt) + div q = supply``, Darcy's q: Biot
coefficient 1, liquid and grains incompressible, small strain, linear elasticity (cell by cell, so
that it may soften), no weight. Displacement P2, pressure P1 (Taylor and Hood: stable also while
nothing drains), backward Euler in time. Plane strain is a thin ring of a large radius.

The liquid's balance is that of the transport's control volumes: row i reads
``int div(du/dt) phi_i + sum_j t_ij (p_i - p_j) = supply_i`` with the same conductances t_ij, so
what is stored at a node and what passes its edges balance exactly.

Walls that bear the liquid's pressure (a cavity's) enter through one term, ``- oint p v.n``, added
to ``int p div v``: read by rows it loads the wall with the pressure, read by columns it counts the
room that the receding wall gives to the liquid as swelling of the wall's nodes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem.petsc import assemble_matrix
from dolfinx.mesh import meshtags
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sim import forms
from sim.flow.poro_saddle import SaddleSystem
from sim.volumes.control_volume import ByRegion, ControlVolumes

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Supports = Mapping[str, tuple[int, ...]]  # per boundary: components of displacement, 0: r, 1: z

WALL = 1
QUADRATURE = {"quadrature_degree": 4}


@dataclass(frozen=True, eq=False)
class PoreState:
    """Displacement (P2, both components interleaved) and pressure."""

    displacement: Array  # (2 k,) m
    pressure: Array  # (n,) Pa


@dataclass(frozen=True, eq=False)
class PoreStep:
    """A time step: its end, and the mean flows during it."""

    duration: float  # s
    state: PoreState
    edge_flow: Array  # (m,) m3/s, from tail to head
    swelling: Array  # (n,) m3/s by which each node's pores grow
    supply: Array  # (n,) m3/s into the domain, swelling + divergence(edge_flow)


class Biot:
    """A poroelastic body on control volumes in (r, z); ``close`` it after use.

    Parameters
    ----------
    youngs_modulus, poisson_ratio : mapping
        Of the drained solid, per region or cell (Pa, -).
    fixed : mapping
        Boundaries and the components of displacement that are nil on them.
    drained : (d,)
        Nodes at pressure 0.
    walls : sequence of str
        Boundaries that bear the pressure of the liquid they enclose; the others bear nothing.
    plates : mapping
        Boundaries whose one component of displacement is uniform: a rigid, smooth plate.
    """

    def __init__(
        self,
        cv: ControlVolumes,
        youngs_modulus: ByRegion,
        poisson_ratio: ByRegion,
        fixed: Supports,
        drained: Index,
        walls: Sequence[str] = (),
        plates: Supports | None = None,
    ) -> None:
        self.cv = cv
        space = fem.functionspace(cv.mesh, ("P", 2, (2,)))
        self._displacement = fem.Function(space)
        self._moduli = fem.Function(fem.functionspace(cv.mesh, ("DG", 0, (4, 4))))
        young, poisson = cv.per_cell(youngs_modulus), cv.per_cell(poisson_ratio)
        self.youngs_modulus, self.poisson_ratio = young, poisson
        u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
        weight = 2.0 * np.pi * ufl.SpatialCoordinate(cv.mesh)[0]
        dx = ufl.dx(metadata=QUADRATURE)
        e, f = _strain(u), _strain(v)
        work = ufl.inner(ufl.dot(self._moduli, ufl.as_vector(e)), ufl.as_vector(f))
        self._stiffness_form = forms.form(weight * work * dx)
        self._stiffness = fem.create_matrix(self._stiffness_form)
        self._strains = forms.expression(
            ufl.as_vector(_strain(self._displacement)), np.array([[1.0 / 3.0, 1.0 / 3.0]])
        )

        phi = ufl.TestFunction(fem.functionspace(cv.mesh, ("P", 1)))
        facets = {name: _facets(cv, name) for name in (*fixed, *walls, *(plates or {}))}
        own = np.unique(np.concatenate([np.empty(0, np.int32), *(facets[w] for w in walls)]))
        tags = meshtags(cv.mesh, 1, own, np.full(len(own), WALL, dtype=np.int32))
        ds = ufl.ds(domain=cv.mesh, subdomain_data=tags, metadata=QUADRATURE)
        normal = ufl.FacetNormal(cv.mesh)
        form = weight * phi * _trace(e) * dx - weight * phi * ufl.dot(u, normal) * ds(WALL)
        self._swelling = _rectangular(forms.form(form))  # (n, 2 k): m3 per m of displacement

        self._column = _columns(space, facets, fixed, plates or {})
        own = np.flatnonzero(self._column >= 0)
        shape = (len(self._column), self._column.max() + 1)
        self._map = csr_array((np.ones(len(own)), (own, self._column[own])), shape=shape)
        self.free = np.ones(cv.edges.nodes, dtype=bool)
        self.free[drained] = False
        self._system = SaddleSystem((self._swelling @ self._map)[self.free].tocsr())
        self.stiffen(isotropic(young, poisson))

    @property
    def at_rest(self) -> PoreState:
        """The state without load or pressure."""
        return PoreState(np.zeros(self._map.shape[0]), np.zeros(self.cv.edges.nodes))

    def stiffen(self, moduli: Array) -> None:
        """Set each cell's stiffness (c, 4, 4) in Pa, for strains rr, zz, hoop, rz."""
        self._moduli.x.array[:] = moduli.ravel()
        self._stiffness.set_value(0.0)
        fem.assemble_matrix(self._stiffness, self._stiffness_form)
        full = self._stiffness.to_scipy().tocoo()
        rows, columns = self._column[full.row], self._column[full.col]
        free = (rows >= 0) & (columns >= 0)
        entries = full.data[free], (rows[free], columns[free])
        self._reduced = csr_array(entries, shape=(self._map.shape[1],) * 2)

    def step(
        self,
        before: PoreState,
        duration: float,
        conductance: Array,
        supplied: Array,
        leak: Array | None = None,
        load: Array | None = None,
    ) -> PoreStep:
        """Advance by one step of backward Euler.

        Parameters
        ----------
        duration : float
            s.
        conductance : (m,)
            Of each edge, m3/(s Pa), not negative.
        supplied : (n,)
            Liquid fed to each node at any pressure, m3/s.
        leak : (n,), optional
            Liquid lost from each node per pressure, m3/(s Pa): with `supplied`, a feed through a
            resistance.
        load : (2 k,), optional
            Forces on the displacements, N.

        Raises
        ------
        SolverError
            When the system cannot be solved.
        """
        edges = self.cv.edges
        leak = np.zeros(edges.nodes) if leak is None else leak
        diagonal = edges.gathered(conductance, conductance) + leak
        flow = edges.matrix(diagonal, -conductance, -conductance).tocsr()
        free = self.free
        liquid = -(self._swelling @ before.displacement + duration * supplied)[free]
        forces = np.zeros(self._map.shape[1]) if load is None else self._map.T @ load
        storage = duration * flow[free][:, free]
        reduced, inner = self._system.solve(self._reduced, storage, forces, liquid)
        displacement = self._map @ reduced
        pressure = np.zeros(edges.nodes)
        pressure[free] = inner

        # taken from the flows, so that each node's balance is exact; the two agree to 1e-9
        edge_flow = conductance * edges.difference(pressure)
        outflow = edges.divergence(edge_flow)
        supply = supplied - leak * pressure
        swelling = supply - outflow
        held = ~free
        moved = self._swelling @ (displacement - before.displacement) / duration
        swelling[held] = moved[held]
        supply[held] = moved[held] + outflow[held]
        state = PoreState(displacement, pressure)
        return PoreStep(duration, state, edge_flow, swelling, supply)

    def swollen(self, state: PoreState) -> Array:
        """Growth of each node's pore volume since the state of rest (n,), m3."""
        return self._swelling @ state.displacement

    def strain(self, state: PoreState) -> Array:
        """Strains rr, zz, hoop and rz (engineering's) at the cells' centres, (c, 4)."""
        self._displacement.x.array[:] = state.displacement
        cells = np.arange(len(self.cv.cells), dtype=np.int32)
        return self._strains.eval(self.cv.mesh, cells).reshape(-1, 4)

    def degrees_of_freedom(self, boundary: str, component: int) -> Index:
        """Displacements of one component on a boundary, indices into a state's."""
        space = self._displacement.function_space
        facets = _facets(self.cv, boundary)
        return fem.locate_dofs_topological(space.sub(component), 1, facets).astype(np.int64)

    def close(self) -> None:
        """Free the solver."""
        self._system.close()


def isotropic(young: Array, poisson: Array) -> Array:
    """Return the stiffness (c, 4, 4) of isotropic cells for strains rr, zz, hoop, rz."""
    compliance = np.zeros((len(young), 4, 4))
    compliance[:, :3, :3] = np.eye(3) - poisson[:, None, None] * (1.0 - np.eye(3))
    compliance[:, 3, 3] = 2.0 * (1.0 + poisson)
    return young[:, None, None] * np.linalg.inv(compliance)


def _strain(u: ufl.core.expr.Expr) -> tuple[ufl.core.expr.Expr, ...]:
    """Strains rr, zz, hoop, rz (engineering's) of a displacement (u_r, u_z)."""
    gradient, radius = ufl.grad(u), ufl.SpatialCoordinate(ufl.domain.extract_unique_domain(u))[0]
    return gradient[0, 0], gradient[1, 1], u[0] / radius, gradient[0, 1] + gradient[1, 0]


def _trace(e: tuple[ufl.core.expr.Expr, ...]) -> ufl.core.expr.Expr:
    return e[0] + e[1] + e[2]


def _rectangular(form: fem.Form) -> csr_array:
    matrix = assemble_matrix(form)
    matrix.assemble()
    pointers, columns, values = matrix.getValuesCSR()
    shape = matrix.getSize()
    matrix.destroy()
    return csr_array((values, columns, pointers), shape=shape)


def _facets(cv: ControlVolumes, name: str) -> NDArray[np.int32]:
    """Facets of a tagged boundary in dolfinx's numbering."""
    topology = cv.mesh.topology
    topology.create_connectivity(1, 0)
    topology.create_connectivity(1, 2)
    node = np.empty(topology.index_map(0).size_local, dtype=np.int64)
    node[topology.connectivity(2, 0).array] = cv.cells.ravel()
    ends = np.sort(node[topology.connectivity(1, 0).array].reshape(-1, 2), axis=1)
    wanted = np.sort(cv.facets[name], axis=1)
    count = cv.edges.nodes
    keys = ends @ np.array([count, 1]), wanted @ np.array([count, 1])
    return np.flatnonzero(np.isin(*keys)).astype(np.int32)


def _columns(
    space: fem.FunctionSpace,
    facets: Mapping[str, NDArray[np.int32]],
    fixed: Supports,
    plates: Supports,
) -> Index:
    """Unknown of each displacement: -1 where it is nil, one for all of a plate."""
    count = space.dofmap.index_map.size_local * space.dofmap.index_map_bs
    column = np.arange(count)

    def dofs(name: str, component: int) -> NDArray[np.int32]:
        return fem.locate_dofs_topological(space.sub(component), 1, facets[name])

    for name, components in plates.items():
        for component in components:
            own = dofs(name, component)
            column[own] = own[0]
    for name, components in fixed.items():
        for component in components:
            column[dofs(name, component)] = -1
    free = column >= 0
    column[free] = np.unique(column[free], return_inverse=True)[1]
    return column
