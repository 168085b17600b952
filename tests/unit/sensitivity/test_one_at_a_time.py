"""Turning points against closed forms."""

from __future__ import annotations

import math
from dataclasses import astuple

import pytest

from sim.errors import ConfigError
from sim.sensitivity import (
    MAX_BISECTIONS,
    RESOLUTION,
    Infiltration,
    Insertion,
    Range,
    one_at_a_time,
    turning_point,
    way,
)
from sim.units import to_si

ROUNDING = 1e-3  # four digits
STRENGTH = Range("strength", "240 MPa", "70 MPa", "0.8 GPa")
RATIO = Range("ratio", "0.1", "0", "0.2")
HOLD = Range("hold", "held", "free", "fixed")


@pytest.mark.parametrize("turn", [75.0, 100.0, 150.0, 230.0])
def test_turning_value_on_a_log_scale(turn):
    text = turning_point("240 MPa", "70 MPa", lambda value: to_si(value, "MPa") > turn).at
    found = to_si(text, "MPa")
    allowed = RESOLUTION * math.log(240.0 / 70.0) + ROUNDING
    assert abs(math.log(found / turn)) <= allowed


@pytest.mark.parametrize("turn", [0.101, 0.13, 0.199])
def test_turning_value_on_a_linear_scale(turn):
    found = float(turning_point("0.1", "0.2", lambda value: float(value) < turn).at)
    assert abs(found - turn) <= RESOLUTION * 0.1 + ROUNDING * turn


def test_turning_value_is_in_the_unit_of_the_default():
    found, beyond = astuple(
        turning_point("240 MPa", "0.8 GPa", lambda value: to_si(value, "MPa") < 500.0)
    )
    assert to_si(beyond, "MPa") > 500.0
    assert found.endswith(" MPa")
    assert to_si(found, "MPa") == pytest.approx(500.0, rel=RESOLUTION)


def test_bisection_is_bounded():
    calls = []
    turning_point("1 mm", "2 mm", lambda value: calls.append(value) or True)
    assert 0 < len(calls) <= MAX_BISECTIONS


class Closed:
    """Margin 1 is crossed at 120 MPa, and by fixing; nothing changes the drug's way."""

    def insertion(self, change: tuple[str, str] | None) -> Insertion:
        margin = 0.5
        if change is not None and change[0] == "strength":
            margin = 120.0 / to_si(change[1], "MPa")
        if change == ("hold", "fixed"):
            margin = 2.0
        return Insertion("reached_target" if margin > 1.0 else "buckled", margin)

    def infiltration(self, change: tuple[str, str] | None) -> Infiltration:
        return Infiltration(self.ended_by(change), 0.4, 0.6)

    def ended_by(self, change: tuple[str, str] | None) -> str:
        return "volume"


def test_only_the_end_that_changes_an_answer_turns():
    rows, notes = one_at_a_time("27G", (STRENGTH, RATIO, HOLD), Closed())
    assert [(row.input, row.side, row.end) for row in rows] == [
        ("strength", "low", "70 MPa"), ("strength", "high", "0.8 GPa"),
        ("ratio", "low", "0"), ("ratio", "high", "0.2"),
        ("hold", "low", "free"), ("hold", "high", "fixed"),
    ]  # fmt: skip
    turning = [row.outcome_turns_at for row in rows]
    assert to_si(turning[0], "MPa") == pytest.approx(120.0, rel=RESOLUTION)
    assert turning[1:] == [""] * 5
    assert [row.reached_turns_at for row in rows] == turning
    assert [row.outcome_beyond for row in rows] == ["reached_target", *[""] * 4, "reached_target"]
    assert [row.outcome_end for row in rows][-1] == "reached_target"
    assert all(row.ended_by_turns_at == "" for row in rows)
    assert notes == []
    assert rows[0].margin_end == pytest.approx(120.0 / 70.0, rel=1e-14)


class Passing(Closed):
    """Weaker than 200 MPa it stalls instead of bending; only below 100 MPa does it arrive."""

    def insertion(self, change: tuple[str, str] | None) -> Insertion:
        strength = 240.0 if change is None else to_si(change[1], "MPa")
        names = ("reached_target", "stalled", "bent")
        return Insertion(names[(strength > 100.0) + (strength > 200.0)], 100.0 / strength)


def test_an_outcome_on_the_way_is_told_apart_from_reaching_the_target():
    row = one_at_a_time("27G", (STRENGTH,), Passing())[0][0]
    assert (row.outcome_default, row.outcome_beyond, row.outcome_end) == (
        "bent", "stalled", "reached_target",
    )  # fmt: skip
    assert to_si(row.outcome_turns_at, "MPa") == pytest.approx(200.0, rel=0.03)
    assert to_si(row.reached_turns_at, "MPa") == pytest.approx(100.0, rel=0.03)


@pytest.mark.parametrize("turn", [0.101, 0.13, 0.1637, 0.199])
def test_a_turning_value_has_no_digits_that_are_not_known(turn):
    """The shortest text inside the last bracket, which is at most 0.002 wide here."""
    text = turning_point("0.1", "0.2", lambda value: float(value) < turn).at
    assert len(text) <= len("0.123")


def test_way_from_default_to_end():
    assert way("0.1", "0.2", "0.125") == pytest.approx(0.25, rel=1e-12)
    assert way("1 mm", "100 mm", "10 mm") == pytest.approx(0.5, rel=1e-12)
    assert way("held", "free", "") == 1.0


def test_a_default_at_an_end_gives_one_row_and_progress_ends_at_one():
    shown = []
    ranges = (Range("strength", "240 MPa", "240 MPa", "800 MPa"),)
    rows, notes = one_at_a_time("27G", ranges, Closed(), shown.append)
    assert [row.end for row in rows] == ["800 MPa"]
    assert shown == [1.0]
    assert notes == []


def test_an_end_that_contradicts_another_input_is_named_not_dropped_silently():
    class Refusing(Closed):
        def insertion(self, change: tuple[str, str] | None) -> Insertion:
            if change == ("ratio", "0.2"):
                raise ConfigError("ratio", "0.2", "less than the rest")
            return super().insertion(change)

    rows, notes = one_at_a_time("27G", (RATIO,), Refusing())
    assert [row.end for row in rows] == ["0"]
    assert len(notes) == 1
    assert "ratio = 0.2 was not evaluated" in notes[0]


def test_what_ends_the_injection_turns_on_its_own():
    class Slow(Closed):
        def ended_by(self, change: tuple[str, str] | None) -> str:
            strong = change is not None and to_si(change[1], "MPa") > 400.0
            return "time_limit" if strong else "volume"

    low, high = one_at_a_time("27G", (STRENGTH,), Slow())[0]
    assert low.ended_by_turns_at == ""
    assert to_si(high.ended_by_turns_at, "MPa") == pytest.approx(400.0, rel=RESOLUTION)
