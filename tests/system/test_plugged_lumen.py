"""The default 27G takes up a core of stone: what that does to the injection."""

from __future__ import annotations

import dataclasses

import pytest

from sim.config import default_case
from sim.flow.syringe import needle_resistance, plug_resistance
from sim.infiltration import infiltrate
from sim.insertion import insert


def test_a_core_that_stays_throttles_the_injection() -> None:
    case = default_case("27G", "push", ["mesh=coarse"])
    inserted = insert(case)
    assert inserted.lumen_plugged
    assert inserted.core_length > 0.0
    cleared = dataclasses.replace(inserted, core_length=0.0, lumen_plugged=False)
    through, free = infiltrate(case, inserted), infiltrate(case, cleared)

    plug = plug_resistance(case.needle, case.drug, case.nodule.mineral, inserted.core_length)
    series = plug + needle_resistance(case.needle, case.drug.injection_viscosity)
    series += 1.0 / through.conductance
    assert through.ended_by == "time_limit"
    assert through.flow_rate == pytest.approx(case.injection.pressure_limit / series, rel=1e-9)
    assert through.injected_volume < 0.5 * free.injected_volume
    assert through.infiltrated_fraction < free.infiltrated_fraction
    assert through.conductance == pytest.approx(free.conductance, rel=1e-12)
    assert any("core of" in note and "stays" in note for note in through.notes)
    assert not any("core of" in note for note in free.notes)


def test_a_core_of_paste_is_blown_out() -> None:
    case = default_case("27G", "push", ["nodule=paste", "mesh=coarse"])
    inserted = insert(case)
    assert inserted.core_length > 0.0
    assert inserted.core_retention < 0.1 * case.injection.pressure_limit
    through = infiltrate(case, inserted)
    assert any("blows it out" in note for note in through.notes)
    assert through.ended_by == "volume"
