"""The local law of the effective yield, against a stiff solver and in its limits."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from sim.dissolution.effective_yield import EffectiveYield, reacted
from sim.dissolution.reaction import State

GAMMA = 0.35


def node(drug: float, mineral: float, capacity: float = 1.0) -> State:
    one = np.ones(1)
    return State(capacity * one, drug * one, 0.0 * one, mineral * one, drug * one)


def law(rate: float, whole: float = 1.0, gamma: float = GAMMA) -> EffectiveYield:
    return EffectiveYield(rate, gamma, np.array([whole]), np.ones(1))


@pytest.mark.parametrize("excess", [1e-3, 0.03, 0.5, 0.99, 1.0, 1.5, 20.0])
@pytest.mark.parametrize("theta", [1e-3, 0.1, 1.0, 6.0])
def test_against_an_ode_solver(excess, theta):
    def slope(_, y):
        mineral, drug = np.maximum(y, 0.0)
        lost = mineral ** (2.0 / 3.0) * drug
        return [-lost, -lost]

    solved = solve_ivp(slope, (0.0, theta), [1.0, excess], method="LSODA", rtol=1e-11, atol=1e-13)
    found = reacted(np.array([excess]), np.array([theta]))[0]
    assert abs(found - (1.0 - solved.y[0, -1])) < 2e-6 * min(excess, 1.0)


def test_the_cube_root_falls_linearly_at_constant_concentration(check):
    # so much drug that the mineral does not change its concentration
    rate, capacity, steps = 3e-13, 1e12, 37
    state, cubes = node(1.0, 1.0, capacity), [1.0]
    for _ in range(steps):
        state = law(rate).react(state, 1.0).state
        cubes.append(np.cbrt(state.mineral[0]))
    fall = rate * GAMMA * capacity / 3.0
    exact = np.maximum(1.0 - fall * np.arange(steps + 1), 0.0)
    assert cubes[-1] == 0.0
    check("cube root of the mineral at constant concentration: error",
          np.abs(cubes - exact).max(), "≤", 1e-10)  # fmt: skip


@pytest.mark.parametrize(("drug", "mineral"), [(1.0, 2.0), (8.0, 2.0)])
def test_everything_that_can_react_does_in_the_end(drug, mineral):
    after = law(1e9).react(node(drug, mineral), 1.0)
    lost = min(GAMMA * drug, mineral)
    np.testing.assert_allclose(mineral - after.state.mineral, lost, rtol=1e-12)
    np.testing.assert_allclose(after.state.dissolved, lost, rtol=1e-12)
    np.testing.assert_allclose(after.consumed, lost / GAMMA, rtol=1e-12)


def test_masses_are_exact_and_nothing_turns_negative_under_random_draws():
    random = np.random.default_rng(5)
    count = 4000

    def draw(low: float, high: float) -> np.ndarray:
        return 10.0 ** random.uniform(low, high, count)

    whole = draw(-6.0, 3.0)
    drug = np.where(random.random(count) < 0.1, 0.0, draw(-12.0, 4.0))
    mineral = whole * np.where(random.random(count) < 0.1, 0.0, random.random(count) ** 8)
    before = State(draw(-14.0, 2.0), drug, draw(-9.0, 2.0), mineral, drug)
    for gamma in (1.7e-4, 0.35, 1.1):
        closure = EffectiveYield(1.0, gamma, whole, random.random(count))
        for duration in (1e-9, 1e-2, 1.0, 1e9):
            done = closure.react(before, duration)
            after = done.state
            for values in (after.drug, after.dissolved, after.mineral, done.consumed):
                assert np.isfinite(values).all()
                assert values.min() >= 0.0
            had = before.capacity * before.drug
            has = after.capacity * after.drug + done.consumed
            np.testing.assert_allclose(has, had, rtol=1e-14, atol=0.0)
            lost = before.mineral - after.mineral
            scale = before.mineral + before.capacity * before.dissolved
            gained = before.capacity * (after.dissolved - before.dissolved)
            assert np.all(np.abs(gained - lost) <= 1e-15 * scale * 4.0)
            assert np.all(np.abs(lost - gamma * done.consumed) <= 1e-15 * scale * 4.0)


def test_a_node_without_contact_keeps_its_drug():
    apart = EffectiveYield(1.0, GAMMA, np.ones(1), np.zeros(1))
    assert apart.react(node(1.0, 1.0), 1e6).state.drug == 1.0
