"""Statistics of two treatments in the same patients: tests, effects and their intervals.

All differences are first minus second; intervals are two-sided at the level `LEVEL`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq

Array = NDArray[np.float64]

LEVEL = 0.95
EDGE = 1e-12  # how close to -1 and 1 an interval's end is looked for


@dataclass(frozen=True)
class Estimate:
    """An effect and the ends of its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Pairs:
    """A paired 2 x 2 table: in how many patients which of two treatments succeeded."""

    both: int
    first_only: int
    second_only: int
    neither: int

    @property
    def number(self) -> int:
        """Number of patients."""
        return self.both + self.first_only + self.second_only + self.neither


def pairs(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Pairs:
    """Count the successes of two treatments, (n,) each."""
    return Pairs(
        int(np.sum(first & second)),
        int(np.sum(first & ~second)),
        int(np.sum(~first & second)),
        int(np.sum(~first & ~second)),
    )


def mcnemar(table: Pairs) -> float:
    """Return the exact two-sided p-value of McNemar's test: 1 where no pair is discordant.

    The binomial test of the discordant pairs (McNemar 1947, Psychometrika 12:153).
    """
    discordant = table.first_only + table.second_only
    return float(stats.binomtest(table.first_only, discordant).pvalue) if discordant else 1.0


def risk_difference(table: Pairs, level: float = LEVEL) -> Estimate:
    """Return the difference of two success rates with Tango's asymptotic score interval.

    The interval holds the differences that the score test, with the other parameter at its
    maximum likelihood under each of them, does not reject (Tango 1998, Stat Med 17:891, eq. 6-8).

    Raises
    ------
    ValueError
        If there is no patient.
    """
    n, b, c = table.number, table.first_only, table.second_only
    if n == 0:
        raise ValueError("a risk difference needs patients")
    z = stats.norm.ppf(0.5 * (1.0 + level))
    estimate = (b - c) / n

    def score(difference: float) -> float:
        half = b + c - (2 * n - b + c) * difference  # B of Tango's quadratic, negated
        root = math.sqrt(half * half + 8 * n * c * difference * (1.0 - difference))
        second_only = (root + half) / (4 * n)
        variance = n * (2.0 * second_only + difference * (1.0 - difference))
        return (b - c - n * difference) / math.sqrt(max(variance, EDGE**2))

    low = brentq(lambda x: score(x) - z, EDGE - 1.0, estimate) if estimate > -1.0 else -1.0
    high = brentq(lambda x: score(x) + z, estimate, 1.0 - EDGE) if estimate < 1.0 else 1.0
    return Estimate(estimate, low, high)


def mean_difference(
    difference: Array, seed: int, resamples: int = 9999, level: float = LEVEL
) -> Estimate:
    """Return the mean of paired differences with its bootstrap interval.

    Bias-corrected and accelerated (Efron 1987, J Am Stat Assoc 82:171) over whole patients.

    Parameters
    ----------
    difference : ndarray, shape (n,)
        Of each patient; n at least 2.
    """
    mean = float(np.mean(difference))
    if np.ptp(difference) == 0.0:  # every resample is the same: there is no acceleration
        return Estimate(mean, mean, mean)
    rng = np.random.default_rng(seed)
    found = stats.bootstrap(
        (difference,),
        np.mean,
        n_resamples=resamples,
        confidence_level=level,
        method="BCa",
        rng=rng,
    ).confidence_interval
    return Estimate(mean, float(found.low), float(found.high))


def wilcoxon(difference: Array) -> float:
    """Return the two-sided p-value of the signed-rank test; differences of 0 leave, 1 if all do.

    Exact up to 50 patients without ties, else normal (Wilcoxon 1945, Biometrics Bull 1:80).
    """
    if not np.any(difference):
        return 1.0
    return float(stats.wilcoxon(difference, zero_method="wilcox").pvalue)


def hodges_lehmann(difference: Array, level: float = LEVEL) -> Estimate:
    """Return the median of all averages of two differences, with its distribution-free interval.

    The interval's ends are order statistics of these Walsh averages, after the exact distribution
    of the signed-rank statistic (Hollander & Wolfe 1999, sec. 3.3); ties and zeros make it wider
    than `level`, never narrower (Noether 1967, J Am Stat Assoc 62:184).

    Parameters
    ----------
    difference : ndarray, shape (n,)
    """
    n = len(difference)
    i, j = np.triu_indices(n)
    averages = np.sort(0.5 * (difference[i] + difference[j]))
    least = int(np.searchsorted(np.cumsum(signed_rank(n)), 0.5 * (1.0 - level)))
    k = max(least, 1) - 1
    return Estimate(float(np.median(averages)), float(averages[k]), float(averages[-1 - k]))


def signed_rank(n: int) -> Array:
    """Return P(T = t), t = 0 to n (n + 1) / 2, of the signed-rank statistic of n differences."""
    probability = np.ones(1)
    for rank in range(1, n + 1):
        without = np.pad(probability, (0, rank))
        probability = 0.5 * (without + np.pad(probability, (rank, 0)))
    return probability


def spearman(values: Array, difference: Array, level: float = LEVEL) -> Estimate:
    """Return the rank correlation of a quantity with a difference, and its interval.

    By Fisher's z with Bonett and Wright's (2000, Psychometrika 65:23) variance; nan where one of
    the two does not vary.
    """
    if np.ptp(values) == 0.0 or np.ptp(difference) == 0.0 or len(values) < 5:
        return Estimate(math.nan, math.nan, math.nan)
    rho = float(stats.spearmanr(values, difference).statistic)
    z = stats.norm.ppf(0.5 * (1.0 + level))
    spread = z * math.sqrt((1.0 + 0.5 * rho * rho) / (len(values) - 3))
    centre = math.atanh(min(max(rho, EDGE - 1.0), 1.0 - EDGE))
    return Estimate(rho, math.tanh(centre - spread), math.tanh(centre + spread))


def number_needed(difference: Estimate) -> str:
    """Return in words how many patients have to get the first needle for one more success.

    The inverse of the risk difference and of its interval's ends; where the interval holds 0, it
    runs through infinity (Altman 1998, BMJ 317:1309).
    """

    def inverse(x: float) -> str:
        return f"{1.0 / abs(x):.1f}" if x else "∞"

    value, low, high = difference.value, difference.low, difference.high
    side = "for one more success" if value > 0.0 else "for one more failure" if value else "(equal)"
    if low <= 0.0 <= high:
        ends = f"{inverse(low)} for one more failure, through ∞, to {inverse(high)} for one more"
        return f"{inverse(value)} {side} (95 % interval: {ends} success)"
    nearer, farther = sorted((abs(low), abs(high)), reverse=True)
    return f"{inverse(value)} {side} (95 % interval {inverse(nearer)} to {inverse(farther)})"
