"""The needle's resistance, a core of mineral in it, and the syringe's two regimes."""

import dataclasses
import math

import pytest

from sim.case import Case
from sim.config import default_case
from sim.flow.syringe import (
    needle_resistance,
    plug_resistance,
    reynolds_number,
    syringe_and_needle,
)


@pytest.fixture(scope="module")
def case() -> Case:
    return default_case("27G", "push")


def test_needle_resistance_of_a_half_inch_27g(case: Case) -> None:
    # 128 mu L Q / (pi d^4) with 1.53 mPa s, 12.7 mm, 0.210 mm and 0.1 mL/s is 41 kPa
    assert case.needle.length == pytest.approx(12.7e-3)
    assert 0.1e-6 * needle_resistance(case.needle, 1.53e-3) == pytest.approx(41e3, rel=0.02)


def test_soft_tissue_gets_the_set_rate(case: Case) -> None:
    syringe = syringe_and_needle(case.needle, case.drug, case.injection)
    assert syringe.cavity_pressure(1e-12) == pytest.approx(case.injection.rate / 1e-12)
    assert syringe.flow(1e4) == (case.injection.rate, 0.0)


def test_hard_tissue_gets_what_the_thumb_can_press(case: Case) -> None:
    syringe = syringe_and_needle(case.needle, case.drug, case.injection)
    pressure = syringe.cavity_pressure(1e-16)
    assert pressure + syringe.drop(1e-16 * pressure) == pytest.approx(syringe.pressure_limit)
    assert syringe.force(syringe.pressure_limit) == pytest.approx(50.0)


def test_a_hand_that_presses_does_not_mind_the_rate(case: Case) -> None:
    pressing = dataclasses.replace(case.injection, control="force")
    syringe = syringe_and_needle(case.needle, case.drug, pressing)
    flow, slope = syringe.flow(1e6)
    assert flow > 2.0 * case.injection.rate
    assert 1e6 + syringe.drop(flow) == pytest.approx(syringe.pressure_limit)
    step = 1e2
    assert slope == pytest.approx((syringe.flow(1e6 + step)[0] - flow) / step, rel=1e-3)


def test_no_flow_against_the_barrels_own_pressure(case: Case) -> None:
    syringe = syringe_and_needle(case.needle, case.drug, case.injection)
    assert syringe.flow(syringe.pressure_limit)[0] == 0.0
    assert syringe.flow(1.1 * syringe.pressure_limit)[0] < 0.0


def test_reynolds_number_of_a_fast_injection(case: Case) -> None:
    assert reynolds_number(case.needle, case.drug, 0.1e-6) == pytest.approx(443, rel=0.02)


def test_a_plug_is_a_porous_resistor_in_series(case: Case) -> None:
    length = 1.5e-3
    mineral = dataclasses.replace(case.nodule.mineral, permeability=2.5e-15)
    plug = plug_resistance(case.needle, case.drug, mineral, length)
    area = math.pi / 4 * case.needle.inner_diameter**2
    assert plug == pytest.approx(case.drug.viscosity * length / (2.5e-15 * area))
    syringe = syringe_and_needle(case.needle, case.drug, case.injection, plug)
    lumen = needle_resistance(case.needle, case.drug.injection_viscosity)
    assert syringe.resistance == pytest.approx(plug + lumen)
