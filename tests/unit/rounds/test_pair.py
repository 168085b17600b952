"""Two sides of a treatment: one that dies is told with what it had finished."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace

import pytest
from rich.console import Console

from sim import run as run_module
from sim.config import default_case
from sim.errors import ConfigError
from sim.rounds import pair
from sim.rounds.pair import begun_by, run_treatments
from sim.rounds.run import round_folder, run_treatment
from sim.side_by_side import Ending
from tests.unit.rounds import dissolving
from tests.unit.rounds.test_run import job
from tests.unit.treatment.meshes import COARSE


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(run_module, "infiltrate", dissolving.infiltrate)


def test_a_side_that_dies_without_a_word_is_told_and_refused_by_another_configuration(
    tmp_path, monkeypatch
):
    a = replace(job(tmp_path / "a"), report=True)
    other = default_case("14G_coaxial", "drill", [*COARSE, "schedule.rounds=2"])
    b = replace(a, case=other)

    def one_dies(jobs, shows):
        run_treatment(jobs[0].args[0])
        folder = jobs[0].args[0].folder
        shutil.rmtree(round_folder(folder, 2))  # as if it had been killed in round 2
        (folder / "metrics.json").unlink()
        return [Ending("failed", "its process was ended by SIGKILL"), Ending("failed", "unlucky")]

    monkeypatch.setattr(pair, "run_jobs", one_dies)
    output = Console(file=io.StringIO(), width=140)
    folder = tmp_path / "both"
    assert not run_treatments(a, b, folder, "made: up\n", "./run the command", output)
    found = json.loads((folder / "a_27G" / "metrics.json").read_text())
    assert found["run.status"] == "failed"
    assert found["round_1.insertion.peak_force_N"] > 0.0
    assert "round_2.insertion.peak_force_N" not in found
    assert "SIGKILL" in found["run.notes"][0]
    text = output.file.getvalue()
    assert "1 of 2 rounds are finished" in text
    assert "0 of 2 rounds are finished" in text
    page = (folder / "report.html").read_text()
    assert "SIGKILL" in page
    assert (folder / "config.yaml").read_text() == "made: up\n"
    assert begun_by(folder) == "./run the command"
    metrics = json.loads((folder / "comparison.json").read_text())["metrics"]
    assert metrics["round_1.insertion.peak_force_N"]["b"] is None

    changed = default_case("27G", "push", [*COARSE, "schedule.rounds=2", "nodule.depth=3 mm"])
    with pytest.raises(ConfigError, match="another configuration"):
        run_treatments(replace(a, case=changed), b, folder, "made: up\n", "", output)
