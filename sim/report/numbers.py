"""What a report tabulates of one record or of two: all numbers, alternatives, inputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.case import Case
from sim.comparison import NUMERICS, Line, compare, ratio
from sim.results.alternatives import NAMES, SHOWN
from sim.results.files import Json, read_rows
from sim.results.metrics import MEANINGS, MM, N_MM, Meaning
from sim.results.record import INPUTS, Record
from sim.sweeps.row import records as records_of

type Row = dict[str, str]

GROUPS = {
    "needle": "Needle and hand",
    "insertion": "Insertion",
    "infiltration": "Infiltration",
    "treatment": "Treatment",
    "run": "Numerics",
}
KEY = (  # what the answer rests on
    "insertion.outcome",
    "insertion.depth_in_nodule_mm",
    "insertion.peak_force_N",
    "infiltration.injected_volume_mL",
    "infiltration.dose_in_nodule_mg",
    "infiltration.infiltrated_fraction_of_nodule",
)
GEOMETRY: tuple[tuple[Meaning, Callable[[Case], Json]], ...] = (
    (Meaning("Outer diameter", "mm"), lambda case: MM * case.needle.outer_diameter),
    (Meaning("Inner diameter", "mm"), lambda case: MM * case.needle.inner_diameter),
    (Meaning("Length", "mm"), lambda case: MM * case.needle.length),
    (Meaning("Free length", "mm"), lambda case: MM * case.needle.free_length),
    (Meaning("Tip"), lambda case: case.needle.tip.kind),
    (Meaning("Tip's angle", "°"), lambda case: math.degrees(case.needle.tip.angle)),
)
HAND: tuple[tuple[Meaning, Callable[[Case], Json]], ...] = (
    (Meaning("Technique"), lambda case: case.technique.kind),
    (
        Meaning("Rotation", "rev/s"),
        lambda case: case.technique.rotation_speed / (2.0 * math.pi),
    ),
    (Meaning("Hand's force limit", "N"), lambda case: case.technique.force_limit),
    (Meaning("Hand's torque limit", "N mm"), lambda case: N_MM * case.technique.torque_limit),
)


def groups(records: Sequence[Record]) -> dict[str, list[tuple[Meaning, Line]]]:
    """Return all numbers by what they are about; geometry and hand, which have no key, from cases.

    A stage of which nothing was computed has no rows.
    """
    found: dict[str, list[tuple[Meaning, Line]]] = {name: [] for name in GROUPS.values()}
    cases = [record.case for record in records]
    hand = HAND if any(inserted(record) for record in records) else ()
    for meaning, value in (*GEOMETRY, *hand):
        values = [value(case) for case in cases]
        first, second = (*values, None, None)[:2]
        line = Line("", first, second, ratio(first, second))
        found[GROUPS["needle"]].append((meaning, line))
    for meaning, line in lines(records, tuple(MEANINGS)):
        stage = "run" if line.key in NUMERICS else line.key.partition(".")[0]
        found[GROUPS[stage]].append((meaning, line))
    return {
        name: lines
        for name, lines in found.items()
        if any((line.a, line.b) != (None, None) for _, line in lines)
    }


def lines(records: Sequence[Record], keys: Sequence[str]) -> list[tuple[Meaning, Line]]:
    """Return metrics of the records beside each other, in the order in which metrics are listed."""
    first, second = (*(record.metrics for record in records), {}, {})[:2]
    return [(MEANINGS[line.key], line) for line in compare(first, second) if line.key in keys]


def inserted(record: Record) -> bool:
    """Return whether an insertion was asked for: not where the needle was put in its place."""
    return record.site is None


@dataclass(frozen=True)
class Alternatives:
    """Numbers of the same injections under other assumptions."""

    columns: list[str]
    rows: list[tuple[Meaning, list[Json]]]


def alternatives(records: Sequence[Record]) -> Alternatives | None:
    """Return what was computed of every record; None where nothing was."""
    found = [(record.name, row) for record in records for row in record.alternatives]
    if not found:
        return None
    columns = [f"{name}, {NAMES[row['alternative']]}" for name, row in found]
    rows = [
        (MEANINGS[f"infiltration.{key}"], [float(row[key]) for _, row in found]) for key in SHOWN
    ]
    return Alternatives(columns, rows)


def inputs(records: Sequence[Record]) -> list[Row]:
    """Every input once; one that differs between the needles once for each, with its name."""
    return beside([(record.name, record.inputs) for record in records])


def shared_inputs(folder: Path) -> list[Row]:
    """Return the inputs that all runs with a needle share, of all runs below a sweep's folder."""
    by_needle: dict[str, list[list[Row]]] = {}
    for run in sorted(folder.glob("runs/*")):
        for side, record in records_of(run).items():
            if (record / INPUTS).exists():
                name = record.name.removeprefix(f"{side}_").replace("_", " ")
                by_needle.setdefault(name, []).append(read_rows(record / INPUTS))
    kept = []
    for name, runs in by_needle.items():
        values = [{(row["key"], row["value"]) for row in rows} for rows in runs]
        same = set.intersection(*values)
        kept.append((name, [row for row in runs[0] if (row["key"], row["value"]) in same]))
    return beside(kept)


def beside(needles: Sequence[tuple[str, Sequence[Row]]]) -> list[Row]:
    """Return inputs of several needles by name, each with whose it is: empty for those of all."""
    rows: dict[tuple[str, str], Row] = {}
    names: dict[tuple[str, str], list[str]] = {}
    for name, inputs in needles:
        for row in inputs:
            at = row["key"], row["value"]
            rows.setdefault(at, row)
            names.setdefault(at, []).append(name)
    return [
        row | {"needle": "" if len(names[at]) == len(needles) else ", ".join(names[at])}
        for at, row in rows.items()
    ]
