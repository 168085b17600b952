"""Rows from what entry points leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.results.files import write_json
from sim.side_by_side import Ending
from sim.sweeps.folder import final
from sim.sweeps.row import ROW, Row, make_row, read_row, recovered, write_row
from tests.unit.sweeps.records import leave

NOTE = "run.notes"
COMPLETE = Ending("complete")


def made(folder: Path, ending: Ending = COMPLETE) -> Row:
    return make_row(
        folder,
        key="abc",
        experiment="run_case",
        overrides=("needle=27G",),
        ending=ending,
        config={"injection": {"volume": "300 uL"}, "needle": {"name": "27G"}},
        timings={"wall_s": 1.5, "computed": True},
    )


def test_a_single_record(tmp_path: Path) -> None:
    leave(tmp_path / "27G")
    row = made(tmp_path)
    assert (row.status, row.reason) == ("complete", "")
    assert row.inputs == {"injection.volume_mL": 0.3, "needle.name": "27G"}
    assert row.metrics == {
        "insertion.outcome": "stalled",
        "insertion.torque_margin": None,
        "infiltration.dose_mg": 2.5,
        "infiltration.hydrofracture": False,
    }


@pytest.mark.parametrize("below", ["27G_against_22G", "."])  # a comparison's folder, a treatment's
def test_two_sides(tmp_path: Path, below: str) -> None:
    leave(tmp_path / below / "a_27G")
    leave(tmp_path / below / "b_22G", **{"infiltration.dose_mg": 5.0})
    leave(tmp_path / below / "a_27G" / "round_1", **{"infiltration.dose_mg": 1.0})
    write_json(tmp_path / below / "comparison.json", {})
    row = made(tmp_path)
    assert row.status == "complete"
    assert row.metrics["a.infiltration.dose_mg"] == 2.5
    assert row.metrics["b.infiltration.dose_mg"] == 5.0
    assert row.metrics["b.run.status"] == "complete"


def test_a_solver_says_why_it_gave_up(tmp_path: Path) -> None:
    status = {"run.status": "failed", NOTE: ["run.status: step 3, residual 1e-2", "x: y"]}
    leave(tmp_path / "27G", **status)
    row = made(tmp_path, Ending("failed", "failed: see its log"))
    assert (row.status, row.reason) == ("failed", "step 3, residual 1e-2")


def test_a_side_says_why_it_gave_up(tmp_path: Path) -> None:
    leave(tmp_path / "x" / "a_27G")
    leave(tmp_path / "x" / "b_22G", **{"run.status": "failed", NOTE: ["run.status: no step"]})
    write_json(tmp_path / "x" / "comparison.json", {})
    row = made(tmp_path, Ending("failed"))
    assert (row.status, row.reason) == ("failed", "b: no step")


@pytest.mark.parametrize("status", ["refused", "killed", "time_limit", "memory_limit"])
def test_an_ending_without_a_record(tmp_path: Path, status: str) -> None:
    row = made(tmp_path, Ending(status, "why"))
    assert (row.status, row.reason, row.metrics) == (status, "why", {})


def test_no_record_is_never_complete(tmp_path: Path) -> None:
    row = made(tmp_path)
    assert row.status == "failed"
    assert "no complete record" in row.reason
    assert not final(row)


@pytest.mark.parametrize(
    ("why", "same_again"),
    [
        ("no step", True),
        ("unexpected end: its process was ended by SIGKILL", False),
        ("unexpected OSError: No space left on device", False),
    ],
)
def test_a_side_that_ended_by_the_machine_is_tried_again(
    tmp_path: Path, why: str, same_again: bool
) -> None:
    leave(tmp_path / "x" / "a_27G")
    leave(tmp_path / "x" / "b_22G", **{"run.status": "failed", NOTE: [f"run.status: {why}"]})
    write_json(tmp_path / "x" / "comparison.json", {})
    row = made(tmp_path, Ending("failed"))
    assert (row.reason, final(row)) == (f"b: {why}", same_again)


def test_written_and_read(tmp_path: Path) -> None:
    leave(tmp_path / "27G")
    write_row(tmp_path, made(tmp_path))
    row, again = made(tmp_path), read_row(tmp_path)
    assert again == Row(**vars(row) | {"overrides": ["needle=27G"]})


@pytest.mark.parametrize("text", ["", "{", '{"key": "abc"}', "[]", '{"keys": 1}'])
def test_a_damaged_row_is_no_row(tmp_path: Path, text: str) -> None:
    (tmp_path / ROW).write_text(text)
    with pytest.raises(ValueError, match="row unreadable"):
        read_row(tmp_path)


def test_a_lost_row_is_told_from_the_record(tmp_path: Path) -> None:
    run = tmp_path / "abc"
    leave(run / "27G")
    row = recovered(run)
    assert (row.key, row.experiment, row.status) == ("abc", "run_case", "complete")
    assert row.overrides == ("needle=27G",)
    assert row.inputs["needle.length_mm"] == 12.7
    assert row.metrics["infiltration.dose_mg"] == 2.5
    assert row.timings == {"wall_s": 2.0, "cpu_s": 1.0}


def test_a_lost_row_of_two_sides(tmp_path: Path) -> None:
    for side in ("a_27G", "b_22G"):
        leave(tmp_path / "abc" / "x" / side, "compare_gauges")
    write_json(tmp_path / "abc" / "x" / "comparison.json", {})
    row = recovered(tmp_path / "abc")
    assert (row.experiment, row.status) == ("compare_gauges", "complete")
    assert row.inputs["b.needle.length_mm"] == 12.7
    assert row.inputs["injection.volume_mL"] == 1.0


def test_nothing_to_tell_a_lost_row_from(tmp_path: Path) -> None:
    leave(tmp_path / "abc" / "27G")
    (tmp_path / "abc" / "27G" / "metrics.json").write_text('{"run.st')
    row = recovered(tmp_path / "abc")
    assert (row.key, row.status) == ("abc", "failed")
    assert row.reason.startswith("row unreadable")
