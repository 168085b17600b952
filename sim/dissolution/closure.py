"""The closure that a case names, and what a reader of its result must know.

None of them is a prediction: they are scenarios of how much mineral a dose might take.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.case import Case
from sim.dissolution.clinical_fit import REPORTED, ClinicalFit, lost_after
from sim.dissolution.effective_yield import EffectiveYield
from sim.dissolution.equilibrium import Equilibrium
from sim.dissolution.reaction import Reaction

Array = NDArray[np.float64]

MINERAL_PER_CALCIUM = 0.10046  # kg of hydroxyapatite per mol of calcium, Ca5(PO4)3OH


def closure(case: Case, whole: Array, share: Array) -> Reaction | None:
    """Return the reaction of ``case.dissolution``; None: nothing dissolves.

    Parameters
    ----------
    whole : (n,)
        Mineral of each node before any treatment (kg).
    share : (n,)
        Share of each node's pore liquid that lies in the nodule.
    """
    of = case.dissolution
    match of.model:
        case "equilibrium":
            yes = of.reprecipitation == "yes"
            return Equilibrium(of.solubility, of.solubility_molal, case.drug.thiosulfate, yes)
        case "effective_yield":
            return EffectiveYield(of.rate, of.yield_ratio, whole, share)
        case "clinical_fit":
            threshold = case.injection.threshold_fraction * case.drug.concentration
            return ClinicalFit(of.removal_rate, threshold)
    return None


def stoichiometric_yield(case: Case) -> float:
    """Return gamma (kg/kg) of one calcium per thiosulfate."""
    return case.drug.thiosulfate * MINERAL_PER_CALCIUM


def closure_notes(case: Case) -> tuple[str, ...]:
    """Return what a result must say about its closure."""
    of = case.dissolution
    scenario = f"dissolution: closure {of.model}, a scenario and no prediction"
    match of.model:
        case "equilibrium":
            return (
                f"{scenario}: liquid in contact with mineral holds {1e6 * of.solubility:.3g} mg/kg "
                f"without thiosulfate and {1e6 * of.solubility_molal:.3g} mg/kg at 1 mol/kg",
            )
        case "effective_yield":
            ceiling = stoichiometric_yield(case)
            notes = (
                f"{scenario}: {of.yield_ratio:.3g} mg of mineral per mg of drug consumed at "
                f"{3600.0 * of.rate:.3g} per hour",
            )
            if of.yield_ratio <= ceiling:
                return notes
            above = (
                f"dissolution.yield_ratio: {of.yield_ratio:.3g} is above the {ceiling:.3g} of one "
                "calcium per thiosulfate; chelation alone cannot do that"
            )
            return (*notes, above)
        case "clinical_fit":
            lost = {weeks: 100.0 * lost_after(of.removal_rate, weeks) for weeks in REPORTED}
            said = ", ".join(
                f"-{lost[weeks]:.3g} % after {weeks} weeks (reported -{100.0 * size:.3g} %)"
                for weeks, size in REPORTED.items()
            )
            return (f"{scenario}: what is reached falls by {said}; the rate is fitted to one",)
    return ()
