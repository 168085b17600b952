"""The report of one run and of a comparison: the answer first, then what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.figures.draw import PICTURES
from sim.report import numbers, turning, words
from sim.report.case_words import case_words
from sim.report.page import environment, shown, write_page
from sim.report.sure import sure_words
from sim.report.verdict import verdict_words
from sim.results.record import Record

FORCE = "force"  # the picture whose caption depends on the needle
TURNING = "turning_points"  # the picture that stands beside its own text


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
    injected = any(record.metrics["infiltration.dose_mg"] is not None for record in records)
    needles = " and ".join(record.name for record in records)
    captions = {name: PICTURES[name].caption for name in pictures}
    if step := words.step_words(records):
        captions |= {FORCE: f"{PICTURES[FORCE].caption} {step}"}
    figures = {name: shown(name, path, captions[name], needles) for name, path in pictures.items()}
    return write_page(
        folder,
        "run.html",
        environment(),
        title=needles or "no record",
        question=_question(records),
        records=records,
        compared=case_words(records) if records else "",
        headline=verdict_words(*records) if len(records) == 2 else "",
        answers=[
            (record.name, words.insertion_words(record), words.infiltration_words(record))
            for record in records
        ],
        key=numbers.lines(records, numbers.KEY),
        sure=sure_words(records),
        scenario=words.scenario_words(records[0].case) if injected else "",
        failures=failures,
        figures=[figure for name, figure in figures.items() if name != TURNING],
        turning_figures=[figure for name, figure in figures.items() if name == TURNING],
        turning=turning.turning_words(records),
        shares=[text for record in records if (text := turning.share_words(record))],
        settings=turning.settings_words(records),
        left_out=[text for record in records for text in turning.left_out(record)],
        alternatives=numbers.alternatives(records),
        groups=numbers.groups(records),
        notes={
            record.name: [note for note in record.notes if not note.startswith(turning.NOTE)]
            for record in records
        },
        inputs=numbers.inputs(records),
        half_plane=all(record.fields is None or _dimension(record) == 2 for record in records),
        inserted=any(numbers.inserted(record) for record in records),
        command=command,
    )


def _dimension(record: Record) -> int:
    return record.fields.points.shape[1]


def _question(records: Sequence[Record]) -> str:
    """What the report answers: the part of it that was computed."""
    asked = []
    if not records or any(numbers.inserted(record) for record in records):
        asked.append("does it get in")
    if not records or any(record.fields is not None for record in records):
        asked.append("where does the drug go")
    return f"{', and '.join(asked) or 'no result'}?"
