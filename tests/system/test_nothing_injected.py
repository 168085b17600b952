"""A mouth in the air, or a needle that keeps the dose: the record is whole and says why."""

from __future__ import annotations

import pytest

from sim.config import default_case
from sim.results.record import load
from sim.run import Job, run_case

PICTURES = {"force", "infiltration", "uptake", "threshold"}


@pytest.mark.parametrize(
    ("needle", "overrides"),
    [("14G", ()), ("27G", ("target_depth=1 mm",))],
)
def test_a_needle_whose_mouth_stays_in_the_air_leaves_a_whole_record(
    tmp_path, needle: str, overrides: tuple[str, ...]
) -> None:
    case = default_case(needle, "push", ["mesh=coarse", *overrides])
    folder = tmp_path / needle
    assert run_case(Job(case, "made: up\n", folder, "made up")) == "complete"
    record = load(folder)
    assert record.metrics["infiltration.ended_by"] == "nothing_injected"
    assert record.metrics["infiltration.injected_volume_mL"] == 0.0
    assert any("open to the air" in note for note in record.notes)
    pictures = PICTURES | ({"crushed"} if record.metrics["insertion.depth_in_nodule_mm"] else set())
    assert {path.stem for path in (folder / "figures").iterdir()} == pictures
    assert "open to the air" in (folder / "report.html").read_text()


def test_an_order_below_the_dead_volume_leaves_a_whole_record(tmp_path) -> None:
    """The 14G set takes up 0.24 mL before any drug leaves it."""
    case = default_case("14G_coaxial", "drill", ["mesh=coarse", "injection.volume=0.2 mL"])
    assert run_case(Job(case, "made: up\n", tmp_path / "14G", "made up")) == "complete"
    record = load(tmp_path / "14G")
    assert record.metrics["infiltration.ended_by"] == "nothing_injected"
    assert record.metrics["infiltration.displaced_volume_mL"] == pytest.approx(0.2)
    assert record.metrics["infiltration.dose_mg"] == 0.0
    assert {path.stem for path in (record.folder / "figures").iterdir()} == {
        *PICTURES, "crushed", "torque",
    }  # fmt: skip
    assert "no drug reached the tissue" in (record.folder / "report.html").read_text()
