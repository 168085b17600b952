"""The launcher plugins with the Hydra in use: each takes a sweep of two runs to its table."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cache import PLACE, cache_dir
from sim.results import load

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("mesh", "forms", "resistance", "cutting")
SBATCH = """#!/bin/bash
# A Slurm of one machine: starts the tasks of a job array at once, as sbatch would be told to.
script=${!#}
last=$(sed -n 's/^#SBATCH --array=0-\\([0-9]*\\)%.*/\\1/p' "$script")
cp "$script" "$FAKE_SLURM/submitted.sh"
export SLURM_CPUS_PER_TASK=2 SLURM_TASKS_PER_NODE=1 SLURM_NNODES=1 SLURM_JOB_CPUS_PER_NODE=2
export SLURM_NODELIST=$(hostname) SLURM_JOB_NODELIST=$(hostname) SLURM_ARRAY_JOB_ID=77
for task in $(seq 0 "$last"); do
    SLURM_JOB_ID=$((77 + task)) SLURM_JOBID=$((77 + task)) SLURM_ARRAY_TASK_ID=$task \\
        SLURM_PROCID=0 SLURM_LOCALID=0 SLURM_NODEID=0 SLURM_NTASKS=1 SLURM_JOB_NUM_NODES=1 \\
        bash "$script" >"$FAKE_SLURM/$task.log" 2>&1 &
done
echo "Submitted batch job 77"
"""
SRUN = """#!/bin/bash
while [[ $1 == --* ]]; do [[ $1 == --output ]] && shift; shift; done
exec "$@"
"""
SACCT = """#!/bin/bash
printf 'JobID|State|NodeList\\n77_0|RUNNING|here\\n77_1|RUNNING|here\\n'
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment with the caches of parts in use, no finished runs, and a Slurm."""
    (tmp_path / "cache").mkdir()
    for kind in PARTS:
        if cache_dir(kind).exists():
            (tmp_path / "cache" / kind).symlink_to(cache_dir(kind))
    commands = tmp_path / "slurm"
    commands.mkdir()
    for name, script in (("sbatch", SBATCH), ("srun", SRUN), ("sacct", SACCT)):
        (commands / name).write_text(script)
        (commands / name).chmod(0o755)
    return os.environ | {
        PLACE: str(tmp_path / "cache"),
        "PATH": f"{commands}:{os.environ['PATH']}",
        "FAKE_SLURM": str(commands),
    }


def sweep(folder: Path, environment: dict[str, str], experiment: str, *arguments: str) -> str:
    """Sweep an experiment over two volumes, and return what was said."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", f"experiments.{experiment}", "-m"),
            *("injection.volume=grid(0.2 mL, 0.3 mL, 2)", f"hydra.sweep.dir={folder}"),
            *arguments,
        ],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["joblib", "cores", "jobs", "slurm"])
def test_two_runs(launcher: str, tmp_path: Path, environment: dict[str, str]) -> None:
    folder = tmp_path / "sweep"
    said = sweep(folder, environment, "insertion", "mesh=coarse", f"hydra/launcher={launcher}")
    table = load(folder)
    assert list(table["status"]) == ["complete", "complete"]
    assert list(table["injection.volume_mL"]) == [0.2, 0.3]
    assert table["timings.computed"].all()
    assert "2 runs: 2 complete" in said
    if launcher == "slurm":
        submitted = (tmp_path / "slurm" / "submitted.sh").read_text()
        for flag in ("--array=0-1%2", "--time=60", "--mem=4GB", "--cpus-per-task=1"):
            assert f"#SBATCH {flag}\n" in submitted


@pytest.mark.slow
def test_what_is_asked_of_slurm(tmp_path: Path, environment: dict[str, str]) -> None:
    """Two processes in a job of one task: without the preset's set-up mpirun has one slot."""
    asked = [
        *("infiltration", "mesh=coarse", "sweep.processes=2"),
        *("hydra/launcher=slurm", "hydra.launcher.partition=day"),
        *("hydra.launcher.timeout_min=15", "hydra.launcher.array_parallelism=1"),
        "+hydra.launcher.additional_parameters={mail-type: END}",
    ]
    sweep(tmp_path / "sweep", environment, *asked)
    submitted = (tmp_path / "slurm" / "submitted.sh").read_text()
    for flag in (
        *("--array=0-1%1", "--time=15", "--partition=day"),
        *("--cpus-per-task=2", "--mail-type=END"),
    ):
        assert f"#SBATCH {flag}\n" in submitted
