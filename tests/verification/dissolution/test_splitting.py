"""Time steps split between transport and reaction: order, limits, balances, replay."""

from contextlib import closing

import numpy as np
import pytest

from sim.dissolution.clinical_fit import ClinicalFit
from sim.dissolution.effective_yield import EffectiveYield
from sim.dissolution.equilibrium import Equilibrium
from sim.dissolution.reaction import Reaction, State
from sim.errors import SolverError
from sim.transport.injecting import InjectionStepper
from sim.transport.marching import Control, injection_steps
from sim.transport.resting import RestingStepper
from sim.transport.uptake import water_error
from tests.conftest import Check
from tests.verification.dissolution.chain import DENSITY, INLET, Chain, chain

GAMMA = 2.0
EQUILIBRIUM = Equilibrium(2e-6, 9e-6, 4.0, reprecipitation=False)


def effective(of: Chain, rate: float, gamma: float = GAMMA) -> EffectiveYield:
    return EffectiveYield(rate, gamma, of.mineral, of.share)


def fixed_steps(of: Chain, start: State, reaction: Reaction, time: float, count: int) -> State:
    """Strang's splitting at a fixed step, written out."""
    state, size = start, time / count
    drug, slower = of.solutes(reaction)(None)
    with (
        closing(RestingStepper(drug, -np.inf)) as first,
        closing(RestingStepper(slower, -np.inf)) as second,
    ):
        for _ in range(count):
            state = reaction.react(state, 0.5 * size).state
            c = first.step(state.drug, size)[0].concentration
            b = second.step(state.dissolved, size)[0].concentration
            moved = State(state.capacity, c, b, state.mineral, state.largest)
            state = reaction.react(moved, 0.5 * size).state
    return state


def test_the_splitting_is_of_second_order(check: Check) -> None:
    of = chain(40)
    start = of.at_start(np.exp(-(of.radius**2)))
    reaction = effective(of, 2.0)
    ends = [fixed_steps(of, start, reaction, 0.5, n) for n in (10, 20, 40, 640)]
    for what in ("drug", "dissolved", "mineral"):
        off = [np.abs(getattr(end, what) - getattr(ends[-1], what)) for end in ends[:-1]]
        weight = 1.0 if what == "mineral" else start.capacity
        errors = np.array([(weight * one).sum() for one in off])
        orders = np.log2(errors[:-1] / errors[1:])
        check(f"Strang splitting with the effective yield: order of {what}",
              orders.min(), "≥", 1.8)  # fmt: skip


@pytest.mark.parametrize(("rate", "misplaced"), [(0.3, 0.01), (30.0, 0.05), (3000.0, 0.1)])
def test_a_fast_reaction_is_followed(rate: float, misplaced: float, check: Check) -> None:
    of = chain(40)
    coarse, fine = (of.treated(effective(of, rate), tolerance=t)[0] for t in (2e-3, 2e-4))
    said = f"rate x injection time {rate:.3g}, against a tolerance finer by 10"
    check(f"{said}: drug consumed", abs(coarse.consumed / fine.consumed - 1.0), "≤", 0.01)
    shifted = np.abs(coarse.state.mineral - fine.state.mineral).sum()
    lost = of.mineral.sum() - fine.mineral
    check(f"{said}: mineral lost elsewhere / lost", shifted / lost, "≤", misplaced)


def test_an_immediate_reaction_takes_gamma_times_what_reaches_mineral(check: Check) -> None:
    of = chain(60)
    slowly = effective(of, 1e6, gamma=0.2)  # so little that it stays in the nodule
    recorder, _ = of.treated(slowly)
    lost = of.mineral.sum() - recorder.mineral
    check("rate without bound: mineral lost / (yield x dose) - 1",
          abs(lost / (0.2 * recorder.entered) - 1.0), "≤", 1e-3)  # fmt: skip


CLOSURES = {
    "none": lambda of: None,
    "equilibrium": lambda of: EQUILIBRIUM,
    "reprecipitation": lambda of: Equilibrium(2e-6, 9e-6, 4.0, reprecipitation=True),
    "effective yield": lambda of: effective(of, 20.0),
    "clinical fit": lambda of: ClinicalFit(0.5, 0.2 * INLET),
}


@pytest.mark.parametrize("name", CLOSURES)
def test_everything_is_accounted_for(name: str, check: Check) -> None:
    of = chain(60, swelling=0.4)
    recorder, _ = of.treated(CLOSURES[name](of))
    water = water_error(of.edges, [of.stage(1.0)])
    check(f"closure {name}, injection and rest: largest imbalance of drug, mineral, liquid",
          max(recorder.drug_error, recorder.calcium_error, water), "≤", 1e-12)  # fmt: skip
    assert recorder.range_violation <= 1e-10 * INLET
    assert recorder.state.mineral.min() >= 0.0
    history = recorder.history()
    lost = history.mineral[0] - history.mineral
    if name == "effective yield":
        np.testing.assert_allclose(lost, GAMMA * history.consumed, rtol=1e-9, atol=1e-12)
    elif name in ("none", "clinical fit"):
        assert (history.dissolved == 0.0).all()
        np.testing.assert_allclose(history.mineral_gone, lost, atol=1e-12)
    assert [kept.time for kept in recorder.snapshots] == pytest.approx(list(recorder.times))


def test_saturated_tissue_dissolves_nothing_without_an_injection() -> None:
    of = chain(40, flow=0.0)
    stage = of.stage(1.0)
    control = Control(INLET, 1.0, 1e-3)
    for step in injection_steps(
        of.solutes(EQUILIBRIUM), [stage], of.at_start(), EQUILIBRIUM, control
    ):
        assert np.array_equal(step.state.mineral, of.mineral)


def test_at_equilibrium_the_mass_dissolved_is_what_the_liquid_can_hold(check: Check) -> None:
    of = chain(60)  # everything stays in the nodule's pores, which hold 2 of volume
    closure = Equilibrium(2e-6, 9e-6, 4.0, reprecipitation=False)
    recorder, _ = of.treated(closure, rested=1e-3)
    clean = closure.tissue_liquid * recorder.entered / INLET  # liquid that held no mineral
    drug = closure.per_drug * recorder.entered
    lost = of.mineral.sum() - recorder.mineral
    check("equilibrium: mineral dissolved / what the injected liquid can hold - 1",
          abs(lost / (clean + drug) - 1.0), "≤", 0.05)  # fmt: skip


def test_recorded_steps_are_made_again_to_the_bit() -> None:
    of = chain(60, swelling=0.2)
    reaction = effective(of, 20.0)
    first, count = of.treated(reaction)
    steps = tuple(first.taken)
    again, _ = of.treated(reaction, replay=(steps[:count], steps[count:]))
    assert again.taken == first.taken
    for what in ("drug", "dissolved", "mineral"):
        np.testing.assert_array_equal(getattr(again.state, what), getattr(first.state, what))


def test_random_draws_keep_balance_and_range(check: Check) -> None:
    random = np.random.default_rng(11)
    worst_balance = worst_range = 0.0
    for _ in range(20):
        of = chain(24, flow=10.0 ** random.uniform(-3.0, 1.5), swelling=random.random() ** 2)
        rate, gamma = 10.0 ** random.uniform(-3.0, 4.0), 10.0 ** random.uniform(-4.0, 2.0)
        recorder, _ = of.treated(effective(of, rate, gamma), tolerance=0.02)
        worst_balance = max(worst_balance, recorder.drug_error, recorder.calcium_error)
        worst_range = max(worst_range, recorder.range_violation / INLET)
        assert recorder.state.mineral.min() >= 0.0
        assert recorder.state.mineral.max() <= DENSITY * of.bulk[0].max()
    check("20 random draws of rate, yield, flow and swelling: balances", worst_balance, "≤", 1e-9)
    check("20 random draws of rate, yield, flow and swelling: range", worst_range, "≤", 1e-9)


def test_a_step_that_never_succeeds_ends_with_the_last_good_state(monkeypatch) -> None:
    of = chain(24)

    def fails(*_: object) -> None:
        raise SolverError("no solution")

    steps = injection_steps(
        of.solutes(None), [of.stage(1.0)], of.at_start(), None, Control(INLET, 1.0, 1e-2)
    )
    next(steps)
    monkeypatch.setattr(InjectionStepper, "step", fails)
    with pytest.raises(SolverError, match="time step below 1e-09 of its phase") as failure:
        list(steps)
    assert "no solution" in str(failure.value)
    assert failure.value.last_good["drug_kg_per_m3"][0] > 0.0
