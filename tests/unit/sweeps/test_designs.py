"""Designs over the unit cube, and the copula that correlates them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest, spearmanr

from sim.sweeps.designs import DESIGNS, correlated, latin_hypercube, morris, runs, saltelli, sobol


@pytest.mark.parametrize("method", DESIGNS)
@pytest.mark.parametrize("inputs", [1, 5])
def test_a_seed_gives_one_design_of_the_size_that_was_told(method: str, inputs: int):
    first, again, other = (DESIGNS[method](8, inputs, seed) for seed in (0, 0, 1))
    assert first.shape == (runs(method, 8, inputs), inputs)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.min() >= 0.0
    assert first.max() <= 1.0


def test_a_latin_hypercube_has_each_share_of_each_input_once():
    shares = np.sort(np.floor(20 * latin_hypercube(20, 3, 4)), axis=0)
    assert np.array_equal(shares, np.repeat(np.arange(20.0)[:, None], 3, axis=1))


def test_a_sobol_sequence_is_balanced_in_both_halves_and_wants_a_power_of_two():
    points = sobol(64, 4, 2)
    assert np.array_equal((points < 0.5).sum(axis=0), np.full(4, 32))
    for design in (sobol, saltelli):
        with pytest.raises(ValueError, match="64"):
            design(50, 4, 2)


def test_a_morris_trajectory_moves_each_input_once_by_two_thirds():
    steps = np.diff(morris(6, 4, 1).reshape(6, 5, 4), axis=1)
    moved = np.abs(steps) > 0.0
    assert np.array_equal(moved.sum(axis=1), np.ones((6, 4)))
    assert np.array_equal(moved.sum(axis=2), np.ones((6, 4)))
    assert np.allclose(np.abs(steps[moved]), 2.0 / 3.0, atol=1e-12)


def test_a_saltelli_block_is_a_then_columns_of_b_then_b():
    blocks = saltelli(8, 3, 1).reshape(8, 5, 3)
    a, b = blocks[:, 0], blocks[:, -1]
    for i in range(3):
        expected = a.copy()
        expected[:, i] = b[:, i]
        assert np.array_equal(blocks[:, 1 + i], expected)


@pytest.mark.parametrize("rank", [-0.9, 0.4, 0.7])
def test_the_copula_gives_the_rank_correlation_and_leaves_the_marginals(rank: float):
    drawn = correlated(sobol(4096, 3, 0), np.array([[1, 0, rank], [0, 1, 0], [rank, 0, 1.0]]))
    found = spearmanr(drawn).statistic
    assert found[0, 2] == pytest.approx(rank, abs=0.01)
    assert abs(found[0, 1]) < 0.01
    assert max(kstest(column, "uniform").statistic for column in drawn.T) < 0.01


def test_correlations_that_cannot_hold_together_are_refused():
    ranks = np.array([[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1.0]])
    with pytest.raises(ValueError, match="joint"):
        correlated(sobol(8, 3, 0), ranks)
