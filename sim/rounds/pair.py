"""Two needles' treatments of the same patient, in two processes, and what sets them apart."""

from __future__ import annotations

import dataclasses
import logging
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sim.comparison import compare, distinct_names, write_comparison
from sim.figures.rounds import draw_rounds
from sim.report.rounds import round_words, write_rounds_report
from sim.report.words import number
from sim.results.files import read_json, read_rows, write_json, write_rows, write_text
from sim.results.folder import LOG, METRICS, log_to
from sim.results.metrics import MEANINGS
from sim.results.progress import bars
from sim.results.provenance import Stopwatch, provenance
from sim.results.record import CONFIG, PROVENANCE, REPORT
from sim.rounds.record import Treatment, load_treatment
from sim.rounds.run import ROUNDS, check, conclude, run_treatment
from sim.run import Job, begin
from sim.side_by_side import Ending, run_jobs

log = logging.getLogger(__name__)

SHOWN = {  # heading: metric of a round
    "ended as": "insertion.outcome",
    "in nodule (mm)": "insertion.depth_in_nodule_mm",
    "force (N)": "insertion.peak_force_N",
    "drug (mg)": "infiltration.dose_in_nodule_mg",
    "reached (%)": "infiltration.infiltrated_fraction_of_nodule",
    "mineral gone (%)": "treatment.mineral_removed_fraction",
}


def run_treatments(
    a: Job, b: Job, folder: Path, config: str, command: str, console: Console
) -> bool:
    """Run both jobs' rounds side by side, and print what they did and the report's path.

    Each side has a folder ``a_<needle>``, ``b_<needle>`` inside `folder`, beside `config`, the
    resolved configuration of both, and the provenance with `command`, which began it. Rounds that
    are finished there are not repeated: the same jobs into the same folder go on where they were
    left.

    Returns
    -------
    bool
        Whether all rounds of both sides are complete.

    Raises
    ------
    ConfigError
        If a finished round in the folder belongs to another configuration.
    KeyboardInterrupt
        Passed on; what is finished stays, and is told.
    """
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [
        dataclasses.replace(job, folder=folder / f"{side}_{job.case.needle.name}")
        for side, job in (("a", a), ("b", b))
    ]
    for job in jobs:
        check(job)
    write_text(folder / CONFIG, config)
    write_json(folder / PROVENANCE, provenance(Stopwatch()) | {"command": command})
    with log_to(folder / LOG):
        endings = [Ending("interrupted", "the treatment was interrupted")] * 2
        try:
            with bars([job.folder.name for job in jobs], console) as shows:
                endings = run_jobs([partial(run_treatment, job) for job in jobs], shows)
        finally:
            treatments, failures = _tell(folder, jobs, endings, command)
    _print(console, treatments, failures)
    left = f"report: {folder / REPORT}" if a.report else f"folder: {folder}"
    console.print(left, highlight=False, soft_wrap=True)
    return not failures


def begun_by(folder: Path) -> str | None:
    """Return the command that began the treatment in `folder`, None where that is not known."""
    path = folder / PROVENANCE
    return str(read_json(path)["command"]) if path.exists() else None


def _tell(
    folder: Path, jobs: list[Job], endings: list[Ending], command: str
) -> tuple[list[Treatment], list[str]]:
    """Write tables, pictures and report of both sides as far as they came."""
    for job, ending in zip(jobs, endings, strict=True):
        _settle(job, ending)
    names = distinct_names(*(job.case for job in jobs))
    treatments = [
        load_treatment(job.folder, name.replace("_", " "))
        for job, name in zip(jobs, names, strict=True)
    ]
    lines = compare(*(treatment.metrics for treatment in treatments))
    computed = [line for line in lines if (line.a, line.b) != (None, None)]
    write_comparison(folder, names, computed)
    rows = [
        {"needle": treatment.name} | row
        for treatment in treatments
        for row in read_rows(treatment.folder / ROUNDS)
    ]
    header = list(rows[0]) if rows else ["needle"]
    write_rows(folder / ROUNDS, header, [list(row.values()) for row in rows])
    failures = [
        f"{treatment.name}: {ending.status}, {ending.reason}; "
        f"{len(treatment.rounds)} of {treatment.case.schedule.rounds} rounds are finished"
        for treatment, ending in zip(treatments, endings, strict=True)
        if ending.status != "complete"
    ]
    if jobs[0].report:
        write_rounds_report(folder, treatments, draw_rounds(treatments, folder), command, failures)
    for treatment, ending in zip(treatments, endings, strict=True):
        log.info("%s: %s", treatment.name, ending.status)
    return treatments, failures


def _settle(job: Job, ending: Ending) -> None:
    """Have the folder of a side tell what is finished, also where its process died without a word.

    A process that came to an end of its own has done so.
    """
    if (job.folder / METRICS).exists():
        return
    job.folder.mkdir(exist_ok=True)
    begin(job, job.folder)
    conclude(job, Stopwatch(), ending.status, ending.reason)


def _print(console: Console, treatments: list[Treatment], failures: list[str]) -> None:
    table = Table(title="round by round", title_justify="left")
    for heading in ("needle", "round"):
        table.add_column(heading)
    for heading in SHOWN:
        table.add_column(heading, justify="right")
    for treatment in treatments:
        for n in range(1, len(treatment.rounds) + 1):
            row = [treatment.metrics[f"round_{n}.{key}"] for key in SHOWN.values()]
            shown = [
                number(MEANINGS[key].shown(value))
                for key, value in zip(SHOWN.values(), row, strict=True)
            ]
            table.add_row(treatment.name, str(n), *shown)
    console.print(table)
    for treatment in treatments:
        console.print(round_words(treatment), highlight=False)
    for failure in failures:
        console.print(failure, style="bold red", highlight=False)
