"""The force of the steady crack: optimum, grid, domain, limits; the ring crack's closed form."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.interpolate import CubicSpline
from scipy.optimize import minimize_scalar

from sim.mechanics.soft.cell_problem import Resolution
from sim.mechanics.soft.ring_crack import ring_crack
from sim.mechanics.soft.steady_crack import planar_crack

TOUGHNESS = np.geomspace(0.5, 200.0, 9)  # J_IC / (mu R)


def crack_size(table, toughness):
    return 0.5 * table.crack_share_at(toughness) * table.force_at(toughness) / toughness


@pytest.fixture
def build(tmp_path):
    return lambda exponent, *grid: planar_crack(exponent, Resolution(*grid), tmp_path)


def test_the_crack_makes_the_force_smallest(build, check):
    """min over a of 2 a J_IC + U(a), from the table's U(a) alone, against the force by J = J_IC."""
    table = build(9.0, 16, 8)
    x = np.log(table.size)[::-1]
    energy = ((1.0 - table.crack_share) * table.force)[::-1]
    stored = CubicSpline(x, np.log(energy))
    for toughness in (1.0, 20.0, 110.0):
        least = minimize_scalar(
            lambda y, j=toughness: 2.0 * math.exp(y) * j + math.exp(stored(y)),
            bounds=(x[0], x[-1]), method="bounded", options={"xatol": 1e-9},
        )  # fmt: skip
        name = f"steady crack, alpha = 9, J_IC/(mu R) = {toughness:g}"
        error = abs(least.fun / table.force_at(toughness) - 1.0)
        check(f"{name}: force against its minimum over a", error, "≤", 0.005)
        error = abs(math.exp(least.x) / crack_size(table, toughness) - 1.0)
        check(f"{name}: crack against that of the minimum", error, "≤", 0.03)


def test_neo_hookean_closed_form(build, check):
    """U = pi ln(2/a) of a small crack gives F = pi (1 + ln(4 J/pi)), a = pi/(2 J), mu = R = 1."""
    table = build(2.0, 16, 8)
    force = math.pi * (1.0 + math.log(400.0 / math.pi))
    error = abs(table.force_at(100.0) / force - 1.0)
    check("steady crack, alpha = 2, J_IC/(mu R) = 100: force", error, "≤", 0.002)
    error = abs(crack_size(table, 100.0) / (math.pi / 200.0) - 1.0)
    check("steady crack, alpha = 2, J_IC/(mu R) = 100: half length", error, "≤", 0.01)


STUDIES = {
    "elements / 1.5": ((24, 12), (16, 8)),
    "elements x 1.5": ((24, 12), (36, 18)),
    "outer radius 20 R": ((24, 12, 40.0), (24, 12, 20.0)),
    "outer radius 100 R": ((24, 12, 40.0), (24, 12, 100.0)),
}


@pytest.mark.slow
@pytest.mark.parametrize("exponent", [2.0, 9.0])
@pytest.mark.parametrize("study", STUDIES)
def test_grid_and_domain(study, exponent, build, check):
    used, other = (build(exponent, *grid) for grid in STUDIES[study])
    name = f"steady crack, alpha = {exponent:g}, J_IC/(mu R) 0.5 to 200, {study}"
    change = other.force_at(TOUGHNESS) / used.force_at(TOUGHNESS) - 1.0
    check(f"{name}: force", np.abs(change).max(), "≤", 0.03)
    change = crack_size(other, TOUGHNESS) / crack_size(used, TOUGHNESS) - 1.0
    check(f"{name}: half length", np.abs(change).max(), "≤", 0.03)


@pytest.mark.parametrize("exponent", [2.0, 9.0])
def test_ring_crack_by_quadrature_and_minimisation(exponent, check):
    factor = 2.0 / exponent**2

    def plane(stretch):
        return factor * (stretch**exponent + stretch**-exponent - 2.0)

    def force(log_b, toughness):
        b = math.exp(log_b)
        hole, _ = quad(
            lambda y: 2.0 * math.pi * b**2 * math.exp(2.0 * y)
            * plane(math.sqrt(1.0 + (b**-2 - 1.0) * math.exp(-2.0 * y))),
            0.0, 12.0 - log_b, limit=200, epsrel=1e-10,
        )  # fmt: skip
        s = 1.0 / b
        column = math.pi * b**2 * factor * (2.0 * s**exponent + s ** (-2.0 * exponent) - 3.0)
        return (2.0 * math.pi * b * toughness + hole + column) / (1.0 - b**2)

    table = ring_crack(exponent)
    for toughness in (0.5, 10.0, 200.0):
        least = minimize_scalar(
            force, bounds=(-8.0, -0.02), args=(toughness,), method="bounded",
            options={"xatol": 1e-8},
        )  # fmt: skip
        error = abs(table.force_at(toughness) / least.fun - 1.0)
        check(f"ring crack, alpha = {exponent:g}, J/(mu R) = {toughness:g}", error, "≤", 1e-6)


def test_a_flat_punch_needs_two_to_three_times_a_sharp_one(build):
    """Shergold & Fleck 2004, abstract, for skin and equal toughnesses."""
    toughness = np.array([10.0, 110.0, 200.0])
    ratio = ring_crack(9.0).force_at(toughness) / build(9.0, 16, 8).force_at(toughness)
    assert np.all((ratio > 2.0) & (ratio < 3.0))
