"""`equilibrium`: pore liquid in contact with mineral is saturated at once.

Solubility is linear in the molality of thiosulfate (PHREEQC's numbers at 37 degC and pH 7.4 are at
0 and 1 mol/kg). The tissue's own liquid is taken to be saturated without drug everywhere, blood and
outer boundary included: so nothing dissolves without an injection, and dissolved mineral is counted
beyond that level. What is injected holds none, hence less than that level. Without reprecipitation
liquid that loses its drug stays oversaturated; with it, the excess falls out where mineral is left.

Saturation at the end of each step is of first order in the step: at a time tolerance of 1e-3 the
mineral dissolved comes out 6 % low, with errors in proportion to the tolerance.

Simplifications: a kg of water in each litre of pore liquid; pH and ionic strength do not change
beyond what the two numbers hold; the whole liquid of a node on the nodule's surface is in contact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.dissolution.reaction import Reacted, State

Array = NDArray[np.float64]

WATER = 1000.0  # kg per m3 of pore liquid
COARSENESS = 8.0  # of its errors against the drug's: solubilities are known to a factor of 2 or 3


@dataclass(frozen=True)
class Equilibrium:
    """The closure; see the module."""

    solubility: float  # kg of mineral per kg of water, without thiosulfate
    solubility_molal: float  # the same at 1 mol/kg
    thiosulfate: float  # mol per kg of drug
    reprecipitation: bool
    name = "equilibrium"
    rate = math.inf
    dissolves = True

    @property
    def tissue_liquid(self) -> float:
        """Dissolved mineral in the tissue's own liquid (kg/m3)."""
        return WATER * self.solubility

    @property
    def per_drug(self) -> float:
        """What a kg of drug in the liquid lets dissolve (kg)."""
        return (self.solubility_molal - self.solubility) * self.thiosulfate

    def react(self, state: State, duration: float) -> Reacted:
        """Saturate the liquid wherever mineral is left, whatever the duration."""
        wanted = state.capacity * (self.per_drug * state.drug - state.dissolved)
        if not self.reprecipitation:
            wanted = np.maximum(wanted, 0.0)
        taken = np.where(state.mineral > 0.0, np.minimum(wanted, state.mineral), 0.0)
        after = replace(
            state,
            dissolved=state.dissolved + taken / state.capacity,
            mineral=state.mineral - taken,
        )
        nothing = np.zeros_like(taken)
        return Reacted(after, nothing, nothing)

    def takes(self, dose: float) -> float:
        """Return `COARSENESS` times what `dose` lets dissolve in the liquid it came in (kg)."""
        return COARSENESS * self.per_drug * dose
