"""An axisymmetric small-strain body of crushable foam on nine-node quadrilaterals.

Q2 with 2 x 2 Gauss points, which does not lock when the flow is incompressible; shape functions and
points from basix. The bodies solved here change at every step and keep one sparsity pattern, so
element matrices are built by batched numpy products on that pattern (3 ms for 1300 cells, whose
factorization takes 25 ms); cells without a yielding point keep their elastic matrix.

Every point has a strength scale that multiplies strength and stiffness alike; stresses are kept on
that scale, so that one law serves all points.

Simplification: small strain (the grid does not follow the displacement).
"""

from __future__ import annotations

from dataclasses import dataclass

import basix
import numpy as np
from numpy.typing import NDArray

from sim.mechanics.mineral.foam import Foam, Returned, return_map, tangent

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

GAUSS, GAUSS_WEIGHTS = basix.make_quadrature(basix.CellType.quadrilateral, 3)  # 2 x 2


@dataclass(frozen=True)
class State:
    """Displacement (n, 2), stress / scale (m, 4, 4) and equivalent plastic strain (m, 4)."""

    u: Array
    stress: Array
    plastic_strain: Array


@dataclass(frozen=True)
class Response:
    """The body after an increment: its state, nodal forces (n, 2) and what the tangent needs."""

    state: State
    force: Array
    returned: Returned  # at the 4 m points


class Solid:
    """Geometry, material and sparsity of one body.

    Parameters
    ----------
    points : (n, 2) array
        Nodes (r, z).
    cells : (m, 9) array
        Nodes of each cell as a 3 x 3 table, flattened row by row.
    law : Foam

    Attributes
    ----------
    places : (m, 4, 2) array
        Gauss points (r, z).
    weight : (m, 4) array
        Volume each stands for.
    """

    def __init__(self, points: Array, cells: Ints, law: Foam) -> None:
        self.points, self.cells, self.law = points, cells, law
        strain, self.weight, self.places = _strain_operator(points[cells])
        self._strain = strain.reshape(len(cells), 16, 18)
        self._dofs = (2 * cells[:, :, None] + np.arange(2)).reshape(len(cells), 18)
        b = strain.transpose(0, 1, 3, 2) @ (law.elasticity @ strain)
        self._elastic = self.weight[:, :, None] * b.reshape(len(cells), 4, 324)
        self._find_pattern()

    def unloaded(self) -> State:
        """The virgin state."""
        m = len(self.cells)
        return State(np.zeros_like(self.points), np.zeros((m, 4, 4)), np.zeros((m, 4)))

    def strain(self, u: Array) -> Array:
        """Total strain (m, 4, 4) of a displacement."""
        return (self._strain @ u.ravel()[self._dofs][:, :, None]).reshape(-1, 4, 4)

    def plastic_strain(self, state: State) -> Array:
        """Plastic strain (m, 4, 4): the total one less the elastic."""
        return self.strain(state.u) - state.stress @ np.linalg.inv(self.law.elasticity)

    def respond(self, start: State, increment: Array, scale: Array) -> Response:
        """Stresses and nodal forces after a displacement increment (n, 2) from `start`.

        `scale` (m, 4) is the strength at each point / the law's.
        """
        m = len(self.cells)
        returned = return_map(
            self.law,
            start.stress.reshape(-1, 4),
            start.plastic_strain.ravel(),
            self.strain(increment).reshape(-1, 4),
        )
        stress = returned.stress.reshape(m, 4, 4)
        state = State(start.u + increment, stress, returned.plastic_strain.reshape(m, 4))
        return Response(state, self.forces(stress, scale), returned)

    def forces(self, stress: Array, scale: Array) -> Array:
        """Nodal forces (n, 2) that balance stresses (m, 4, 4) given on the scale (m, 4)."""
        weighted = (stress * (scale * self.weight)[:, :, None]).reshape(-1, 1, 16)
        nodal = (weighted @ self._strain).ravel()
        return np.bincount(self._dofs.ravel(), nodal, 2 * len(self.points)).reshape(-1, 2)

    def elastic(self, scale: Array) -> Array:
        """Elastic matrices (m, 324) of the cells."""
        return (scale[:, None, :] @ self._elastic)[:, 0]

    def stiffness(self, response: Response, elastic: Array, scale: Array, damping: float) -> Array:
        """CSR data of the tangent; `elastic` from `elastic`, `damping` as in `foam.tangent`."""
        yielding = response.returned.plastic
        cells, place = np.unique(yielding // 4, return_inverse=True)
        moduli = np.tile(self.law.elasticity, (len(cells), 4, 1, 1))
        moduli[place, yielding % 4] = tangent(self.law, response.returned, damping)
        moduli *= (scale * self.weight)[cells][:, :, None, None]
        b = self._strain[cells]
        db = (moduli @ b.reshape(-1, 4, 4, 18)).reshape(-1, 16, 18)
        matrices = elastic.copy()
        matrices[cells] = (b.transpose(0, 2, 1) @ db).reshape(-1, 324)
        return np.bincount(self._entry, matrices.ravel(), minlength=len(self.columns))

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


def _strain_operator(corners: Array) -> tuple[Array, Array, Array]:
    """Strain-displacement matrices (m, 4, 4, 18), weights 2 pi r |J| w (m, 4), points (m, 4, 2)."""
    quadrilateral = basix.CellType.quadrilateral
    element = basix.create_element(
        basix.ElementFamily.P, quadrilateral, 2, basix.LagrangeVariant.equispaced
    )
    table_order = np.lexsort(element.points.T.round(6))  # second coordinate slowest
    table = element.tabulate(1, GAUSS)[:, :, table_order, 0]
    value, slope = table[0], table[1:]  # (q, 9), (2, q, 9)
    jacobian = np.einsum("kqn,mnd->mqdk", slope, corners)
    gradient = np.einsum("kqn,mqkd->mqnd", slope, np.linalg.inv(jacobian))
    places = value @ corners
    radius = places[..., 0]
    b = np.zeros((len(corners), 4, 4, 9, 2))
    b[:, :, 0, :, 0] = gradient[..., 0]
    b[:, :, 1, :, 1] = gradient[..., 1]
    b[:, :, 2, :, 0] = value / radius[..., None]
    b[:, :, 3, :, 0] = gradient[..., 1]
    b[:, :, 3, :, 1] = gradient[..., 0]
    weight = 2.0 * np.pi * radius * np.abs(np.linalg.det(jacobian)) * GAUSS_WEIGHTS
    return b.reshape(len(corners), 4, 4, 18), weight, places
