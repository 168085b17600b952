"""Two aims at once: a gain to be made large and a cost to be kept small.

A point is non-dominated when no other has at least its gain at no more cost. What a set of points
reaches is measured by the area of the (cost, gain) plane that they dominate, its hypervolume
(Zitzler & Thiele 1999), which grows with every better point and with nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def front(gain: Array, cost: Array) -> NDArray[np.int64]:
    """Return the indices of the non-dominated points by increasing cost; of equal ones the first.

    Parameters
    ----------
    gain, cost : (n,) array
    """
    order = np.lexsort((np.arange(len(gain)), -gain, cost))
    best = np.maximum.accumulate(np.append(-np.inf, gain[order]))
    return order[gain[order] > best[:-1]]


def hypervolume(gain: Array, cost: Array, worst: tuple[float, float]) -> float:
    """Return the area dominated by points, bounded by the `worst` gain and cost that count."""
    least, most = worst
    counts = (gain > least) & (cost < most)
    gain, cost = gain[counts], cost[counts]
    chosen = front(gain, cost)
    return float(np.diff(np.append(cost[chosen], most)) @ (gain[chosen] - least))


def widest_gap(
    gain: Array, cost: Array, worst_gain: float, best_cost: float, levels: Sequence[float]
) -> float | None:
    """Return the cost in the middle of the front's widest gap; None where the front has no gap.

    Between two neighbours of the front lies a rectangle in which further points may be. Below a
    cost in `levels` that was looked at already, nothing more is expected in it.

    Parameters
    ----------
    gain, cost : (n,) array
    worst_gain, best_cost : float
        Where the first gap begins: what can be had without any cost.
    levels : sequence of float
        Costs that bounded an earlier search.
    """
    chosen = front(gain, cost)
    ends = cost[chosen]
    begins = np.append(best_cost, ends[:-1])
    rise = np.diff(np.append(worst_gain, gain[chosen]))
    for level in levels:
        begins = np.where((begins < level) & (level < ends), level, begins)
    area = (ends - begins) * rise
    if area.size == 0 or area.max() <= 0.0:
        return None
    widest = int(area.argmax())
    return 0.5 * float(begins[widest] + ends[widest])
