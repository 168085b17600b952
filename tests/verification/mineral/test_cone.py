"""Penetration by a smooth cone: limit theorem, mesh, angle, units."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.errors import SolverError
from sim.mechanics.mineral.closed_forms import crushing_bound, cylindrical_cavity
from sim.mechanics.mineral.elastoplastic import Solid
from sim.mechanics.mineral.equilibrium import EquilibriumSolver
from sim.mechanics.mineral.foam import Foam
from sim.mechanics.mineral.hardening import Capped
from sim.mechanics.mineral.penetration import Penetration, Reading
from sim.mechanics.mineral.penetration_mesh import ConeGrid, Extent, cone_grid
from sim.mechanics.mineral.penetration_run import (
    EVEN_ROWS,
    FOAM,
    PenetrationStopped,
    run_penetration,
)
from sim.mechanics.mineral.resistance import compute_resistance, curve_of
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


@pytest.mark.slow
def test_perfectly_plastic_foam_on_two_meshes(check: Check) -> None:
    law = replace(STONE, hardening=Capped())
    coarse, default = (
        compute_resistance(law, math.radians(20.0), size).steady_factor for size in (0.2, 0.1)
    )
    difference = abs(coarse / default - 1.0)
    check("cone factor without densification, sizes R/5 and R/10", difference, "≤", 0.03)


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
        readings = pressed(small_grid(), law, 4)
        return np.array([[r.cone_force, r.shaft_force] for r in readings])[1:] / stress

    error = np.abs(factors(31.3e6) / factors(1.0) - 1.0).max()
    check("penetration in Pa against units of the strength", error, "≤", 1e-9)


def small_grid() -> ConeGrid:
    return cone_grid(math.radians(20.0), 0.25, 0.25, Extent(1.0, 1.0, 5.0), 5.0)


def pressed(grid: ConeGrid, law: Foam, steps: int) -> list[Reading]:
    with EquilibriumSolver(Solid(grid.points, grid.cells, law)) as solver:
        penetration = Penetration(grid, solver, grid.cone_length)
        return [penetration.advance() for _ in range(steps)]


def test_failing_step_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A press that is too far for the solver is made in halves that find the same force."""
    grid, efforts = small_grid(), []
    whole = pressed(grid, STONE, 4)[-1].cone_force
    solve, largest = EquilibriumSolver.solve, 0.5 * grid.row_height * math.sin(grid.half_angle)

    def weak(self, start, springs, scale, guess=None, load=0.0):
        face = len(grid.face)
        travel = springs.target[:face] - springs.along_springs(start.u)[:face]
        efforts.append(travel.max())
        if travel.max() > 1.01 * largest:
            raise SolverError("too far")
        return solve(self, start, springs, scale, guess, load)

    monkeypatch.setattr(EquilibriumSolver, "solve", weak)
    cut = pressed(grid, STONE, 4)[-1].cone_force
    assert len(efforts) == 4 * (1 + 1 + 2)  # release, whole press, two halves
    np.testing.assert_allclose(cut, whole, rtol=0.02)


def test_failure_says_where_and_keeps_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run_penetration(STONE, math.radians(20.0), 0.25)
    solve, count = EquilibriumSolver.solve, 0

    def failing(self, *given):
        nonlocal count
        count += 1
        if count > 20:
            raise SolverError("unbalanced force 1")
        return solve(self, *given)

    monkeypatch.setattr(EquilibriumSolver, "solve", failing)
    said = r"20 degree cone stopped with the tip .* radii deep \(step .*\): unbalanced force 1"
    with pytest.raises(PenetrationStopped, match=said) as raised:
        run_penetration(STONE, math.radians(20.0), 0.25)
    reached = raised.value.last_good
    assert reached["step"] == [*range(1, 10)]
    assert reached["depth_per_R"] == [r.depth for r in whole.readings[:9]]
    assert reached["cone_force_per_sigma_c_R2"] == [r.cone_force for r in whole.readings[:9]]
    partial = raised.value.partial
    assert partial is not None
    assert partial.readings == whole.readings[:9]
    assert np.all(np.isfinite(partial.zone.plastic_strain))
    curve = curve_of(partial)
    assert curve.depth[-1] == whole.readings[8].depth
    count = 15
    with pytest.raises(PenetrationStopped) as raised:
        run_penetration(STONE, math.radians(20.0), 0.25)
    assert raised.value.partial is None


def test_window_against_the_full_mesh(check: Check) -> None:
    """The window leaves rows behind and merges those far ahead; the full grid does neither."""
    angle, height, steps = math.radians(20.0), 0.1374, 30  # 4 radii
    below = 1.0 / math.tan(angle) + FOAM.outer
    short = Extent(FOAM.above, EVEN_ROWS * height, below)
    full = Extent(steps * height + 0.1, 6.0, below)
    grids = [cone_grid(angle, 0.2, height, extent, FOAM.outer) for extent in (short, full)]
    window, whole = (pressed(grid, STONE, steps)[1:] for grid in grids)
    names = {"cone_force": "force on the cone", "shaft_force": "force on the shaft"}
    for name, what in names.items():
        a, b = (np.array([getattr(r, name) for r in run]) for run in (window, whole))
        check(f"moving window against full mesh: {what}", np.abs(a - b).max() / b.max(), "≤", 0.01)


@pytest.mark.slow
@pytest.mark.parametrize("degrees", [2.5, 3.0, 5.55, 10.0, 30.0, 45.0, 60.0, 90.0])
def test_angles(degrees: float, check: Check) -> None:
    curve = compute_resistance(STONE, math.radians(degrees), 0.1)
    what = f"cone of {degrees} degrees in the default stone: factor against its bound"
    check(what, abs(curve.steady_factor / crushing_bound(STONE) - 1.0), "≤", 0.03)
