"""``hydra/sweeper=sampling`` from the command line: points, refusals, every launcher."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from sim.results import load

ROOT = Path(__file__).resolve().parents[2]
DENSITY = "nodule.mineral.density=uniform(0.9 g/cm**3, 1.5 g/cm**3)"
TOO_DEEP = "nodule.depth=20 mm"  # below the fascia: every run is refused before its mesh


def sweep(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "experiments.insertion", "-m", f"hydra.sweep.dir={folder}"]
    return subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True)


def test_a_dry_run_prints_the_points_and_their_cost_and_runs_nothing(tmp_path: Path):
    arguments = ["--dry-run", "mesh=coarse", "needle=27G,14G_coaxial", DENSITY]
    arguments += ["hydra.sweeper.uncertain=[needle.*]", "hydra.sweeper.samples=4"]
    done = sweep(tmp_path / "sweep", *arguments)
    assert done.returncode == 0, done.stderr
    assert "8 runs of insertion" in done.stderr
    points = pd.read_csv(io.StringIO(done.stdout))
    assert list(points["needle"]) == ["27G"] * 4 + ["14G_coaxial"] * 4
    assert points["needle.stylet.protrusion"].notna().tolist() == [False] * 4 + [True] * 4
    shares = points["nodule.mineral.density"].str.removesuffix(" g/cm**3").astype(float)
    assert sorted((shares[:4] - 0.9) // 0.15) == [0, 1, 2, 3]
    assert not (tmp_path / "sweep").exists()


@pytest.mark.parametrize(
    "launcher",
    ["basic", *(pytest.param(name, marks=pytest.mark.slow) for name in ("cores", "jobs"))],
)
def test_every_launcher_takes_the_points(tmp_path: Path, launcher: str):
    asked = [f"hydra/launcher={launcher}", "hydra.sweeper.samples=3", TOO_DEEP, DENSITY]
    done = sweep(tmp_path, *asked)
    assert done.returncode == 1, done.stderr
    assert "3 runs: 3 refused" in done.stdout
    table = load(tmp_path)
    densities = sorted(table["nodule.mineral.density_g_per_cm3"])
    assert [(density - 0.9) // 0.2 for density in densities] == [0, 1, 2]
    assert table["reason"].str.contains("nodule.depth").all()


@pytest.mark.slow
def test_a_distribution_that_is_not_allowed_is_refused(tmp_path: Path):
    done = sweep(tmp_path, "nodule=discrete(stone, brick)")
    assert done.returncode == 2
    assert "refused: nodule = 'brick' is not allowed: choose among stone" in done.stderr
    assert not done.stdout
    assert not list(tmp_path.iterdir())
