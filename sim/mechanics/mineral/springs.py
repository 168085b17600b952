"""Nodal springs: supports, far fields and contacts of a solid, in one convex energy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Springs:
    """k springs that push a node's displacement along `direction` towards `target`."""

    nodes: Ints  # (k,)
    direction: Array  # (k, 2) unit vectors (r, z)
    stiffness: Array  # (k,)
    target: Array  # (k,)
    unilateral: NDArray[np.bool_]  # (k,) True: pushes and never pulls

    @classmethod
    def along(
        cls,
        nodes: Ints,
        direction: tuple[float, float],
        stiffness: float | Array,
        target: float | Array = 0.0,
        unilateral: bool = False,
    ) -> Springs:
        """Springs of one direction; scalars are given to every node."""
        k = len(nodes)
        return cls(
            nodes,
            np.tile(np.asarray(direction, dtype=float), (k, 1)),
            np.broadcast_to(np.asarray(stiffness, dtype=float), k),
            np.broadcast_to(np.asarray(target, dtype=float), k),
            np.full(k, unilateral),
        )

    @classmethod
    def joined(cls, *springs: Springs) -> Springs:
        """All springs in one set, in the order given."""
        names = ("nodes", "direction", "stiffness", "target", "unilateral")
        return cls(*(np.concatenate([getattr(s, name) for s in springs]) for name in names))

    def stretch_force(self, u: Array) -> Array:
        """Force (k,) of each spring on its node if all were bilateral."""
        return self.stiffness * (self.target - self.along_springs(u))

    def force(self, u: Array) -> Array:
        """Force (k,) of each spring on its node, along its direction."""
        force = self.stretch_force(u)
        return np.where(self.unilateral, np.maximum(force, 0.0), force)

    def along_springs(self, u: Array) -> Array:
        """Components (k,) of a nodal field (n, 2) along the springs."""
        return np.sum(u[self.nodes] * self.direction, axis=1)

    def nodal(self, force: Array, count: int) -> Array:
        """Forces (k,) of the springs summed at `count` nodes, (count, 2)."""
        out = np.zeros((count, 2))
        np.add.at(out, self.nodes, force[:, None] * self.direction)
        return out
