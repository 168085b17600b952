"""Processes of one run end together, whatever happens to one of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ON_TWO = ("mpirun", "-n", "2", "--oversubscribe", "--allow-run-as-root", sys.executable)
PROGRAM = """
import sys
from mpi4py import MPI
from experiments.ranks import Ranks
from sim.errors import SolverError

ranks, case = Ranks(MPI.COMM_WORLD), sys.argv[-1]

def lead():
    if case == "refused":
        sys.exit(2)
    ranks.ask("a configuration")
    if case == "first fails":
        sys.exit(1)
    if case == "all fail":
        ranks.comm.barrier()
        print("recorded")
        sys.exit(1)
    ranks.comm.barrier()
    print("done")

def follow(config):
    if case == "second fails":
        raise ValueError("of its own")
    ranks.comm.barrier()
    if case == "all fail":
        raise SolverError("no solution")

ranks.run(lead, follow)
"""

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
def test_no_process_waits_for_one_that_has_ended(case: str, code: int, said: str) -> None:
    done = subprocess.run(
        [*ON_TWO, "-c", PROGRAM, case],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == code
    assert said in done.stdout + done.stderr


def test_a_refusal_ends_all_processes_with_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    command = ("-m", "experiments.infiltration", "site.tilt=80 deg", f"hydra.run.dir={folder}")
    done = subprocess.run(
        [*ON_TWO, *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert done.stderr.count("refused: site.tilt = '80 deg' is not allowed") == 1
    assert not folder.exists()
