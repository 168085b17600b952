"""Paired statistics against published worked examples, closed forms and their own coverage."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar

from sim.studies.paired import (
    Estimate,
    Pairs,
    hodges_lehmann,
    mcnemar,
    mean_difference,
    number_needed,
    pairs,
    risk_difference,
    signed_rank,
    spearman,
    wilcoxon,
)

# Airway hyper-responsiveness in 21 children before and after stem cell transplantation: Bentur
# 2009, the worked example of Fagerland, Lydersen & Laake 2014 (Stat Med 33:2850).
BENTUR = Pairs(both=1, first_only=1, second_only=7, neither=12)
# Hamilton's depression scale of nine patients before and after therapy: Salsburg 1970, the worked
# example 3.1 of Hollander & Wolfe 1999.
BEFORE = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]


def test_counts():
    first = np.array([True, True, False, False, True])
    second = np.array([True, False, True, False, False])
    assert pairs(first, second) == Pairs(1, 2, 1, 1)


def test_mcnemar_is_the_binomial_tail():
    assert mcnemar(BENTUR) == pytest.approx(2 * (1 + 8) / 2**8)  # 0.070 in the example
    assert mcnemar(Pairs(5, 0, 0, 5)) == 1.0


def test_tango_of_the_worked_example():
    found = risk_difference(BENTUR)
    assert found.value == pytest.approx(-6 / 21)
    assert (found.low, found.high) == pytest.approx((-0.517, -0.026), abs=5e-4)


@pytest.mark.parametrize("table", [BENTUR, Pairs(20, 9, 3, 18), Pairs(40, 6, 0, 4)])
def test_tango_inverts_the_score_test(table):
    """At both ends the score statistic, profiled numerically, is at its quantile."""
    n, b, c = table.number, table.first_only, table.second_only

    def statistic(difference):
        def minus_likelihood(q):  # of the second kind of discordant pair
            cells = np.array([q + difference, q, 1.0 - 2.0 * q - difference])
            return -float(np.sum(stats.multinomial.logpmf([b, c, n - b - c], n, cells)))

        ends = (max(0.0, -difference) + 1e-12, 0.5 * (1.0 - difference) - 1e-12)
        best = minimize_scalar(minus_likelihood, bounds=ends, options={"xatol": 1e-12})
        variance = n * (2.0 * best.x + difference * (1.0 - difference))
        return (b - c - n * difference) / math.sqrt(variance)

    found = risk_difference(table)
    quantile = stats.norm.ppf(0.975)
    assert statistic(found.low) == pytest.approx(quantile, abs=1e-4)
    assert statistic(found.high) == pytest.approx(-quantile, abs=1e-4)


@pytest.mark.parametrize(("first_only", "second_only"), [(0, 0), (10, 0), (0, 10), (4, 0)])
def test_tango_at_the_borders(first_only, second_only):
    table = Pairs(0, first_only, second_only, 10 - first_only - second_only)
    found, mirrored = risk_difference(table), risk_difference(Pairs(*_swapped(table)))
    assert -1.0 <= found.low <= found.value <= found.high <= 1.0
    assert found.high - found.low > 0.1
    assert (found.low, found.high) == pytest.approx((-mirrored.high, -mirrored.low), abs=1e-6)
    if first_only == 10:  # all discordant the same way: Wilson's limit (n - z^2) / (n + z^2)
        z2 = stats.norm.ppf(0.975) ** 2
        assert found.low == pytest.approx((10 - z2) / (10 + z2), abs=1e-9)


def _swapped(table):
    return table.both, table.second_only, table.first_only, table.neither


@pytest.mark.parametrize(("first_only", "second_only"), [(0.3, 0.05), (0.1, 0.1), (0.05, 0.4)])
def test_tango_covers(check, first_only, second_only):
    """Exact coverage at 50 patients, over all tables."""
    n, covered = 50, 0.0
    for b, c in itertools.product(range(n + 1), repeat=2):
        if b + c > n:
            continue
        cells = [first_only, second_only, 1.0 - first_only - second_only]
        weight = stats.multinomial.pmf([b, c, n - b - c], n, cells)
        if weight > 1e-7:
            found = risk_difference(Pairs(0, b, c, n - b - c))
            covered += weight * (found.low <= first_only - second_only <= found.high)
    check(f"coverage of Tango's interval, {first_only} and {second_only}", covered, "≥", 0.935)
    assert covered <= 0.985


def test_signed_rank_of_the_worked_example():
    """R's wilcox.test of the same: V = 40, p = 0.0391, 0.46 (0.010 to 0.786)."""
    difference = np.subtract(BEFORE, AFTER)
    assert wilcoxon(difference) == pytest.approx(0.0390625)
    found = hodges_lehmann(difference)
    assert (found.value, found.low, found.high) == pytest.approx((0.46, 0.010, 0.786), abs=1e-9)


def test_distribution_of_the_signed_ranks():
    """All signs of four ranks, one by one."""
    sums = [sum(r for r, s in zip((1, 2, 3, 4), signs, strict=True) if s)
            for signs in itertools.product((0, 1), repeat=4)]  # fmt: skip
    assert signed_rank(4) == pytest.approx(np.bincount(sums) / 16)


def test_nothing_differs():
    nothing = np.zeros(12)
    assert wilcoxon(nothing) == 1.0
    assert mean_difference(nothing, 1) == Estimate(0.0, 0.0, 0.0)
    assert hodges_lehmann(nothing) == Estimate(0.0, 0.0, 0.0)


def test_bootstrap_of_normal_differences_is_the_t_interval():
    difference = np.random.default_rng(5).normal(1.0, 2.0, 400)
    found = mean_difference(difference, seed=1)
    low, high = stats.t.interval(0.95, 399, found.value, stats.sem(difference))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.02)
    assert found == mean_difference(difference, seed=1)


def test_intervals_cover(check):
    """Skew differences of 50 patients: the mean's bootstrap interval, the pseudomedian's exact."""
    rng = np.random.default_rng(11)
    samples = rng.gamma(2.0, 1.0, (300, 50))
    means = [mean_difference(d, seed, 999) for seed, d in enumerate(samples)]
    check("coverage of the BCa interval, skew", _share(means, 2.0), "≥", 0.90)
    symmetric = [hodges_lehmann(d) for d in rng.normal(1.0, 2.0, (400, 50))]
    check("coverage of Hodges and Lehmann's interval", _share(symmetric, 1.0), "≥", 0.925)


def _share(estimates, truth):
    return float(np.mean([e.low <= truth <= e.high for e in estimates]))


def test_rank_correlation():
    x = np.arange(30.0)
    y = np.exp(0.1 * x) + np.where(x % 2, 3.0, 0.0)
    found = spearman(x, y)
    assert found.value == pytest.approx(stats.spearmanr(x, y).statistic)
    assert found.low < found.value < found.high < 1.0
    assert math.isnan(spearman(np.ones(30), y).value)


def test_number_needed_to_treat():
    """Altman 1998: an absolute difference of 10 % (-5 to 25 %) is 10 (harm 20 ... ∞ ... 4)."""
    assert number_needed(Estimate(0.10, -0.05, 0.25)) == (
        "10.0 for one more success (95 % interval: 20.0 for one more failure, through ∞, "
        "to 4.0 for one more success)"
    )
    found = number_needed(Estimate(-0.5, -0.8, -0.25))
    assert found == "2.0 for one more failure (95 % interval 1.2 to 4.0)"
