"""Records to HTML: everything inside one file, no address outside it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from sim.comparison import Line, compare
from sim.report import words
from sim.report.verification import tables
from sim.results.files import write_text
from sim.results.metrics import MEANINGS
from sim.results.record import REPORT, Record

CAPTIONS = {
    "force": "Axial force at the hand against depth, split into tip and shaft friction, with the "
    "limits. The curve ends where the insertion ended. Each needle has its own force axis.",
    "infiltration": "Thiosulfate in the pore fluid in the section through the axis; one colour "
    "scale and one spatial scale, the needle drawn in where it stopped.",
    "uptake": "Where the delivered drug is over time (stacked).",
    "threshold": "Share of the nodule's volume that ever exceeded a concentration.",
    "turning_points": "Over each uncertain input's range, the others at their defaults. Above: the "
    "smallest margin of the insertion. Below: the infiltrated share of the nodule.",
}


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
    environment.filters |= {"number": words.number}
    page = environment.get_template("template.html").render(
        title=" and ".join(record.name for record in records) or "no record",
        records=records,
        headline=words.comparison_words(*records) if len(records) == 2 else "",
        answers=[
            (record.name, words.insertion_words(record), words.infiltration_words(record))
            for record in records
        ],
        failures=failures,
        decisive=[text for record in records if (text := words.decisive_words(record))],
        turning=words.turning_words(records),
        shares=[text for record in records if (text := words.share_words(record))],
        figures=[_figure(name, path, records) for name, path in pictures.items()],
        lines=[(MEANINGS[line.key], line) for line in _lines(records)],
        inputs=_inputs(records),
        verification=tables(),
        command=command,
    )
    write_text(folder / REPORT, page)
    return folder / REPORT


def _lines(records: Sequence[Record]) -> list[Line]:
    first = records[0].metrics if records else {}
    second = records[1].metrics if len(records) > 1 else {}
    return [line for line in compare(first, second) if line.key in MEANINGS]


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
        row if len(needles[at]) == len(records) else row | {"key": f"{at[0]} ({needles[at][0]})"}
        for at, row in rows.items()
    ]


def _figure(name: str, path: Path, records: Sequence[Record]) -> dict[str, str]:
    needles = " and ".join(record.name for record in records)
    return {
        "name": name,
        "caption": CAPTIONS[name],
        "alt": f"{CAPTIONS[name]} Shown for {needles}.",
        "data": base64.b64encode(path.read_bytes()).decode(),
    }
