"""One-at-a-time pass: which uncertain input, within its range, turns which outcome, and where.

Every input is put to both ends of its range with all others at their defaults. Where an end
changes an answer, bisection finds the value at which it turns. Interactions between inputs are
not seen by such a pass, and of several turning points between the default and an end it finds one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields

from sim.errors import ConfigError, SolverError
from sim.results.files import Cell
from sim.units import to_si

MAX_BISECTIONS = 12
RESOLUTION = 0.01  # of the interval between default and end
LOG_SPAN = 3.0  # high / low from which on a range is walked in the logarithm


@dataclass(frozen=True)
class Range:
    """An uncertain input and the ends that its sources leave open: text with units, or choices."""

    key: str
    default: str
    low: str
    high: str


@dataclass(frozen=True)
class Answer:
    """What one evaluation says."""

    insertion: str  # outcome
    injection: str  # what ended it: "volume" is the whole ordered one
    route: str  # where more than half of the flow goes: "nodule", "track" or "soft_tissue"
    margin: float  # the smallest of those that can stop the insertion


@dataclass(frozen=True)
class Row:
    """One needle, one input, one end of its range."""

    needle: str
    input: str
    default: str
    end: str
    side: str  # "low" or "high"
    margin_default: float
    margin_end: float
    insertion_default: str
    insertion_end: str
    insertion_turns_at: str  # empty where it does not turn, or between choices
    injection_default: str
    injection_end: str
    injection_turns_at: str
    route_default: str
    route_end: str
    route_turns_at: str

    def cells(self) -> tuple[Cell, ...]:
        """The row as CSV cells, in the order of `HEADER`."""
        return astuple(self)


HEADER = tuple(field.name for field in fields(Row))

type Evaluate = Callable[[str, str], Answer]  # (key, value as text)


def one_at_a_time(
    needle: str,
    ranges: Sequence[Range],
    default: Answer,
    evaluate: Evaluate,
    show: Callable[[float], None] = lambda fraction: None,
) -> tuple[list[Row], list[str]]:
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
    rows : list of Row
        Two per range; fewer where an end is the default itself or could not be evaluated.
    notes : list of str
        The ends that could not be evaluated, and why.
    """
    rows, notes = [], []
    for done, entry in enumerate(ranges):
        for side, end in (("low", entry.low), ("high", entry.high)):
            if end == entry.default:
                continue
            try:
                rows.append(_row(needle, entry, side, end, default, evaluate))
            except (ConfigError, SolverError) as error:
                notes.append(f"turning points: {entry.key} = {end} was not evaluated: {error}")
        show((done + 1) / len(ranges))
    return rows, notes


def _row(
    needle: str, entry: Range, side: str, end: str, default: Answer, evaluate: Evaluate
) -> Row:
    at_end = evaluate(entry.key, end)

    def turn(question: str) -> str:
        before = getattr(default, question)
        if getattr(at_end, question) == before:
            return ""
        return turning_value(
            entry.default, end, lambda text: getattr(evaluate(entry.key, text), question) == before
        )

    return Row(
        needle=needle,
        input=entry.key,
        default=entry.default,
        end=end,
        side=side,
        margin_default=default.margin,
        margin_end=at_end.margin,
        insertion_default=default.insertion,
        insertion_end=at_end.insertion,
        insertion_turns_at=turn("insertion"),
        injection_default=default.injection,
        injection_end=at_end.injection,
        injection_turns_at=turn("injection"),
        route_default=default.route,
        route_end=at_end.route,
        route_turns_at=turn("route"),
    )


def turning_value(default: str, end: str, unchanged: Callable[[str], bool]) -> str:
    """Bisect for the value between `default` (unchanged) and `end` (changed) where it turns.

    Stops at `RESOLUTION` of the interval or after `MAX_BISECTIONS` evaluations and returns the
    middle of the last bracket in the default's unit; an empty text between choices.
    """
    unit = _unit(default)
    if unit is None:
        return ""
    same, changed = to_si(default, unit), to_si(end, unit)
    log = min(same, changed) > 0.0 and max(same / changed, changed / same) >= LOG_SPAN
    forward, back = (math.log, math.exp) if log else (float, float)
    same, changed = forward(same), forward(changed)
    width = abs(changed - same)
    for _ in range(MAX_BISECTIONS):
        if abs(changed - same) <= RESOLUTION * width:
            break
        middle = 0.5 * (same + changed)
        if unchanged(_text(back(middle), unit)):
            same = middle
        else:
            changed = middle
    return _text(back(0.5 * (same + changed)), unit)


def _unit(text: str) -> str | None:
    """Return the unit of a quantity, "" of a bare number, None of a choice."""
    number, _, unit = text.partition(" ")
    try:
        float(number)
    except ValueError:
        return None
    return unit


def _text(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}".strip()
