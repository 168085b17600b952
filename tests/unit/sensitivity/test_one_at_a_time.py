"""Turning points against closed forms."""

from __future__ import annotations

import math

import pytest

from sim.errors import ConfigError
from sim.sensitivity import (
    MAX_BISECTIONS,
    RESOLUTION,
    Answer,
    Range,
    one_at_a_time,
    turning_value,
)
from sim.units import to_si

ROUNDING = 1e-3  # four digits
STRENGTH = Range("strength", "240 MPa", "70 MPa", "0.8 GPa")
RATIO = Range("ratio", "0.1", "0", "0.2")
HOLD = Range("hold", "held", "free", "fixed")
DEFAULT = Answer("buckled", "volume", "track", 0.5)


@pytest.mark.parametrize("turn", [75.0, 100.0, 150.0, 230.0])
def test_turning_value_on_a_log_scale(turn):
    text = turning_value("240 MPa", "70 MPa", lambda value: to_si(value, "MPa") > turn)
    found = to_si(text, "MPa")
    allowed = 0.5 * RESOLUTION * math.log(240.0 / 70.0) + ROUNDING
    assert abs(math.log(found / turn)) <= allowed


@pytest.mark.parametrize("turn", [0.101, 0.13, 0.199])
def test_turning_value_on_a_linear_scale(turn):
    found = float(turning_value("0.1", "0.2", lambda value: float(value) < turn))
    assert abs(found - turn) <= 0.5 * RESOLUTION * 0.1 + ROUNDING * turn


def test_turning_value_is_in_the_unit_of_the_default():
    found = turning_value("240 MPa", "0.8 GPa", lambda value: to_si(value, "MPa") < 500.0)
    assert found.endswith(" MPa")
    assert to_si(found, "MPa") == pytest.approx(500.0, rel=0.01)


def test_bisection_is_bounded():
    calls = []
    turning_value("1 mm", "2 mm", lambda value: calls.append(value) or True)
    assert 0 < len(calls) <= MAX_BISECTIONS


def answer(key: str, value: str) -> Answer:
    """Margin 1 is crossed at 120 MPa, and by letting go."""
    margin = {"strength": lambda: 120.0 / to_si(value, "MPa"),
              "ratio": lambda: 0.5,
              "hold": lambda: 2.0 if value == "fixed" else 0.5}[key]()  # fmt: skip
    return Answer("reached_target" if margin > 1.0 else "buckled", "volume", "track", margin)


def test_only_the_end_that_changes_an_answer_turns():
    rows, notes = one_at_a_time("27G", (STRENGTH, RATIO, HOLD), DEFAULT, answer)
    assert [(row.input, row.side, row.end) for row in rows] == [
        ("strength", "low", "70 MPa"), ("strength", "high", "0.8 GPa"),
        ("ratio", "low", "0"), ("ratio", "high", "0.2"),
        ("hold", "low", "free"), ("hold", "high", "fixed"),
    ]  # fmt: skip
    turning = [row.insertion_turns_at for row in rows]
    assert to_si(turning[0], "MPa") == pytest.approx(120.0, rel=0.01)
    assert turning[1:] == [""] * 5
    assert [row.insertion_end for row in rows][-1] == "reached_target"
    assert all(row.injection_turns_at == "" for row in rows)
    assert notes == []
    assert rows[0].margin_end == pytest.approx(120.0 / 70.0, rel=1e-14)


def test_a_default_at_an_end_gives_one_row_and_progress_ends_at_one():
    shown = []
    ranges = (Range("strength", "240 MPa", "240 MPa", "800 MPa"),)
    rows, notes = one_at_a_time("27G", ranges, DEFAULT, answer, shown.append)
    assert [row.end for row in rows] == ["800 MPa"]
    assert shown == [1.0]
    assert notes == []


def test_an_end_that_contradicts_another_input_is_named_not_dropped_silently():
    def refuse(key: str, value: str) -> Answer:
        if value == "0.2":
            raise ConfigError(key, value, "less than the rest")
        return answer(key, value)

    rows, notes = one_at_a_time("27G", (RATIO,), DEFAULT, refuse)
    assert [row.end for row in rows] == ["0"]
    assert len(notes) == 1
    assert "ratio = 0.2 was not evaluated" in notes[0]
