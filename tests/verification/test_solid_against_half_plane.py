"""The same axisymmetric infiltration in (r, z) and in 3-D."""

import pytest
from mpi4py import MPI

from sim.config.compose import compose
from sim.config.infiltration import to_infiltration
from sim.infiltration import follow
from sim.outcome import InfiltrationResult
from tests.conftest import Check


def infiltrated(*overrides: str) -> InfiltrationResult:
    shared = ["schedule.follow_up=1 min"]
    asked = to_infiltration(compose("infiltration", [*shared, *overrides]))
    return follow(asked.domain(MPI.COMM_SELF))


def agree(needle: str, plane_mesh: str, solid_mesh: str, check: Check) -> None:
    plane = infiltrated(f"needle={needle}", f"mesh={plane_mesh}")
    solid = infiltrated(f"needle={needle}", f"mesh={solid_mesh}", "site.geometry=3d")
    assert plane.dose == pytest.approx(solid.dose, rel=1e-9)
    assert solid.mass_balance_error < 1e-9
    what = f"3-D ({solid.statistics['nodes']:.0f} nodes) against (r, z), {needle}"
    difference = abs(solid.dose_in_nodule / plane.dose_in_nodule - 1.0)
    check(f"{what}: dose in the nodule", difference, "≤", 0.02)
    difference = abs(solid.conductance / plane.conductance - 1.0)
    check(f"{what}: conductance", difference, "≤", 0.02)


def test_coarse_meshes_agree(check: Check) -> None:
    agree("27G", "coarse", "solid_coarse", check)


@pytest.mark.slow
@pytest.mark.parametrize("needle", ["27G", "14G_coaxial"])
def test_meshes_agree(needle: str, check: Check) -> None:
    agree(needle, "default", "solid", check)
