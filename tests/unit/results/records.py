"""Run folders of made-up results, written by the code under test's own writers."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from sim.case import Case
from sim.outcome import InfiltrationResult, InsertionResult
from sim.results import metrics, tables
from sim.results.crushed import write_crushed
from sim.results.fields import write_fields
from sim.results.files import write_json, write_rows, write_table, write_text
from sim.results.folder import METRICS
from sim.results.inputs import HEADER as INPUTS_HEADER
from sim.results.inputs import Input
from sim.results.record import (
    CASE,
    CONFIG,
    EVENTS,
    FIELDS,
    FORCE,
    INPUTS,
    THRESHOLD,
    TURNING_POINTS,
    UPTAKE,
    Record,
    load,
)
from sim.sensitivity import HEADER, Infiltration, Insertion, Range, one_at_a_time

RANGES = (
    Range("nodule.mineral.solid_strength", "240 MPa", "70 MPa", "800 MPa"),
    Range("technique.side_force_ratio", "0.1", "0", "0.2"),
)


class Scaled:
    """Margins that fall with the input's value, an infiltrated share that follows them."""

    def __init__(self, default: InsertionResult) -> None:
        self.default = default

    def insertion(self, change: tuple[str, str] | None) -> Insertion:
        margin = min(self.default.margins.values())
        if change is None:
            return Insertion(self.default.outcome, margin)
        usual = next(entry.default for entry in RANGES if entry.key == change[0])
        value, usual = (float(text.split()[0]) for text in (change[1], usual))
        margin *= (usual / max(value, 0.01)) ** 0.8
        return Insertion("reached_target" if margin > 1.0 else "buckled", margin)

    def infiltration(self, change: tuple[str, str] | None) -> Infiltration:
        share = min(0.3 * self.insertion(change).margin, 1.0)
        return Infiltration(self.ended_by(change), share, share)

    def ended_by(self, change: tuple[str, str] | None) -> str:
        return "volume"


def write_record(
    folder: Path, case: Case, insertion: InsertionResult, infiltration: InfiltrationResult | None
) -> Record:
    """Write a run folder and read it back."""
    folder.mkdir(parents=True)
    write_text(folder / CONFIG, "needle: made up\n")
    length = Input("needle.length", f"{1e3 * case.needle.length:g} mm", "", "", "chart", "high")
    write_rows(folder / INPUTS, INPUTS_HEADER, [length.cells()])
    write_json(folder / CASE, dataclasses.asdict(case))
    values, notes = metrics.insertion_metrics(case, insertion)
    write_table(folder / FORCE, tables.force_table(insertion))
    write_rows(folder / EVENTS, tables.EVENTS_HEADER, tables.event_rows(insertion))
    if insertion.crushed is not None:
        mineral = case.nodule.mineral
        write_crushed(
            folder / FIELDS,
            insertion.crushed,
            0.5 * case.needle.outer_diameter,
            insertion.reached_depth,
            mineral.tensile_strength / mineral.crushing_strength,
        )
    if infiltration is None:
        more, reasons = metrics.missing_metrics("infiltration", "not computed")
    else:
        more, reasons = metrics.infiltration_metrics(infiltration)
        write_table(folder / UPTAKE, tables.uptake_table(infiltration))
        write_table(folder / THRESHOLD, tables.threshold_table(infiltration))
        write_fields(folder / FIELDS, infiltration.fields)
    treatment, why = metrics.treatment_metrics(case, infiltration)
    run = {"run.status": "complete", "run.wall_s": 1.0, "run.peak_memory_MB": 100.0}
    content = values | more | treatment | run | {"run.notes": notes + reasons + why}
    write_json(folder / METRICS, content)
    rows, _ = one_at_a_time(case.needle.name, RANGES, Scaled(insertion))
    write_rows(folder / TURNING_POINTS, HEADER, [row.cells() for row in rows])
    return load(folder)
