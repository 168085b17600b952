"""A small map from the command line: table, numbers, picture, and what did not come to an end."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib import image

from sim import map_run
from sim.config import compose, default_case
from sim.config.penetration_map import to_map
from sim.errors import SolverError
from sim.insertion import evaluate, prepare
from sim.map_run import run_map
from sim.penetration_map import penetration_map
from sim.results.files import read_json, read_rows
from sim.results.progress import silent

ROOT = Path(__file__).resolve().parents[2]
SMALL = [
    "mesh=coarse", "map.needles=[14G_coaxial]", "map.free_lengths=[7 mm,60 mm]",
    "map.density={low: 1.5 g/cm**3, high: 1.6 g/cm**3, count: 2}", "map.solid_strength.count=2",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    at = tmp_path_factory.mktemp("map")
    done = subprocess.run(
        [sys.executable, "-m", "experiments.penetration_map", *SMALL, f"hydra.run.dir={at}"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    printed = done.stdout.replace("\n", "")
    assert "14G coaxial, 7 mm: the target at 7.5 mm lies beyond the needle's 7 mm." in printed
    assert f"table: {at / 'map' / 'map.csv'}" in printed
    return at / "map"


def test_the_record_is_whole(folder):
    assert {path.name for path in folder.iterdir()} == {
        "config.yaml", "figures", "map.csv", "metrics.json", "provenance.json", "run.log",
    }  # fmt: skip
    picture = image.imread(folder / "figures" / "penetration_map.png")
    assert picture.std() > 0.05
    assert json.loads((folder / "provenance.json").read_text())["stages"]["map"]["cpu_s"] > 0.0


def test_every_cell_has_a_row(folder):
    rows = read_rows(folder / "map.csv")
    assert len(rows) == 8
    short, long = rows[:4], rows[4:]
    assert {row["outcome"] for row in short} == {"out_of_reach"}
    assert all(row["smallest_margin"] == "" for row in short)
    assert [row["density_g_per_cm3"] for row in long] == ["1.5", "1.5", "1.6", "1.6"]
    assert all(float(row["peak_force_N"]) > 0.0 for row in long)
    weak, strong = (float(row["smallest_margin"]) for row in long[2:])
    assert weak > strong


def test_a_cell_agrees_with_a_run_of_its_own(folder):
    row = read_rows(folder / "map.csv")[6]
    overrides = ["mesh=coarse", f"nodule.mineral.solid_strength={row['solid_strength_MPa']} MPa"]
    of = default_case("14G_coaxial", "drill", overrides)
    own = evaluate(of, prepare(of))
    assert row["outcome"] == own.outcome
    assert float(row["operator_margin"]) == pytest.approx(own.margins["operator"], rel=0.02)
    assert float(row["slip_margin"]) == pytest.approx(own.margins["slip"], rel=1e-9)


def test_the_numbers_add_up(folder):
    metrics, rows = read_json(folder / "metrics.json"), read_rows(folder / "map.csv")
    reached = sum(row["outcome"] == "reached_target" for row in rows)
    assert metrics["map.cells"] == 8
    assert 4 * metrics["map.14G_coaxial_60mm.reached_fraction"] == reached
    assert metrics["map.14G_coaxial_7mm.strength_limit_MPa"] is None
    assert any("map.14G_coaxial_7mm.strength_limit_MPa" in n for n in metrics["run.notes"])
    assert metrics["run.status"] == "complete"


def test_a_solver_that_gives_up_leaves_the_needles_before(tmp_path, monkeypatch):
    def some_cells(*arguments):
        raise SolverError("made up")
        yield

    monkeypatch.setattr(map_run, "penetration_map", some_cells)
    needles, minerals = to_map(compose("penetration_map", SMALL))
    status, answer = run_map(needles, minerals, "made: up\n", tmp_path / "map")
    assert (status, answer) == ("failed", [])
    metrics = read_json(tmp_path / "map" / "metrics.json")
    assert metrics["run.status"] == "failed"
    assert metrics["run.notes"] == ["run.status: made up"]
    assert read_rows(tmp_path / "map" / "map.csv") == []


@pytest.mark.parametrize("stop", [SolverError("made up"), KeyboardInterrupt()])
def test_what_ends_within_a_needle_keeps_its_rows(tmp_path, monkeypatch, stop):
    needles, minerals = to_map(compose("penetration_map", SMALL))

    def some_cells(*arguments):
        short = list(penetration_map(needles[:1], minerals, silent))
        yield from short
        for cell in short[:3]:
            yield replace(cell, free_length=60e-3, outcome="bent", smallest_margin=0.5)
        raise stop

    monkeypatch.setattr(map_run, "penetration_map", some_cells)
    with contextlib.suppress(KeyboardInterrupt):
        _, answer = run_map(needles, minerals, "made: up\n", tmp_path / "map")
        assert len(answer) == 1
    metrics = read_json(tmp_path / "map" / "metrics.json")
    assert metrics["map.cells"] == len(read_rows(tmp_path / "map" / "map.csv")) == 7
    assert [key for key in metrics if "reached" in key] == ["map.14G_coaxial_7mm.reached_fraction"]


def test_bad_input_is_refused_by_name_before_a_folder_is_made(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "experiments.penetration_map", "map.needles=[9G]",
         f"hydra.run.dir={tmp_path / 'run'}"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("refused: map.needles = '9G' is not allowed: choose among 10G")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()
