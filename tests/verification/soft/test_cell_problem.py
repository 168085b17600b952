"""The crack opened by a circle against closed forms, against itself and on finer grids."""

import math

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from sim.materials.soft_tissue import TOUGHNESS_RANGE
from sim.mechanics.soft.cell_forms import RING
from sim.mechanics.soft.cell_problem import CrackCell, Resolution
from sim.mechanics.soft.steady_crack import trace

COARSE = Resolution(16, 8)


def largest_imbalance(openings):
    """Largest error of U(a1) - U(a2) = int 2 J da between neighbours, J by the domain integral."""
    a, energy, release = (
        np.array([getattr(row, name) for row in reversed(openings)])
        for name in ("half_length", "energy", "release")
    )
    x = np.log(a)
    line = CubicSpline(x, np.log(release))
    point, weight = np.polynomial.legendre.leggauss(8)
    at = 0.5 * (x[1:] + x[:-1])[:, None] + 0.5 * np.diff(x)[:, None] * point
    spent = np.diff(x) * (np.exp(line(at) + at) * weight).sum(axis=1)  # 2 J a d(ln a)
    return np.abs(np.diff(energy) / spent + 1.0).max()


def test_an_ellipse_opens_a_linear_elastic_crack(check):
    """Uniform pressure opens a crack into an ellipse: U = pi mu B^2 for the half width B << a."""
    width = 0.01
    with CrackCell(1.0, COARSE, axes=(1.0, width), pressure=2.0 * width**2) as cell:
        xi, eta = cell.nodes.T
        opened = np.stack([0.0 * xi, width * np.exp(-xi) * np.sin(eta)], axis=1)
        cell.place(cell.undeformed + opened)
        energy = cell.solve().energy
    error = abs(energy / (math.pi * width**2) - 1.0)
    check("thin ellipse in a crack, energy against linear elasticity", error, "≤", 0.01)


def test_a_small_crack_in_a_neo_hookean_solid_is_a_small_hole(check):
    """The energy is conformally invariant: a crack counts as a hole of radius a/2 << R.

    U = pi mu R^2 ln(2R/a) and J = pi mu R^2 / (2a).
    """
    shortest = trace(2.0, 1.0, 150.0, COARSE)[-1]
    a = shortest.half_length
    error = abs(shortest.energy / (math.pi * math.log(2.0 / a)) - 1.0)
    check("neo-Hookean crack of a/R = 0.01: energy against pi ln(2R/a)", error, "≤", 0.002)
    error = abs(shortest.release / (0.5 * math.pi / a) - 1.0)
    check("neo-Hookean crack of a/R = 0.01: J against pi mu R^2/(2a)", error, "≤", 0.01)


@pytest.mark.parametrize("exponent", [2.0, 9.0])
def test_energy_against_j(exponent, check):
    """From the longest crack that J / (mu R) = 0.5 to 200 needs to the shortest."""
    openings = trace(exponent, 0.5, 200.0, COARSE)
    assert openings[0].release <= 0.5
    assert openings[-1].release >= 200.0
    name = f"opened crack, alpha = {exponent:g}, J/(mu R) 0.5 to 200"
    check(f"{name}: -dU/d(2a) against J", largest_imbalance(openings), "≤", 0.03)
    pressure = max(abs(row.pressure / row.wall_pressure - 1.0) for row in openings)
    check(f"{name}: contact force against dU/dR", pressure, "≤", 0.02)


@pytest.mark.slow
@pytest.mark.parametrize("exponent", [2.0, 4.0, 9.0, 12.0])
def test_energy_against_j_on_the_grid_in_use(exponent, check):
    error = largest_imbalance(trace(exponent, *TOUGHNESS_RANGE["planar"], Resolution()))
    name = f"opened crack, alpha = {exponent:g}, grid in use: -dU/d(2a) against J"
    check(name, error, "≤", 0.03)


@pytest.mark.slow
@pytest.mark.parametrize("ring", [(0.1, 0.6), (0.6, 1.5)])
def test_j_does_not_depend_on_its_ring(ring, monkeypatch, check):
    """Other rings around the tip: the tip's own elements count in one, stay outside the other."""

    def releases():
        openings = trace(9.0, 1.0, 200.0, Resolution())
        return np.log([(row.half_length, row.release) for row in reversed(openings)]).T

    crack, used = releases()
    monkeypatch.setattr("sim.mechanics.soft.cell_forms.RING", ring)
    other = CubicSpline(*releases())(crack)
    name = f"opened crack, alpha = 9: J by the ring {ring} against {RING}"
    check(name, np.abs(np.expm1(other - used)).max(), "≤", 0.02)


def test_the_crack_gapes_at_its_tip(check):
    """A crack longer than the needle is wide leaves the circle before its tip, open and unfolded.

    Signorini's conditions: nowhere inside the circle, pressed only where it lies on it.
    """
    with CrackCell(0.5, COARSE) as cell:
        assert cell.solve()
        for half_length in (0.6, 0.75, 0.95, 1.2):
            assert cell.step(half_length, 2.0)
        face = cell.deformed[cell.nodes[:, 0] == 0.0]
        face = face[np.argsort(face[:, 0])]
    distance = np.hypot(*face.T)
    check("crack of a/R = 1.2: face inside the circle / R", 1.0 - distance.min(), "≤", 3e-3)
    check("crack of a/R = 1.2: distance of its tip from the circle / R", distance[-1], "≥", 1.05)
    assert np.all(np.diff(np.arctan2(face[:, 1], face[:, 0])) < 0.0)  # unfolded
    assert np.all(face[:-1, 1] > 0.0)
