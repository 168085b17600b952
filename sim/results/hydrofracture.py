"""One injection with and without cracks, side by side: what the choice of the model decides.

A flow through deforming tissue is computed with both settings of ``flow.hydrofracture``, from the
same place of the needle; the second one at the cost of another injection and follow-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sim.case import Case
from sim.outcome import InfiltrationResult
from sim.results.files import Cell, Json
from sim.results.metrics import infiltration_metrics

SHOWN = (
    "injected_volume_mL",
    "injection_time_s",
    "peak_pressure_kPa",
    "backflow_fraction",
    "dose_in_nodule_mg",
    "infiltrated_fraction_of_nodule",
)
HEADER = ("hydrofracture", *SHOWN)


def other_setting(case: Case) -> Case:
    """Return the case with cracks allowed, or without them if they were."""
    other = "none" if case.flow.hydrofracture == "smeared" else "smeared"
    return replace(case, flow=replace(case.flow, hydrofracture=other))


def by_setting(
    results: Mapping[str, InfiltrationResult],
) -> tuple[dict[str, Json], list[tuple[Cell, ...]]]:
    """Return the metrics and the rows below `HEADER` of results by their setting."""
    values: dict[str, Json] = {}
    rows: list[tuple[Cell, ...]] = []
    for setting, result in results.items():
        found, _ = infiltration_metrics(result)
        shown = {name: found[f"infiltration.{name}"] for name in SHOWN}
        values |= {f"hydrofracture_{setting}.{name}": value for name, value in shown.items()}
        rows.append((setting, *shown.values()))
    return values, rows
