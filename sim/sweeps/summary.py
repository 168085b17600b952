"""A sweep's table in a few lines: how its runs ended, why, and between what its results lie."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

import pandas as pd
from rich.console import Console
from rich.table import Table

from sim.report.words import number
from sim.results.metrics import MEANINGS
from sim.sweeps.table import counts

MAIN = (  # metrics
    "insertion.depth_in_nodule_mm",
    "insertion.peak_force_N",
    "infiltration.injected_volume_mL",
    "infiltration.peak_pressure_kPa",
    "infiltration.dose_in_nodule_mg",
    "infiltration.infiltrated_fraction_of_nodule",
    "infiltration.exposure_mg_h_per_mL",
    "treatment.mineral_removed_fraction",
    "run.wall_s",
)
OUTCOME = "insertion.outcome"
SIDES = ("", "a.", "b.")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def print_summary(table: pd.DataFrame, console: Console) -> None:
    """Print the counts, the reasons of the runs that are not complete, and the ranges."""
    console.print(counts(table), highlight=False)
    for found in (_reasons(table), _outcomes(table), _ranges(table)):
        if found.row_count:
            console.print(found)


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
    shown = Table("side", "outcome of the insertion", "runs")
    for side in SIDES:
        if f"{side}{OUTCOME}" in table:
            for outcome, count in table[f"{side}{OUTCOME}"].value_counts().items():
                shown.add_row(side.rstrip("."), str(outcome), str(count))
    return shown


def _ranges(table: pd.DataFrame) -> Table:
    shown = Table("metric", "side", "runs", "least", "median", "largest", "unit")
    for name, side in itertools.product(MAIN, SIDES):
        values = table.get(f"{side}{name}", pd.Series(dtype=float)).dropna()
        if len(values):
            meaning = MEANINGS[name]
            ends = (values.min(), values.median(), values.max())
            row = [number(meaning.shown(float(value))) for value in ends]
            shown.add_row(meaning.label, side.rstrip("."), str(len(values)), *row, meaning.unit)
    return shown
