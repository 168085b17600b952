"""Penetration by a smooth cone: limit theorem, mesh, angle, units."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.mechanics import penetration
from sim.mechanics.closed_forms import crushing_bound, cylindrical_cavity
from sim.mechanics.elastoplastic import Solid
from sim.mechanics.equilibrium import EquilibriumSolver
from sim.mechanics.foam import Foam
from sim.mechanics.hardening import Capped
from sim.mechanics.penetration import penetrate
from sim.mechanics.penetration_mesh import cone_grid
from sim.mechanics.resistance import compute_resistance
from tests.conftest import Check

STONE = Foam(131.0, 0.25, 1.62, 1.0, Capped(0.5, 0.67))
FINE_BEVEL = math.radians(5.55)  # cone of a 27G lancet bevel


def clay(rigidity: float) -> Foam:
    """Von Mises, nearly incompressible; shear modulus / shear strength = `rigidity`."""
    return Foam(2.0 * 1.49 * rigidity / math.sqrt(3.0), 0.49, 0.0, 1.0)


@pytest.mark.parametrize("degrees", [5.55, 30.0])
def test_perfectly_plastic_foam_reaches_its_limit(degrees: float, check: Check) -> None:
    """The limit theorem's value at every angle, from above or within the grid's error."""
    law = replace(STONE, hardening=Capped())
    curve = compute_resistance(law, math.radians(degrees), 0.2)
    what = f"cone of {degrees} degrees in perfectly plastic foam: factor against its limit"
    check(what, abs(curve.steady_factor / crushing_bound(law) - 1.0), "≤", 0.02)


def test_hardening_foam_on_two_meshes(check: Check) -> None:
    coarse = compute_resistance(STONE, math.radians(20.0), 0.2)
    default = compute_resistance(STONE, math.radians(20.0), 0.1)
    assert max(coarse.drift, default.drift) < 0.02
    factors = abs(coarse.steady_factor / default.steady_factor - 1.0)
    check("cone factor of the default stone, sizes R/5 and R/10", factors, "≤", 0.03)
    walls = abs(coarse.steady_wall_pressure / default.steady_wall_pressure - 1.0)
    check("its wall pressure, sizes R/5 and R/10", walls, "≤", 0.08)
    bound = crushing_bound(STONE)
    assert 0.97 * bound < default.steady_factor < bound


def test_slender_cone_needs_no_more_than_a_blunt_one() -> None:
    """The factor hardly knows the angle; the wall of the slender one keeps more pressure."""
    slender = compute_resistance(STONE, FINE_BEVEL, 0.2)
    blunt = compute_resistance(STONE, math.radians(20.0), 0.2)
    np.testing.assert_allclose(slender.steady_factor, blunt.steady_factor, rtol=0.03)
    assert blunt.steady_wall_pressure < slender.steady_wall_pressure < slender.steady_factor


def test_slender_cone_in_paste() -> None:
    """Between a cylindrical cavity's limit and 1.3 times that: the tip is part of a sphere."""
    law = clay(100.0)
    limit, _ = cylindrical_cavity(law, math.sqrt(100.0))  # G / k: where the wall's strain is 1/2
    curve = compute_resistance(law, FINE_BEVEL, 0.2)
    assert limit < curve.steady_factor < 1.3 * limit
    assert 0.5 * limit < curve.steady_wall_pressure < limit


def test_other_stress_unit(check: Check) -> None:
    """The same cone in pascals: the same reactions in units of the strength."""

    def factors(stress: float) -> np.ndarray:
        law = replace(
            STONE,
            youngs_modulus=STONE.youngs_modulus * stress,
            strength=stress,
        )
        grid = cone_grid(math.radians(20.0), 0.25, 0.25, 1.0, 5.0)
        with EquilibriumSolver(Solid(grid.points, grid.cells, law)) as solver:
            readings = list(penetrate(grid, law, solver))
        return np.array([[r.cone_force, r.shaft_force] for r in readings]) / stress

    error = np.abs(factors(31.3e6) / factors(1.0) - 1.0).max()
    check("penetration in Pa against units of the strength", error, "≤", 1e-9)


def test_failing_step_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """With too few iterations for a whole press its halves still find the same force."""
    grid = cone_grid(math.radians(20.0), 0.25, 0.25, 0.75, 5.0)

    def run() -> tuple[float, int]:
        with EquilibriumSolver(Solid(grid.points, grid.cells, STONE)) as solver:
            *_, last = penetrate(grid, STONE, solver)
            return last.cone_force, solver.effort.increments

    whole, few = run()
    press = EquilibriumSolver.solve
    largest = 0.5 * grid.row_height * math.sin(grid.half_angle)

    def weak(self, start, springs, present, guess=None):
        face = grid.radius_column
        travel = springs.target[:face] - springs.along_springs(start.u)[:face]
        if travel.max() > 1.01 * largest:
            raise penetration.SolverError("too far")
        return press(self, start, springs, present, guess)

    monkeypatch.setattr(EquilibriumSolver, "solve", weak)
    cut, more = run()
    assert more > few
    np.testing.assert_allclose(cut, whole, rtol=0.02)


def test_failure_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.mechanics.equilibrium.MAX_ITERATIONS", 1)
    with pytest.raises(penetration.SolverError, match=r"20 degree cone stopped .* radii deep"):
        compute_resistance(STONE, math.radians(20.0), 0.25)


@pytest.mark.slow
@pytest.mark.parametrize("degrees", [3.0, 5.55, 10.0, 30.0, 45.0])
def test_angles(degrees: float, check: Check) -> None:
    curve = compute_resistance(STONE, math.radians(degrees), 0.1)
    what = f"cone of {degrees} degrees in the default stone: factor against its bound"
    check(what, abs(curve.steady_factor / crushing_bound(STONE) - 1.0), "≤", 0.03)
