"""Residuals of a curve over its parameters between bounds: their minimum, and profiles along one.

A parameter goes from 0 to 1 between its bounds, in the logarithm where these are positive and wide
apart. The minimum is looked for from the given values and a space-filling set of others.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.stats import qmc

from sim.sensitivity import LOG_SPAN

Array = NDArray[np.float64]
type Curve = Callable[[Array], Array]  # values of the parameters (SI) -> (n,)

STARTS_PER_PARAMETER = 8
POLISHED = 2  # of the starts
MOST_ITERATIONS = 30  # a valley without a lowest point would take hundreds, to no avail
DIFFERENCE = 1e-4  # of the range: step of the derivatives
STEPS_PER_SIDE = 3  # of a profile up to its limit, were it linear
FARTHEST = 1.5  # times its limit: a profile that jumps beyond is walked in smaller steps
MOST_STEPS = 60


@dataclass(frozen=True)
class Parameter:
    """A quantity to be fitted and the bounds it must stay between; SI."""

    name: str
    low: float
    high: float
    start: float | None = None  # None: the middle

    @property
    def log(self) -> bool:
        """Whether it is walked in its logarithm."""
        return self.low > 0.0 and self.high >= LOG_SPAN * self.low

    def value(self, share: Array | float) -> Array | float:
        """Return what lies at a share of the way between the bounds."""
        if self.log:
            return self.low * (self.high / self.low) ** share
        return self.low + (self.high - self.low) * share

    def share(self, value: float) -> float:
        """Return the share of the way, 0 to 1, also of what lies beyond a bound."""
        value = min(max(value, self.low), self.high)
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True, eq=False)
class Profile:
    """Along one parameter, all others fitted anew."""

    value: Array  # SI
    tau: Array  # signed root of the rise of the sum of squares / s^2


@dataclass(frozen=True, eq=False)
class Problem:
    """Weighted residuals over shares of the way between the bounds."""

    curve: Curve
    measured: Array
    parameters: tuple[Parameter, ...]
    weight: Array

    def values(self, at: Array) -> Array:
        """Return the values (p,) at these shares."""
        return np.array([p.value(x) for p, x in zip(self.parameters, at, strict=True)])

    def curve_at(self, at: Array) -> Array:
        """Return the curve (n,) at these shares."""
        return self.curve(self.values(at))

    def residual(self, at: Array) -> Array:
        """Return measured - curve, weighted (n,)."""
        return self.weight * (self.measured - self.curve_at(at))

    def cost(self, at: Array) -> float:
        """Return the weighted sum of squares."""
        residual = self.residual(at)
        return float(residual @ residual)

    def polished(self, at: Array) -> Array:
        """Return the minimum near `at`."""
        return self._minimum(at, list(range(len(at))), "3-point", 1e-10)

    def approached(self, at: Array) -> Array:
        """Return what lies near enough to the minimum near `at` to be compared with others."""
        return self._minimum(at, list(range(len(at))), "2-point", 1e-3)

    def others_polished(self, at: Array, j: int) -> Array:
        """Return the minimum near `at` with parameter `j` held; `at` is close to it."""
        others = [k for k in range(len(at)) if k != j]
        return self._minimum(at, others, "2-point", 1e-6) if others else at

    def _minimum(self, at: Array, free: list[int], scheme: str, tolerance: float) -> Array:
        def moved(part: Array) -> Array:
            whole = at.copy()
            whole[free] = part
            return whole

        found = least_squares(
            lambda part: self.residual(moved(part)),
            np.clip(at[free], DIFFERENCE, 1.0 - DIFFERENCE),  # it starts off the bounds
            jac=scheme,
            bounds=(0.0, 1.0),
            method="dogbox",
            diff_step=DIFFERENCE,
            ftol=tolerance,
            xtol=1e-10,
            max_nfev=MOST_ITERATIONS,
        )
        return moved(found.x)

    def jacobian(self, at: Array) -> Array:
        """Derivatives of the weighted curve by the shares, (n, p), one-sided at a bound."""
        columns = []
        for j in range(len(at)):
            ends = np.clip(at[j] + DIFFERENCE * np.array([-1.0, 1.0]), 0.0, 1.0)
            one, other = (self.residual(_with(at, j, end)) for end in ends)
            columns.append((one - other) / (ends[1] - ends[0]))
        return np.stack(columns, axis=1)

    def profile(self, at: Array, j: int, covariance: Array, scale: float, limit: float) -> Profile:
        """Walk from the minimum along parameter `j` until tau passes `limit`, or to the bounds.

        The first step and the way that the others go along with it are those of the curvature, by
        the `covariance` of the shares (p, p).
        """
        least, points = self.cost(at), {float(at[j]): 0.0}
        first = limit * math.sqrt(covariance[j, j]) / STEPS_PER_SIDE
        for side, bound in ((-1.0, 0.0), (1.0, 1.0)):
            now, tau, growing = at, 0.0, True
            slope = covariance[j] / covariance[j, j]
            step = min(max(first, DIFFERENCE), 0.25)
            for _ in range(MOST_STEPS):
                if tau >= limit or now[j] == bound:
                    break
                there = float(np.clip(now[j] + side * step, 0.0, 1.0))
                ahead = np.clip(now + slope * (there - now[j]), 0.0, 1.0)
                ahead = self.others_polished(_with(ahead, j, there), j)
                rise = math.sqrt(max(self.cost(ahead) - least, 0.0)) / scale
                if rise > FARTHEST * limit and step > DIFFERENCE:  # another one met its bound
                    step, growing = 0.5 * step, False
                    continue
                if growing and rise - tau < 0.5 * limit / STEPS_PER_SIDE:
                    step *= 2.0
                slope = (ahead - now) / (ahead[j] - now[j])
                now, tau = ahead, rise
                points[there] = side * tau
        shares = np.array(sorted(points))
        value = np.array([self.parameters[j].value(x) for x in shares])
        return Profile(value, np.array([points[float(x)] for x in shares]))


def search(problem: Problem) -> Array:
    """Return the best minimum found from the given start and a space-filling set of others."""
    p = len(problem.parameters)
    given = [0.5 if q.start is None else q.share(q.start) for q in problem.parameters]
    spread = qmc.LatinHypercube(p, rng=np.random.default_rng(0)).random(STARTS_PER_PARAMETER * p)
    starts = sorted([np.array(given), *spread], key=problem.cost)[:POLISHED]
    return problem.polished(min(map(problem.approached, starts), key=problem.cost))


def _with(at: Array, j: int, share: float) -> Array:
    changed = at.copy()
    changed[j] = share
    return changed
