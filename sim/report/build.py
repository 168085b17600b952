"""Records to HTML: everything inside one file, no address outside it."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from sim.case import Case
from sim.comparison import NUMERICS, Line, compare, ratio
from sim.figures.draw import PICTURES
from sim.report import turning, words
from sim.report.case_words import case_words
from sim.report.verification import tables
from sim.results.alternatives import NAMES, SHOWN
from sim.results.files import Json, write_text
from sim.results.labels import label, typeset
from sim.results.metrics import MEANINGS, MM, N_MM, Meaning
from sim.results.record import REPORT, Record

GROUPS = {
    "needle": "Needle and hand",
    "insertion": "Insertion",
    "infiltration": "Infiltration",
    "treatment": "Treatment",
    "run": "Numerics",
}
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


def write_report(
    folder: Path,
    records: Sequence[Record],
    pictures: dict[str, Path],
    command: str,
    failures: Sequence[str] = (),
) -> Path:
    """Write `folder`/report.html.

    Parameters
    ----------
    folder : Path
    records : sequence of Record
        One run, or two to compare.
    pictures : dict
        PNG files by name, as `sim.figures.draw.draw` returns them.
    command : str
        Command line that repeats this result.
    failures : sequence of str
        What a reader must know about runs that left no record.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": words.number, "label": label, "typeset": typeset}
    injected = any(record.metrics["infiltration.dose_mg"] is not None for record in records)
    page = environment.get_template("template.html").render(
        title=" and ".join(record.name for record in records) or "no record",
        question=_question(records),
        records=records,
        compared=case_words(records) if records else "",
        headline=words.comparison_words(*records) if len(records) == 2 else "",
        answers=[
            (record.name, words.insertion_words(record), words.infiltration_words(record))
            for record in records
        ],
        failures=failures,
        scenario=words.scenario_words(records[0].case) if injected else "",
        lumens=[text for record in records if (text := turning.lumen_words(record))],
        alternatives=_alternatives(records),
        half_plane=all(record.fields is None or _dimension(record) == 2 for record in records),
        inserted=any(_inserted(record) for record in records),
        decisive=[text for record in records if (text := turning.decisive_words(record))],
        turning=turning.turning_words(records),
        shares=[text for record in records if (text := turning.share_words(record))],
        settings=turning.settings_words(records),
        pass_note=turning.NOTE,
        left_out=[text for record in records for text in turning.left_out(record)],
        figures=[_figure(name, path, records) for name, path in pictures.items()],
        groups=_groups(records),
        inputs=_inputs(records),
        verification=tables(),
        command=command,
    )
    write_text(folder / REPORT, page)
    return folder / REPORT


def _inserted(record: Record) -> bool:
    return record.site is None


def _dimension(record: Record) -> int:
    return record.fields.points.shape[1]


def _question(records: Sequence[Record]) -> str:
    """What the report answers: the part of it that was computed."""
    asked = []
    if not records or any(_inserted(record) for record in records):
        asked.append("does it get in")
    if not records or any(record.fields is not None for record in records):
        asked.append("where does the drug go")
    return f"{', and '.join(asked) or 'no result'}?"


def _groups(records: Sequence[Record]) -> dict[str, list[tuple[Meaning, Line]]]:
    """All numbers by what they are about; geometry and hand from the case.

    A stage of which nothing was computed has no rows.
    """
    groups: dict[str, list[tuple[Meaning, Line]]] = {name: [] for name in GROUPS.values()}
    cases = [record.case for record in records]
    hand = HAND if any(_inserted(record) for record in records) else ()
    for meaning, value in (*GEOMETRY, *hand):
        values = [value(case) for case in cases]
        first, second = (*values, None, None)[:2]
        groups["Needle and hand"].append(
            (meaning, Line(meaning.label, first, second, ratio(first, second)))
        )
    first, second = (*(record.metrics for record in records), {}, {})[:2]
    for line in compare(first, second):
        if line.key in MEANINGS:
            stage = "run" if line.key in NUMERICS else line.key.partition(".")[0]
            groups[GROUPS[stage]].append((MEANINGS[line.key], line))
    return {
        name: lines
        for name, lines in groups.items()
        if any((line.a, line.b) != (None, None) for _, line in lines)
    }


@dataclass(frozen=True)
class Alternatives:
    """Numbers of the same injections under other assumptions."""

    columns: list[str]
    rows: list[tuple[Meaning, list[Json]]]


def _alternatives(records: Sequence[Record]) -> Alternatives | None:
    """Return what was computed of every record; None where nothing was."""
    found = [(record.name, row) for record in records for row in record.alternatives]
    if not found:
        return None
    columns = [f"{name}, {NAMES[row['alternative']]}" for name, row in found]
    rows = [
        (MEANINGS[f"infiltration.{key}"], [float(row[key]) for _, row in found]) for key in SHOWN
    ]
    return Alternatives(columns, rows)


def _inputs(records: Sequence[Record]) -> list[dict[str, str]]:
    """Every input once; one that differs between the needles once for each, with its name."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    needles: dict[tuple[str, str], list[str]] = {}
    for record in records:
        for row in record.inputs:
            at = row["key"], row["value"]
            rows.setdefault(at, row)
            needles.setdefault(at, []).append(record.name)
    return [
        row | {"needle": "" if len(needles[at]) == len(records) else needles[at][0]}
        for at, row in rows.items()
    ]


def _figure(name: str, path: Path, records: Sequence[Record]) -> dict[str, str]:
    needles = " and ".join(record.name for record in records)
    return {
        "name": name,
        "caption": PICTURES[name].caption,
        "alt": f"{PICTURES[name].caption} Shown for {needles}.",
        "data": base64.b64encode(path.read_bytes()).decode(),
    }
