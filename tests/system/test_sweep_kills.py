"""A sweep of 40 runs, killed again and again at random moments: nothing is lost or done twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from sim.results import load
from sim.sweeps.folder import RUNS, final, row_of
from tests.system.sweeping import ROOT, at_work, command, descendants, environment, sweep

RUNS_ASKED = 40
LENGTHS = f"needle.length=grid(12 mm, 20 mm, {RUNS_ASKED})"
LAUNCHERS = {  # seed: how the points are computed
    1: ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2"),
    2: ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2"),
    3: (),
}
KILLS = ("parent", "worker", "everything")
PATIENCE = 30.0  # s, for a busy machine


def finished(folder: Path) -> dict[str, float]:
    """Return {key: when its row was written} of the runs that must not be computed again."""
    runs = [run for run in (folder / RUNS).glob("*") if final(row_of(run))]
    return {
        run.name: (run / "row.json").stat().st_mtime_ns for run in runs if run.suffix != ".partial"
    }


def kill(parent: int, what: str, draw: random.Random) -> None:
    """Send SIGKILL to a sweep's process, to one of its workers or runs, or to all of them.

    With the sweep's process all that it started ends, also where that alone was killed.
    """
    below = descendants(parent)
    victims = {"parent": [parent], "worker": [draw.choice(below or [parent])]}
    for process in victims.get(what, [parent, *below]):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
    if what != "worker":
        until = time.monotonic() + PATIENCE
        while left := [process for process in below if at_work(process)]:
            assert time.monotonic() < until, f"{left} outlive the sweep"
            time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", LAUNCHERS)
def test_killed_at_random_moments_and_taken_up_again(seed, tmp_path):
    draw, env, folder = random.Random(seed), environment(tmp_path / "cache"), tmp_path / "sweep"
    asked = (*LAUNCHERS[seed], LENGTHS)
    for what in draw.sample(KILLS, len(KILLS)):
        before = finished(folder)
        wanted = len(before) + draw.randrange(2, 8)
        child = subprocess.Popen(
            command(*asked, folder=folder), cwd=ROOT, env=env, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while len(finished(folder)) < wanted and child.poll() is None:
            time.sleep(0.1)
        time.sleep(draw.uniform(0.0, 3.0))
        kill(child.pid, what, draw)
        if what == "worker":  # the others must not suffer: the sweep comes to its end or goes on
            while len(finished(folder)) < wanted + 2 and child.poll() is None:
                time.sleep(0.1)
            kill(child.pid, "everything", draw)
        child.wait()
        after = finished(folder)
        assert len(after) >= wanted
        assert before.items() <= after.items()  # nothing finished is touched
    before = finished(folder)
    done = sweep(*asked, folder=folder, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    table = load(folder)
    assert len(table) == RUNS_ASKED
    assert table["key"].is_unique
    assert (table["status"] == "complete").all()
    assert table["needle.length_mm"].nunique() == RUNS_ASKED
    assert before.items() <= finished(folder).items()
    assert not list((folder / RUNS).glob("*.partial"))
    again = sweep(*asked, folder=folder, env=env)
    assert again.returncode == 0
    assert f"{RUNS_ASKED} runs: {RUNS_ASKED} complete" in again.stdout
    assert "/40 complete" not in again.stdout  # none was computed
