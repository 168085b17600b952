"""Which closure a case gets, what is said about it, and what is varied."""

import dataclasses

import numpy as np
import pytest

from sim.case import Dissolution
from sim.config import compose, default_case
from sim.config.uncertain import uncertain_inputs
from sim.dissolution.clinical_fit import REPORTED, WEEK, ClinicalFit, lost_after
from sim.dissolution.closure import closure, closure_notes, stoichiometric_yield
from sim.dissolution.reaction import State

MODELS = {
    "none": set(),
    "equilibrium": {"solubility", "solubility_molal", "complex_diffusivity"},
    "effective_yield": {"complex_diffusivity", "rate", "yield_ratio"},
    "clinical_fit": {"removal_rate"},
}


def case(**dissolution: object):
    of = default_case("27G", "push", ())
    return dataclasses.replace(of, dissolution=Dissolution(**dissolution))


@pytest.mark.parametrize("model", MODELS)
def test_a_result_names_its_closure(model):
    of, one = case(model=model), np.ones(1)
    made = closure(of, one, one)
    if model == "none":
        assert made is None
        assert closure_notes(of) == ()
    else:
        assert made.name == model
        assert model in closure_notes(of)[0]
        assert "no prediction" in closure_notes(of)[0]


@pytest.mark.parametrize("model", MODELS)
def test_only_what_a_model_uses_is_varied(model):
    inputs = uncertain_inputs(compose("run_case", [f"dissolution={model}"]))
    keys = {i.key.removeprefix("dissolution.") for i in inputs if "dissolution." in i.key}
    assert keys == MODELS[model]


def test_a_yield_above_the_stoichiometric_one_is_flagged():
    np.testing.assert_allclose(stoichiometric_yield(case()), 0.4048, rtol=1e-3)
    assert len(closure_notes(case(model="effective_yield", yield_ratio=0.40))) == 1
    above = closure_notes(case(model="effective_yield", yield_ratio=0.5))
    assert "0.5 is above the 0.405" in above[1]


def test_a_rate_fitted_to_one_number_gives_the_other():
    fitted = -np.log(1.0 - REPORTED[4]) / (4.0 * WEEK)
    np.testing.assert_allclose(lost_after(fitted, 4), 0.67, rtol=1e-12)
    np.testing.assert_allclose(lost_after(fitted, 12), 1.0 - 0.33**3, rtol=1e-12)
    note = closure_notes(case(model="clinical_fit", removal_rate=fitted))[0]
    assert "-67 % after 4 weeks (reported -67 %), -96.4 % after 12 weeks (reported -90 %)" in note


def test_mineral_that_was_reached_goes_and_takes_no_drug():
    fit = ClinicalFit(rate=0.28 / WEEK, threshold=10.0)
    drug, largest = np.array([1.0, 20.0, 1.0]), np.array([30.0, 0.0, 2.0])
    before = State(np.ones(3), drug, np.zeros(3), np.ones(3), largest)
    done = fit.react(before, WEEK)
    np.testing.assert_allclose(done.state.mineral, [np.exp(-0.28), np.exp(-0.28), 1.0])
    np.testing.assert_allclose(done.removed, before.mineral - done.state.mineral, rtol=1e-15)
    assert (done.state.drug == drug).all()
    assert (done.consumed == 0.0).all()
