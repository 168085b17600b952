"""`clinical_fit`: mineral that the drug has reached goes away by a first-order law of its own.

Where the drug's concentration has passed a threshold since the round began, mineral falls by a
fixed rate per week, whatever the drug does later. It takes no drug and is not followed as a
solute: cells, extrusion and everything else that the clinic's numbers hold are lumped in the rate.

The rate is calibrated to one of two numbers of Baumgartner-Nielsen's lesions (150 mg/mL, about one
injection in four weeks): -67 % in size after 4 weeks or -90 % after 12, read as masses of lesions
that were reached whole. No rate meets both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from sim.dissolution.reaction import Reacted, State

WEEK = 7.0 * 86400.0  # s
REPORTED = {4: 0.67, 12: 0.90}  # weeks: share of the lesion's size that was lost


@dataclass(frozen=True)
class ClinicalFit:
    """The closure; see the module."""

    rate: float  # 1/s
    threshold: float  # kg/m3 of drug
    name = "clinical_fit"
    dissolves = False
    tissue_liquid = 0.0

    def react(self, state: State, duration: float) -> Reacted:
        """Take mineral away where the threshold has been passed, for `duration` (s)."""
        reached = np.maximum(state.largest, state.drug) >= self.threshold
        removed = np.where(reached, -math.expm1(-self.rate * duration) * state.mineral, 0.0)
        after = replace(state, mineral=state.mineral - removed)
        return Reacted(after, np.zeros_like(removed), removed)

    def takes(self, dose: float) -> float:
        """Return infinity: the law is exact in time, and no step needs to be short for it."""
        return math.inf


def lost_after(rate: float, weeks: float) -> float:
    """Return the share of reached mineral that is lost after some `weeks` at `rate` (1/s)."""
    return -math.expm1(-rate * WEEK * weeks)
