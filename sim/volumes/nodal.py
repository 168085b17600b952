"""Linear systems with one unknown per node and one entry per edge and direction."""

from __future__ import annotations

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sim.volumes.control_volume import Edges
from sim.volumes.linear import RELATIVE_TOLERANCE, LinearSystem, Method

Array = NDArray[np.float64]
Index = NDArray[np.int64]

PLANAR = 3  # a triangulation of a plane has fewer than three edges per node (Euler)


def symmetric(edges: Edges) -> Method:
    """Return the method for symmetric positive definite matrices on `edges`."""
    planar = edges.partition is None and len(edges.tail) < PLANAR * edges.nodes
    return "cholesky" if planar else "amg_cg"


class NodalSystem:
    """A matrix on the nodes, in units of its mean diagonal; ``close`` it after use.

    Parameters
    ----------
    diagonal : (n,)
        Its mean is positive.
    forward, backward : (m,)
        Entries at (tail, head) and (head, tail) of each edge.
    held : (h,)
        Nodes where the solution is 0: their rows and columns are left out.
    method : Method
        As in `LinearSystem`.
    potential : (n,), optional
        The unknowns are put in the order in which it falls (on each rank).
    """

    def __init__(
        self,
        edges: Edges,
        diagonal: Array,
        forward: Array,
        backward: Array,
        held: Index,
        method: Method,
        potential: Array | None = None,
    ) -> None:
        self._edges = edges
        self._free = np.ones(edges.nodes)
        self._free[held] = 0.0
        self._order = np.arange(edges.owned)
        if potential is not None:
            self._order = np.argsort(-potential[: edges.owned], kind="stable")
        self._unit = edges.total(diagonal) / edges.total(np.ones(edges.nodes))
        kept = self._free[edges.tail] * self._free[edges.head] / self._unit
        local = edges.matrix(self._scaled(diagonal), kept * forward, kept * backward)
        comm = MPI.COMM_SELF if edges.partition is None else edges.partition.comm
        self._system = LinearSystem(_global_rows(edges, local, self._order), method, comm)

    @property
    def iterations(self) -> int:
        """Iterations so far."""
        return self._system.iterations

    def set_diagonal(self, diagonal: Array) -> None:
        """Replace the matrix's diagonal (n,), see `LinearSystem.set_diagonal`."""
        self._system.set_diagonal(self._scaled(diagonal)[self._order])

    def solve(
        self, right: Array, guess: Array | None = None, tolerance: float = RELATIVE_TOLERANCE
    ) -> Array:
        """Return the solution (n,) of one right-hand side (n,), see `LinearSystem.solve`."""
        order = self._order
        start = None if guess is None else (guess * self._free)[order]
        solution = np.zeros(self._edges.nodes)
        solution[order] = self._system.solve(
            (right * self._free)[order] / self._unit, start, tolerance
        )
        return self._edges.updated(solution)

    def close(self) -> None:
        """Free the solver."""
        self._system.close()

    def _scaled(self, diagonal: Array) -> Array:
        return np.where(self._free > 0.0, diagonal / self._unit, 1.0)


def balances(edges: Edges, conductances: Array, held: Index) -> NodalSystem:
    """Return the system of the nodes' balances, ``sum_j g_ij (p_i - p_j)`` at node i.

    Parameters
    ----------
    conductances : (m,)
        g of each edge, none negative.
    held : (h,)
        Nodes at potential 0.
    """
    diagonal = edges.gathered(conductances, conductances)
    return NodalSystem(edges, diagonal, -conductances, -conductances, held, symmetric(edges))


def _global_rows(edges: Edges, local: csr_array, order: Index) -> csr_array:
    """Return the rows of this rank's own nodes in `order`, their columns in global numbers."""
    rows = local[order]
    if edges.partition is None:
        numbers = np.empty_like(order)
        numbers[order] = np.arange(len(order))
    else:
        numbers = edges.partition.numbers(order)
    shape = (edges.owned, int(numbers.max()) + 1)
    return csr_array((rows.data, numbers[rows.indices], rows.indptr), shape)
