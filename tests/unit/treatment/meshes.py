"""Domains on coarse meshes and states that vary over them, for tests of what rounds hand on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.case import Case
from sim.config import default_case
from sim.domain.axisymmetric import axisymmetric_domain
from sim.domain.domain import Domain
from sim.outcome import TissueState
from sim.treatment.transfer import untouched

COARSE = ["mesh=coarse", "dissolution=effective_yield", "schedule=three_weekly"]


def domain(case: Case, depth: float) -> Domain:
    """The half plane with the needle's tip at `depth` (m)."""
    return axisymmetric_domain(case, depth)


def treated(of: Domain) -> TissueState:
    """Drug and dissolved mineral around the centre, where a part of the solid is gone."""
    start, case = untouched(of), of.case
    r, z = start.points.T
    away = np.hypot(r, z + case.nodule.centre_depth)
    plume = np.exp(-((away / 3e-3) ** 2))
    return replace(
        start,
        concentration=250.0 * plume,
        dissolved=2.0 * plume,
        mineral=start.whole * (1.0 - 0.8 * plume),
    )


def case(needle: str = "27G", technique: str = "push", *overrides: str) -> Case:
    """The default patient on a coarse mesh."""
    return default_case(needle, technique, [*COARSE, *overrides])
