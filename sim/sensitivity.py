"""One-at-a-time pass: which uncertain input, within its range, turns which outcome, and where.

Every input is put to both ends of its range with all others at their defaults. Where an end
changes an answer, bisection finds a value at which that answer turns: how the insertion ends,
whether it reaches the target, whether the whole volume goes in. These are asked one by one, since
on its way to an end an input can pass through outcomes that neither end has. Interactions between
inputs are not seen by such a pass; of several values at which one answer turns between the default
and an end it finds one, and none where the answer comes back before the end.
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
RESOLUTION = 0.02  # of the interval between default and end
REACHED, WHOLE = "reached_target", "volume"  # an outcome, and an ending of the injection
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

    def ended_by(self, change: tuple[str, str] | None) -> str:
        """Answer for (key, value as text): the infiltration's, at less cost."""


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
    outcome_beyond: str  # what the outcome turns into there; empty where it does not turn
    reached_turns_at: str  # where the target begins or ceases to be reached
    ended_by_default: str
    ended_by_end: str
    ended_by_turns_at: str  # where the whole volume begins or ceases to go in
    dose_share_default: float
    dose_share_end: float
    infiltrated_default: float
    infiltrated_end: float

    def cells(self) -> tuple[Cell, ...]:
        """The row as CSV cells, in the order of `HEADER`."""
        return astuple(self)


HEADER = tuple(field.name for field in fields(Row))


@dataclass(frozen=True)
class Turn:
    """Where an answer turns, as texts with units; both empty where it does not."""

    at: str  # between the last value found that leaves the answer and the first that changes it
    beyond: str  # that first value


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
    def turn(answer: Callable[[tuple[str, str] | None], str | bool]) -> Turn:
        usual = answer(None)
        if answer((entry.key, end)) == usual:
            return Turn("", "")
        return turning_point(entry.default, end, lambda text: answer((entry.key, text)) == usual)

    def beyond(turned: Turn) -> str:
        return evaluator.insertion((entry.key, turned.beyond)).outcome if turned.beyond else ""

    before, after = evaluator.insertion(None), evaluator.insertion((entry.key, end))
    outcome = turn(lambda change: evaluator.insertion(change).outcome)
    reached = turn(lambda change: evaluator.insertion(change).outcome == REACHED)
    usual, drug = evaluator.infiltration(None), evaluator.infiltration((entry.key, end))
    ended_by = turn(lambda change: evaluator.ended_by(change) == WHOLE)
    return Row(
        needle=needle,
        input=entry.key,
        default=entry.default,
        end=end,
        side=side,
        margin_default=before.margin,
        margin_end=after.margin,
        outcome_default=before.outcome,
        outcome_end=after.outcome,
        outcome_turns_at=outcome.at,
        outcome_beyond=beyond(outcome),
        reached_turns_at=reached.at,
        ended_by_default=usual.ended_by,
        ended_by_end=drug.ended_by,
        ended_by_turns_at=ended_by.at,
        dose_share_default=usual.dose_share,
        dose_share_end=drug.dose_share,
        infiltrated_default=usual.infiltrated,
        infiltrated_end=drug.infiltrated,
    )


def turning_point(default: str, end: str, unchanged: Callable[[str], bool]) -> Turn:
    """Bisect for the value between `default` (unchanged) and `end` (changed) where it turns.

    Stops at `RESOLUTION` of the interval or after `MAX_BISECTIONS` evaluations. Values are in the
    default's unit; between choices there is none, and the end lies beyond.
    """
    unit = _unit(default)
    if unit is None:
        return Turn("", end)
    forward, back = _scale(default, end, unit)
    same, changed = forward(to_si(default, unit)), forward(to_si(end, unit))
    width = abs(changed - same)
    for _ in range(MAX_BISECTIONS):
        if abs(changed - same) <= RESOLUTION * width:
            break
        middle = 0.5 * (same + changed)
        if unchanged(_text(back(middle), unit)):
            same = middle
        else:
            changed = middle
    at = _shortest(back(same), back(changed), back(0.5 * (same + changed)))
    return Turn(f"{at} {unit}".strip(), _text(back(changed), unit))


def way(default: str, end: str, at: str) -> float:
    """Share of the way from `default` to `end` at which `at` lies; 1 between choices."""
    unit = _unit(default)
    if unit is None or not at:
        return 1.0
    forward, _ = _scale(default, end, unit)
    start, turn, stop = (forward(to_si(text, unit)) for text in (default, at, end))
    return (turn - start) / (stop - start)


def _scale(
    default: str, end: str, unit: str
) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Return how a range is walked, and back: in the logarithm where it is wide."""
    one, other = to_si(default, unit), to_si(end, unit)
    log = min(one, other) > 0.0 and max(one / other, other / one) >= LOG_SPAN
    return (math.log, math.exp) if log else (float, float)


def _shortest(one: float, other: float, middle: float) -> str:
    """Return the middle with no more digits than it takes to stay between the two."""
    low, high = sorted((one, other))
    texts = (f"{float(f'{middle:.{digits}g}'):.16g}" for digits in range(1, 17))
    return next(text for text in texts if low <= float(text) <= high)


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
