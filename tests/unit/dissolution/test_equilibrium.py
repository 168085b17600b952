"""Saturation at once: limits, exhaustion, reprecipitation."""

import numpy as np

from sim.dissolution.equilibrium import Equilibrium
from sim.dissolution.reaction import State

PLAIN, MOLAL, THIOSULFATE = 9e-6, 43e-6, 4.029


def closure(reprecipitation: bool = False) -> Equilibrium:
    return Equilibrium(PLAIN, MOLAL, THIOSULFATE, reprecipitation)


def nodes(drug: list[float], dissolved: list[float], mineral: list[float]) -> State:
    c = np.array(drug)
    return State(np.full(c.size, 2e-9), c, np.array(dissolved), np.array(mineral), c)


def test_a_molal_solution_dissolves_what_its_solubility_says():
    one_molal = 1000.0 / THIOSULFATE  # kg of drug per m3
    state = nodes([one_molal, 0.5 * one_molal, 0.0], [-9e-3] * 3, [1e-9] * 3)
    after = closure().react(state, 1.0).state
    held = after.dissolved + closure().tissue_liquid
    np.testing.assert_allclose(held, [43e-3, 26e-3, 9e-3], rtol=1e-12)
    lost = state.mineral - after.mineral
    np.testing.assert_allclose(lost, state.capacity * (after.dissolved + 9e-3), rtol=1e-6)


def test_nothing_dissolves_in_the_tissues_own_liquid_nor_without_mineral():
    state = nodes([0.0, 250.0], [0.0, 0.0], [1e-9, 0.0])
    after = closure().react(state, 1.0).state
    assert (after.dissolved == 0.0).all()
    assert (after.mineral == state.mineral).all()


def test_no_more_dissolves_than_there_is():
    state = nodes([250.0], [0.0], [1e-12])
    after = closure().react(state, 1.0).state
    assert after.mineral[0] == 0.0
    np.testing.assert_allclose(after.dissolved, 1e-12 / 2e-9)


def test_an_excess_falls_out_only_where_that_is_chosen_and_on_mineral():
    state = nodes([0.0, 0.0], [1e-2, 1e-2], [1e-9, 0.0])
    stays = closure().react(state, 1.0).state
    assert (stays.dissolved == state.dissolved).all()
    falls = closure(reprecipitation=True).react(state, 1.0).state
    np.testing.assert_allclose(falls.dissolved, [0.0, 1e-2], atol=1e-17)
    np.testing.assert_allclose(falls.mineral - state.mineral, [2e-11, 0.0], rtol=1e-6)
