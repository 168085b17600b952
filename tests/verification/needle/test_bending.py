"""Bending of the needle under eccentric and inclined thrust, against closed forms."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.mechanics.failure import utilisation
from sim.mechanics.loads import path_loads
from sim.mechanics.needle import stability
from sim.mechanics.needle.beam import (
    Beams,
    bending_stiffness,
    deflection,
    foundation_stiffness,
    geometric_stiffness,
    moments,
)
from sim.mechanics.needle.stability import Push
from sim.needles.section import section
from tests.unit.mechanics.patient import HYPODERMIC, PUSH, STEEL, analytic_curve, case

RIGIDITY = STEEL.youngs_modulus * section(HYPODERMIC).second_moment
LENGTH = HYPODERMIC.free_length
EULER = RIGIDITY * (math.pi / (2.0 * LENGTH)) ** 2


def bent(share, eccentricity=0.0, tilt=0.0):
    """The needle in the air at a share of its Euler load."""
    of, force = case(), np.array([share * EULER])
    column = stability.column(of, path_loads(of, analytic_curve(), np.zeros(1)))
    push = Push(force * eccentricity, force * math.tan(tilt), np.zeros(1))
    bow = stability.bow(column, push, force)
    return force[0], bow.deflection[0, 0], bow.moment[0]


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_secant_formula(check, share):
    eccentricity = 0.25 * HYPODERMIC.outer_diameter
    force, tip, moment = bent(share, eccentricity=eccentricity)
    secant = 1.0 / math.cos(0.5 * math.pi * math.sqrt(share))
    check(
        "secant formula: moment", abs(moment[-1] / (force * eccentricity * secant) - 1), "≤", 1e-4
    )
    check("secant formula: tip", abs(tip / (eccentricity * (secant - 1.0)) - 1.0), "≤", 1e-4)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_inclined_thrust(check, share):
    """H tan(phi)/kappa at the grip, deflection H (tan(phi) - phi)/(P kappa)."""
    tilt, phi = math.radians(5.0), 0.5 * math.pi * math.sqrt(share)
    force, tip, moment = bent(share, tilt=tilt)
    exact = force * math.tan(tilt) * LENGTH * math.tan(phi) / phi
    check("inclined thrust: moment", abs(moment[-1] / exact - 1.0), "≤", 1e-4)
    exact = math.tan(tilt) * LENGTH * (math.tan(phi) / phi - 1.0)
    check("inclined thrust: tip", abs(tip / exact - 1.0), "≤", 1e-4)


def test_cantilever(check):
    """Without axial force H L at the grip and H L^3 / (3 EI) at the tip."""
    of = case()
    column = stability.column(of, path_loads(of, analytic_curve(), np.zeros(1)))
    bow = stability.bow(column, Push(np.zeros(1), np.ones(1), np.zeros(1)), np.zeros(1))
    check("cantilever: moment", abs(bow.moment[0, -1] / LENGTH - 1.0), "≤", 1e-4)
    exact = LENGTH**3 / (3.0 * RIGIDITY)
    check("cantilever: tip", abs(bow.deflection[0, 0] / exact - 1.0), "≤", 1e-4)


def test_loaded_end_of_a_long_beam_on_a_foundation(check):
    """Hetenyi: w = 2 H beta/k, M = -(H/beta) exp(-beta x) sin(beta x), beta^4 = k/4EI."""
    beta, n = 12.0, 120
    nodes = np.linspace(0.0, 1.0, n + 1)
    modulus, none = 4.0 * beta**4, np.zeros(1)
    stiffness = bending_stiffness(nodes, np.ones(n)) + foundation_stiffness(
        nodes, none, np.ones(1), modulus
    )
    beams = Beams(nodes, stiffness, geometric_stiffness(nodes, np.ones((1, n + 1))))
    load = np.zeros((1, 2 * n + 2))
    load[0, 0] = 1.0
    shape = deflection(beams, none, load)
    exact = np.exp(-beta * nodes) * np.sin(beta * nodes) / beta
    error = np.abs(np.abs(moments(beams, none, shape)[0]) - np.abs(exact)).max() / exact.max()
    check("tip held by the mineral: moment", error, "≤", 1e-4)
    check("tip held: deflection", abs(shape[0, 0] * modulus / (2.0 * beta) - 1.0), "≤", 1e-4)


@pytest.mark.parametrize("depth", [2.7e-3, 4e-3])  # free in its crater; held
def test_without_a_side_force_a_bevel_is_a_straight_needle(check, depth):
    """And then it yields under axial force alone, or buckles."""
    straight = replace(PUSH, tip_eccentricity=0.0, incidence_angle=0.0)

    def use(zeta):
        of = case(technique=replace(straight, side_force_ratio=zeta))
        loads = path_loads(of, analytic_curve(), np.array([depth]))
        return utilisation(of, loads), loads.total.force[0], stability.column(of, loads)

    (none, force, column), (hardly, *_) = use(0.0), use(1e-9)
    assert none.tip_deflection[0] == 0.0
    squash = STEEL.yield_strength * section(HYPODERMIC).area
    expected = max(force / squash, force / column.euler_load()[0])
    check("straight needle", abs(none.ratio["bending"][0] / expected - 1.0), "≤", 1e-6)
    difference = abs(hardly.ratio["bending"][0] / none.ratio["bending"][0] - 1.0)
    check("side force to 0: a straight needle", difference, "≤", 1e-6)
