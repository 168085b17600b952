"""Cone in a mineral that grows stronger as its pores close: meshes, bounds, stiffness."""

from __future__ import annotations

import math

import pytest

from sim.mechanics.mineral.closed_forms import crushing_bound
from sim.mechanics.mineral.foam import Foam
from sim.mechanics.mineral.hardening import Capped, Compaction, Hardening, uniaxial_closure
from sim.mechanics.mineral.resistance import ResistanceCurve, compute_resistance
from tests.conftest import Check

SHAPE, POROSITY, DECAY = 1.62, 0.494, 4.04
CAPPED = Capped(0.5, -math.log1p(-POROSITY))
COMPACTING = Compaction(POROSITY, DECAY, uniaxial_closure(SHAPE))


def stone(hardening: Hardening, modulus: float = 131.0) -> Foam:
    return Foam(modulus, 0.25, SHAPE, 1.0, hardening)


def deep(law: Foam, degrees: float, size: float) -> ResistanceCurve:
    """A cone 1 radius and one of its lengths below burial, where it is steady."""
    half_angle = math.radians(degrees)
    return compute_resistance(law, half_angle, size, depth=1.0 + 2.0 / math.tan(half_angle))


def compacting(
    degrees: float, coarse: float, fine: float, check: Check
) -> tuple[ResistanceCurve, ResistanceCurve]:
    """Two grids; the factor lies between those of virgin and of pore-free mineral."""
    law = stone(COMPACTING)
    here, there = deep(law, degrees, coarse), deep(law, degrees, fine)
    assert max(here.drift, there.drift) < 0.02
    assert crushing_bound(stone(Capped())) < there.steady_factor < crushing_bound(law)
    what = f"cone of {degrees} degrees in compacting mineral, sizes {coarse:g} and {fine:g} R"
    check(what, abs(here.steady_factor / there.steady_factor - 1.0), "≤", 0.05)
    return here, there


def test_compaction_on_coarse_grids(check: Check) -> None:
    compacting(20.0, 0.25, 0.15, check)


@pytest.mark.slow
@pytest.mark.parametrize("degrees", [5.55, 20.0])
def test_compaction_on_two_grids(degrees: float, check: Check) -> None:
    here, there = compacting(degrees, 0.1, 0.07, check)
    walls = abs(here.steady_wall_pressure / there.steady_wall_pressure - 1.0)
    check(f"the same of {degrees} degrees: wall pressure", walls, "≤", 0.05)


@pytest.mark.parametrize(("hardening", "bound"), [(CAPPED, 0.02), (COMPACTING, 0.05)])
def test_stiffness_hardly_matters(hardening: Hardening, bound: float, check: Check) -> None:
    """E / sigma_c of 100 and 200, the range of its uncertainty."""
    soft, stiff = (deep(stone(hardening, modulus), 20.0, 0.25) for modulus in (100.0, 200.0))
    what = f"cone factor with E / sigma_c of 100 and 200, {type(hardening).__name__}"
    check(what, abs(soft.steady_factor / stiff.steady_factor - 1.0), "≤", bound)
