"""The configuration of a map: what it becomes, and what is refused by which name."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from omegaconf import OmegaConf

from sim.config import compose, default_case
from sim.config.penetration_map import to_map
from sim.errors import ConfigError

SMALL = ["map.density.count=3", "map.solid_strength.count=4"]


def test_needles_and_minerals_are_those_of_single_runs():
    needles, minerals = to_map(compose("penetration_map", SMALL))
    assert [(of.needle.name, of.needle.free_length) for of in needles[:3]] == [
        ("27G", 12.7e-3), ("27G", 31.75e-3), ("25G", 12.7e-3),
    ]  # fmt: skip
    assert needles[0] == default_case("27G", "push")
    assert needles[1] == default_case("27G", "push", ["needle.length=31.75 mm"])
    assert needles[-1] == default_case("14G_coaxial", "drill", ["needle.free_length=31.75 mm"])
    strengths = [mineral.solid_strength for mineral in minerals[0]]
    np.testing.assert_allclose(np.diff(np.log(strengths)), math.log(800.0 / 70.0) / 3, rtol=1e-9)
    assert [column[0].density for column in minerals] == pytest.approx([800.0, 1350.0, 1900.0])
    overrides = ["nodule.mineral.density=1.9 g/cm**3", "nodule.mineral.solid_strength=70 MPa"]
    alone = dataclasses.asdict(default_case(overrides=overrides).nodule.mineral)
    densest = dataclasses.asdict(minerals[-1][0])
    assert densest.pop("densification") == alone.pop("densification")
    assert densest == pytest.approx(alone, rel=1e-9)


def test_techniques_go_by_the_kind_of_needle():
    cfg = compose("penetration_map", [*SMALL, "hypodermic.tip_eccentricity=0.1"])
    needles, _ = to_map(cfg)
    assert needles[0].technique.tip_eccentricity == 0.1
    assert needles[-1].technique.tip_eccentricity == 0.25


def test_a_length_short_of_the_target_stays():
    needles, _ = to_map(compose("penetration_map", [*SMALL, "map.free_lengths=[7 mm,12.7 mm]"]))
    assert [of.needle.free_length < of.target_depth for of in needles] == len(needles) // 2 * [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("override", "key", "says"),
    [
        ("map.needles=[27G,9G]", "map.needles", "10G"),
        ("map.needles=[]", "map.needles", "at least one"),
        ("map.needles=[27G,27G]", "map.needles", "once"),
        ("map.free_lengths=[]", "map.free_lengths", "at least one"),
        ("map.free_lengths=[12]", "map.free_lengths", "mm"),
        ("map.free_lengths=[-3 mm]", "map.free_lengths", "2 mm"),
        ("map.free_lengths=[120 mm]", "map.free_lengths", "14G_coaxial is 95 mm long"),
        ("map.density.low=2 g/cm**3", "map.density.high", "exceed"),
        ("map.density.high=3.2 g/cm**3", "map.density.high", "3.15"),
        ("map.density.low=0.8 MPa", "map.density.low", "g/cm**3"),
        ("map.free_lengths=[2 mm,7 mm]", "map.free_lengths", "7.5 mm"),
        ("map.density.count=1", "map.density.count", "2"),
        ("map.solid_strength.count=3.5", "map.solid_strength.count", "whole"),
        ("map.solid_strength.low=0.1 MPa", "map.solid_strength.low", "1 MPa"),
        ("technique@hypodermic=drill", "hypodermic.kind", "trocar"),
        ("hypodermic.force_limit=-1 N", "hypodermic.force_limit", "0.1 N"),
        ("nodule=paste", "nodule.mineral.crushing_strength", "null"),
        ("nodule.density_field.kind=shell_core", "nodule.density_field.kind", "uniform"),
        ("nodule.capsule.thickness=1 mm", "nodule.capsule.thickness", "null"),
        ("tissue.skin.friction=2", "tissue.skin.friction", "1"),
    ],
)
def test_refusals_name_the_key_of_the_map(override, key, says):
    cfg = compose("penetration_map", [override])
    with pytest.raises(ConfigError) as refused:
        to_map(cfg)
    assert refused.value.key == key
    assert says in refused.value.allowed


def test_an_added_key_is_refused():
    cfg = OmegaConf.create(OmegaConf.to_container(compose("penetration_map", SMALL)))
    cfg.map["lengths"] = []
    with pytest.raises(ConfigError) as refused:
        to_map(cfg)
    assert refused.value.key == "map.lengths"
