"""Turning points against closed forms."""

from __future__ import annotations

import math

import pytest

from sim.sensitivity import (
    MAX_BISECTIONS,
    RESOLUTION,
    Answer,
    Range,
    one_at_a_time,
    turning_value,
)

STRENGTH = Range("strength", "MPa", 70.0, 240.0, 800.0, "log")
RATIO = Range("ratio", "", 0.0, 0.1, 0.2, "linear")


@pytest.mark.parametrize("turn", [75.0, 100.0, 150.0, 230.0])
def test_turning_value_on_a_log_scale(turn):
    found = turning_value(240.0, 70.0, lambda value: value > turn, "log")
    assert abs(math.log(found / turn)) <= 0.5 * RESOLUTION * math.log(240.0 / 70.0)


@pytest.mark.parametrize("turn", [0.101, 0.13, 0.199])
def test_turning_value_on_a_linear_scale(turn):
    found = turning_value(0.1, 0.2, lambda value: value < turn, "linear")
    assert abs(found - turn) <= 0.5 * RESOLUTION * 0.1


def test_bisection_is_bounded():
    calls = []
    turning_value(1.0, 2.0, lambda value: calls.append(value) or True, "linear")
    assert 0 < len(calls) <= MAX_BISECTIONS


def answer(key: str, value: float) -> Answer:
    """Margin 1 is crossed at 120 MPa; the injection depends on nothing."""
    margin = 120.0 / value if key == "strength" else 0.5
    return Answer("reached_target" if margin > 1.0 else "buckled", "whole", margin)


def test_only_the_end_that_changes_an_answer_turns():
    rows = one_at_a_time("27G", (STRENGTH, RATIO), Answer("buckled", "whole", 0.5), answer)
    assert [(row.input, row.end) for row in rows] == [
        ("strength", 70.0), ("strength", 800.0), ("ratio", 0.0), ("ratio", 0.2),
    ]  # fmt: skip
    turning = [row.insertion_turns_at for row in rows]
    assert turning[0] == pytest.approx(120.0, rel=0.01)
    assert turning[1:] == [None, None, None]
    assert all(row.injection_turns_at is None for row in rows)
    assert rows[0].margin_end == pytest.approx(120.0 / 70.0, rel=1e-14)


def test_a_default_at_an_end_gives_one_row_and_progress_ends_at_one():
    shown = []
    ranges = (Range("strength", "MPa", 240.0, 240.0, 800.0, "log"),)
    rows = one_at_a_time("27G", ranges, Answer("buckled", "whole", 0.5), answer, shown.append)
    assert [row.end for row in rows] == [800.0]
    assert shown == [1.0]
