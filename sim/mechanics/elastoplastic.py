"""An axisymmetric small-strain body of crushable foam on nine-node quadrilaterals.

Q2 with 2 x 2 Gauss points, which does not lock when the flow is incompressible; shape functions and
points from basix. The bodies solved here lose cells at every step and keep one sparsity pattern, so
element matrices are built by batched numpy products on that pattern (3 ms for 1300 cells, whose
factorization takes 25 ms); cells without a yielding point keep their elastic matrix.

Simplifications: small strain (the grid does not follow the displacement); void cells keep a
millionth of their stiffness in the Newton matrix, and no stress.
"""

from __future__ import annotations

from dataclasses import dataclass

import basix
import numpy as np
from numpy.typing import NDArray

from sim.mechanics.foam import Foam, Returned, return_map, tangent

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

VOID_STIFFNESS = 1e-6


@dataclass(frozen=True)
class State:
    """Displacement (n, 2), stress (m, 4, 4) and equivalent plastic strain (m, 4) in m cells."""

    u: Array
    stress: Array
    plastic_strain: Array


@dataclass(frozen=True)
class Response:
    """The body after an increment: its state, nodal forces (n, 2) and what the tangent needs."""

    state: State
    force: Array
    points: Ints  # flat indices of the points that are material
    returned: Returned  # at these points


class Solid:
    """Geometry, material and sparsity of one body.

    Parameters
    ----------
    points : (n, 2) array
        Nodes (r, z).
    cells : (m, 9) array
        Nodes of each cell as a 3 x 3 table, flattened row by row.
    law : Foam
    """

    def __init__(self, points: Array, cells: Ints, law: Foam) -> None:
        self.points, self.cells, self.law = points, cells, law
        strain, self.weight = _strain_operator(points[cells])
        self._strain = strain.reshape(len(cells), 16, 18)
        self._dofs = (2 * cells[:, :, None] + np.arange(2)).reshape(len(cells), 18)
        everywhere = np.broadcast_to(law.elasticity, (len(cells), 4, 4, 4))
        self._elastic = self._cell_matrices(np.arange(len(cells)), everywhere)
        self._find_pattern()

    def unloaded(self) -> State:
        """The virgin state."""
        m = len(self.cells)
        return State(np.zeros_like(self.points), np.zeros((m, 4, 4)), np.zeros((m, 4)))

    def respond(self, start: State, increment: Array, present: Bools) -> Response:
        """Stresses and nodal forces after a displacement increment (n, 2) from `start`.

        `present` (m,) is False for void cells, which carry nothing.
        """
        m = len(self.cells)
        points = np.flatnonzero(np.repeat(present, 4))
        strain = (self._strain @ increment.ravel()[self._dofs][:, :, None]).reshape(-1, 4)
        stress = np.zeros((4 * m, 4))
        plastic_strain = start.plastic_strain.ravel().copy()
        returned = return_map(
            self.law,
            start.stress.reshape(-1, 4)[points],
            plastic_strain[points],
            strain[points],
        )
        stress[points], plastic_strain[points] = returned.stress, returned.plastic_strain
        weighted = (stress * self.weight.reshape(-1, 1)).reshape(m, 1, 16)
        force = np.bincount(
            self._dofs.ravel(), (weighted @ self._strain).ravel(), minlength=2 * len(self.points)
        )
        state = State(start.u + increment, stress.reshape(m, 4, 4), plastic_strain.reshape(m, 4))
        return Response(state, force.reshape(-1, 2), points, returned)

    def stiffness(self, response: Response, present: Bools, damping: float) -> Array:
        """CSR data of the tangent; `damping` as in `foam.tangent`."""
        yielding = response.points[response.returned.plastic]
        cells, place = np.unique(yielding // 4, return_inverse=True)
        moduli = np.tile(self.law.elasticity, (len(cells), 4, 1, 1))
        moduli[place, yielding % 4] = tangent(self.law, response.returned, damping)
        matrices = self._elastic.copy()
        matrices[~present] *= VOID_STIFFNESS
        matrices[cells] = self._cell_matrices(cells, moduli)
        return np.bincount(self._entry, matrices.ravel(), minlength=len(self.columns))

    def _cell_matrices(self, cells: Ints, moduli: Array) -> Array:
        b = self._strain[cells]
        weighted = moduli * self.weight[cells][:, :, None, None]
        db = (weighted @ b.reshape(-1, 4, 4, 18)).reshape(-1, 16, 18)
        return b.transpose(0, 2, 1) @ db

    def _find_pattern(self) -> None:
        """CSR arrays, the entry of each cell matrix in them, and each node's diagonal block."""
        size = 2 * len(self.points)
        rows, columns = np.repeat(self._dofs, 18, axis=1), np.tile(self._dofs, (1, 18))
        keys, self._entry = np.unique(rows.ravel() * size + columns.ravel(), return_inverse=True)
        self.columns = keys % size
        counts = np.bincount(keys // size, minlength=size)
        self.starts = np.concatenate([[0], np.cumsum(counts)])
        own = 2 * np.arange(len(self.points))[:, None] + np.arange(2)
        self.node_blocks = np.searchsorted(keys, own[:, :, None] * size + own[:, None, :])


def _strain_operator(corners: Array) -> tuple[Array, Array]:
    """Strain-displacement matrices (m, 4, 4, 18) and weights 2 pi r |J| w (m, 4)."""
    quadrilateral = basix.CellType.quadrilateral
    points, weights = basix.make_quadrature(quadrilateral, 3)
    element = basix.create_element(
        basix.ElementFamily.P, quadrilateral, 2, basix.LagrangeVariant.equispaced
    )
    table_order = np.lexsort(element.points.T.round(6))  # second coordinate slowest
    table = element.tabulate(1, points)[:, :, table_order, 0]
    value, slope = table[0], table[1:]  # (q, 9), (2, q, 9)
    jacobian = np.einsum("kqn,mnd->mqdk", slope, corners)
    gradient = np.einsum("kqn,mqkd->mqnd", slope, np.linalg.inv(jacobian))
    radius = corners[:, :, 0] @ value.T
    b = np.zeros((len(corners), 4, 4, 9, 2))
    b[:, :, 0, :, 0] = gradient[..., 0]
    b[:, :, 1, :, 1] = gradient[..., 1]
    b[:, :, 2, :, 0] = value / radius[..., None]
    b[:, :, 3, :, 0] = gradient[..., 1]
    b[:, :, 3, :, 1] = gradient[..., 0]
    weight = 2.0 * np.pi * radius * np.abs(np.linalg.det(jacobian)) * weights
    return b.reshape(len(corners), 4, 4, 18), weight
