"""Sample sizes against simulation and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.studies.paired import Pairs, mcnemar, wilcoxon
from sim.studies.paired_power import (
    mcnemar_pairs,
    mcnemar_pairs_connor,
    mcnemar_power,
    wilcoxon_pairs,
)


@pytest.mark.parametrize(("first_only", "second_only", "n"), [(0.3, 0.1, 80), (0.05, 0.25, 60)])
def test_power_is_that_of_the_test(first_only, second_only, n):
    rng = np.random.default_rng(3)
    counts = rng.multinomial(n, [first_only, second_only, 1.0 - first_only - second_only], 4000)
    tables, number = np.unique(counts[:, :2], axis=0, return_counts=True)
    rejected = [mcnemar(Pairs(0, int(b), int(c), n - int(b) - int(c))) <= 0.05 for b, c in tables]
    simulated = float(np.dot(rejected, number)) / 4000
    assert mcnemar_power(n, first_only, second_only) == pytest.approx(simulated, abs=0.025)


def test_power_of_no_effect_is_the_level(check):
    powers = [mcnemar_power(n, 0.2, 0.2) for n in (20, 50, 200, 1000)]
    check("rejections of McNemar's exact test where nothing differs", max(powers), "≤", 0.05)


@pytest.mark.parametrize(("first_only", "second_only"), [(0.3, 0.1), (0.25, 0.2), (0.0, 0.3)])
def test_pairs_for_mcnemar(first_only, second_only):
    """Fewest pairs: one less is not enough; a little above the asymptotic test's number."""
    n = mcnemar_pairs(first_only, second_only)
    power = [mcnemar_power(m, first_only, second_only) for m in (n - 1, n, n + 5)]
    assert power[0] < 0.8 <= power[1]
    assert power[2] >= 0.79
    asymptotic = mcnemar_pairs_connor(first_only, second_only)
    assert asymptotic <= n <= 1.25 * asymptotic + 6
    assert mcnemar_pairs(second_only, first_only) == n


def test_pairs_for_no_effect():
    assert mcnemar_pairs(0.2, 0.2) is None
    assert mcnemar_pairs(0.0, 0.0) is None
    assert wilcoxon_pairs(np.array([-1.0, 1.0, -2.0, 2.0])) is None


def test_pairs_for_the_signed_rank_test():
    """Normal differences: the number of the closed p, and the power that it gives."""
    effect = 0.4
    quantiles = stats.norm.ppf((np.arange(500) + 0.5) / 500) + effect
    n = wilcoxon_pairs(quantiles)
    above = stats.norm.cdf(np.sqrt(2.0) * effect)
    z = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    assert n == pytest.approx(z**2 / (3.0 * (above - 0.5) ** 2), abs=1.5)
    rng = np.random.default_rng(8)
    rejected = [wilcoxon(d) <= 0.05 for d in rng.normal(effect, 1.0, (1000, n))]
    assert 0.78 <= np.mean(rejected) <= 0.88
