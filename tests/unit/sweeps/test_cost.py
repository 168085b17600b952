"""What a sweep will cost, from kept runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.sweeps.cost import UNKNOWN, cost_words, past_cost
from sim.sweeps.row import Row, write_row


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Return a folder of kept runs, a damaged one among them."""
    runs = [
        ("insertion", "coarse", "complete", 2.0),
        ("insertion", "coarse", "complete", 4.0),
        ("insertion", "coarse", "failed", 100.0),
        ("insertion", "default", "complete", 50.0),
        ("run_case", "coarse", "complete", 70.0),
    ]
    for number, (experiment, mesh, status, seconds) in enumerate(runs):
        folder = tmp_path / str(number)
        folder.mkdir()
        row = Row(
            key=str(number),
            experiment=experiment,
            status=status,
            inputs={"mesh.name": mesh},
            timings={"cpu_s": seconds},
        )
        write_row(folder, row)
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "row.json").write_text('{"key": ')
    return tmp_path


def test_the_mean_of_complete_runs_alike_is_taken(kept: Path):
    assert past_cost("insertion", "coarse", kept) == (3.0, 2)
    said = cost_words("insertion", {"coarse": 100, "default": 1200}, kept)
    assert "1300 runs of insertion, about 17 h" in said
    assert "3 s on mesh coarse, 50 s on mesh default; mean of 3 kept runs" in said


def test_without_kept_runs_it_is_called_a_guess(kept: Path):
    assert past_cost("run_case", "default", kept) == (UNKNOWN["default"], 0)
    assert "2.2 min of CPU time" in cost_words("run_case", {"default": 10}, kept)
    assert "a rough guess" in cost_words("run_case", {"default": 2}, kept)
