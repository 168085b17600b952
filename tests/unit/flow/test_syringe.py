"""The syringe: its two regimes, its two ends, and published Hagen-Poiseuille numbers."""

import dataclasses
import math

import pytest

from sim.case import Case
from sim.config import default_case
from sim.flow.syringe import deliver, lumen_volume, needle_resistance, plug_resistance


@pytest.fixture(scope="module")
def case() -> Case:
    return default_case("27G", "push")


def test_needle_resistance_of_a_half_inch_27g(case: Case) -> None:
    # 128 mu L Q / (pi d^4) with 1.53 mPa s, 12.7 mm, 0.210 mm and 0.1 mL/s is 41 kPa
    assert case.needle.length == pytest.approx(12.7e-3)
    assert 0.1e-6 * needle_resistance(case.needle, 1.53e-3) == pytest.approx(41e3, rel=0.02)


def test_soft_tissue_gets_the_set_rate(case: Case) -> None:
    conductance = 1e-12
    delivery = deliver(case.needle, case.drug, case.injection, conductance)
    assert delivery.flow_rate == pytest.approx(case.injection.rate)
    assert delivery.cavity_pressure == pytest.approx(case.injection.rate / conductance)
    assert delivery.ended_by == "volume"
    assert delivery.volume == pytest.approx(case.injection.volume)
    area = math.pi / 4 * case.injection.syringe_bore**2
    force = delivery.barrel_pressure * area + case.injection.stopper_friction
    assert delivery.plunger_force == pytest.approx(force)
    assert delivery.plunger_force < case.injection.plunger_force_limit


def test_hard_tissue_gets_what_the_thumb_can_press(case: Case) -> None:
    conductance = 1e-16
    delivery = deliver(case.needle, case.drug, case.injection, conductance)
    assert delivery.plunger_force == pytest.approx(case.injection.plunger_force_limit)
    assert delivery.barrel_pressure == pytest.approx(case.injection.pressure_limit)
    drop = delivery.flow_rate * needle_resistance(case.needle, case.drug.injection_viscosity)
    assert delivery.cavity_pressure + drop == pytest.approx(case.injection.pressure_limit)
    assert delivery.ended_by == "time_limit"
    assert delivery.duration == case.injection.time_limit
    assert delivery.volume == pytest.approx(delivery.flow_rate * case.injection.time_limit)


def test_reynolds_number_of_a_fast_injection(case: Case) -> None:
    fast = dataclasses.replace(case.injection, rate=0.1e-6, plunger_force_limit=500.0)
    delivery = deliver(case.needle, case.drug, fast, 1e-11)
    expected = 4 * case.drug.density * 0.1e-6
    expected /= math.pi * case.needle.inner_diameter * case.drug.injection_viscosity
    assert delivery.reynolds == pytest.approx(expected)
    assert delivery.reynolds == pytest.approx(443, rel=0.02)


def test_dead_volume_of_the_lumen(case: Case) -> None:
    assert lumen_volume(case.needle) == pytest.approx(0.44e-9, rel=0.01)  # 0.44 uL


def test_a_plug_is_a_porous_resistor_in_series(case: Case) -> None:
    length, conductance = 1.5e-3, 1e-15
    mineral = dataclasses.replace(case.nodule.mineral, permeability=2.5e-15)
    plug = plug_resistance(case.needle, case.drug, mineral, length)
    area = math.pi / 4 * case.needle.inner_diameter**2
    assert plug == pytest.approx(case.drug.viscosity * length / (2.5e-15 * area))
    delivery = deliver(case.needle, case.drug, case.injection, conductance, plug)
    lumen = needle_resistance(case.needle, case.drug.injection_viscosity)
    series = lumen + plug + 1.0 / conductance
    assert delivery.flow_rate == pytest.approx(case.injection.pressure_limit / series)
    assert delivery.cavity_pressure == pytest.approx(delivery.flow_rate / conductance)
    assert delivery.plug_drop == pytest.approx(delivery.flow_rate * plug)
    assert delivery.ended_by == "time_limit"


def test_without_a_plug_nothing_is_lost_in_it(case: Case) -> None:
    assert deliver(case.needle, case.drug, case.injection, 1e-12).plug_drop == 0.0
