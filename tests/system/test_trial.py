"""A small trial from the command line, and the same again: nothing is computed twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from sim.results.files import read_rows
from tests import pages

ROOT = Path(__file__).resolve().parents[2]
SMALL = ["trial.patients=2", "trial.resamples=200", "trial.cohort.tissue='discrete(arm: 1)'"]


def run(folder, *overrides):
    return subprocess.run(
        [sys.executable, "-m", "experiments.trial", *SMALL, *overrides, f"hydra.run.dir={folder}"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_two_patients(tmp_path):
    first = run(tmp_path)
    assert first.returncode == 0, first.stderr
    words = " ".join(first.stdout.split())
    assert "of 2 virtual patients" in words
    answer = json.loads((tmp_path / "trial.json").read_text())
    assert answer["analysed"] == [True, True]
    assert sum(answer["success"]["table"].values()) == 2
    rows = read_rows(tmp_path / "trial.csv")
    table = pd.read_parquet(tmp_path / "results.parquet").set_index("key")
    assert set(table.index) == {row[f"{side}.key"] for row in rows for side in "ab"}
    for row in rows:
        runs = [table.loc[row[f"{side}.key"]] for side in "ab"]
        nodules = [run.filter(like="nodule.") for run in runs]
        assert nodules[0].equals(nodules[1])  # where both have none of a value, too
        assert [r["needle.name"] for r in runs] == ["27G", "14G_coaxial"]
        for side, found in zip("ab", runs, strict=True):
            told = float(row[f"{side}.infiltration.dose_in_nodule_mg"])
            assert told == pytest.approx(found["infiltration.dose_in_nodule_mg"])
    page = (tmp_path / "report.html").read_text()
    pages.parsed(page)
    assert not pages.addresses(page)
    assert not pages.dead_links(page)
    assert len(pages.images(page)) == len(list(tmp_path.glob("figures/*.png")))
    assert set(pages.DESIGN) <= set(pages.table(page))
    written = {path: os.stat(path).st_mtime_ns for path in tmp_path.glob("runs/*/row.json")}
    again = run(tmp_path)
    assert again.returncode == 0, again.stderr
    assert " ".join(again.stdout.split()) == words
    assert {path: os.stat(path).st_mtime_ns for path in written} == written, "nothing is run again"


def test_a_cohort_that_makes_no_sense_is_refused_before_anything_is_written(tmp_path):
    done = run(tmp_path / "trial", "trial.cohort.nodule='discrete(rock: 1)'")
    assert done.returncode == 2
    assert done.stderr.startswith("refused: trial.cohort.nodule")
    assert not (tmp_path / "trial").exists()
