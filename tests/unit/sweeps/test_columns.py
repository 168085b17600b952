"""Inputs as columns: one unit per key."""

from __future__ import annotations

import re

import pytest
from omegaconf import OmegaConf

from sim.config.compose import compose
from sim.sweeps.columns import input_columns, is_text, unit_of


def columns(config_name: str = "run_case", *overrides: str) -> dict:
    return input_columns(OmegaConf.to_container(compose(config_name, overrides), resolve=True))


def test_other_units_give_the_same_columns() -> None:
    plain = columns("run_case", "needle.length=12.7 mm", "injection.volume=0.3 mL")
    assert columns("run_case", "needle.length=0.5 in", "injection.volume=300 uL") == plain
    assert plain["needle.length_mm"] == 12.7
    assert plain["injection.volume_mL"] == 0.3


def test_numbers_choices_names_and_nulls() -> None:
    found = columns()
    assert found["needle.gauge"] == 27.0
    assert found["nodule.texture"] == "stone"
    assert found["needle.name"] == "27G"
    assert found["nodule.capsule.thickness_mm"] is None
    assert found["technique.force_limit_N"] == 40.0


def test_how_a_run_is_done_is_no_input() -> None:
    assert not [name for name in columns() if name.startswith(("output", "hydra"))]


def test_sides_of_a_comparison_have_their_own_columns() -> None:
    found = columns("compare_gauges")
    assert (found["a.needle.name"], found["b.needle.name"]) == ("27G", "14G_coaxial")
    assert found["a.needle.length_mm"] == 12.7
    assert found["b.technique.kind"] == "drill"


def test_lists_and_axes_of_a_map() -> None:
    found = columns("penetration_map", "map.free_lengths=[0.5 in,31.75 mm]")
    assert found["map.free_lengths_mm"] == "12.7, 31.75"
    assert found["map.solid_strength.high_MPa"] == 800.0
    assert found["map.density.count"] == 12.0


def test_no_value_of_its_key_is_none() -> None:
    assert columns("run_case", "injection.volume=three spoons")["injection.volume_mL"] is None


@pytest.mark.parametrize(
    "config_name", ["run_case", "compare_gauges", "infiltration", "penetration_map"]
)
def test_every_quantity_is_a_number(config_name: str) -> None:
    for name, value in columns(config_name).items():
        if is_text(name):
            assert value is None or not re.match(r"[+-]?[.\d]+( |$)", value), name
        else:
            assert value is None or isinstance(value, float) or name == "map.free_lengths_mm", name


def test_units_that_no_default_shows() -> None:
    assert unit_of("nodule.capsule.thickness") == "mm"
    assert unit_of("drug.viscosity") == "mPa*s"
    assert unit_of("dissolution.rate") == "1/hour"
    assert columns("run_case", "dissolution=effective_yield")["dissolution.rate_per_hour"] > 0.0
