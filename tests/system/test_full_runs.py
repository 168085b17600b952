"""The whole chain, insertion then infiltration, on coarse meshes."""

import numpy as np

from sim.config import default_case
from sim.infiltration import infiltrate
from sim.insertion import insert
from sim.outcome import InfiltrationResult, InsertionResult


def run(density: str) -> tuple[InsertionResult, InfiltrationResult]:
    case = default_case("27G", "push", ["mesh=coarse", f"nodule.mineral.density={density} g/cm**3"])
    insertion = insert(case)
    return insertion, infiltrate(case, insertion)


def test_denser_nodules_take_less_drug_from_a_27g() -> None:
    runs = [run(density) for density in ("1.2", "1.6", "1.9")]
    depths = np.array([insertion.depth_in_nodule for insertion, _ in runs])
    doses = np.array([infiltration.dose_in_nodule for _, infiltration in runs])
    reached = np.array([infiltration.infiltrated_fraction for _, infiltration in runs])
    assert np.all(np.diff(depths) < 0.0)
    assert np.all(np.diff(doses) < 0.0)
    assert np.all(np.diff(reached) < 0.0)
