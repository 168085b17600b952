"""Distributions in text: their quantiles, their units, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.config import compose, uncertain_inputs
from sim.errors import ConfigError
from sim.sweeps.distributions import distribution, of_range

DENSITY, RATE = "nodule.mineral.density", "injection.rate"


def numbers(key: str, text: str, probabilities: object) -> np.ndarray:
    return np.array([float(t.split()[0]) for t in distribution(key, text).texts(probabilities)])


def test_quantiles_are_texts_in_the_unit_that_was_written():
    law = distribution(DENSITY, "uniform(1 g/cm**3, 1900 kg/m**3)")
    assert law.texts([0.0, 1.0 / 3.0, 1.0]) == ["1 g/cm**3", "1.3 g/cm**3", "1.9 g/cm**3"]
    law = distribution("injection.volume", "log_uniform(0.1 mL, 1 mL)")
    assert law.texts([0.0, 0.5, 1.0]) == ["0.1 mL", "0.316227766017 mL", "1 mL"]
    law = distribution("technique.tip_eccentricity", "uniform(0, 0.5)")
    assert law.texts([0.25]) == ["0.125"]
    law = distribution("injection.temperature", "uniform(288.15 K, 37 degC)")
    assert law.texts([0.5]) == ["299.15 K"]


def test_a_normal_law_has_its_moments_and_ends_where_the_key_does():
    middle = (np.arange(20000) + 0.5) / 20000
    drawn = numbers(RATE, "normal(1 mL/min, 0.2 mL/min)", middle)
    assert drawn.mean() == pytest.approx(1.0, abs=1e-4)
    assert drawn.std() == pytest.approx(0.2, rel=1e-3)
    assert numbers(RATE, "normal(1 mL/min, 0.2 mL/min)", [0.0])[0] == pytest.approx(0.001)


def test_a_truncated_normal_law_has_the_closed_form_mean():
    middle = (np.arange(20000) + 0.5) / 20000
    drawn = numbers("nodule.depth", "truncated_normal(3 mm, 1 mm, 1 mm, 3.5 mm)", middle)
    a, b = -2.0, 0.5
    mass = stats.norm.cdf(b) - stats.norm.cdf(a)
    mean = 3.0 + (stats.norm.pdf(a) - stats.norm.pdf(b)) / mass
    assert drawn.mean() == pytest.approx(mean, rel=1e-5)
    assert drawn.min() >= 1.0
    assert drawn.max() <= 3.5


def test_choices_have_their_shares():
    law = distribution("nodule", "discrete(stone: 68, paste: 32)")
    drawn = law.texts((np.arange(100) + 0.5) / 100)
    assert (drawn.count("stone"), drawn.count("paste")) == (68, 32)
    assert law.texts([0.0, 1.0]) == ["stone", "paste"]
    law = distribution("needle.length", "discrete(12.7 mm, 0.75 in, 25.4 mm: 2)")
    assert law.texts([0.1, 0.3, 0.6]) == ["12.7 mm", "0.75 in", "25.4 mm"]
    assert distribution("a.needle.free_length", "discrete(null, 12 mm)").texts([0.1]) == ["null"]


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        (DENSITY, "uniform(1 g/cm**3, 5 g/cm**3)", "3.15 g/cm**3"),
        (DENSITY, "uniform(1, 2)", "the unit is missing"),
        (DENSITY, "uniform(1 g/cm**3, 2 mm)", "measures something else"),
        (DENSITY, "uniform(1.9 g/cm**3, 1 g/cm**3)", "low must be less"),
        (DENSITY, "uniform(1 g/cm**3)", "uniform(low, high)"),
        (DENSITY, "gamma(1 g/cm**3, 2)", "log_uniform(low, high)"),
        (DENSITY, "normal(1.6 g/cm**3, -0.1 g/cm**3)", "deviation must be above 0"),
        (DENSITY, "normal(1.6 g/cm**3, 1 g/cm**3)", "truncated_normal(mean"),
        ("technique.tip_eccentricity", "log_uniform(0, 0.5)", "above 0"),
        ("nodule", "discrete(stone: 68, rock: 32)", "stone"),
        ("nodule", "discrete(stone: 68, paste: -1)", "weight above 0"),
        ("nodule", "discrete(stone: 68, paste: many)", "plain number"),
        ("nodule.fixation", "discrete(free, loose)", "free, held, fixed"),
        ("injection.volume", "discrete(0.5 mL, null)", "finite number"),
    ],
)
def test_what_a_key_may_not_have_is_refused_before_anything_runs(key: str, text: str, why: str):
    with pytest.raises(ConfigError) as refused:
        distribution(key, text)
    assert refused.value.key == key
    assert why in str(refused.value)


def test_every_range_of_the_catalogue_is_a_distribution_of_it():
    entries = {e.key: e for e in uncertain_inputs(compose("run_case"))}
    texts = {key: of_range(entry) for key, entry in entries.items()}
    assert texts["nodule.mineral.solid_strength"] == "log_uniform(70 MPa, 800 MPa)"
    assert texts["injection.temperature"] == "uniform(15 degC, 37 degC)"
    assert texts["nodule.fixation"] == "discrete(free, held, fixed)"
    for key, text in texts.items():
        low, high = distribution(key, text).texts([0.0, 1.0])
        if "uniform" in text:
            ends = (entries[key].low, entries[key].high)
            found = [float(t.split()[0]) for t in (low, high)]
            assert found == pytest.approx([float(t.split()[0]) for t in ends], rel=1e-11)
