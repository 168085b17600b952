"""A treatment: rounds of insertion and infiltration, each into what the last one left.

Between two rounds the tissue is taken to heal around the needle's way, and nothing but the
infiltration's own follow-up happens: no new mineral grows (simplification; a calcinosis may). Soft
tissue is as it was; the nodule's outline stays, also where its mineral is gone (a collapse is left
out). Its laws follow the mineral that is left (`sim.materials.density`): what varies from place to
place where they are local, and the mean where one number serves all of the nodule.

What is removed follows a closure that is named in every result. It is a scenario of that closure,
not a prediction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.case import Case, Schedule
from sim.materials.density import strength_ratio
from sim.outcome import TissueState
from sim.treatment.left import around, nodule_left
from sim.treatment.transfer import nodule_of, removed_mineral, total_mineral


@dataclass(frozen=True)
class Regression:
    """What the rounds so far have done to the nodule."""

    mineral_removed: float  # kg, solid that was dissolved
    fraction: float  # of what was there before the first round
    stiffness_ratio: float  # volume mean of Young's modulus, now / before the first round


def follows(case: Case, tissue: TissueState) -> tuple[Case, TissueState, dict[str, float]]:
    """Return the case of a round that follows, the tissue around its entry, and the corrections.

    Parameters
    ----------
    case : Case
        Of the first round.
    tissue : TissueState
        As the last round left it.
    """
    corrections = {}
    if case.schedule.entry == "shifted":
        moved = around(tissue, case.schedule.shift)
        tissue, corrections = moved.state, moved.corrections
    nodule = nodule_left(case.nodule, tissue, case.mesh.nodule_size)
    return replace(case, nodule=nodule), tissue, corrections


def ends(schedule: Schedule, number: int) -> float | None:
    """Return when a round ends (s from its start), None for the last: after its follow-up."""
    return None if number == schedule.rounds else schedule.interval


def regression(case: Case, tissue: TissueState) -> Regression:
    """Return what was removed of the mineral that was in the nodule before the first round.

    The stiffness is the volume mean (Voigt), an upper bound of the nodule's as a whole.

    Parameters
    ----------
    case : Case
        Of the first round.
    tissue : TissueState
    """
    removed = removed_mineral(tissue)
    volume = nodule_of(tissue).integrals(1.0)
    mineral = case.nodule.mineral
    now, before = (strength_ratio(mineral, density) for density in (tissue.mineral, tissue.whole))
    return Regression(
        mineral_removed=removed,
        fraction=removed / (removed + total_mineral(tissue)),
        stiffness_ratio=float(volume @ now) / float(volume @ before),
    )
