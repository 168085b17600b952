"""One run from the command line and its record; early endings leave a readable folder."""

from __future__ import annotations

import dataclasses
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from sim import run as run_module
from sim.config import compose, default_case, to_case
from sim.errors import ConfigError, SolverError
from sim.results.inputs import inputs
from sim.results.record import load
from sim.run import Job, run_case

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "alternatives.csv", "case.json", "config.yaml", "events.csv", "fields", "figures",
    "force.csv", "inputs.csv", "metrics.json", "provenance.json", "report.html", "run.log",
    "threshold_curve.csv", "uptake.csv",
}  # fmt: skip


def command(module: str, *overrides: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", module, *overrides, f"hydra.run.dir={folder}"]


@pytest.fixture
def job(tmp_path) -> Job:
    return Job(default_case(overrides=["mesh=coarse"]), "made: up\n", tmp_path / "run", "made up")


def test_command_line_leaves_a_whole_record(tmp_path):
    arguments = command(
        "experiments.run_case", "mesh=coarse", "needle=22G", "needle.length=25.4 mm",
        folder=tmp_path,
    )  # fmt: skip
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "22G"
    assert {path.name for path in folder.iterdir()} == FILES
    assert str(folder / "report.html") in done.stdout.replace("\n", "")
    record = load(folder)
    assert record.case == to_case(
        compose("run_case", ["mesh=coarse", "needle=22G", "needle.length=25.4 mm"])
    )
    assert record.metrics["run.status"] == "complete"
    assert record.metrics["infiltration.mass_balance_error"] <= 1e-10
    assert record.metrics["infiltration.range_violation"] <= 1e-10
    assert record.provenance["mesh_sha256"]
    assert set(record.provenance["stages"]) == {
        "insertion", "infiltration", "without_core", "figures_and_report",
    }  # fmt: skip
    reached = record.metrics["insertion.reached_depth_mm"]
    pushed = record.metrics["insertion.nodule_displacement_mm"]
    assert record.force["depth_mm"][-1] == pytest.approx(reached, rel=1e-9)
    assert record.force["travel_mm"][-1] == pytest.approx(reached + pushed, rel=1e-9)
    page = (folder / "report.html").read_text()
    assert "needle=22G" in page
    assert "needle.length=25.4 mm" in page


def test_every_null_of_a_run_has_its_reason(job):
    assert run_case(job) == "complete"
    metrics = load(job.folder).metrics
    notes = " ".join(metrics["run.notes"])
    nulls = [key for key, value in metrics.items() if value is None]
    assert nulls
    assert all(key in notes for key in nulls)


def test_a_solver_that_gives_up_leaves_what_was_reached(job, monkeypatch):
    def give_up(*arguments: object, **named: object) -> None:
        raise SolverError("made up", {"time_s": [0.0, 1.5], "drug_kg": [0.0, 2e-6]})

    monkeypatch.setattr(run_module, "infiltrate", give_up)
    assert run_case(job) == "failed"
    record = load(job.folder)
    assert record.metrics["run.status"] == "failed"
    assert record.metrics["insertion.outcome"] is not None
    assert record.metrics["infiltration.dose_mg"] is None
    assert record.metrics["run.notes"][0] == "run.status: made up"
    assert record.fields is None
    assert "made up" in (job.folder / "run.log").read_text()
    assert (job.folder / "last_good.csv").read_text().splitlines()[::2] == [
        "time_s,drug_kg", "1.5,2e-06",
    ]  # fmt: skip


def test_a_report_that_fails_loses_nothing_of_the_run(job, monkeypatch):
    def fail(*arguments: object) -> None:
        raise KeyError("made up")

    monkeypatch.setattr("sim.report.own.draw", fail)
    assert run_case(job) == "complete"
    record = load(job.folder)
    assert record.metrics["run.status"] == "complete"
    assert record.metrics["infiltration.dose_mg"] > 0.0
    assert any(note.startswith("run.report: not written") for note in record.notes)
    assert "made up" in (job.folder / "run.log").read_text()


@pytest.mark.parametrize("kept", ["none", "final"])
def test_a_run_leaves_no_more_than_asked_for(job, kept):
    assert run_case(dataclasses.replace(job, fields=kept, report=False)) == "complete"
    left = {path.name for path in job.folder.iterdir()}
    assert left == FILES - {"figures", "report.html"} - ({"fields"} if kept == "none" else set())
    fields = load(job.folder).fields
    assert fields is None if kept == "none" else list(fields.times) == [fields.times.max()]
    assert load(job.folder).metrics["infiltration.dose_mg"] > 0.0


def test_an_interrupt_leaves_a_consistent_folder(job, monkeypatch):
    def interrupt(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_module, "infiltrate", interrupt)
    monkeypatch.setattr(run_module.signal, "signal", lambda number, handler: None)
    with pytest.raises(KeyboardInterrupt):
        run_case(job)
    assert json.loads((job.folder / "metrics.json").read_text())["run.status"] == "interrupted"
    assert [path.name for path in job.folder.parent.iterdir()] == ["run"]
    assert not logging.getLogger().handlers or "run.log" not in str(logging.getLogger().handlers)


def test_a_taken_folder_is_refused_before_anything_is_computed(job):
    job.folder.mkdir()
    (job.folder / "old.txt").write_text("kept")
    with pytest.raises(ConfigError):
        run_case(job)
    assert [path.name for path in job.folder.iterdir()] == ["old.txt"]


def test_inputs_tell_given_values_from_catalogue_values():
    listed = {entry.key: entry for entry in inputs(compose("run_case", ["needle.length=20 mm"]))}
    assert listed["needle.length"].source == "given for this run"
    assert listed["needle.outer_diameter"].source != "given for this run"
    assert all(entry.source for entry in listed.values())
