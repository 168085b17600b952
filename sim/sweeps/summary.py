"""A sweep's table in a few lines: how its runs ended, why, and between what its results lie."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from rich.console import Console
from rich.table import Table

from sim.errors import ConfigError
from sim.report.words import number
from sim.results.metrics import MEANINGS
from sim.studies.metric import FINISHED, IS
from sim.sweeps.axes import swept
from sim.sweeps.ranking import FORCE, OUTCOME, REACHED
from sim.sweeps.table import CSV, counts

MAIN = (  # metrics
    "insertion.depth_in_nodule_mm",
    FORCE,
    "infiltration.injected_volume_mL",
    "infiltration.peak_pressure_kPa",
    "infiltration.dose_in_nodule_mg",
    "infiltration.infiltrated_fraction_of_nodule",
    "infiltration.exposure_mg_h_per_mL",
    "treatment.mineral_removed_fraction",
    "run.wall_s",
)
SIDES = ("", "a.", "b.")
REACHING = "in runs that reached the target"  # of force: that of others is the hand's limit
NEAR = 5  # names that are offered for one that is not there
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def print_summary(table: pd.DataFrame, console: Console) -> None:
    """Print the counts, the reasons of the runs that are not complete, and the ranges."""
    console.print(counts(table), highlight=False)
    for found in (_reasons(table), _outcomes(table), _ranges(table)):
        if found.row_count:
            console.print(found)


def check_asked(
    table: pd.DataFrame, metrics: Sequence[str], over: Sequence[str], by: str | None
) -> None:
    """Refuse metrics that are no columns of a sweep's table, and axes that it does not have.

    Raises
    ------
    ConfigError
        With the columns whose names are near.
    """
    runs = swept(table)
    for name in (metric.partition(IS)[0] for metric in metrics if metric != FINISHED):
        if name not in runs.runs:
            columns = [str(column) for column in runs.runs]
            near = [column for column in columns if name.lower() in column.lower()]
            near = (near or difflib.get_close_matches(name, columns, cutoff=0.5))[:NEAR]
            meant = f"did you mean {' or '.join(near)}? " if near else ""
            raise ConfigError("--metric", name, f"{meant}columns are in the first line of {CSV}")
    for name in over:
        runs.axis(name, "--over")
    if by is not None:
        runs.axis(by, "--by")


@dataclass(frozen=True)
class Reason:
    """Why some runs are not complete, told by the first of them."""

    count: int
    status: str
    text: str
    folder: str


def reasons(table: pd.DataFrame) -> list[Reason]:
    """Return why runs are not complete; reasons that differ in their numbers alone count as one."""
    open_ = table[table["status"] != "complete"]
    alike = open_["reason"].str.replace(_NUMBER, "#", regex=True)
    groups = [group for _, group in open_.groupby(["status", alike], sort=False)]
    firsts = [(len(group), group.iloc[0]) for group in groups]
    return [Reason(n, first["status"], first["reason"], first["folder"]) for n, first in firsts]


def _reasons(table: pd.DataFrame) -> Table:
    shown = Table("runs", "status", "reason", "first", title="not complete", title_justify="left")
    for reason in reasons(table):
        shown.add_row(str(reason.count), reason.status, reason.text, reason.folder)
    return shown


def _outcomes(table: pd.DataFrame) -> Table:
    sides = _sides(table)
    shown = Table(*sides, "outcome of the insertion", "runs")
    for side in SIDES:
        if f"{side}{OUTCOME}" in table:
            for outcome, count in table[f"{side}{OUTCOME}"].value_counts().items():
                shown.add_row(*_side(side, sides), str(outcome), str(count))
    return shown


def _ranges(table: pd.DataFrame) -> Table:
    sides = _sides(table)
    shown = Table("metric", *sides, "runs", "least", "median", "largest", "unit")
    for name in MAIN:
        for side in SIDES:
            values = table.get(f"{side}{name}", pd.Series(dtype=float)).dropna()
            if not len(values):
                continue
            meaning, label, count = MEANINGS[name], MEANINGS[name].label, str(len(values))
            if name == FORCE and f"{side}{OUTCOME}" in table:
                values = values[table[f"{side}{OUTCOME}"] == REACHED]
                label, count = f"{label}, {REACHING}", f"{len(values)} of {count}"
            row = ["—"] * 3
            if len(values):
                ends = (values.min(), values.median(), values.max())
                row = [number(meaning.shown(float(value))) for value in ends]
            shown.add_row(label, *_side(side, sides), count, *row, meaning.unit)
    return shown


def _sides(table: pd.DataFrame) -> list[str]:
    """Return the column that tells the sides of comparisons apart, where there are any."""
    return ["side"] if any(column.startswith(SIDES[1:]) for column in table) else []


def _side(side: str, sides: Sequence[str]) -> list[str]:
    return [side.rstrip(".")] if sides else []
