"""Rounds that cost next to nothing: made-up drug, and mineral that goes where the drug is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sim.case import Case
from sim.infiltration import tip_depth
from sim.outcome import InfiltrationResult, InsertionResult, TissueState
from sim.treatment.transfer import carried, untouched
from tests.unit.results.synthetic import infiltration
from tests.unit.treatment.meshes import domain, treated

type Progress = Callable[[str, float], None]


def infiltrate(
    case: Case,
    insertion: InsertionResult,
    progress: Progress | None = None,
    before: TissueState | None = None,
    until: float | None = None,
) -> InfiltrationResult:
    """Stand in for `sim.infiltration.infiltrate`."""
    here = domain(case, tip_depth(case, insertion))
    start = untouched(here) if before is None else carried(before, here).state
    plume = treated(here)
    share = plume.mineral / (plume.whole + 1e-30)
    tissue = replace(start, concentration=plume.concentration, mineral=share * start.mineral)
    return replace(infiltration(case, insertion.reached_depth), tissue=tissue)
