"""The list of uncertain inputs, and that a case can be made at both ends of nearly all of them."""

from __future__ import annotations

import pytest

from sim.config import compare_cases, compose, to_case, uncertain_inputs, with_value
from sim.errors import ConfigError


def test_keys_and_ranges_belong_to_the_options_in_use():
    stone = {entry.key: entry for entry in uncertain_inputs(compose("run_case"))}
    paste = {entry.key: entry for entry in uncertain_inputs(compose("run_case", ["nodule=paste"]))}
    density = stone["nodule.mineral.density"]
    assert (density.default, density.low, density.high) == (
        "1.6 g/cm**3",
        "0.8 g/cm**3",
        "1.9 g/cm**3",
    )
    assert paste["nodule.mineral.density"].high == "0.6 g/cm**3"
    assert "nodule.mineral.crushing_strength" in paste.keys() - stone.keys()
    assert "needle.stylet.protrusion" not in stone
    assert stone["nodule.fixation"].low == "free"


def test_the_default_is_that_of_the_configuration():
    changed = compose("run_case", ["nodule.mineral.density=1.2 g/cm**3"])
    entries = {entry.key: entry.default for entry in uncertain_inputs(changed)}
    assert entries["nodule.mineral.density"] == "1.2 g/cm**3"


def test_a_comparison_names_its_sides():
    config = compose("compare_gauges")
    keys = [entry.key for entry in uncertain_inputs(config)]
    assert len(keys) == len(set(keys))
    assert {"a.needle.tip.angle", "b.needle.stylet.protrusion", "nodule.depth"} <= set(keys)
    changed = with_value(config, "b.technique.rotation_speed", "2 rev/s")
    first, second = compare_cases(changed)
    assert first.technique.rotation_speed == 0.0
    assert second.technique.rotation_speed == pytest.approx(12.566, rel=1e-4)


@pytest.mark.parametrize("overrides", [[], ["needle=14G_coaxial", "technique=drill"]])
def test_only_geometry_that_cannot_be_is_refused_at_an_end(overrides):
    config = compose("run_case", overrides)
    refused = set()
    for entry in uncertain_inputs(config):
        for end in (entry.low, entry.high):
            try:
                to_case(with_value(config, entry.key, end))
            except ConfigError:
                refused.add((entry.key, end))
    fascia = {("nodule.depth", "6 mm"), ("tissue.subcutis.thickness", "3 mm")}
    small = {("nodule.diameter", "3 mm")} if overrides else set()
    assert refused == fascia | small
