"""Sampled inputs of a configuration, and the overrides of every point."""

from __future__ import annotations

import numpy as np
import pytest

from sim.config import compose, to_case
from sim.errors import ConfigError
from sim.sweeps.sampling import Samples, sample, sampled_inputs


@pytest.fixture(scope="module")
def cfg():
    return compose("run_case", ["mesh=coarse"])


def test_patterns_take_the_uncertain_inputs_that_the_command_line_leaves_open(cfg):
    given = {"nodule": "discrete(stone, paste)", "technique.force_limit": "uniform(30 N, 40 N)"}
    inputs = sampled_inputs(cfg, ["technique.*"], given, fixed={"technique.incidence_angle"})
    assert {entry.key: entry.text for entry in inputs} == {
        "technique.tip_eccentricity": "uniform(0, 0.5)",
        "technique.side_force_ratio": "uniform(0, 0.2)",
        **given,
    }


@pytest.mark.parametrize(
    ("patterns", "given", "why"),
    [
        (["techno*"], {}, "fits none of"),
        ([], {"technique.axial_speed": "uniform(1 mm/s, 2 mm/s)"}, "set and sampled at once"),
        ([], {"technique.speed": "uniform(1 mm/s, 2 mm/s)"}, "no such key"),
        ([], {"group.key": "uniform(1, 2)"}, "no such key"),
    ],
)
def test_inputs_that_cannot_be_sampled_are_refused(cfg, patterns, given, why):
    with pytest.raises(ConfigError, match=why):
        sampled_inputs(cfg, patterns, given, fixed={"technique.axial_speed"})


@pytest.mark.parametrize("method", ["latin_hypercube", "sobol", "morris", "saltelli"])
def test_every_point_is_a_case(cfg, method: str):
    given = {
        "nodule.mineral.density": "uniform(1 g/cm**3, 1.9 g/cm**3)",
        "injection.rate": "normal(1 mL/min, 0.2 mL/min)",
        "injection.track": "discrete(closes, leaks)",
    }
    drawn = sample(sampled_inputs(cfg, [], given), method, 4, 0)
    for overrides in drawn.overrides()[:3]:
        case = to_case(compose("run_case", overrides))
        assert 1000.0 <= case.nodule.mineral.density <= 1900.0
        assert 0.3 <= 6e7 * case.injection.rate <= 1.7
    assert len({texts[2] for texts in drawn.texts}) == 2


def test_without_inputs_there_is_one_point():
    assert sample([], "sobol", 7, 0).overrides() == [()]


def test_correlated_inputs_come_out_correlated(cfg):
    first, second = "nodule.mineral.density", "nodule.mineral.solid_strength"
    inputs = sampled_inputs(cfg, [first, second], {})
    drawn = sample(inputs, "latin_hypercube", 500, 0, [(first, second, 0.8)])
    density, strength = (
        np.argsort(np.argsort([float(row[i].split()[0]) for row in drawn.texts])) for i in (0, 1)
    )
    assert np.corrcoef(density, strength)[0, 1] == pytest.approx(0.8, abs=0.04)
    for method in ("morris", "saltelli"):
        with pytest.raises(ConfigError, match="independent"):
            sample(inputs, method, 4, 0, [(first, second, 0.8)])


@pytest.mark.parametrize(
    ("method", "samples", "correlations", "why"),
    [
        ("lhs", 4, (), "latin_hypercube"),
        ("sobol", 5, (), "power of two is needed, e.g. 8"),
        ("sobol", 0, (), "above 0"),
        ("sobol", 2**30, (), "at most"),
        ("sobol", 4, (("nodule.fixation", "nodule.depth", 0.5),), "no sampled quantity"),
        ("sobol", 4, (("nodule.depth", "nodule.depth", 0.5),), "two inputs"),
        ("sobol", 4, (("nodule.depth", "nodule.height", 1.0),), "between -1 and 1"),
    ],
)
def test_designs_that_cannot_be_are_refused(cfg, method, samples, correlations, why):
    inputs = sampled_inputs(cfg, ["nodule.depth", "nodule.height", "nodule.fixation"], {})
    with pytest.raises(ConfigError, match=why):
        sample(inputs, method, samples, 0, correlations)


def test_what_hydra_would_not_read_is_quoted():
    inputs = sampled_inputs(
        compose("run_case"), [], {"technique.incidence_angle": "uniform(0 °, 20 °)"}
    )
    drawn = Samples(inputs, np.empty((1, 1)), (("5 °",),))
    assert drawn.overrides() == [("technique.incidence_angle='5 °'",)]
    to_case(compose("run_case", drawn.overrides()[0]))
