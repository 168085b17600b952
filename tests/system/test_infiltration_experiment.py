"""The infiltration alone from the command line, on one process and on two."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import pyvista as pv

from sim.results.record import load

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "case.json", "config.yaml", "fields", "figures", "inputs.csv", "metrics.json",
    "provenance.json", "report.html", "run.log", "threshold_curve.csv", "uptake.csv",
}  # fmt: skip
SHORT = ("schedule.follow_up=1 min",)
SMALL = (
    *SHORT, "site.geometry=3d", "mesh=solid_coarse", "mesh.nodule_size=1.5 mm",
    "mesh.tip_size=0.4", "mesh.outer_size=6 mm", "site.offset_x=2 mm", "site.tilt=15 deg",
    "site.width=12 mm", "site.yaw=30 deg",
)  # fmt: skip
ON_TWO = ("mpirun", "-n", "2", "--oversubscribe", "--allow-run-as-root")


def experiment(*arguments: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, sys.executable, "-m", "experiments.infiltration", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


def test_in_the_half_plane(tmp_path: Path) -> None:
    done = experiment(*SHORT, "mesh=coarse", f"hydra.run.dir={tmp_path}")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "27G").iterdir()} == FILES
    record = load(tmp_path / "27G")
    assert record.metrics["run.status"] == "complete"
    assert record.metrics["infiltration.mass_balance_error"] < 1e-9
    assert record.metrics["insertion.outcome"] is None
    assert "insertion.*: not computed, only the infiltration was asked for" in record.notes
    printed = " ".join(done.stdout.split())
    assert printed.startswith("With the needle in r-z on the nodule's axis, its tip 7.5 mm deep, ")
    assert "0.5 mL went in within" in printed
    assert "no core of mineral is in the lumen and no mineral around the needle" in printed


@pytest.mark.slow
def test_in_space_on_one_process_and_on_two(tmp_path: Path) -> None:
    found = {}
    for name, before in {"one": (), "two": ON_TWO}.items():
        if before and shutil.which(before[0]) is None:
            pytest.skip("no mpirun")
        done = experiment(*SMALL, f"hydra.run.dir={tmp_path / name}", before=before)
        assert done.returncode == 0, done.stderr
        folder = tmp_path / name / "27G"
        assert {path.name for path in folder.iterdir()} == FILES
        assert {path.name for path in (folder / "figures").iterdir()} == {
            "course.png", "infiltration.png", "pressure.png", "threshold.png", "uptake.png",
        }  # fmt: skip
        found[name] = load(folder)
    assert [path.name for path in (tmp_path / "two").iterdir() if path.is_dir()] == ["27G"]
    one, two = (found[name].metrics for name in ("one", "two"))
    assert one["infiltration.mass_balance_error"] < 1e-9
    assert one["infiltration.range_violation"] < 1e-9
    key = "infiltration.conductance_mL_per_min_per_kPa"
    assert two[key] == pytest.approx(one[key], rel=1e-10)
    key = "infiltration.dose_in_nodule_mg"
    assert two[key] == pytest.approx(one[key], rel=1e-4)

    fields = found["one"].fields
    assert fields.points.shape == (len(fields.pressure), 3)
    assert found["two"].fields.points.shape == fields.points.shape
    reader = pv.get_reader(str(tmp_path / "two" / "27G" / "fields" / "infiltration.xdmf"))
    grid = reader.read()
    block = grid[0] if isinstance(grid, pv.MultiBlock) else grid
    assert block.n_cells == len(fields.cells)
    assert set(block.celltypes) == {pv.CellType.TETRA}


def test_what_cannot_be_run_is_refused_in_one_line_before_a_folder_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    done = experiment("site.tilt=20 deg", f"hydra.run.dir={folder}")
    assert done.returncode == 2
    assert done.stderr.startswith("refused: site.tilt = '20 deg' is not allowed")
    assert len(done.stderr.splitlines()) == 1
    assert not folder.exists()


def test_help_names_the_site_and_examples() -> None:
    done = experiment("--help")
    assert done.returncode == 0
    assert "site:" in done.stdout
    assert "geometry: rz" in done.stdout
    assert "mpirun -n 2" in done.stdout
