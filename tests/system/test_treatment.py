"""Both needles' rounds from the command line, killed on the way and taken up again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.rounds.record import load_treatment
from sim.rounds.run import finished

ROOT = Path(__file__).resolve().parents[2]
SIDES = ("a_27G", "b_14G_coaxial")
COARSE = ("mesh=coarse", "schedule.rounds=2", "schedule.interval=1 day", "schedule.follow_up=1 day")


def command(*overrides: str) -> list[str]:
    return [sys.executable, "-m", "experiments.treatment", *overrides]


def run(*overrides: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        command(*overrides), cwd=ROOT, capture_output=True, text=True, check=False
    )


def numbers(folder: Path) -> dict:
    found = {}
    for side in SIDES:
        metrics = json.loads((folder / side / "metrics.json").read_text())
        found |= {f"{side}.{k}": v for k, v in metrics.items() if "run." not in k}
    return found


def descendants(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True,
                            check=True).stdout.split()  # fmt: skip
    pairs = list(zip(map(int, listed[::2]), map(int, listed[1::2]), strict=True))
    own = [child for child, parent in pairs if parent == pid]
    return own + [other for child in own for other in descendants(child)]


@pytest.mark.slow
def test_killed_and_resumed_is_bit_equal(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    done = run(*COARSE, f"hydra.run.dir={whole}")
    assert done.returncode == 0, done.stderr
    assert str(whole / "report.html") in done.stdout.replace("\n", "")

    child = subprocess.Popen(
        command(*COARSE, f"hydra.run.dir={killed}"), cwd=ROOT, stdout=subprocess.DEVNULL
    )
    first = [killed / side / "round_1" for side in SIDES]
    while not all(finished(folder) for folder in first) and child.poll() is None:
        time.sleep(0.05)
    for process in [child.pid, *descendants(child.pid)]:
        os.kill(process, signal.SIGKILL)
    child.wait()
    assert all(finished(folder) for folder in first)
    kept = [(folder / "metrics.json").read_bytes() for folder in first]
    done = run(f"resume={killed}")
    assert done.returncode == 0, done.stderr
    assert [(folder / "metrics.json").read_bytes() for folder in first] == kept
    assert numbers(killed) == numbers(whole)

    page = (killed / "report.html").read_text()
    answer = page[page.index('class="answer"') :]
    assert answer.index("not a prediction") < answer.index("rounds with the")
    assert "mesh=coarse" in page[page.index('id="repeat"') :]  # the command that began it
    assert not re.search(r"https?://|@import|url\(", page)
    for side in SIDES:
        treatment = load_treatment(killed / side, side)
        forces = [record.force for record in treatment.rounds]
        assert len(forces) == 2
        assert treatment.course("treatment.mineral_removed_mg")[1] > 0.0

    refused = run(f"resume={killed}", "mesh=fine")
    assert refused.returncode == 2
    assert refused.stderr.startswith("refused: mesh = 'fine' is not allowed: with resume=FOLDER")
    refused = run(*COARSE, "dissolution.yield_ratio=0.1", f"hydra.run.dir={killed}")
    assert refused.returncode == 2
    assert "round_1/tissue.h5" in refused.stderr
    assert numbers(killed) == numbers(whole)
