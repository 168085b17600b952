"""The whole injection into rigid tissue on a coarse mesh: balances, endings, the film's part."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from sim.config import default_case
from sim.domain.axisymmetric import axisymmetric_domain
from sim.domain.domain import Domain
from sim.flow.rigid import inject_rigid
from sim.flow.stage import Injected
from sim.flow.syringe import needle_resistance

COARSE = ("mesh=coarse", "mesh.nodule_size=0.4 mm", "mesh.tip_size=0.25")


@pytest.fixture(scope="module")
def thin() -> Domain:
    case = default_case("27G", "push", COARSE)
    return axisymmetric_domain(case, case.target_depth)


@pytest.fixture(scope="module")
def coaxial() -> Domain:
    case = default_case("14G_coaxial", "drill", COARSE)
    return axisymmetric_domain(case, case.target_depth)


def changed(domain: Domain, part: str, **values: object) -> Domain:
    own = dataclasses.replace(getattr(domain.case, part), **values)
    return dataclasses.replace(domain, case=dataclasses.replace(domain.case, **{part: own}))


def dose(injected: Injected) -> float:
    return sum(s.duration * s.inlet * s.supply[s.supply > 0.0].sum() for s in injected.stages)


def balanced(domain: Domain, injected: Injected) -> None:
    concentration, needle = domain.case.drug.concentration, domain.case.needle
    dead = needle.hub_volume + 0.25 * np.pi * needle.inner_diameter**2 * needle.length
    before = concentration * dead if needle.lumen_content == "drug" else 0.0
    taken = concentration * injected.displaced_volume + before
    assert dose(injected) + injected.retained_in_needle == pytest.approx(taken, rel=1e-9)
    for stage in injected.stages:
        out = domain.cv.edges.divergence(stage.edge_flow)
        np.testing.assert_allclose(out, stage.supply, atol=1e-10 * injected.flow_rate + 1e-30)
        assert not stage.swelling.any()


def test_primed_needle_delivers_what_was_ordered(thin: Domain) -> None:
    injected = inject_rigid(thin)
    balanced(thin, injected)
    injection = thin.case.injection
    assert injected.ended_by == "volume"
    assert injected.injected_volume == pytest.approx(injection.volume, rel=1e-12)
    assert injected.flow_rate == pytest.approx(injection.rate, rel=1e-9)
    assert injected.duration == pytest.approx(injection.volume / injection.rate, rel=1e-9)
    assert len(injected.stages) == 1
    drop = injection.rate * needle_resistance(thin.case.needle, thin.case.drug.injection_viscosity)
    barrel = injected.statistics["barrel_pressure_Pa"]
    extra = injected.statistics["inertial_drop_Pa"]
    assert barrel == pytest.approx(injected.peak_pressure + drop + extra)
    area = 0.25 * np.pi * injection.syringe_bore**2
    assert injected.plunger_force == pytest.approx(barrel * area + injection.stopper_friction)


def test_air_is_gone_before_the_liquid_comes(coaxial: Domain) -> None:
    injected = inject_rigid(changed(coaxial, "injection", time_limit=600.0))
    balanced(coaxial, injected)
    still, flowing = injected.stages
    assert not still.supply.any()
    assert not still.pressure.any()
    assert flowing.inlet == coaxial.case.drug.concentration
    assert injected.displaced_volume == pytest.approx(0.5e-6)
    assert injected.injected_volume == pytest.approx(0.5e-6 - 241e-9, rel=0.01)
    assert any("hold air" in note for note in injected.notes)


def test_blood_enters_without_drug(coaxial: Domain) -> None:
    bloody = changed(coaxial, "needle", lumen_content="blood")
    injected = inject_rigid(bloody)
    balanced(bloody, injected)
    assert [stage.inlet for stage in injected.stages] == [0.0, bloody.case.drug.concentration]
    assert injected.injected_volume == pytest.approx(injected.displaced_volume)


def test_less_than_the_dead_volume_delivers_nothing(coaxial: Domain) -> None:
    little = changed(coaxial, "injection", volume=0.2e-6)
    injected = inject_rigid(little)
    balanced(little, injected)
    assert dose(injected) == 0.0
    assert injected.ended_by == "nothing_injected"
    assert (injected.injected_volume, injected.flow_rate, injected.peak_pressure) == (0, 0, 0)
    assert any("no drug leaves the needle" in note for note in injected.notes)
    assert injected.plunger_force > little.case.injection.stopper_friction


def test_time_runs_out(coaxial: Domain) -> None:
    for limit in (2.0, 20.0):  # while the needle fills, while drug enters
        hurried = changed(coaxial, "injection", time_limit=limit)
        injected = inject_rigid(hurried)
        balanced(hurried, injected)
        assert injected.duration == limit
        assert injected.displaced_volume == pytest.approx(limit * coaxial.case.injection.rate)


def test_a_plugged_lumen_delivers_nothing(thin: Domain) -> None:
    free = inject_rigid(thin)
    volumes = []
    for plug in (1e16, 1e20, 1e30):
        injected = inject_rigid(thin, plug)
        balanced(thin, injected)
        assert injected.ended_by == "time_limit"
        assert injected.plunger_force == pytest.approx(thin.case.injection.plunger_force_limit)
        volumes.append(injected.injected_volume / free.injected_volume)
    assert np.all(np.diff(volumes) < 0.0)
    assert volumes[-1] < 1e-10


def test_wider_track_takes_more(thin: Domain) -> None:
    found = [inject_rigid(changed(thin, "injection", track_gap=g)) for g in (0, 3e-6, 6e-6, 20e-6)]
    assert np.all(np.diff([each.conductance for each in found]) > 0.0)
    shares = [each.backflow_fraction for each in found]
    assert np.all(np.diff(shares) > 0.0)
    assert shares[0] < 1e-3
    assert shares[-1] < 1.0


def soft(domain: Domain, modulus: float) -> Domain:
    def softened(layer: Any) -> Any:
        return dataclasses.replace(layer, shear_modulus=modulus)

    tissue = domain.case.tissue
    layers = {"skin": softened(tissue.skin), "subcutis": softened(tissue.subcutis)}
    return changed(domain, "tissue", **layers)


def test_softer_tissue_opens_the_track_to_the_skin(coaxial: Domain) -> None:
    def lost(domain: Domain) -> float:
        stage = inject_rigid(domain).stages[-1]
        return -float(stage.supply[domain.outlet].sum())

    stiff, limp = lost(soft(coaxial, 1e6)), lost(soft(coaxial, 3e3))
    assert limp > 1.5 * stiff
    pressed = changed(soft(coaxial, 3e3), "injection", track_prestress=5e3)
    assert lost(pressed) < limp


def test_turbulent_lumen_is_said(thin: Domain) -> None:
    fast = changed(thin, "injection", rate=1e-6, plunger_force_limit=500.0, track_gap=100e-6)
    injected = inject_rigid(fast)
    assert injected.statistics["reynolds"] > 2300.0
    assert any("turbulent" in note for note in injected.notes)
