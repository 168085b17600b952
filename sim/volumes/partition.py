"""The nodes of a mesh that is spread over MPI ranks.

Each rank numbers its own nodes first and copies of its neighbours' nodes after them. It keeps every
edge that has at least one of its own nodes, so that sums over the edges of a node are complete at
its own nodes; the copies then take their values from the ranks that own them.
"""

from __future__ import annotations

import numpy as np
from dolfinx import la
from dolfinx.common import IndexMap
from mpi4py import MPI
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]


class Partition:
    """One rank's view of the nodes; every method is collective."""

    def __init__(self, index_map: IndexMap) -> None:
        self.owned = index_map.size_local
        self.comm: MPI.Intracomm = index_map.comm
        self._map = index_map
        self._vector = la.vector(index_map)

    def update(self, values: Array) -> Array:
        """Overwrite the copies in `values` (n,) by what their owners hold, and return it."""
        self._vector.array[:] = values
        self._vector.scatter_forward()
        values[self.owned :] = self._vector.array[self.owned :]
        return values

    def gather(self, values: Array) -> Array:
        """Return the sums (n,) over the ranks of what each holds for a node, own or copy."""
        self._vector.array[:] = values
        self._vector.scatter_reverse(la.InsertMode.add)
        self._vector.scatter_forward()
        return self._vector.array.copy()

    def total(self, value: float) -> float:
        """Return the sum of one value per rank."""
        return self.comm.allreduce(value, MPI.SUM)

    def largest(self, value: float) -> float:
        """Return the largest of one value per rank."""
        return self.comm.allreduce(value, MPI.MAX)

    def numbers(self, order: Index) -> Index:
        """Return the global number (n,) of each node where this rank's own come in `order`."""
        start = self._map.local_range[0]
        numbers = np.zeros(self._map.size_local + self._map.num_ghosts)
        numbers[order] = start + np.arange(self.owned)
        return self.update(numbers).astype(np.int64)  # doubles hold integers up to 9e15
