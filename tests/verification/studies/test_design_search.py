"""The search on problems whose optimum and whose front are known."""

from __future__ import annotations

import numpy as np
import pytest

from sim.studies.design_front import front, hypervolume
from sim.studies.design_search import Judged, Ledger, Settings, Space, feasible, search

BEST_GAIN = np.array([[1.0, 2.0], [4.0, 5.0], [7.0, 9.0]])  # of two choices
CENTRE = np.array([0.8, 0.3, 0.6])
PRICE = np.array([0.0, 0.5, 1.0])  # of the first choice
LIMIT = 1.2


def mixed(points):
    """Two choices and three numbers; the dearest choices are best, and forbidden together."""
    judged = []
    for i, j, *u in points:
        gain = BEST_GAIN[int(i), int(j)] - np.sum((np.array(u) - CENTRE) ** 2)
        cost = PRICE[int(i)] + u[0]
        forbidden = 1.0 if (i, j) == (2.0, 1.0) else 0.0
        judged.append(Judged(gain, cost, max(0.0, cost / LIMIT - 1.0) + forbidden))
    return judged


def space(whole, *bounds):
    low, high = np.array(bounds, dtype=float).T
    return Space(low, high, np.arange(len(low)) < whole)


MIXED = space(2, (0, 2), (0, 1), (0, 1), (0, 1), (0, 1))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_known_optimum_with_choices_under_an_active_limit(check, seed):
    """The choice (2, 0) wins with its first number cut to 0.2 by the limit on the cost."""
    ledger = Ledger(mixed)
    search(ledger, MIXED, Settings(600, 24, 0, seed))
    gain, cost, index = feasible(ledger.judged)
    best = gain.argmax()
    assert ledger.points[index[best]][:2].tolist() == [2.0, 0.0]
    assert cost[best] <= LIMIT
    exact = BEST_GAIN[2, 0] - (CENTRE[0] - 0.2) ** 2
    check("Best design, known optimum with choices, 600 evaluations: loss / gain",
          1.0 - gain[best] / exact, "≤", 1e-4)  # fmt: skip


def test_the_same_seed_asks_for_the_same_designs_and_no_design_twice():
    asked = []

    def counted(points):
        asked.extend(map(tuple, points.tolist()))
        return mixed(points)

    ledgers = [Ledger(counted), Ledger(mixed), Ledger(mixed)]
    for ledger, seed in zip(ledgers, (1, 1, 2), strict=True):
        search(ledger, MIXED, Settings(200, 12, 2, seed))
    assert len(asked) == len(set(asked)) == len(ledgers[0].judged)
    np.testing.assert_array_equal(ledgers[0].points, ledgers[1].points)
    assert ledgers[0].points.tolist() != ledgers[2].points.tolist()


def test_every_combination_of_choices_is_tried():
    ledger = Ledger(mixed)
    search(ledger, MIXED, Settings(100, 12, 0, 1))
    assert {tuple(point[:2]) for point in ledger.points.tolist()} == set(MIXED.choices())
    assert len(MIXED.choices()) == 6


def test_what_is_refused_at_once_costs_nothing_of_the_budget():
    def refusing(points):
        refused = Judged(np.nan, np.nan, 1e3)
        return [refused if p[0] < 2.0 else j for p, j in zip(points, mixed(points), strict=True)]

    ledger = Ledger(refusing)
    search(ledger, MIXED, Settings(120, 12, 0, 1))
    assert 120 <= ledger.spent <= 150
    assert len(ledger.judged) > ledger.spent


def schaffer(points):
    """SCH: x^2 and (x - 2)^2, the second one as a gain below 4."""
    return [Judged(4.0 - (x - 2.0) ** 2, x**2, 0.0) for (x,) in points]


def zdt1(points):
    """ZDT1 (Zitzler, Deb & Thiele 2000) of five variables; 1 - f2 as the gain."""
    judged = []
    for x, *rest in points:
        g = 1.0 + 9.0 * np.mean(rest)
        judged.append(Judged(1.0 - g * (1.0 - np.sqrt(x / g)), x, 0.0))
    return judged


def test_the_front_of_schaffer(check):
    ledger = Ledger(schaffer)
    search(ledger, space(0, (-10, 10)), Settings(600, 10, 15, 1))
    gain, cost, _ = feasible(ledger.judged)
    chosen = front(gain, cost)
    reached = hypervolume(gain, cost, (0.0, 4.0)) / (40.0 / 3.0)
    counted = chosen[(gain[chosen] > 0.0) & (cost[chosen] < 4.0)]
    exact = 4.0 - (np.sqrt(cost[counted]) - 2.0) ** 2
    check("Pareto front of SCH, 15 levels: hypervolume missing", 1.0 - reached, "≤", 0.03)
    check("Pareto front of SCH: distance / range", np.ptp(exact - gain[counted]) / 4.0, "≤", 1e-9)


def test_the_front_of_zdt1(check):
    ledger = Ledger(zdt1)
    search(ledger, space(0, *[(0, 1)] * 5), Settings(4000, 20, 15, 1))
    gain, cost, _ = feasible(ledger.judged)
    chosen = front(gain, cost)
    chosen = chosen[gain[chosen] > 0.0]  # what counts in the hypervolume
    reached = hypervolume(gain, cost, (0.0, 1.0)) / (2.0 / 3.0)
    distance = np.sqrt(cost[chosen]) - gain[chosen]
    check("Pareto front of ZDT1, 15 levels: hypervolume missing", 1.0 - reached, "≤", 0.06)
    check("Pareto front of ZDT1: median distance in f2", np.median(distance), "≤", 0.02)
    assert distance.min() > -1e-12  # nothing beyond the true front
