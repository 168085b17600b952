"""From text to a case."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from omegaconf import OmegaConf

from sim.config import compare_cases, compose, default_case, to_case, with_value
from sim.config.groups import GROUPS
from sim.config.limits import CHOICES, LIMITS
from sim.config.schema import CaseConfig, keys
from sim.config.store import plain
from sim.errors import ConfigError


@pytest.fixture(scope="module")
def config():
    return compose("run_case")


def numbers(tree: dict, prefix: str = "") -> dict[str, float]:
    """Flatten the numbers of a case."""
    flat = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat |= numbers(value, f"{prefix}{key}.")
        elif isinstance(value, float | int):
            flat[prefix + key] = value
    return flat


def test_the_default_case():
    case = default_case()
    assert case.needle.outer_diameter == pytest.approx(0.4128e-3, rel=1e-12)
    assert case.needle.free_length == case.needle.length == pytest.approx(12.7e-3, rel=1e-12)
    assert case.target_depth == case.nodule.centre_depth == pytest.approx(7.5e-3, rel=1e-12)
    assert case.tissue.depth == pytest.approx(13.5e-3, rel=1e-12)
    mineral = case.nodule.mineral
    assert mineral.porosity == pytest.approx(1.0 - 1.6 / 3.16, rel=1e-12)
    strength = 240e6 * np.exp(-4.04 * mineral.porosity)
    assert mineral.crushing_strength == pytest.approx(strength, rel=1e-12)
    assert mineral.youngs_modulus == pytest.approx(131.0 * strength, rel=1e-12)
    assert mineral.tensile_strength == pytest.approx(0.1 * strength, rel=1e-12)
    assert mineral.densification_strain == pytest.approx(np.log(3.16 / 1.6), rel=1e-12)
    assert mineral.fracture_toughness == pytest.approx(0.5e6 * (1.6 / 3.16) ** 1.5, rel=1e-12)
    assert mineral.foam_shape == pytest.approx(1.62, abs=0.04)
    solid = 1.0 - mineral.porosity
    permeability = 1e-12 * mineral.porosity**3 / (180.0 * solid**2)
    assert mineral.permeability == pytest.approx(permeability, rel=1e-12, abs=0.0)
    assert mineral.clearance_rate == 0.0
    assert case.tissue.skin.clearance_rate == pytest.approx(np.log(2.0) / 1800.0, rel=1e-12)
    assert case.injection.pressure_limit == pytest.approx(2.56e6, rel=0.01)  # 46 N on 1 mL


def test_paste_is_a_von_mises_material_of_its_own_strength():
    mineral = default_case(overrides=["nodule=paste"]).nodule.mineral
    assert (mineral.foam_shape, mineral.hardening_ratio) == (0.0, 0.0)
    assert mineral.crushing_strength == pytest.approx(10e3, rel=1e-12)
    assert mineral.tensile_strength == pytest.approx(1e3, rel=1e-12)


def test_any_gauge_and_length():
    case = default_case("22G", overrides=["needle.length=25.4 mm"])
    assert case.needle.gauge == 22
    assert case.needle.free_length == case.needle.length == pytest.approx(25.4e-3, rel=1e-12)
    coaxial = default_case("14G_coaxial", "drill", ["needle.length=122 mm"]).needle
    assert coaxial.free_length == pytest.approx(60e-3, rel=1e-12)


def test_other_units_give_the_same_case():
    reference = numbers(asdict(default_case()))
    other = numbers(
        asdict(
            default_case(
                overrides=[
                    "needle.length=0.5 inch",
                    "needle.tip.angle=0.19198621771937624 rad",
                    "technique.axial_speed=0.1 cm/s",
                    "nodule.mineral.density=1600 kg/m**3",
                    "nodule.mineral.solid_strength=0.24 GPa",
                    "nodule.mineral.tensile_ratio=10 %",
                    "nodule.fixation_stiffness=5000 N/m",
                    "injection.rate=60 mL/h",
                    "injection.time_limit=2 min",
                    "injection.temperature=293.15 K",
                    "schedule.follow_up=168 h",
                ]
            )
        )
    )
    assert other == pytest.approx(reference, rel=1e-12, abs=0.0)


OPTIONS = [(group, name) for group, options in GROUPS.items() for name in options]


@pytest.mark.parametrize(("group", "name"), OPTIONS)
def test_every_option_makes_a_case(config, group, name):
    """With the defaults of the other groups, a nodule that fits a finger, a trocar to drill."""
    needle = "14G_coaxial" if name == "drill" else "27G"
    config = OmegaConf.merge(config, {"needle": plain(GROUPS["needle"][needle])})
    chosen = OmegaConf.merge(config, {group: plain(GROUPS[group][name])})
    if group == "tissue":
        chosen = with_value(with_value(chosen, "nodule.height", "3 mm"), "nodule.depth", "1 mm")
    assert to_case(chosen).needle.length > 0.0


@pytest.mark.parametrize("preset", ["soft_paste", "dense_stone", "fingertip"])
def test_presets(preset):
    alone = default_case(overrides=[f"experiment={preset}"])
    first, second = compare_cases(compose("compare_gauges", [f"experiment={preset}"]))
    assert alone.nodule == first.nodule == second.nodule != default_case().nodule


def test_a_comparison_shares_the_patient():
    first, second = compare_cases(compose("compare_gauges"))
    assert (first.needle.name, first.technique.kind) == ("27G", "push")
    assert (second.needle.name, second.technique.kind) == ("14G_coaxial", "drill")
    assert first.nodule == second.nodule
    assert (first.technique.force_limit, second.technique.force_limit) == (40.0, 150.0)


def test_one_side_of_a_comparison_is_replaced():
    overrides = ["needle@b.needle=22G", "technique@b.technique=push", "b.needle.length=25.4 mm"]
    first, second = compare_cases(compose("compare_gauges", overrides))
    assert first.needle.gauge == 27
    assert (second.needle.gauge, second.technique.kind) == (22, "push")
    long = compare_cases(compose("compare_gauges", ["experiment=long_27G"]))
    assert [round(1e3 * case.needle.length, 2) for case in long] == [12.7, 31.75]


def test_the_side_of_a_refused_key_is_named():
    with pytest.raises(ConfigError) as refused:
        compare_cases(compose("compare_gauges", ["b.needle.stylet.diameter=1.6 mm"]))
    assert refused.value.key == "b.needle.stylet.diameter"
    with pytest.raises(ConfigError) as refused:
        compare_cases(compose("compare_gauges", ["nodule.height=20 mm"]))
    assert refused.value.key == "nodule.depth"


def test_replacing_a_value_leaves_the_original(config):
    changed = with_value(config, "nodule.mineral.solid_strength", "70 MPa")
    assert to_case(changed).nodule.mineral.solid_strength == pytest.approx(70e6)
    assert to_case(config).nodule.mineral.solid_strength == pytest.approx(240e6)


def test_every_key_of_the_schema_has_limits_or_choices():
    typed = "output.report"  # true or false, which Hydra checks
    named = {key for key in keys(CaseConfig) if not key.endswith(".name") and key != typed}
    assert named == set(LIMITS) | set(CHOICES)
