"""How sure an answer is: which uncertain inputs, each moved alone over its range, would turn it.

Counted from the runs' turning points. The ranges say what is possible, not how likely, so that no
count is a probability; inputs moved together can turn what none turns alone. Where the drug gets
to is judged at the ends of the ranges alone, on the coarser mesh on which inputs are varied: what
turns and turns back between is not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.report import turning
from sim.report.verdict import turning_assumptions
from sim.report.words import percent
from sim.results.labels import label, typeset
from sim.results.record import Record
from sim.sensitivity import REACHED

OWN = ("needle.", "technique.")  # what each needle has for itself; the rest is the patient's
ALIKE = 0.05  # infiltrated shares nearer than this (of the larger) count as equal
MOST = 3  # inputs named
ABSENT = "The uncertain inputs were not varied in this run: nothing says how sure it is."
CAVEAT = (
    "Ranges say what is possible, not how likely; inputs moved together can turn what none turns "
    "alone; and what the model leaves out is in no range."
)

type Row = dict[str, str]
type Answer = Callable[[Sequence["Found"]], object]


@dataclass(frozen=True)
class Found:
    """What the pass found of one needle with one input at one value."""

    reached: bool
    infiltrated: float  # share of the nodule


@dataclass(frozen=True)
class End:
    """An end of an uncertain input's range, and what the pass found there of every needle."""

    input: str
    value: str
    owner: str  # the needle whose input it is; empty: the patient's
    found: tuple[Found, ...]


def sure_words(records: Sequence[Record]) -> list[str]:
    """Say what would turn the answer, most important first.

    Parameters
    ----------
    records : sequence of Record
        One run, or two of the same patient.

    Returns
    -------
    list of str
        Sentences; the first counts the inputs that decide whether a target is reached.
    """
    assumed = turning_assumptions(*records) if len(records) == 2 else []
    if not records or not all(record.turning_points for record in records):
        return [ABSENT, *assumed]
    usual = [_default(record) for record in records]
    ends = _ends(records, usual)
    inputs = len({(end.owner, end.input) for end in ends})
    what = "whether the target is reached" if len(records) == 1 else "which needle gets there"
    turned = _turned(ends, usual, _who_reaches)
    number = len({(end.owner, end.input) for end in turned})
    told = [
        f"Of {inputs} uncertain inputs, each moved alone to both ends of its range, "
        f"{number or 'none'} {'turns' if number < 2 else 'turn'} {what}."
    ]
    told += [text for record in records if (text := turning.decisive_words(record))]
    if len(records) == 2:
        told.append(_spread_words(records, ends, usual))
    told += [*assumed, *(text for record in records if (text := turning.lumen_words(record)))]
    return [*told, CAVEAT]


def _spread_words(records: Sequence[Record], ends: Sequence[End], usual: Sequence[Found]) -> str:
    """Which inputs turn which needle brings the drug to more of the nodule."""
    ahead = _who_spreads(usual)
    shares = " against ".join(percent(found.infiltrated) for found in usual)
    needles = " and ".join(record.name for record in records)
    if ahead is None:
        leads = f"Both needles bring the drug to about as much of the nodule ({shares})"
    else:
        leads = f"The {records[ahead].name} brings the drug to more of the nodule ({shares}: "
        leads += f"{needles}, on the coarser mesh on which inputs are varied)"
    turned = sorted(_turned(ends, usual, _who_spreads), key=_gap, reverse=True)
    first = list({(end.owner, end.input): end for end in reversed(turned)}.values())[::-1]
    if not first:
        return f"{leads}; no uncertain input alone turns that."
    named = [
        f"the {label(end.input)}{f' of the {end.owner}' if end.owner else ''} at "
        f"{typeset(end.value)} ({' against '.join(percent(f.infiltrated) for f in end.found)})"
        for end in first[:MOST]
    ]
    more = len(first) - MOST
    rest = f", and {more} more" if more > 0 else ""
    verb = "turns" if len(first) == 1 else "turn"
    return f"{leads}; {len(first)} {verb} that or make them equal: {', '.join(named)}{rest}."


def _who_reaches(found: Sequence[Found]) -> tuple[bool, ...]:
    return tuple(one.reached for one in found)


def _who_spreads(found: Sequence[Found]) -> int | None:
    """Return which of two needles infiltrates more; None where they are alike."""
    a, b = (one.infiltrated for one in found)
    if abs(a - b) <= ALIKE * max(a, b):
        return None
    return int(b > a)


def _gap(end: End) -> float:
    a, b = (one.infiltrated for one in end.found)
    return abs(a - b)


def _turned(ends: Sequence[End], usual: Sequence[Found], answer: Answer) -> list[End]:
    """Return the ends at which an answer is not the one at the defaults."""
    return [end for end in ends if answer(end.found) != answer(usual)]


def _ends(records: Sequence[Record], usual: Sequence[Found]) -> list[End]:
    """Return the ends of all ranges.

    A patient's input moves for all needles at once; an end that could not be evaluated with one of
    them is left out. A needle's own moves for itself.
    """
    shared: dict[tuple[str, str], dict[int, Row]] = {}
    ends = []
    for at, record in enumerate(records):
        for row in record.turning_points:
            if row["input"].startswith(OWN):
                found = [*usual]
                found[at] = _found(row)
                owner = record.name if len(records) > 1 else ""
                ends.append(End(row["input"], row["end"], owner, tuple(found)))
            else:
                shared.setdefault((row["input"], row["end"]), {})[at] = row
    for (key, value), rows in shared.items():
        if len(rows) == len(records):
            found = tuple(_found(rows[at]) for at in range(len(records)))
            ends.append(End(key, value, "", found))
    return ends


def _default(record: Record) -> Found:
    row = record.turning_points[0]
    return Found(row["outcome_default"] == REACHED, float(row["infiltrated_default"]))


def _found(row: Row) -> Found:
    return Found(row["outcome_end"] == REACHED, float(row["infiltrated_end"]))
