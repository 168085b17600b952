"""A treatment's folder: finished rounds outlive any ending, and it goes on as if nothing was."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sim import run as run_module
from sim.errors import ConfigError, SolverError
from sim.rounds import run as module
from sim.rounds.checkpoint import FILE
from sim.rounds.run import check, finished, round_folder, run_treatment
from sim.run import Job
from tests.unit.rounds import dissolving
from tests.unit.treatment.meshes import case

ROOT = Path(__file__).resolve().parents[3]
CHILD = """
from pathlib import Path
import sys
sys.path.insert(0, "{root}")
from sim import run
from tests.unit.rounds import dissolving, test_run
run.infiltrate = dissolving.infiltrate
test_run.run_treatment(test_run.job(Path("{folder}")))
"""


def job(folder: Path, *overrides: str) -> Job:
    made = case("27G", "push", "schedule.rounds=2", *overrides)
    return Job(made, "made: up\n", folder, "made up", report=False)


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(run_module, "infiltrate", dissolving.infiltrate)


def numbers(folder: Path) -> dict:
    metrics = json.loads((folder / "metrics.json").read_text())
    return {k: v for k, v in metrics.items() if "run." not in k}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A treatment that nothing interrupted."""
    folder = tmp_path_factory.mktemp("treatment") / "a"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "infiltrate", dissolving.infiltrate)
        assert run_treatment(job(folder)) == "complete"
    return folder


def test_each_round_meets_what_the_last_one_left(whole):
    found = numbers(whole)
    assert found["treatment.dissolution_model"] == "effective_yield"
    removed = [found[f"round_{n}.treatment.mineral_removed_mg"] for n in (1, 2)]
    assert 0.0 < removed[0] < removed[1] == found["treatment.mineral_removed_mg"]
    stiffness = [found[f"round_{n}.treatment.stiffness_ratio"] for n in (1, 2)]
    assert 1.0 > stiffness[0] > stiffness[1] > 0.0
    depths = [found[f"round_{n}.insertion.reached_depth_mm"] for n in (1, 2)]
    assert depths[1] > depths[0]
    with (whole / "rounds.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["round"] for row in rows] == ["1", "2"]
    for n, row in enumerate(rows, start=1):
        assert float(row["insertion.peak_force_N"]) == found[f"round_{n}.insertion.peak_force_N"]
    notes = " ".join(json.loads((whole / "metrics.json").read_text())["run.notes"])
    assert all(key in notes for key, value in found.items() if value is None)
    assert "not a prediction" in notes


@pytest.mark.parametrize("error", [SolverError("made up"), OSError(errno.ENOSPC, "No space left")])
def test_an_ending_in_round_two_keeps_round_one_and_is_made_good(
    tmp_path, whole, monkeypatch, error
):
    usual = module.write_checkpoint

    def give_up(path: Path, *others: object) -> None:
        if "round_2" in str(path):
            raise error
        usual(path, *others)

    monkeypatch.setattr(module, "write_checkpoint", give_up)
    here = job(tmp_path / "a")
    if isinstance(error, SolverError):
        assert run_treatment(here) == "failed"
    else:
        with pytest.raises(OSError, match="No space"):
            run_treatment(here)
    assert finished(round_folder(here.folder, 1))
    assert not finished(round_folder(here.folder, 2))
    found = json.loads((here.folder / "metrics.json").read_text())
    assert found["run.status"] == "failed"
    assert found["round_1.insertion.peak_force_N"] > 0.0
    monkeypatch.setattr(module, "write_checkpoint", usual)
    assert run_treatment(here) == "complete"
    assert numbers(here.folder) == numbers(whole)


def test_a_killed_treatment_goes_on_to_the_same_bits(tmp_path, whole):
    here = job(tmp_path / "a")
    script = CHILD.format(root=ROOT, folder=here.folder)
    child = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    end = time.monotonic() + 120.0
    while not finished(round_folder(here.folder, 1)) and time.monotonic() < end:
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert finished(round_folder(here.folder, 1))
    assert not finished(round_folder(here.folder, 2))
    before = (round_folder(here.folder, 1) / "metrics.json").read_bytes()
    assert run_treatment(here) == "complete"
    assert (round_folder(here.folder, 1) / "metrics.json").read_bytes() == before
    assert numbers(here.folder) == numbers(whole)
    assert not list(here.folder.glob("*.partial"))


def test_a_finished_treatment_computes_nothing_again(whole, monkeypatch):
    def refuse(*arguments: object) -> None:
        raise AssertionError("a finished round was computed again")

    monkeypatch.setattr(run_module, "prepare", refuse)
    before = numbers(whole)
    assert run_treatment(job(whole)) == "complete"
    assert numbers(whole) == before


def test_rounds_of_different_versions_are_told(tmp_path, whole):
    folder = tmp_path / "a"
    shutil.copytree(whole, folder)
    path = round_folder(folder, 1) / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"commit": "an older one"}))
    assert run_treatment(job(folder)) == "complete"
    notes = [json.loads((at / "metrics.json").read_text())["run.notes"] for at in (folder, whole)]
    told = [[note for note in own if "different versions" in note] for own in notes]
    assert len(told[0]) == 1
    assert "an older one" in told[0][0]
    assert told[1] == []


def test_another_configuration_is_refused_by_name(whole):
    other = job(whole, "dissolution.yield_ratio=0.2")
    with pytest.raises(ConfigError, match="another configuration") as refused:
        check(other)
    assert str(round_folder(whole, 1) / FILE) in str(refused.value)
    check(job(whole))


def test_a_torn_checkpoint_is_refused_by_name(tmp_path, whole):
    folder = round_folder(tmp_path, 1)
    folder.mkdir()
    (folder / FILE).write_bytes(b"")
    (folder / "metrics.json").write_text(json.dumps({"run.status": "complete"}))
    with pytest.raises(ConfigError, match="no checkpoint"):
        check(replace(job(whole), folder=tmp_path))
