"""One and two MPI ranks: the same numbers."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Check

PROGRAM = "tests.verification.parallel.injected_box"
REPO = Path(__file__).parents[3]
ROUNDING = ("imbalance", "range_violation", "unbalanced")


def run(ranks: int, out: Path, *steps: Path) -> dict[str, float]:
    command = ("mpirun", "--oversubscribe", "-n", str(ranks), "python", "-m", PROGRAM, out, *steps)
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(out.read_text())["metrics"]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    out = tmp_path_factory.mktemp("one") / "one.json"
    return out, run(1, out)


def difference(one: dict[str, float], two: dict[str, float]) -> float:
    return max(abs(two[name] / one[name] - 1.0) for name in one if name not in ROUNDING)


def test_two_ranks_on_the_steps_of_one(
    alone: tuple[Path, dict[str, float]], tmp_path: Path, check: Check
) -> None:
    recorded, one = alone
    two = run(2, tmp_path / "two.json", recorded)
    what = "two ranks, steps replayed: largest relative difference of conductance and masses"
    check(what, difference(one, two), "≤", 1e-8)
    for name, bound in zip(ROUNDING, (1e-11, 1e-10, 1e-10), strict=True):
        worst = max(one[name], two[name])
        check(f"box in 3-D, one and two ranks: {name.replace('_', ' ')}", worst, "≤", bound)


def test_two_ranks_that_choose_their_steps(
    alone: tuple[Path, dict[str, float]], tmp_path: Path, check: Check
) -> None:
    two = run(2, tmp_path / "two.json")
    what = "two ranks, adaptive steps: largest relative difference"
    check(what, difference(alone[1], two), "≤", 1e-5)
