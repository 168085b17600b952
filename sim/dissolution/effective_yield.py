"""`effective_yield`: in contact with mineral the drug is consumed, and takes some mineral along.

    dc/dt = -k_s c (m/m0)^(2/3),   mineral lost = gamma x drug consumed,

with m0 the mineral that was there before any treatment: the surface of grains that shrink in
proportion goes with their mass to 2/3, and the cube root of m/m0 falls linearly at constant c.
gamma lumps whatever takes mineral away (chelation, acid, cells, extrusion); one Ca per thiosulfate
would be 0.40 kg of hydroxyapatite per kg of pentahydrate, and more than that is possible here.

In one node, w the share of its liquid that lies in the nodule, gamma V c - m does not change, which
leaves one equation. With e = gamma V c / m and x0 = (m/m0)^(1/3) at its beginning, theta =
k_s w x0^2 t and delta = 1 - (cube root of m) / (the same at the beginning),

    d(delta)/d(theta) = e/3 - delta + delta^2 - delta^3/3.

The drug ends where the right-hand side is 0, the mineral at delta = 1. Integrated by the classical
Runge-Kutta method with the linear part exact (Lawson 1967) in short substeps: the error is below
1e-7 of the drug in the node for e < 1/3 and 1e-4 for any e, at any theta; masses are exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.dissolution.reaction import Reacted, State

Array = NDArray[np.float64]

SUBSTEP = 0.25  # in theta, and in theta x e / 2 where drug abounds
SPENT = 1e-16  # share of the drug


@dataclass(frozen=True, eq=False)
class EffectiveYield:
    """The closure; see the module."""

    rate: float  # 1/s, k_s
    yield_ratio: float  # gamma, kg of mineral per kg of drug
    whole: Array  # (n,) kg, mineral before any treatment
    share: Array  # (n,) of each node's liquid that lies in the nodule
    name = "effective_yield"
    dissolves = True
    tissue_liquid = 0.0

    def react(self, state: State, duration: float) -> Reacted:
        """Let the drug in contact with mineral react for `duration` (s)."""
        at = np.flatnonzero((state.mineral > 0.0) & (state.drug > 0.0))
        volume, mineral = state.capacity[at], state.mineral[at]
        could_take = self.yield_ratio * volume * state.drug[at]
        surface = np.cbrt(mineral / self.whole[at]) ** 2
        delta = shrinking(could_take / mineral, self.rate * duration * self.share[at] * surface)
        lost = mineral * delta * (3.0 - delta * (3.0 - delta))
        lost = np.minimum(lost, np.minimum(could_take, mineral))
        consumed = np.zeros_like(state.drug)
        consumed[at] = lost / self.yield_ratio
        drug, dissolved, left = state.drug.copy(), state.dissolved.copy(), state.mineral.copy()
        drug[at] = np.maximum(drug[at] - consumed[at] / volume, 0.0)
        dissolved[at] += lost / volume
        left[at] -= lost
        after = replace(state, drug=drug, dissolved=dissolved, mineral=left)
        return Reacted(after, consumed, np.zeros_like(consumed))

    def takes(self, dose: float) -> float:
        """Return what `dose` takes along when all of it reaches mineral (kg)."""
        return self.yield_ratio * dose


def shrinking(excess: Array, theta: Array) -> Array:
    """Return delta (n,), the relative fall of the cube root of the mineral.

    Parameters
    ----------
    excess : (n,)
        e, what the drug could take / the mineral that is there.
    theta : (n,)
        Rate x time, as the module has it.
    """
    delta, left = np.zeros_like(theta), theta.copy()
    largest = SUBSTEP / np.maximum(1.0, 2.0 * excess)
    at = np.flatnonzero(left > 0.0)
    while at.size:
        e, size = excess[at], np.minimum(left[at], largest[at])
        reached = np.minimum(_substep(e, delta[at], size), 1.0)
        delta[at] = reached
        left[at] -= size
        drug = e / 3.0 - reached * (1.0 - reached * (1.0 - reached / 3.0))
        at = at[(left[at] > 0.0) & (reached < 1.0) & (drug > SPENT * e)]
    return delta


def _substep(e: Array, delta: Array, size: Array) -> Array:
    half = np.exp(-0.5 * size)
    whole = half**2
    middle = e / 3.0 + (delta - e / 3.0) * half  # the linear part alone
    end = e / 3.0 + (delta - e / 3.0) * whole
    first = _surplus(delta)
    second = _surplus(middle + 0.5 * size * half * first)
    third = _surplus(middle + 0.5 * size * second)
    fourth = _surplus(end + size * half * third)
    return end + size / 6.0 * (whole * first + 2.0 * half * (second + third) + fourth)


def _surplus(delta: Array) -> Array:
    return delta**2 * (1.0 - delta / 3.0)
