"""Least squares with bounds, intervals that do not trust linearity, and what cannot be told apart.

Intervals are 95 %, both by the curvature at the minimum, s^2 (J^T J)^-1, and by the profile
of the residual sum of squares S over all other parameters (Bates & Watts 1988, ch. 6), ::

    tau(x) = sign(x - x_min) sqrt((S(x) - S_min) / s^2),     |tau| <= t(0.975, n - p).

Noise in proportion to the force is weighted by the fitted curve, in turns with the fit (generalised
least squares: Carroll & Ruppert 1988, ch. 2). Parameters that trade off are found by the
collinearity index 1 / smallest singular value of the sensitivities scaled to length 1, with its
limit of 10 (Brun, Reichert & Kuensch 2001, Water Resour. Res. 37:1015).

Residuals that follow one another (a wrong model, or readings closer than the noise forgets) hold
less than n pieces of information: with a lag-one correlation rho, s^2 is raised by the factor
(1 + rho)/(1 - rho) and n lowered by it, as for the mean of a first-order autoregression.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from sim.studies.calibrate_problem import Curve, Parameter, Problem, Profile, search

Array = NDArray[np.float64]
type Noise = Literal["constant", "proportional"]

CONFIDENCE = 0.95
COLLINEAR = 10.0  # collinearity index from which on parameters trade off
AT_BOUND = 1e-3  # of the range
SHARE = 0.2  # of a direction that cannot be told: what has less is not named
UNDETERMINED = 0.8  # of the range between the bounds: an interval this wide says nothing
FLOOR = 0.05  # of the largest force: below, noise is no longer in proportion to it
REWEIGHTINGS = 2
RESOLVED = 1e-8  # smallest singular value that is not rounding / largest


@dataclass(frozen=True)
class Interval:
    """95 % interval in SI; an open end lies at the bound, and the data did not put it there."""

    low: float
    high: float
    open_low: bool
    open_high: bool


@dataclass(frozen=True, eq=False)
class Fit:
    """What the data say about p parameters."""

    parameters: tuple[Parameter, ...]
    values: Array  # (p,) SI
    fitted: Array  # (n,) the curve
    weighted: Array  # (n,) residuals measured - fitted, by the noise they are compared with
    deviation: float  # s of `weighted`
    linear: tuple[Interval, ...]  # by curvature at the minimum
    intervals: tuple[Interval, ...]  # by profile
    profiles: tuple[Profile, ...]
    correlation: Array  # (p, p)
    collinearity: float
    worse: Array  # (p,) width of the linear interval / width if all others were known
    trading: tuple[tuple[int, ...], ...]  # parameters of each direction that the data do not see
    autocorrelation: float  # of `weighted`, lag one
    inflation: float  # of the variance by it; 1: no autocorrelation to speak of
    limit: float  # of |tau|

    @property
    def at_bound(self) -> tuple[bool, ...]:
        """Whether the fitted value lies on one of its bounds."""
        return tuple(
            not AT_BOUND < parameter.share(value) < 1.0 - AT_BOUND
            for parameter, value in zip(self.parameters, self.values, strict=True)
        )

    @property
    def undetermined(self) -> tuple[bool, ...]:
        """Whether the interval fills the range, or nothing but the bounds ends it."""
        return tuple(
            p.share(i.high) - p.share(i.low) >= UNDETERMINED or (i.open_low and i.open_high)
            for p, i in zip(self.parameters, self.intervals, strict=True)
        )


def fit(
    curve: Curve,
    measured: Array,
    parameters: Sequence[Parameter],
    groups: NDArray[np.int64],
    noise: Noise = "constant",
) -> Fit:
    """Fit `parameters` so that `curve` meets `measured`.

    Parameters
    ----------
    curve : callable
        Values of the parameters (SI) to (n,), in the unit of `measured`.
    measured : (n,) array
    parameters : sequence of Parameter
        Fewer than n.
    groups : (n,) array of int
        Equal for readings that follow one another.
    noise : {"constant", "proportional"}
        Whether the noise is as large everywhere, or grows with the curve.

    Raises
    ------
    SolverError
        As `curve` does.
    """
    problem = Problem(curve, measured, tuple(parameters), np.ones_like(measured))
    at = search(problem)
    if noise == "proportional":
        for _ in range(REWEIGHTINGS):
            size = np.abs(problem.curve_at(at))
            weight = 1.0 / np.maximum(size, FLOOR * size.max())
            problem = Problem(curve, measured, problem.parameters, weight)
            at = problem.polished(at)
    residual, p, n = problem.residual(at), len(parameters), len(measured)
    rho, inflation = _autocorrelation(residual, groups)
    deviation = math.sqrt(float(residual @ residual) / (n - p))
    rounding = np.finfo(float).eps * float(np.linalg.norm(problem.weight * measured))
    scale = max(math.sqrt(inflation) * deviation, rounding)
    limit = float(t.ppf(0.5 + 0.5 * CONFIDENCE, max(n / inflation - p, 1.0)))
    length, singular, directions = _sensitivity(problem.jacobian(at))
    scaled = (directions.T / singular**2) @ directions  # of the shares x length / scale
    worse = np.sqrt(np.diag(scaled))
    covariance = scale**2 * scaled / np.outer(length, length)
    half = limit * np.sqrt(np.diag(covariance))
    profiles = tuple(problem.profile(at, j, covariance, scale, limit) for j in range(p))
    return Fit(
        parameters=problem.parameters,
        values=problem.values(at),
        fitted=problem.curve_at(at),
        weighted=residual,
        deviation=deviation,
        linear=tuple(
            _interval(parameter, at[j] - half[j], at[j] + half[j])
            for j, parameter in enumerate(parameters)
        ),
        intervals=tuple(
            _interval(parameter, *_ends(parameter, profile, at[j], limit))
            for j, (parameter, profile) in enumerate(zip(parameters, profiles, strict=True))
        ),
        profiles=profiles,
        correlation=scaled / np.outer(worse, worse),
        collinearity=float(1.0 / singular[-1]),
        worse=worse,
        trading=tuple(
            tuple(int(j) for j in np.flatnonzero(np.abs(direction) > SHARE))
            for value, direction in zip(singular, directions, strict=True)
            if value * COLLINEAR < 1.0
        ),
        autocorrelation=rho,
        inflation=inflation,
        limit=limit,
    )


def _sensitivity(jacobian: Array) -> tuple[Array, Array, Array]:
    """Lengths of the columns, and singular values and directions of the columns of length 1.

    A column of zeros stays one; what is lost in rounding counts as `RESOLVED`.
    """
    length = np.linalg.norm(jacobian, axis=0)
    length = np.maximum(length, RESOLVED * max(length.max(), np.finfo(float).tiny))
    _, singular, directions = np.linalg.svd(jacobian / length, full_matrices=False)
    return length, np.maximum(singular, RESOLVED * singular[0]), directions


def _autocorrelation(residual: Array, groups: NDArray[np.int64]) -> tuple[float, float]:
    """Lag-one correlation within groups, and the variance's factor where it is significant."""
    total = float(residual @ residual)
    if total == 0.0:
        return 0.0, 1.0
    follows = groups[1:] == groups[:-1]
    rho = float((residual[1:] * residual[:-1])[follows].sum()) / total
    if rho <= 2.0 / math.sqrt(len(residual)):
        return rho, 1.0
    return rho, (1.0 + rho) / (1.0 - rho)


def _ends(parameter: Parameter, profile: Profile, at: float, limit: float) -> tuple[float, float]:
    """Shares at which a profile passes the limit; beyond 0 and 1 where it does not."""
    shares = np.array([parameter.share(value) for value in profile.value])
    middle = int(np.argmin(np.abs(shares - at)))
    ends = []
    for side, part in ((-1.0, slice(middle, None, -1)), (1.0, slice(middle, None))):
        rise = np.maximum.accumulate(side * profile.tau[part])
        beyond = 0.5 + side
        ends.append(float(np.interp(limit, rise, shares[part], right=beyond)))
    return ends[0], ends[1]


def _interval(parameter: Parameter, low: float, high: float) -> Interval:
    return Interval(
        float(parameter.value(max(low, 0.0))),
        float(parameter.value(min(high, 1.0))),
        bool(low < 0.0),
        bool(high > 1.0),
    )
