"""`effective_yield`: in contact with mineral the drug is consumed, and takes some mineral along.

    dc/dt = -k_s c (m/m0)^(2/3),   mineral lost = gamma x drug consumed,

with m0 the mineral that was there before any treatment: the surface of grains that shrink in
proportion goes with their mass to 2/3, and the cube root of m/m0 falls linearly at constant c.
gamma lumps whatever takes mineral away (chelation, acid, cells, extrusion); one Ca per thiosulfate
would be 0.40 kg of hydroxyapatite per kg of pentahydrate, and more than that is possible here.

In one node, w the share of its liquid that lies in the nodule, gamma V c - m does not change, which
leaves one equation. With e = gamma V c / m, what the drug could take / what is there, theta =
k_s w (m/m0)^(2/3) t and delta the relative fall of the cube root of m,

    d(delta)/d(theta) = e/3 - delta + delta^2 - delta^3/3,   delta = 0 at theta = 0.

The drug ends where the right-hand side is 0, the mineral at delta = 1. Integrated by the classical
Runge-Kutta method with the linear part exact (Lawson 1967); each substep begins anew with what is
left of both, so that e falls and the steps grow: the equation becomes linear.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.dissolution.reaction import Reacted, State

Array = NDArray[np.float64]

SHARE = 1e-7  # of the drug, about the error of a substep
NOTHING_LEFT = 1.0 - 1e-6  # of the cube root: 1e-18 of the mineral
ABOUNDS = 1e9  # e from which on delta is linear in theta to rounding, until nothing is left
FINAL = 40.0  # theta at which a linear equation has come to its end
CONSTANT = 1.3e-4  # that error / (e theta^5), measured


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
        share = reacted(could_take / mineral, self.rate * duration * self.share[at] * surface)
        lost = np.minimum(share * mineral, np.minimum(could_take, mineral))
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


def reacted(excess: Array, theta: Array) -> Array:
    """Return the share (n,) of the mineral that is lost.

    Parameters
    ----------
    excess : (n,)
        e, what the drug could take / the mineral that is there.
    theta : (n,)
        Rate x time, as the module has it.
    """
    lost, left = np.zeros_like(theta), np.ones_like(theta)
    at = np.flatnonzero(theta > 0.0)
    e, theta = excess[at], theta[at]
    while at.size:
        size = np.minimum(theta, _longest(e))
        delta = _substep(e, size)
        delta = np.where(delta > NOTHING_LEFT, 1.0, delta)
        share = np.minimum(delta * (3.0 - delta * (3.0 - delta)), e)
        lost[at] += share * left[at]
        left[at] *= (1.0 - delta) ** 3
        on = (size < theta) & (delta < 1.0) & (share < e)
        at, e, theta, size, delta, share = (x[on] for x in (at, e, theta, size, delta, share))
        e = (e - share) / (1.0 - delta) ** 3
        theta = (theta - size) * (1.0 - delta) ** 2
    return lost


def _longest(e: Array) -> Array:
    some = np.maximum(e, SHARE)
    smooth = (SHARE / (CONSTANT * some)) ** 0.2
    smooth = np.minimum(smooth, np.where(e < ABOUNDS, 0.5, 4.0) / some)
    return np.where(e < SHARE, FINAL, smooth)


def _substep(e: Array, size: Array) -> Array:
    half = np.exp(-0.5 * size)
    middle = -np.expm1(-0.5 * size) * e / 3.0  # the linear part alone
    end = -np.expm1(-size) * e / 3.0
    second = _surplus(middle)
    third = _surplus(middle + 0.5 * size * second)
    fourth = _surplus(end + size * half * third)
    return end + size / 6.0 * (2.0 * half * (second + third) + fourth)


def _surplus(delta: Array) -> Array:
    return delta**2 * (1.0 - delta / 3.0)
