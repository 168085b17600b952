"""The same injection under other assumptions, side by side: what a choice of the model decides.

Beside the injection as it is configured:

* ``without_core``: where a core of mineral stays in the lumen, it is blown out;
* ``dead_volume_added``: where air or blood goes first, the volume of hub and lumen is ordered as
  well, as far as the syringe holds it;
* ``without_cracks`` or ``with_cracks``: where tissue deforms, the other ``flow.hydrofracture``.

Each costs another injection and follow-up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sim.case import Case
from sim.flow.dead_volume import dead_volume
from sim.outcome import InfiltrationResult, InsertionResult
from sim.results.files import Cell, Json
from sim.results.metrics import infiltration_metrics

NAMES = {
    "as_configured": "as configured",
    "without_core": "core blown out",
    "dead_volume_added": "dead volume ordered as well",
    "without_cracks": "no cracks",
    "with_cracks": "cracks",
}
SHOWN = (
    "injected_volume_mL",
    "injection_time_s",
    "peak_pressure_kPa",
    "backflow_fraction",
    "dose_in_nodule_mg",
    "infiltrated_fraction_of_nodule",
)
HEADER = ("alternative", *SHOWN)


def alternatives(
    case: Case, insertion: InsertionResult | None
) -> Iterator[tuple[str, Case, InsertionResult | None]]:
    """Yield (name, case, insertion) of every alternative there is.

    Without an insertion (a needle in place, also in 3-D on several ranks) only that of the cracks.
    """
    needle, injection = case.needle, case.injection
    if insertion is not None and insertion.core_retention > injection.pressure_limit:
        yield "without_core", case, replace(insertion, core_retention=0.0)
    volume = injection.volume + dead_volume(needle)
    goes_first = insertion is not None and needle.lumen_content != "drug"
    if goes_first and volume <= injection.syringe_volume:
        more = replace(case, injection=replace(injection, volume=volume))
        yield "dead_volume_added", more, insertion
    if case.flow.kind == "poroelastic":
        cracks = case.flow.hydrofracture == "none"
        flow = replace(case.flow, hydrofracture="smeared" if cracks else "none")
        yield ("with_cracks" if cracks else "without_cracks"), replace(case, flow=flow), insertion


def side_by_side(
    results: Mapping[str, InfiltrationResult],
) -> tuple[dict[str, Json], list[tuple[Cell, ...]]]:
    """Return the metrics, and the rows below `HEADER`, of results by their alternative."""
    values: dict[str, Json] = {}
    rows: list[tuple[Cell, ...]] = []
    for name, result in results.items():
        found, _ = infiltration_metrics(result)
        shown = {key: found[f"infiltration.{key}"] for key in SHOWN}
        rows.append((name, *shown.values()))
        if name != "as_configured":
            values |= {f"{name}.{key}": value for key, value in shown.items()}
    return values, rows
