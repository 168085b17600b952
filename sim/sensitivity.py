"""One-at-a-time pass: which uncertain input, within its range, turns which outcome, and where.

Every input is put to both ends of its range with all others at their defaults. Where an end
changes an answer, bisection finds the value at which it turns. Interactions between inputs are
not seen by such a pass, and of several turning points between the default and an end it finds one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Protocol

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
class Insertion:
    """What one evaluation says about getting in."""

    outcome: str
    margin: float  # the smallest of those that can stop the needle


@dataclass(frozen=True)
class Infiltration:
    """What one evaluation says about the drug."""

    ended_by: str  # "volume": the whole ordered one went in; or "time_limit"
    dose_share: float  # of the dose in the nodule at the end of the injection
    infiltrated: float  # share of the nodule's volume above the threshold


class Evaluator(Protocol):
    """Answers with one input at another value, or the default for None."""

    def insertion(self, change: tuple[str, str] | None) -> Insertion:
        """Answer for (key, value as text)."""

    def infiltration(self, change: tuple[str, str] | None) -> Infiltration:
        """Answer for (key, value as text)."""


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
    outcome_default: str
    outcome_end: str
    outcome_turns_at: str  # empty where it does not turn, or between choices
    ended_by_default: str
    ended_by_end: str
    ended_by_turns_at: str
    dose_share_default: float
    dose_share_end: float
    infiltrated_default: float
    infiltrated_end: float

    def cells(self) -> tuple[Cell, ...]:
        """The row as CSV cells, in the order of `HEADER`."""
        return astuple(self)


HEADER = tuple(field.name for field in fields(Row))


def one_at_a_time(
    needle: str,
    ranges: Sequence[Range],
    evaluator: Evaluator,
    show: Callable[[float], None] = lambda fraction: None,
) -> tuple[list[Row], list[str]]:
    """Evaluate both ends of every range and bisect where an answer changes.

    Parameters
    ----------
    needle : str
        Name for the rows.
    ranges : sequence of Range
    evaluator : Evaluator
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
                rows.append(_row(needle, entry, side, end, evaluator))
            except (ConfigError, SolverError) as error:
                notes.append(f"turning points: {entry.key} = {end} was not evaluated: {error}")
        show((done + 1) / len(ranges))
    return rows, notes


def _row(needle: str, entry: Range, side: str, end: str, evaluator: Evaluator) -> Row:
    key, default = entry.key, entry.default
    before, after = evaluator.insertion(None), evaluator.insertion((key, end))
    outcome_turns_at = ended_by_turns_at = ""
    if after.outcome != before.outcome:
        outcome_turns_at = turning_value(
            default, end, lambda text: evaluator.insertion((key, text)).outcome == before.outcome
        )
    usual, drug = evaluator.infiltration(None), evaluator.infiltration((key, end))
    if drug.ended_by != usual.ended_by:
        ended_by_turns_at = turning_value(
            default,
            end,
            lambda text: evaluator.infiltration((key, text)).ended_by == usual.ended_by,
        )
    return Row(
        needle=needle,
        input=key,
        default=default,
        end=end,
        side=side,
        margin_default=before.margin,
        margin_end=after.margin,
        outcome_default=before.outcome,
        outcome_end=after.outcome,
        outcome_turns_at=outcome_turns_at,
        ended_by_default=usual.ended_by,
        ended_by_end=drug.ended_by,
        ended_by_turns_at=ended_by_turns_at,
        dose_share_default=usual.dose_share,
        dose_share_end=drug.dose_share,
        infiltrated_default=usual.infiltrated,
        infiltrated_end=drug.infiltrated,
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
