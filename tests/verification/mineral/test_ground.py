"""What a cone meets: friction, strength along the path, a brittle rind, and what it leaves."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from sim.mechanics.mineral.cone_contact import normal_share
from sim.mechanics.mineral.foam import Foam
from sim.mechanics.mineral.ground import UNIFORM, Ground, Rind, StrengthTable
from sim.mechanics.mineral.hardening import Capped
from sim.mechanics.mineral.penetration_run import Run, run_penetration
from sim.mechanics.mineral.resistance import curve_of, evaluate
from tests.conftest import Check

STONE = Foam(131.0, 0.25, 1.62, 1.0, Capped(0.5, 0.67))
TROCAR = math.radians(20.0)
BURIED = 1.0 / math.tan(TROCAR)
SIZE = 0.2


@cache
def smooth(degrees: float, size: float = SIZE) -> Run:
    return run_penetration(STONE, math.radians(degrees), size)


@pytest.mark.parametrize(
    ("degrees", "friction"),
    [
        (20.0, 0.2),
        pytest.param(30.0, 0.1, marks=pytest.mark.slow),
        pytest.param(30.0, 0.2, marks=pytest.mark.slow),
        pytest.param(30.0, 0.35, marks=pytest.mark.slow),
        pytest.param(5.55, 0.2, marks=pytest.mark.slow),
    ],
)
def test_friction_on_the_cone(degrees: float, friction: float, check: Check) -> None:
    """1 + mu cot(theta) on the normal force of the rough cone, which is less than the smooth one's.

    The layer crushed on the face is sheared as well and needs less pressure: F(mu) / F(0) falls
    short of 1 + mu cot(theta) by that share, whatever the angle. The slender cone needs the grid of
    size R/10: 0.8 % from the limit theorem, 3.2 % at R/5.
    """
    size = 0.5 * SIZE if degrees < 10.0 else SIZE
    angle = math.radians(degrees)
    rough = run_penetration(STONE, angle, size, friction=friction)
    normal, without = rough.steadiness[0], smooth(degrees, size).steadiness[0]
    total = normal + rough.readings[-1].friction_force / math.pi
    gain, share = 1.0 + friction / math.tan(angle), normal_share(STONE.shape, friction)
    name = f"cone of {degrees} degrees, friction {friction}"
    error = abs(total / normal / gain - 1.0)
    check(f"{name}: force / its normal share, against 1 + mu cot", error, "≤", 0.02)
    error = abs(normal / without / share - 1.0)
    check(f"{name}: normal pressure / smooth, against the limit theorem", error, "≤", 0.03)
    error = abs(total / without / gain - 1.0)
    check(f"{name}: F(mu)/F(0) against 1 + mu cot", error, "≤", 1.0 - share + 0.03, 0.02)


def test_flat_end_is_a_cone_too(check: Check) -> None:
    run = run_penetration(STONE, 0.5 * math.pi, SIZE)
    error = abs(run.steadiness[0] / smooth(20.0).steadiness[0] - 1.0)
    check("flat end against the trocar: normal factor", error, "≤", 0.03)


def bands(length: float) -> StrengthTable:
    """Strength from 0.6 to 1.4 and back in 2 `length` of depth, and across."""
    r, depth = np.linspace(0.0, 12.0, 97), np.linspace(0.0, 30.0, 241)
    wave = np.cos(np.pi / length * r)[:, None] * np.sin(np.pi / length * depth)
    return StrengthTable(r, depth, 1.0 + 0.4 * wave)


@pytest.mark.slow
def test_force_goes_with_the_strength_on_the_face(check: Check) -> None:
    """N times the mean over the cone's projected area: no finite elements needed for layers."""
    ground = Ground(bands(2.0))
    run = run_penetration(STONE, TROCAR, SIZE, ground, depth=BURIED + 6.0)
    depth = np.array([r.depth for r in run.readings])
    force = np.array([r.cone_force for r in run.readings]) / math.pi
    ruled = smooth(20.0).steadiness[0] * ground.engaged(TROCAR, depth)
    after = depth > run.lead_in
    assert np.ptp(force[after]) > 0.2
    error = math.sqrt(np.mean((force[after] / ruled[after] - 1.0) ** 2))
    check("force in bands 2 R wide against N x mean strength on the face, rms", error, "≤", 0.03)
    factor, _ = evaluate(curve_of(run, ground), depth[after])
    np.testing.assert_allclose(factor, force[after], rtol=1e-12)


def test_twice_the_strength_is_twice_the_force() -> None:
    ends = np.array([0.0, 20.0])
    ground = Ground(StrengthTable(ends, ends, np.full((2, 2), 2.0)))
    depth = BURIED + 0.5
    one, two = (run_penetration(STONE, TROCAR, 0.34, g, depth) for g in (UNIFORM, ground))
    forces = [[(r.cone_force, r.shaft_force) for r in run.readings] for run in (one, two)]
    np.testing.assert_allclose(forces[1], 2.0 * np.array(forces[0]), rtol=2e-3)
    entering = np.linspace(0.0, BURIED, 7)
    both = [evaluate(curve_of(run, g), entering)[0] for run, g in ((one, UNIFORM), (two, ground))]
    np.testing.assert_allclose(both[1], 2.0 * both[0], rtol=2e-3)


@pytest.mark.slow
def test_rind_is_felt_at_the_entry_only(check: Check) -> None:
    forces = {}
    for ratio in (1.0, 2.0, 4.0):
        rind = Rind(thickness=1.0, strength_ratio=ratio, fracture_strain=0.05)
        run = run_penetration(STONE, TROCAR, SIZE, Ground(rind=rind), depth=BURIED + 3.0)
        forces[ratio] = np.array([r.cone_force for r in run.readings]) / math.pi
    peaks = [forces[ratio].max() for ratio in (1.0, 2.0, 4.0)]
    assert peaks[0] < 1.05 * forces[1.0][-1]
    assert peaks[0] * 1.1 < peaks[1] < peaks[2] / 1.1
    for ratio in (2.0, 4.0):
        error = abs(forces[ratio][-1] / forces[1.0][-1] - 1.0)
        check(f"force below a rind {ratio} times as strong against none", error, "≤", 0.02)


def test_crushed_zone() -> None:
    """Compacted on the face and behind it, whole far out, the same profile all along the shaft."""
    zone = smooth(20.0).zone
    face = zone.at(np.array([0.5]), np.array([0.5 * BURIED - 0.02]))
    assert face.volume_strain[0] < -0.3
    assert face.plastic_strain[0] > STONE.hardening.end * 0.7
    r = np.linspace(1.02, 9.0, 50)
    wall = zone.at(r, np.full(50, BURIED + 1.5))
    above = zone.at(r, np.full(50, BURIED + 40.0))
    top = zone.at(r, np.full(50, BURIED - zone.zeta[0]))
    np.testing.assert_allclose(above.volume_strain, top.volume_strain, rtol=1e-9)
    assert wall.volume_strain[0] < -0.1
    np.testing.assert_allclose(wall.volume_strain[r > 3.0], 0.0, atol=1e-12)
    outside = zone.at(np.array([0.5, 20.0, 0.5]), np.array([BURIED + 1.0, 0.0, -20.0]))
    np.testing.assert_array_equal(outside.plastic_strain, 0.0)
    assert zone.bore == 1.0


def test_tension_around_the_zone_that_is_crushed() -> None:
    """Mean tension stays below the foam's hydrostatic strength and is least far out."""
    zone = smooth(20.0).zone
    hydrostatic = STONE.hardening.largest * math.sqrt((1.0 + (1.62 / 3.0) ** 2) / 1.62**2)
    assert 0.02 < zone.tension.max() < hydrostatic
    assert zone.tension.min() >= 0.0
    assert 0.0 < np.mean(zone.tension > 0.02) < 0.9
    assert zone.tension[:, zone.r > 8.0].max() < 0.02
