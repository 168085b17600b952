"""How many pairs a study needs to find an effect that is there.

For patients that differ as those the effect was estimated from. An effect taken from a small sample
is itself uncertain, and so is a number computed from it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.studies.paired import LEVEL

Array = NDArray[np.float64]

POWER = 0.8
MOST = 100_000  # pairs; a larger study is none


def mcnemar_power(n: int, first_only: float, second_only: float, level: float = LEVEL) -> float:
    """Return the power of McNemar's exact test with `n` pairs.

    Exact: over the binomial number of discordant pairs, the probability that the conditional test
    rejects (as Duffy 1984, Biometrics 40:1005).

    Parameters
    ----------
    first_only, second_only : float
        Probabilities of the two kinds of discordant pairs.
    """
    discordant = first_only + second_only
    if discordant == 0.0:
        return 0.0
    m = np.arange(n + 1)
    # Largest count whose lower tail is at most alpha / 2; -1 where there is none.
    tail = 0.5 * (1.0 - level)
    most = stats.binom.ppf(tail, m, 0.5)
    most -= stats.binom.cdf(most, m, 0.5) > tail * (1.0 + 1e-9)
    share = first_only / discordant
    reject = stats.binom.cdf(most, m, share) + stats.binom.sf(m - most - 1, m, share)
    return float(np.sum(stats.binom.pmf(m, n, discordant) * reject))


def mcnemar_pairs(first_only: float, second_only: float, power: float = POWER) -> int | None:
    """Return the fewest pairs with which McNemar's exact test has that power; None for no effect.

    Found by bisection of the exact power, whose saw teeth are smaller than a percent. Connor's
    (1987, Biometrics 43:207) formula, `mcnemar_pairs_connor`, is for the asymptotic test.
    """
    if first_only == second_only:
        return None
    high = 8
    while mcnemar_power(high, first_only, second_only) < power:
        high *= 2
        if high > MOST:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        enough = mcnemar_power(middle, first_only, second_only) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def mcnemar_pairs_connor(
    first_only: float, second_only: float, power: float = POWER, level: float = LEVEL
) -> float:
    """Return Connor's (1987) number of pairs for the asymptotic test."""
    discordant, effect = first_only + second_only, first_only - second_only
    alpha, beta = stats.norm.ppf(0.5 * (1.0 + level)), stats.norm.ppf(power)
    root = alpha * math.sqrt(discordant) + beta * math.sqrt(discordant - effect**2)
    return float((root / effect) ** 2)


def wilcoxon_pairs(difference: Array, power: float = POWER, level: float = LEVEL) -> int | None:
    """Return the pairs that the signed-rank test needs; None for more than `MOST`.

    Noether (1987, J Am Stat Assoc 82:645): (z_alpha + z_beta)^2 / (3 (p - 1/2)^2), with p the
    probability that the sum of two independent differences is positive, estimated over all pairs
    of the patients at hand; for large effects it asks for a few pairs too many.

    Parameters
    ----------
    difference : ndarray, shape (n,)
    """
    i, j = np.triu_indices(len(difference), k=1)
    above = 0.5 + 0.5 * float(np.mean(np.sign(difference[i] + difference[j])))
    if above == 0.5:
        return None
    z = stats.norm.ppf(0.5 * (1.0 + level)) + stats.norm.ppf(power)
    pairs = math.ceil(z * z / (3.0 * (above - 0.5) ** 2))
    return pairs if pairs <= MOST else None
