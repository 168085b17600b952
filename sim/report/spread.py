"""All metrics of many runs: the median and the range of each number, counts of each word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.words import number
from sim.results.metrics import MEANINGS, Meaning

if TYPE_CHECKING:
    import pandas as pd

OWN_NAMES = {"run.status": "status"}  # what the table of a sweep calls a metric


def spread(tables: Sequence[pd.DataFrame]) -> list[tuple[str, Meaning, list[str]]]:
    """Return key, meaning and one text a table for every metric of a run.

    Parameters
    ----------
    tables : sequence of DataFrame
        Rows of a sweep's table, as `sim.results.load` returns it.
    """
    return [
        (key, meaning, [_told(table, OWN_NAMES.get(key, key), meaning) for table in tables])
        for key, meaning in MEANINGS.items()
    ]


def _told(table: pd.DataFrame, column: str, meaning: Meaning) -> str:
    """Return median (range) of numbers, counts of words; and how many runs have none."""
    values = table[column].dropna() if column in table else table.index[:0].to_series()
    absent = len(table) - len(values)
    if values.empty:
        return "—"
    if values.dtype.kind in "if":
        middle, low, high = (meaning.shown(float(x)) for x in (
            values.median(), values.min(), values.max()))  # fmt: skip
        told = number(middle)
        told += f" ({number(low)} to {number(high)})" if low != high else ""
    else:
        counts = values.value_counts()
        told = ", ".join(f"{_word(value)} {count}" for value, count in counts.items())
    return f"{told}; none in {absent}" if absent else told


def _word(value: object) -> str:
    return number(value if isinstance(value, str) else bool(value))
