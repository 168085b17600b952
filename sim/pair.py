"""Two runs of the same patient in two processes, and what sets them apart."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sim.comparison import Line, compare, distinct_names, write_comparison
from sim.figures.painters import get_ready, paint, painters
from sim.report.build import write_report
from sim.report.own import write_own_report
from sim.report.verdict import comparison_words
from sim.report.words import number
from sim.results.files import write_rows
from sim.results.folder import LOG, log_to, new_folder, partial_of, settle
from sim.results.metrics import MEANINGS
from sim.results.progress import bars
from sim.results.record import REPORT, TURNING_POINTS, Record, load
from sim.run import Job, begin, run_case
from sim.sensitivity import HEADER
from sim.side_by_side import Ending, run_jobs

log = logging.getLogger(__name__)

SHOWN = (
    "run.status",
    "insertion.outcome",
    "insertion.depth_in_nodule_mm",
    "insertion.peak_force_N",
    "insertion.peak_torque_Nmm",
    "insertion.buckling_margin",
    "insertion.bending_margin",
    "insertion.operator_margin",
    "infiltration.injected_volume_mL",
    "infiltration.injection_time_s",
    "infiltration.peak_pressure_kPa",
    "infiltration.backflow_fraction",
    "infiltration.dose_in_nodule_mg",
    "infiltration.infiltrated_fraction_of_nodule",
    "infiltration.exposure_mg_h_per_mL",
    "run.wall_s",
)


def run_pair(a: Job, b: Job, folder: Path, command: str, console: Console) -> bool:
    """Run both jobs side by side, compare them, and print the table and the report's path.

    The jobs' own folders are replaced by ``a_<needle>`` and ``b_<needle>`` inside `folder`; their
    own reports are written last.

    Returns
    -------
    bool
        Whether both runs are complete; what one side left is kept and compared in any case.

    Raises
    ------
    ConfigError
        If `folder` is taken.
    KeyboardInterrupt
        Passed on; both sides' folders then say how far they came.
    """
    if a.report:
        get_ready(write_own_report.__module__)
    with new_folder(folder) as aside, log_to(aside / LOG):
        jobs = [
            dataclasses.replace(job, folder=aside / f"{side}_{job.case.needle.name}", report=False)
            for side, job in (("a", a), ("b", b))
        ]
        endings = [Ending("interrupted", "the comparison was interrupted")] * 2
        try:
            with bars([job.folder.name for job in jobs], console) as shows:
                endings = run_jobs([partial(run_case, job) for job in jobs], shows)
        finally:
            for job, ending in zip(jobs, endings, strict=True):
                _settle(job, ending)
            names = distinct_names(a.case, b.case)
            records = [
                load(job.folder, name.replace("_", " "))
                for job, name in zip(jobs, names, strict=True)
            ]
            lines = compare(*(record.metrics for record in records))
            write_comparison(aside, names, lines)
        failures = [
            f"{record.name}: {ending.status}, {ending.reason}"
            for record, ending in zip(records, endings, strict=True)
            if ending.status != "complete"
        ]
        turning = [
            tuple((row | {"needle": name}).values())
            for record, name in zip(records, names, strict=True)
            for row in record.turning_points
        ]
        write_rows(aside / TURNING_POINTS, HEADER, turning)
        if a.report:
            write_report(aside, records, paint(records, aside), command, failures)
        for record in records:
            log.info("%s: %s", record.name, record.metrics["run.status"])
    _print(console, records, lines, failures)
    left = f"report: {folder / REPORT}" if a.report else f"folder: {folder}"
    console.print(left, highlight=False, soft_wrap=True)
    if a.report:
        complete = [
            dataclasses.replace(job, folder=folder / job.folder.name)
            for job, ending in zip(jobs, endings, strict=True)
            if ending.status == "complete"
        ]
        with console.status("each needle's own report"):
            _tell_sides(complete, console)
    return not failures


def _tell_sides(jobs: Sequence[Job], console: Console) -> None:
    """Write the sides' own reports, after that which both wait for."""
    with painters() as pool:
        told = [pool.submit(write_own_report, job.folder, job.command) for job in jobs]
        for job, report in zip(jobs, told, strict=True):
            if (error := report.exception()) is not None:
                console.print(f"{job.folder}: no report, {error}", style="bold red")


def _settle(job: Job, ending: Ending) -> None:
    """Give a side whose process died without a word a readable folder."""
    if job.folder.exists():
        return
    aside = partial_of(job.folder)
    aside.mkdir(exist_ok=True)
    begin(job, aside)
    settle(job.folder, ending.status, ending.reason)


def _print(console: Console, records: list[Record], lines: list[Line], failures: list[str]) -> None:
    table = Table(title="side by side", title_justify="left")
    table.add_column("quantity")
    for record in records:
        table.add_column(record.name, justify="right")
    table.add_column("ratio", justify="right")
    table.add_column("unit")
    shown = {line.key: line for line in lines if line.key in SHOWN}
    for key in SHOWN:
        line, meaning = shown[key], MEANINGS[key]
        values = (meaning.shown(line.a), meaning.shown(line.b), line.ratio)
        table.add_row(meaning.label, *map(number, values), meaning.unit)
    console.print(table)
    console.print(comparison_words(*records), highlight=False)
    for failure in failures:
        console.print(failure, style="bold red", highlight=False)
