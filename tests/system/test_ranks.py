"""Processes of one run end together, whatever happens to one of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.results.files import read_json
from sim.results.folder import METRICS

ROOT = Path(__file__).resolve().parents[2]
ON_TWO = ("mpirun", "-n", "2", "--oversubscribe", "--allow-run-as-root", sys.executable)
PROGRAM = """
import os, signal, sys
from pathlib import Path
from mpi4py import MPI
from experiments.ranks import Ranks
from sim.errors import SolverError
from sim.results.folder import new_folder

ranks, case, folder = Ranks(MPI.COMM_WORLD), sys.argv[-2], Path(sys.argv[-1])

def lead():
    if case == "refused":
        sys.exit(2)
    ranks.ask("a configuration", folder)
    if case == "first fails":
        sys.exit(1)
    if case == "all fail":
        ranks.comm.barrier()
        print("recorded")
        sys.exit(1)
    with new_folder(folder):
        ranks.comm.barrier()
    print("done")

def follow(config):
    if case == "second fails":
        raise ValueError("of its own")
    if case == "second is killed":
        os.kill(os.getpid(), signal.SIGKILL)
    ranks.comm.barrier()
    if case == "all fail":
        raise SolverError("no solution")

ranks.run(lead, follow)
"""


def run(case: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ON_TWO, "-c", PROGRAM, case, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


pytestmark = pytest.mark.skipif(shutil.which("mpirun") is None, reason="no mpirun")


@pytest.mark.parametrize(
    ("case", "code", "said"),
    [
        ("all is well", 0, "done"),
        ("refused", 2, ""),
        ("first fails", 1, ""),
        ("second fails", 1, "ValueError: of its own"),
        ("all fail", 1, "recorded"),
    ],
)
def test_no_process_waits_for_one_that_has_ended(
    case: str, code: int, said: str, tmp_path: Path
) -> None:
    done = run(case, tmp_path / "27G")
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    if case != "second fails":  # the others leave no record, or their own
        time.sleep(0.5)
        assert not (tmp_path / "27G" / METRICS).exists()


@pytest.mark.parametrize("case", ["second fails", "second is killed"])
def test_a_process_that_dies_leaves_a_record(case: str, tmp_path: Path) -> None:
    assert run(case, tmp_path / "27G").returncode != 0
    path, patience = tmp_path / "27G" / METRICS, time.monotonic() + 20.0
    while not path.exists() and time.monotonic() < patience:
        time.sleep(0.1)
    metrics = read_json(path)
    assert metrics["run.status"] == "failed"
    assert "killed before it could say why" in metrics["run.notes"][0]
    assert [entry.name for entry in tmp_path.iterdir()] == ["27G"]


def test_a_refusal_ends_all_processes_with_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    command = ("-m", "experiments.infiltration", "site.tilt=80 deg", f"hydra.run.dir={folder}")
    done = subprocess.run(
        [*ON_TWO, *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert done.stderr.count("refused: site.tilt = '80 deg' is not allowed") == 1
    assert not folder.exists()
