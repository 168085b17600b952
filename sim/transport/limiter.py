"""Zalesak's flux limiter on the edges of a mesh (Zalesak 1979; Kuzmin 2012, algebraic form).

A low-order solution that is free of overshoot is corrected by as much of each antidiffusive flux
as leaves every node between the extremes of its neighbourhood. What leaves one node enters
another, so the correction conserves mass exactly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.volumes.control_volume import Edges

Array = NDArray[np.float64]


def room(edges: Edges, low: Array, before: Array, capacity: Array) -> tuple[Array, Array]:
    """Return what each node (n,) may gain (>= 0) and lose (<= 0) in kg.

    Parameters
    ----------
    low, before : (n,)
        Low-order solution of the step, and the solution before it (kg/m3); together they bound the
        result.
    capacity : (n,)
        Pore volume of each node at the step's end (m3).
    """
    highest, lowest = np.maximum(low, before), np.minimum(low, before)
    above, below = highest.copy(), lowest.copy()
    for here, there in ((edges.tail, edges.head), (edges.head, edges.tail)):
        np.maximum.at(above, here, highest[there])
        np.minimum.at(below, here, lowest[there])
    return capacity * edges.updated(above - low), capacity * edges.updated(below - low)


def passed(edges: Edges, correction: Array, gain: Array, loss: Array) -> Array:
    """Return the admissible part (m,) of `correction`.

    Parameters
    ----------
    correction : (m,)
        Antidiffusive amount per edge over the step, positive from tail to head (kg).
    gain, loss : (n,)
        What each node may gain and lose (`room`).

    Returns
    -------
    (m,)
        ``alpha * correction`` with 0 <= alpha <= 1, such that ``low - divergence / capacity`` stays
        within the bounds.
    """
    onward, back = np.maximum(correction, 0.0), np.minimum(correction, 0.0)
    may_gain = _share(gain, edges.gathered(-back, onward))
    may_lose = _share(loss, edges.gathered(-onward, back))
    onward *= np.minimum(may_lose[edges.tail], may_gain[edges.head])
    back *= np.minimum(may_gain[edges.tail], may_lose[edges.head])
    return onward + back


def _share(room: Array, wanted: Array) -> Array:
    """Return how much of what is wanted has room, 1 at most."""
    share = np.divide(room, wanted, out=np.ones_like(room), where=wanted != 0.0)
    return np.minimum(share, 1.0, out=share)
