"""Two needles side by side: what one side does never hides the other; turning points are real."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from sim import reevaluation
from sim.case import Case
from sim.config import compose, default_case, to_case, with_value
from sim.insertion import evaluate, prepare
from sim.mechanics.failure import OUTCOMES
from sim.pair import run_pair
from sim.reevaluation import Reevaluation
from sim.results.files import read_json
from sim.results.progress import Show
from sim.results.record import load
from sim.run import Job
from sim.sensitivity import Row
from sim.walk import InsertionModels
from tests import pages

ROOT = Path(__file__).resolve().parents[2]
COARSE = ["mesh=coarse"]


def die(case: Case, models: InsertionModels, show: Show) -> tuple[list[Row], list[str]]:
    """Stand in for the pass over the uncertain inputs."""
    raise RuntimeError("made up")


def jobs(folder: Path) -> tuple[Job, Job]:
    cases = (default_case("27G", "push", COARSE), default_case("14G_coaxial", "drill", COARSE))
    return tuple(Job(case, "made: up\n", folder, "made up") for case in cases)


def test_a_pair_is_compared_even_when_one_side_fails(tmp_path):
    a, b = jobs(tmp_path / "pair")
    output = Console(file=io.StringIO(), width=120)
    failing = dataclasses.replace(a, sweep=die)
    assert not run_pair(failing, b, tmp_path / "pair", "made up", output)
    folder = tmp_path / "pair"
    assert {path.name for path in folder.iterdir()} == {
        "a_27G", "b_14G_coaxial", "comparison.csv", "comparison.json", "figures", "report.html",
        "run.log", "turning_points.csv",
    }  # fmt: skip
    content = json.loads((folder / "comparison.json").read_text())
    assert content["metrics"]["run.status"] == {"a": "failed", "b": "complete", "ratio": None}
    force = content["metrics"]["insertion.peak_force_N"]
    assert force["ratio"] == pytest.approx(force["b"] / force["a"], rel=1e-12)
    with (folder / "comparison.csv").open() as file:
        assert {row["metric"] for row in csv.DictReader(file)} == set(content["metrics"])
    text = output.file.getvalue()
    assert "RuntimeError: made up" in text
    assert "report.html" in text
    assert "RuntimeError: made up" in (folder / "report.html").read_text()
    assert load(folder / "b_14G_coaxial").fields is not None


@pytest.fixture(scope="module")
def again():
    cfg = compose("run_case", COARSE)
    case = to_case(cfg)
    return Reevaluation(cfg, case, prepare(case))


def test_what_only_scales_the_forces_solves_nothing_anew(again, monkeypatch):
    def refuse(*arguments: object) -> None:
        raise AssertionError("a finite element problem was solved again")

    monkeypatch.setattr(reevaluation, "nodule_resistance", refuse)
    usual = again.insertion(None)
    weaker = again.insertion(("nodule.mineral.solid_strength", "120 MPa"))
    assert weaker.margin > usual.margin
    assert again.insertion(("drug.diffusivity", "1.0e-9 m**2/s")) == usual


def test_a_changed_mineral_is_solved_as_a_run_would(again):
    changed = ("nodule.mineral.hardening_ratio", "0.4")
    case = to_case(with_value(compose("run_case", COARSE), *changed))
    result = evaluate(case, prepare(case))
    assert again.insertion(changed).outcome == result.outcome
    margins = [margin for name, margin in result.margins.items() if name in OUTCOMES]
    assert again.insertion(changed).margin == pytest.approx(min(margins), rel=1e-12)


def test_the_drug_follows_the_needle(again):
    usual = again.infiltration(None)
    deeper = again.infiltration(("nodule.mineral.solid_strength", "70 MPa"))
    assert again.insertion(("nodule.mineral.solid_strength", "70 MPa")).outcome == "reached_target"
    assert deeper.dose_share > usual.dose_share
    wider = again.infiltration(("injection.track_gap", "20 um"))
    assert wider.dose_share < usual.dose_share


@pytest.mark.slow
def test_command_line_compares_and_finds_turning_points(tmp_path):
    arguments = [sys.executable, "-m", "experiments.compare_gauges", "mesh=coarse"]
    done = subprocess.run(
        [*arguments, f"hydra.run.dir={tmp_path}"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "27G_against_14G_coaxial"
    rows = load(folder / "a_27G").turning_points
    strength = [row for row in rows if row["input"] == "nodule.mineral.solid_strength"]
    low, high = (float(row["margin_end"]) for row in strength)
    assert low > float(strength[0]["margin_default"]) > high
    page = (folder / "report.html").read_text()
    assert len(page) < 10e6
    sides = ("a_27G", "b_14G_coaxial")
    assert not pages.wrong(page, [read_json(folder / side / "metrics.json") for side in sides])
    assert not pages.addresses(page)
    assert len(pages.images(page)) == len(list(folder.glob("figures/*.png")))
    for side in sides:
        own = (folder / side / "report.html").read_text()
        assert not pages.wrong(own, [read_json(folder / side / "metrics.json")])
