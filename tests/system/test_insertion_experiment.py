"""The insertion alone from the command line: the same insertion as a whole run's, no injection."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from sim import run as run_module
from sim.config import compose, default_case
from sim.errors import SolverError
from sim.insertion import insert
from sim.results import load as load_table
from sim.results.files import read_table
from sim.results.metrics import insertion_metrics
from sim.results.record import load
from sim.run import Job, run_case

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "case.json", "config.yaml", "events.csv", "fields", "figures", "force.csv", "inputs.csv",
    "metrics.json", "provenance.json", "report.html", "run.log",
}  # fmt: skip


def experiment(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "experiments.insertion", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_sweep_leaves_one_record_per_needle(tmp_path):
    whole = ("output.fields=all", "output.report=true")
    done = experiment("-m", "mesh=coarse", "needle=22G,27G", *whole, f"hydra.sweep.dir={tmp_path}")
    assert done.returncode == 0, done.stderr
    runs = load_table(tmp_path).set_index("needle.name")["folder"]
    assert sorted(runs.index) == ["22G", "27G"]
    for needle, run in runs.items():
        folder = tmp_path / run / needle
        assert {path.name for path in folder.iterdir()} == FILES
        pictures = {path.name for path in (folder / "figures").iterdir()}
        assert pictures == {"crushed.png", "force.png"}
        assert "force.csv" in (tmp_path / run / "console.log").read_text()
        record = load(folder)
        case = default_case(needle, overrides=["mesh=coarse"])
        values, _ = insertion_metrics(case, insert(case))
        assert record.case == case
        near = {k: pytest.approx(v, rel=1e-9) if type(v) is float else v for k, v in values.items()}
        assert {key: record.metrics[key] for key in values} == near
        assert record.metrics["run.status"] == "complete"
        assert record.metrics["infiltration.dose_mg"] is None
        notes = " ".join(record.notes)
        nulls = [key for key, value in record.metrics.items() if value is None]
        assert all(key in notes or key.startswith("infiltration.") for key in nulls)
        assert "infiltration.*: not computed, only the insertion was asked for" in record.notes
        assert set(record.provenance["stages"]) == {"insertion", "figures_and_report"}


def test_help_names_the_groups_and_examples():
    done = experiment("--help")
    assert done.returncode == 0, done.stderr
    assert "needle: 10G" in done.stdout
    assert "experiments.insertion needle=14G_coaxial" in done.stdout


def test_bad_input_is_refused_in_one_line_before_a_folder_is_made(tmp_path):
    done = experiment("needle.tip.angle=3 deg", f"hydra.run.dir={tmp_path / 'run'}")
    assert done.returncode == 2
    assert done.stderr.startswith("refused: needle.tip.angle = '3 deg' is not allowed")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_a_solver_that_gives_up_is_recorded(tmp_path, monkeypatch):
    def give_up(*arguments: object) -> None:
        raise SolverError("made up", {"depth_mm": [0.1, 0.2], "force_N": [1.0, 2.0]})

    monkeypatch.setattr(run_module, "prepare", give_up)
    job = Job(default_case(overrides=["mesh=coarse"]), "made: up\n", tmp_path / "run", "made up")
    assert run_case(dataclasses.replace(job, infiltration=False)) == "failed"
    metrics = load(job.folder).metrics
    assert metrics["run.status"] == "failed"
    assert metrics["insertion.outcome"] is None
    assert metrics["run.notes"][0] == "run.status: made up"
    assert read_table(job.folder / "last_good.csv")["force_N"].tolist() == [1.0, 2.0]


def test_its_configuration_is_that_of_a_whole_run():
    assert compose("insertion") == compose("run_case")
