"""One-at-a-time pass: which uncertain input, within its range, turns which outcome, and where.

Every input is put to both ends of its range with all others at their defaults. Where an end
changes an answer, bisection finds the value at which it turns. Interactions between inputs are
not seen by such a pass, and of several turning points between the default and an end it finds one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Literal

from sim.results.files import Cell

MAX_BISECTIONS = 12
RESOLUTION = 0.01  # of the interval between default and end


@dataclass(frozen=True)
class Range:
    """An uncertain input and the range that its sources leave open, in `unit`."""

    key: str
    unit: str
    low: float
    default: float
    high: float
    scale: Literal["log", "linear"]


@dataclass(frozen=True)
class Answer:
    """What one evaluation says."""

    insertion: str  # outcome
    injection: str  # "whole" or "partial": the ordered volume within the time limit
    margin: float  # the smallest of all margins


@dataclass(frozen=True)
class Row:
    """One needle, one input, one end of its range."""

    needle: str
    input: str
    unit: str
    default: float
    end: float
    margin_default: float
    margin_end: float
    insertion_default: str
    insertion_end: str
    insertion_turns_at: float | None
    injection_default: str
    injection_end: str
    injection_turns_at: float | None

    def cells(self) -> tuple[Cell, ...]:
        """The row as CSV cells, in the order of `HEADER`."""
        return astuple(self)


HEADER = tuple(field.name for field in fields(Row))

type Evaluate = Callable[[str, float], Answer]  # (key, value in the input's unit)


def one_at_a_time(
    needle: str,
    ranges: Sequence[Range],
    default: Answer,
    evaluate: Evaluate,
    show: Callable[[float], None] = lambda fraction: None,
) -> list[Row]:
    """Evaluate both ends of every range and bisect where an answer changes.

    Parameters
    ----------
    needle : str
        Name for the rows.
    ranges : sequence of Range
    default : Answer
        With every input at its default.
    evaluate : callable
        Answer with one input at a value and all others at their defaults.
    show : callable
        Gets the fraction done.

    Returns
    -------
    list of Row
        Two per range; one where the default is an end itself.
    """
    rows = []
    for done, entry in enumerate(ranges):
        for end in (entry.low, entry.high):
            if end != entry.default:
                rows.append(_row(needle, entry, end, default, evaluate))
        show((done + 1) / len(ranges))
    return rows


def _row(needle: str, entry: Range, end: float, default: Answer, evaluate: Evaluate) -> Row:
    at_end = evaluate(entry.key, end)

    def turn(question: str) -> float | None:
        before = getattr(default, question)
        if getattr(at_end, question) == before:
            return None
        return turning_value(
            entry.default,
            end,
            lambda value: getattr(evaluate(entry.key, value), question) == before,
            entry.scale,
        )

    return Row(
        needle=needle,
        input=entry.key,
        unit=entry.unit,
        default=entry.default,
        end=end,
        margin_default=default.margin,
        margin_end=at_end.margin,
        insertion_default=default.insertion,
        insertion_end=at_end.insertion,
        insertion_turns_at=turn("insertion"),
        injection_default=default.injection,
        injection_end=at_end.injection,
        injection_turns_at=turn("injection"),
    )


def turning_value(
    default: float,
    end: float,
    unchanged: Callable[[float], bool],
    scale: Literal["log", "linear"],
) -> float:
    """Bisect for the value between `default` (unchanged) and `end` (changed) where it turns.

    Stops at `RESOLUTION` of the interval or after `MAX_BISECTIONS` evaluations; returns the
    middle of the last bracket.
    """
    forward, back = (math.log, math.exp) if scale == "log" else (float, float)
    same, changed = forward(default), forward(end)
    width = abs(changed - same)
    for _ in range(MAX_BISECTIONS):
        if abs(changed - same) <= RESOLUTION * width:
            break
        middle = 0.5 * (same + changed)
        if unchanged(back(middle)):
            same = middle
        else:
            changed = middle
    return back(0.5 * (same + changed))
