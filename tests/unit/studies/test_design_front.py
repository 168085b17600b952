"""Non-dominated points, the area they dominate, and the gap that is looked into next."""

from __future__ import annotations

import numpy as np
import pytest

from sim.studies.design_front import front, hypervolume, widest_gap


def test_the_front_leaves_out_what_another_beats():
    gain = np.array([1.0, 3.0, 2.0, 3.0, 0.5])
    cost = np.array([1.0, 4.0, 2.0, 5.0, 0.5])
    assert front(gain, cost).tolist() == [4, 0, 2, 1]


def test_the_front_agrees_with_its_definition():
    rng = np.random.default_rng(3)
    gain, cost = np.round(rng.random((2, 200)), 2)  # with ties
    found = {(gain[i], cost[i]) for i in front(gain, cost)}
    expected = {
        (g, c)
        for g, c in zip(gain, cost, strict=True)
        if not np.any((gain >= g) & (cost <= c) & ((gain > g) | (cost < c)))
    }
    assert found == expected
    assert len(front(gain, cost)) == len(expected)  # of equal ones one


def test_hypervolume_of_a_staircase():
    gain, cost = np.array([1.0, 2.0, 5.0, 9.0]), np.array([1.0, 3.0, 2.0, 20.0])
    # between cost 1 and 2: gain 1; from 2 to 4: gain 5; the last costs more than counts
    assert hypervolume(gain, cost, (0.0, 4.0)) == pytest.approx(1.0 + 2.0 * 5.0)
    assert hypervolume(gain, cost, (0.5, 4.0)) == pytest.approx(0.5 + 2.0 * 4.5)
    assert hypervolume(gain[:0], cost[:0], (0.0, 4.0)) == 0.0


def test_the_widest_gap_is_halved_and_what_was_searched_is_left_out():
    gain, cost = np.array([1.0, 5.0, 6.0]), np.array([1.0, 3.0, 8.0])
    # areas: 1 x 1, 2 x 4, 5 x 1
    assert widest_gap(gain, cost, 0.0, 0.0, []) == pytest.approx(2.0)
    assert widest_gap(gain, cost, 0.0, 0.0, [2.0]) == pytest.approx(5.5)  # 1 x 4 is left of the 8
    assert widest_gap(gain[:0], cost[:0], 0.0, 0.0, []) is None
