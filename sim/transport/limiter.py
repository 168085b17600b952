"""Zalesak's flux limiter on the edges of a mesh (Zalesak 1979; Kuzmin 2012, algebraic form).

A low-order solution that is free of overshoot is corrected by as much of each antidiffusive flux
as leaves every node between the extremes of its neighbourhood. What leaves one node enters
another, so the correction conserves mass exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.volumes.control_volume import Edges

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Neighbours:
    """Each edge seen from both of its ends, sorted by node."""

    start: Index  # (n,) first entry of each node
    other: Index  # (2 m,) the node at the far end
    edge: Index  # (2 m,)
    sign: Array  # (2 m,) +1 where the edge's positive flow enters the node

    @classmethod
    def of(cls, edges: Edges) -> Neighbours:
        """Sort the ends of `edges` by node; every node must have an edge."""
        count = len(edges.tail)
        here = np.concatenate((edges.tail, edges.head))
        order = np.argsort(here, kind="stable")
        return cls(
            start=np.searchsorted(here[order], np.arange(edges.nodes)),
            other=np.concatenate((edges.head, edges.tail))[order],
            edge=np.tile(np.arange(count), 2)[order],
            sign=np.repeat((-1.0, 1.0), count)[order],
        )


def limited(
    edges: Edges,
    neighbours: Neighbours,
    correction: Array,
    low: Array,
    before: Array,
    capacity: Array,
) -> Array:
    """Return the admissible part of `correction`.

    Parameters
    ----------
    correction : (m,)
        Antidiffusive amount per edge over the step, positive from tail to head (kg).
    low, before : (n,)
        Low-order solution of the step, and the solution before it (kg/m3); together they bound the
        result.
    capacity : (n,)
        Pore volume of each node (m3).

    Returns
    -------
    (m,)
        ``alpha * correction`` with 0 <= alpha <= 1, such that ``low - divergence / capacity``
        stays within the bounds.
    """
    start, other = neighbours.start, neighbours.other
    highest, lowest = np.maximum(low, before), np.minimum(low, before)
    room = capacity * (np.maximum(np.maximum.reduceat(highest[other], start), highest) - low)
    depth = capacity * (np.minimum(np.minimum.reduceat(lowest[other], start), lowest) - low)
    incoming = neighbours.sign * correction[neighbours.edge]
    gain = np.add.reduceat(np.maximum(incoming, 0.0), start)
    loss = np.add.reduceat(np.minimum(incoming, 0.0), start)
    may_gain = np.minimum(1.0, np.divide(room, gain, out=np.ones_like(low), where=gain > 0.0))
    may_lose = np.minimum(1.0, np.divide(depth, loss, out=np.ones_like(low), where=loss < 0.0))
    alpha = np.where(
        correction > 0.0,
        np.minimum(may_lose[edges.tail], may_gain[edges.head]),
        np.minimum(may_gain[edges.tail], may_lose[edges.head]),
    )
    return alpha * correction
