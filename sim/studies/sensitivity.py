"""Which inputs move a metric: elementary effects (Morris) and variance shares (Sobol indices).

Both are with respect to the cumulated probability of an input: an elementary effect is the change
of the metric per change of the probability by one, i.e. over the whole of the input's distribution.

Runs without a value (refused, failed, or the metric was not reached) are left out where they are
needed: an elementary effect with one of its two runs, and for the index of an input each base point
with one of its three runs. That is unbiased only if what made them fail has nothing to do with the
metric; the shares are reported, and ``run.complete`` is a metric whose indices say what makes runs
fail.

References
----------
Morris 1991, Technometrics 33:161; Campolongo et al. 2007, Environ. Model. Softw. 22:1509 (mu*);
Saltelli et al. 2010, Comput. Phys. Commun. 181:259 (first order); Jansen 1999, Comput. Phys.
Commun. 117:35 (total).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.sweeps.designs import Array

RESAMPLES = 1000
LEVEL = 0.95  # of the intervals, percentiles of a bootstrap
FEWEST = 4  # effects or base points below which nothing is said


@dataclass(frozen=True)
class Estimate:
    """A number with its interval; all NaN where too few runs have a value."""

    value: float
    low: float
    high: float


NOTHING = Estimate(np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Effect:
    """The elementary effects of one input."""

    mu_star: Estimate  # mean of the absolute values
    mu: float  # mean: less than mu_star where the sign changes
    sigma: float  # standard deviation: curvature or interaction
    used: int  # effects ...
    of: int  # ... of those of the design


@dataclass(frozen=True)
class Share:
    """The shares of one input in the metric's variance."""

    first: Estimate  # by itself
    total: Estimate  # with all its interactions
    used: int  # base points ...
    of: int  # ... of those of the design


def elementary_effects(cube: Array, metric: Array) -> Array:
    """Return the elementary effects (trajectories, inputs) of a Morris design.

    Parameters
    ----------
    cube : array (trajectories (inputs + 1), inputs)
        Design; from one row of a trajectory to the next, one input changes.
    metric : array (trajectories (inputs + 1),)
        NaN where a run has no value; the two effects it is part of are NaN then.
    """
    inputs = cube.shape[1]
    steps = np.diff(cube.reshape(-1, inputs + 1, inputs), axis=1)
    changes = np.diff(metric.reshape(-1, inputs + 1), axis=1)
    moved = np.argmax(np.abs(steps), axis=2)  # (trajectories, inputs): which input a step moves
    size = np.take_along_axis(steps, moved[..., None], axis=2)[..., 0]
    effects = np.empty_like(changes)
    np.put_along_axis(effects, moved, changes / size, axis=1)
    return effects


def morris(cube: Array, metric: Array, seed: int) -> list[Effect]:
    """Return the statistics of the elementary effects of every input.

    Parameters
    ----------
    cube, metric : array
        As `elementary_effects`.
    seed : int
        Of the bootstrap, which draws trajectories.
    """
    rng = np.random.default_rng(seed)
    return [_effect(column, rng) for column in elementary_effects(cube, metric).T]


def _effect(column: Array, rng: np.random.Generator) -> Effect:
    effects = column[np.isfinite(column)]
    count = len(effects)
    if count < FEWEST:
        return Effect(NOTHING, np.nan, np.nan, count, len(column))
    size = np.abs(effects)
    resampled = size[_draws(rng, count)].mean(axis=0)
    return Effect(
        mu_star=_estimate(size.mean(), resampled),
        mu=float(effects.mean()),
        sigma=float(effects.std(ddof=1)),
        used=count,
        of=len(column),
    )


def sobol(inputs: int, metric: Array, seed: int) -> list[Share]:
    """Return first-order and total Sobol indices of every input.

    Parameters
    ----------
    inputs : int
    metric : array (base points (inputs + 2),)
        Of the runs of a design of `sim.sweeps.designs.saltelli`; NaN where a run has no value.
    seed : int
        Of the bootstrap, which draws base points.
    """
    rng = np.random.default_rng(seed)
    blocks = metric.reshape(-1, inputs + 2)
    return [_share(blocks[:, [0, 1 + i, -1]], rng) for i in range(inputs)]


def _share(runs: Array, rng: np.random.Generator) -> Share:
    """Return the indices of one input from its runs A, A with the input's column of B, and B."""
    from SALib.analyze.sobol import first_order, total_order  # here: half a second to import

    of = len(runs)
    runs = runs[np.isfinite(runs).all(axis=1)]
    count = len(runs)
    if count < FEWEST or np.ptp(runs) == 0.0:
        return Share(NOTHING, NOTHING, count, of)
    runs = (runs - runs.mean()) / runs.std()  # the estimators are biased off zero
    a, mixed, b = runs.T
    drawn = _draws(rng, count)
    first, total = (
        _estimate(float(index(a, mixed, b)), index(a[drawn], mixed[drawn], b[drawn]))
        for index in (first_order, total_order)
    )
    return Share(first, total, count, of)


def _draws(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    return rng.integers(count, size=(count, RESAMPLES))


def _estimate(value: float, resampled: Array) -> Estimate:
    low, high = np.quantile(resampled, [0.5 * (1.0 - LEVEL), 0.5 * (1.0 + LEVEL)])
    return Estimate(float(value), float(low), float(high))
