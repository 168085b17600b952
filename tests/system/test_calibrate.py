"""A calibration from the command line: its record, and what is refused before anything is made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib import image

from sim.config import compose, to_case
from sim.config.calibrate import to_calibration
from sim.errors import ConfigError, SolverError
from sim.results.files import read_json, read_rows
from sim.studies import calibrate_record
from sim.studies.calibrate_record import run_calibration

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = "docs/data/synthetic_force_depth_27G.csv"
STRENGTH, FRICTION = "nodule.mineral.solid_strength", "nodule.mineral.friction"
ONE = f"calibration.fit=[{{key: {STRENGTH}, low: 50 MPa, high: 2 GPa}}]"
SMALL = ["mesh=coarse", f"calibration.data={ROOT / SAMPLE}", "calibration.shallowest=3 mm", ONE]


def run(*overrides):
    return subprocess.run(
        [sys.executable, "-m", "experiments.calibrate", *overrides],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    at = tmp_path_factory.mktemp("calibrated")
    done = run(*SMALL, f"{FRICTION}=0.25", f"hydra.run.dir={at}")
    assert done.returncode == 0, done.stderr
    for said in ("MPa.", "To use them:", "This is a calibration, no validation", "table: "):
        assert said in done.stdout
    return at / "calibration"


def test_the_record_is_whole(folder):
    assert {path.name for path in folder.iterdir()} == {
        "calibration.csv", "calibration.json", "config.yaml", "curve.csv", "figures",
        "metrics.json", "provenance.json", "run.log",
    }  # fmt: skip
    assert image.imread(folder / "figures" / "calibration.png").std() > 0.05
    metrics = read_json(folder / "metrics.json")
    assert metrics["run.status"] == "complete"
    (row,) = read_rows(folder / "calibration.csv")
    assert row["parameter"] == STRENGTH
    assert (row["unit"], row["low_bound"], row["high_bound"]) == ("MPa", "50.0", "2000.0")
    assert float(row["run_value"]) == 240.0
    assert float(row["value"]) == metrics["calibration.mineral_solid_strength_MPa"]
    assert float(row["low_95"]) < float(row["value"]) < float(row["high_95"])


def test_the_json_says_what_was_fitted_to_what(folder):
    values, curve = read_json(folder / "calibration.json"), read_rows(folder / "curve.csv")
    assert values["data"]["repetitions"] == 2
    assert values["data"]["readings"] == len(curve) == 2 * 61  # 3 to 9 mm
    assert values["data"]["left_out"] == 2 * 30
    assert values["correlation"] == {STRENGTH: {STRENGTH: 1.0}}
    assert values["identifiable"]
    assert values["residuals"]["rms_N"] < values["residuals"]["rms_of_run_as_given_N"]
    assert any("no validation" in note for note in values["notes"])


def test_the_override_line_is_a_run(folder):
    (override,) = (read_json(folder / "calibration.json")["overrides"].strip("'"),)
    fitted = float(read_rows(folder / "calibration.csv")[0]["value"])
    case = to_case(compose("run_case", [override]))
    assert case.nodule.mineral.solid_strength == pytest.approx(1e6 * fitted, rel=1e-4)


def test_a_solver_that_gives_up_leaves_its_reason(tmp_path, monkeypatch):
    def gives_up(*arguments):
        raise SolverError("made up")

    monkeypatch.setattr(calibrate_record, "calibrate", gives_up)
    asked = to_calibration(compose("calibrate", SMALL))
    status, answer = run_calibration(asked, "made: up\n", tmp_path / "calibration")
    assert (status, answer) == ("failed", ["No values: made up."])
    metrics = read_json(tmp_path / "calibration" / "metrics.json")
    assert metrics["run.notes"] == ["run.status: made up"]


REFUSED = [  # overrides, key, a piece of what is said
    (["calibration.data=null"], "calibration.data", "give the path of a CSV"),
    (["calibration.data=nix.csv"], "calibration.data", "it cannot be read"),
    (["calibration.depth=sideways"], "calibration.depth", "choose one of travel, tip"),
    (["calibration.noise=none"], "calibration.noise", "choose one of constant"),
    (["calibration.offset=1"], "calibration.offset", "the unit is missing"),
    (["calibration.fit=[]"], "calibration.fit", "give at least one"),
    (["calibration.fit=[{key: needle.length, low: 1 mm, high: 2 mm}]"], "calibration.fit",
     "choose among nodule.mineral.solid_strength"),
    ([f"calibration.fit=[{{key: {FRICTION}, low: 0.5, high: 0.2}}]"], "calibration.fit[0].high",
     "it must exceed the low bound"),
    ([f"calibration.fit=[{{key: {FRICTION}, low: 0.5, high: 2}}]"], "calibration.fit[0].high",
     "give a value from 0 to 1"),
    ([f"calibration.fit=[{{key: {STRENGTH}, low: 5, high: 2 GPa}}]"], "calibration.fit[0].low",
     "the unit is missing"),
    (["calibration.shallowest=8.9 mm", "calibration.deepest=9 mm"], "calibration.data",
     "4 readings lie between 8.9 and 9 mm"),
    (["calibration.shallowest=3 kg"], "calibration.shallowest", "something else"),
]  # fmt: skip


@pytest.mark.parametrize(("overrides", "key", "said"), REFUSED)
def test_what_cannot_be_fitted_is_refused(overrides, key, said):
    two = f"calibration.fit=[{{key: {STRENGTH}, low: 50 MPa, high: 2 GPa}},"
    two += f"{{key: {FRICTION}, low: 0.1, high: 0.8}}]"
    with pytest.raises(ConfigError) as refused:
        to_calibration(compose("calibrate", [*SMALL, two, *overrides]))
    assert refused.value.key == key
    assert said in str(refused.value)


def test_both_fits_of_one_key_are_refused():
    twice = f"calibration.fit=[{', '.join(2 * [f'{{key: {FRICTION}, low: 0.1, high: 0.8}}'])}]"
    with pytest.raises(ConfigError, match="give each once"):
        to_calibration(compose("calibrate", [*SMALL, twice]))


def test_refusals_come_in_one_line_before_a_folder_is_made(tmp_path):
    done = run("calibration.data=nix.csv", f"hydra.run.dir={tmp_path / 'run'}")
    assert done.returncode == 2
    assert done.stderr.startswith("refused: calibration.data = 'nix.csv' is not allowed: it cannot")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_the_sample_gives_back_what_it_was_made_with(tmp_path, check):
    """Its first lines say with what; the run of the documentation."""
    done = run(f"calibration.data={SAMPLE}", "calibration.noise=proportional",
               "calibration.offset=0.5 mm", f"hydra.run.dir={tmp_path}")  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = read_rows(tmp_path / "calibration" / "calibration.csv")
    for row, true in zip(rows, (300.0, 0.25, 0.15), strict=True):
        assert float(row["low_95"]) <= true <= float(row["high_95"])
        error = abs(float(row["value"]) / true - 1.0)
        check(f"calibration of the sample: {row['parameter']}, relative error", error, "≤", 0.1)
