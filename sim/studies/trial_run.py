"""A trial and its folder: runs, one row a patient, all numbers, pictures and the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from sim.config.trial import SIDES, Trial
from sim.figures.style import save
from sim.figures.trial import density_figure, pairs_figure, subgroups_figure
from sim.report.trial import answer, write_trial_report
from sim.results.files import Cell, write_json, write_rows, write_text
from sim.results.names import FIGURES
from sim.results.progress import DONE, Show, silent
from sim.results.record import CONFIG
from sim.studies.cohort import Drawing, Patient, described
from sim.studies.trial import ENDED, LEAST_PAIRS, MEASURES, OUTCOME, Analysis, Tables, analyse
from sim.sweeps.columns import unit_of
from sim.sweeps.point import Point
from sim.sweeps.pool import run_points

EXPERIMENT = "run_case"
PATIENTS, ANSWER = "trial.csv", "trial.json"
LEAN = ("output.fields=none", "output.report=false")


def run_trial(
    trial: Trial, config: str, folder: Path, command: str, show: Show = silent
) -> tuple[bool, list[str]]:
    """Draw the patients, run both needles in each, and leave table, numbers and report in `folder`.

    What is finished in the folder, or has been computed anywhere else, is not computed again.

    Parameters
    ----------
    trial : Trial
    config : str
        The resolved configuration behind it, as YAML.
    folder : Path
    command : str
        Command line that repeats the trial.

    Returns
    -------
    whole : bool
        Whether every run is complete.
    answer : list of str
        Who reached the target, how much drug arrived, what could turn it.

    Raises
    ------
    ConfigError
        If a patient cannot be drawn, a needle can be used in none of them, or another sweep is at
        work in the folder.
    """
    show("cohort", 0.0)
    drawing = Drawing(trial)
    patients = drawing.cohort()
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / CONFIG, config)
    runs = run_points(
        points(trial, patients),
        folder,
        trial.workers,
        lambda what, share: show(what, 0.98 * share),
        overrides_for_all=LEAN,
    )
    tables = Tables(runs)
    write_rows(folder / PATIENTS, *_rows(patients, tables))
    whole = int(tables.analysed.sum())
    if whole < LEAST_PAIRS:
        told = (
            f"Both runs are complete in {whole} of {trial.patients} patients: too few to compare."
        )
        return False, [f"{told} Why the others are not is in {PATIENTS}."]
    found = analyse(patients, tables, trial.density_bounds, trial.seed, trial.resamples)
    write_json(folder / ANSWER, _plain(trial, drawing.again, found))
    pictures = {
        "pairs": pairs_figure(trial.names, tables),
        "density": density_figure(trial.names, patients, tables, trial.density_bounds),
        "subgroups": subgroups_figure(trial.names, found.subgroups),
    }
    paths = {name: save(f, folder / FIGURES / f"{name}.png") for name, f in pictures.items()}
    laws = described(drawing, patients)
    write_trial_report(
        folder, trial, patients, laws, drawing.again, found, tables.both, paths, command
    )
    show(DONE, 1.0)
    return bool(found.analysed.all()), answer(trial, found)


def points(trial: Trial, patients: Sequence[Patient]) -> list[Point]:
    """Return the runs: both needles in a patient, one after the other."""
    return [
        Point(EXPERIMENT, (*trial.sides[side], *patient.overrides(side)))
        for patient in patients
        for side in range(len(SIDES))
    ]


def _rows(
    patients: Sequence[Patient], tables: Tables
) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """Return header and rows of the patients' table."""
    keys = list(dict.fromkeys(key for patient in patients for key in patient.values))
    drawn = [f"{key} ({unit})" if (unit := unit_of(key)) else key for key in keys]
    own = ("key", "status", "reason", "insertion.target_depth_mm", OUTCOME, ENDED)
    own += tuple(f"infiltration.{name}" for name in MEASURES)
    header = ("patient", "nodule", "tissue", "operator_percentile", *drawn)
    header += tuple(f"{side}.{column}" for side in SIDES for column in own)
    told_of = [table.reindex(columns=own) for table in tables.both]
    rows = []
    for number, patient in enumerate(patients):
        values = [patient.number_of(key) if key in patient.values else None for key in keys]
        told = [
            None if table[column].isna()[number] else table[column][number]
            for table in told_of
            for column in own
        ]
        who = (patient.number, patient.nodule, patient.tissue, 100.0 * patient.strength)
        rows.append((*who, *values, *told))
    return header, rows


def _plain(trial: Trial, again: Mapping[str, int], found: Analysis) -> dict[str, object]:
    """Return all numbers of a trial as plain containers."""
    analysis = asdict(replace(found, analysed=found.analysed.tolist()))
    return {"trial": asdict(trial), "drawn_again": dict(again), **analysis}
