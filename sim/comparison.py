"""Two runs side by side: every metric of a and b and their ratio b/a."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from sim.case import Case
from sim.results.files import Json, write_json, write_rows
from sim.results.metrics import MEANINGS
from sim.results.names import COMPARISON

NUMERICS = (  # have no ratio
    "infiltration.mass_balance_error",
    "infiltration.water_balance_error",
    "infiltration.mineral_balance_error",
    "infiltration.range_violation",
    "run.wall_s",
    "run.peak_memory_MB",
)
CSV = "comparison.csv"


@dataclass(frozen=True)
class Line:
    """One metric of both runs; `ratio` is None where it means nothing."""

    key: str
    a: Json
    b: Json
    ratio: float | None


def compare(a: dict[str, Json], b: dict[str, Json]) -> list[Line]:
    """Put two runs' metrics side by side, in the order in which metrics are listed."""
    keys = [*MEANINGS, *sorted((set(a) | set(b)) - set(MEANINGS) - {"run.notes"})]
    return [
        Line(
            key, a.get(key), b.get(key), None if key in NUMERICS else ratio(a.get(key), b.get(key))
        )
        for key in keys
    ]


def ratio(a: Json, b: Json) -> float | None:
    """Return b/a, or None where one is no number, a is zero or the quotient overflows."""
    if not (_is_number(a) and _is_number(b)) or a == 0.0:
        return None
    quotient = b / a
    return quotient if math.isfinite(quotient) else None


def distinct_names(a: Case, b: Case) -> tuple[str, str]:
    """Return two needles' names, with what sets them apart where they are the same."""
    names = [case.needle.name for case in (a, b)]
    if names[0] != names[1]:
        return names[0], names[1]
    for one, other in (
        (f"{1e3 * a.needle.length:g} mm long", f"{1e3 * b.needle.length:g} mm long"),
        (a.technique.kind, b.technique.kind),
        ("a", "b"),
    ):
        if one != other:
            break
    return f"{names[0]} ({one})", f"{names[1]} ({other})"


def write_comparison(folder: Path, names: tuple[str, str], lines: list[Line]) -> None:
    """Write comparison.json and comparison.csv."""
    metrics = {line.key: {"a": line.a, "b": line.b, "ratio": line.ratio} for line in lines}
    write_json(folder / COMPARISON, {"a": names[0], "b": names[1], "metrics": metrics})
    rows = [(line.key, _cell(line.a), _cell(line.b), line.ratio) for line in lines]
    write_rows(folder / CSV, ("metric", "a", "b", "ratio_b_to_a"), rows)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(value: Json) -> str | int | float | None:
    return str(value).lower() if isinstance(value, bool) else value
