"""The flat metrics: units, nulls with their reasons, strict JSON."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest

from sim.results import metrics
from sim.results.files import write_json
from tests.unit.results import synthetic

PROMISED = {
    "insertion.outcome", "insertion.reached_depth_mm", "insertion.depth_in_nodule_mm",
    "insertion.peak_force_N", "insertion.skin_puncture_force_N", "insertion.nodule_entry_force_N",
    "insertion.peak_torque_Nmm", "insertion.work_mJ", "insertion.buckling_margin",
    "insertion.bending_margin", "insertion.blunting_margin", "insertion.splitting_margin",
    "insertion.operator_margin", "insertion.nodule_displacement_mm",
    "insertion.tip_deflection_mm", "insertion.lumen_plugged", "infiltration.injected_volume_mL",
    "infiltration.injection_time_s", "infiltration.peak_pressure_kPa",
    "infiltration.plunger_force_N", "infiltration.backflow_fraction",
    "infiltration.retained_in_needle_mg", "infiltration.lost_through_skin_mg",
    "infiltration.hydrofracture", "infiltration.dose_mg", "infiltration.dose_in_nodule_mg",
    "infiltration.dose_fraction_in_nodule", "infiltration.infiltrated_fraction_of_nodule",
    "infiltration.exposure_mg_h_per_mL", "infiltration.mass_balance_error",
    "treatment.mineral_removed_mg", "treatment.mineral_removed_fraction",
    "treatment.stiffness_ratio", "treatment.dissolution_model",
}  # fmt: skip


@pytest.fixture
def results():
    case = synthetic.case()
    insertion = synthetic.insertion(case)
    return case, insertion, synthetic.infiltration(case, insertion.reached_depth)


def test_every_promised_key_is_there(results):
    case, insertion, infiltration = results
    values = metrics.insertion_metrics(case, insertion)[0]
    values |= (
        metrics.infiltration_metrics(infiltration)[0]
        | metrics.treatment_metrics(case, infiltration)[0]
    )
    assert values.keys() >= PROMISED
    assert metrics.MEANINGS.keys() >= PROMISED


def test_units_are_those_of_the_key(results):
    case, insertion, infiltration = results
    values = metrics.insertion_metrics(case, insertion)[0]
    values |= metrics.infiltration_metrics(infiltration)[0]
    assert values["insertion.reached_depth_mm"] == pytest.approx(7.5, rel=1e-14)
    assert values["insertion.work_mJ"] == pytest.approx(1e3 * insertion.work, rel=1e-14)
    assert values["infiltration.injected_volume_mL"] == pytest.approx(0.5, rel=1e-14)
    assert values["infiltration.flow_rate_mL_per_min"] == pytest.approx(1.0, rel=1e-14)
    assert values["infiltration.dose_mg"] == pytest.approx(125.0, rel=1e-14)
    assert values["infiltration.peak_pressure_kPa"] == pytest.approx(300.0, rel=1e-14)
    # 5e-14 m3/(s Pa) = 5e-14 * 6e7 mL/min / 1e-3 kPa
    conductance = values["infiltration.conductance_mL_per_min_per_kPa"]
    assert conductance == pytest.approx(3e-3, rel=1e-14)
    assert values["infiltration.exposure_mg_h_per_mL"] == pytest.approx(1e5 / 3600, rel=1e-14)


def test_what_is_infinite_or_unreached_is_null_with_its_reason(results):
    case, insertion, _ = results
    untouched = dataclasses.replace(insertion, nodule_entry_force=None)
    values, notes = metrics.insertion_metrics(case, untouched)
    nulls = {key for key, value in values.items() if value is None}
    assert nulls == {
        "insertion.decided_by", "insertion.torque_margin", "insertion.nodule_entry_force_N",
    }  # fmt: skip
    assert {note.split(":")[0] for note in notes} == nulls


def test_no_dose_has_no_share_in_the_nodule(results):
    empty = dataclasses.replace(results[2], dose=0.0, dose_in_nodule=0.0)
    values, notes = metrics.infiltration_metrics(empty)
    assert values["infiltration.dose_fraction_in_nodule"] is None
    assert notes == ["infiltration.dose_fraction_in_nodule: no drug was delivered"]


def test_json_is_strict(tmp_path, results):
    case, insertion, _ = results
    values, _ = metrics.insertion_metrics(case, insertion)
    path = tmp_path / "metrics.json"
    write_json(path, values)

    def refuse(constant: str):
        raise AssertionError(f"{constant} is no JSON")

    assert json.loads(path.read_text(), parse_constant=refuse) == values
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"a": math.nan})
    assert json.loads(path.read_text()) == values, "a refused write must leave the old file"
    assert [entry.name for entry in tmp_path.iterdir()] == ["metrics.json"]
