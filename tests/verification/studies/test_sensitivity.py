"""Sensitivity indices against the closed forms of known functions."""

from __future__ import annotations

import numpy as np
import pytest

from sim.studies.sensitivity import morris, sobol
from sim.sweeps import designs
from tests.conftest import Check

A, B = 7.0, 0.1


def ishigami(cube: np.ndarray) -> np.ndarray:
    """Ishigami & Homma 1990 on (-pi, pi)^3."""
    x, y, z = (np.pi * (2.0 * cube - 1.0)).T
    return np.sin(x) + A * np.sin(y) ** 2 + B * z**4 * np.sin(x)


def ishigami_indices() -> tuple[np.ndarray, np.ndarray]:
    """First and total indices in closed form."""
    first = 0.5 * (1.0 + B * np.pi**4 / 5.0) ** 2
    second = A**2 / 8.0
    together = B**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    total = first + second + together
    return (
        np.array([first, second, 0.0]) / total,
        np.array([first + together, second, together]) / total,
    )


def test_ishigami(check: Check):
    found = sobol(3, ishigami(designs.saltelli(2048, 3, seed=1)), seed=1)
    for name, exact in zip(("first", "total"), ishigami_indices(), strict=True):
        values = np.array([getattr(share, name).value for share in found])
        check(f"Ishigami, {name} indices: largest error", np.abs(values - exact).max(), "≤", 0.03)
        for share, index in zip(found, exact, strict=True):
            assert getattr(share, name).low <= index <= getattr(share, name).high


def test_intervals_hold_the_index_as_often_as_they_say(check: Check):
    """Independent rows instead of a Sobol sequence, whose error is smaller than that."""
    exact, hits, repeats = ishigami_indices()[1], 0, 40
    rng = np.random.default_rng(0)
    for seed in range(repeats):
        a, b = rng.random((2, 128, 3))
        rows = np.repeat(a[:, None], 5, axis=1)
        rows[:, -1] = b
        for i in range(3):
            rows[:, 1 + i, i] = b[:, i]
        found = sobol(3, ishigami(rows.reshape(-1, 3)), seed)
        hits += sum(s.total.low <= e <= s.total.high for s, e in zip(found, exact, strict=True))
    check("share of 95 % intervals that hold the total index", hits / (3 * repeats), "≥", 0.9)


def test_morris_of_a_function_with_known_effects(check: Check):
    """y = x1 - 2 x2 + 5 x4 + 3 x1 x4: effects 1 + 3 x4, -2, 0 and 5 + 3 x1, one per trajectory."""
    cube = designs.morris(2000, 4, seed=2)
    found = morris(cube, cube @ [1.0, -2.0, 0.0, 5.0] + 3.0 * cube[:, 0] * cube[:, 3], seed=2)
    assert [effect.used for effect in found] == [2000] * 4
    exact = {1: 2.0, 2: 0.0}
    error = max(abs(found[i].mu_star.value - value) for i, value in exact.items())
    check("Morris, absolute effects of the linear inputs: error", error, "≤", 1e-12)
    assert found[1].mu == pytest.approx(-2.0, abs=1e-12)
    assert max(found[1].sigma, found[2].sigma) < 1e-12
    # levels 0, 1/3, 2/3 and 1 are equally likely: mean 1/2, variance 5/36
    for i, mean in ((0, 2.5), (3, 6.5)):
        assert found[i].mu_star.value == pytest.approx(mean, abs=0.1)
        assert found[i].sigma == pytest.approx(3.0 * np.sqrt(5.0) / 6.0, rel=0.02)


def test_morris_agrees_with_salib():
    from SALib.analyze.morris import analyze

    cube = designs.morris(30, 3, seed=5)
    metric = ishigami(cube)
    problem = {"num_vars": 3, "names": list("xyz"), "bounds": [[0.0, 1.0]] * 3}
    theirs = analyze(problem, cube, metric, num_levels=designs.LEVELS, seed=0)
    ours = morris(cube, metric, seed=0)
    assert np.allclose([effect.mu_star.value for effect in ours], theirs["mu_star"])
    assert np.allclose([effect.mu for effect in ours], theirs["mu"])
    assert np.allclose([effect.sigma for effect in ours], theirs["sigma"])


def test_runs_without_a_value_that_fail_at_random_leave_the_indices(check: Check):
    metric = ishigami(designs.saltelli(4096, 3, seed=3))
    metric[np.random.default_rng(0).random(len(metric)) < 0.1] = np.nan
    found = sobol(3, metric, seed=3)
    assert all(share.used < 0.8 * share.of for share in found)
    for name, exact in zip(("first", "total"), ishigami_indices(), strict=True):
        values = np.array([getattr(share, name).value for share in found])
        error = np.abs(values - exact).max()
        check(f"Ishigami, {name} indices without a tenth of the runs: error", error, "≤", 0.05)
