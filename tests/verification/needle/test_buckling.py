"""Buckling loads of the Hermite beam and of the needle on it, against closed forms."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from sim.mechanics.loads import path_loads
from sim.mechanics.needle import stability
from sim.mechanics.needle.beam import (
    Beams,
    Ends,
    bending_stiffness,
    critical_load,
    foundation_stiffness,
    geometric_stiffness,
)
from sim.needles.section import section
from tests.unit.mechanics.patient import COAXIAL, HYPODERMIC, STEEL, analytic_curve, case

PINNED, CLAMPED, FREE = (math.inf, 0.0), (math.inf, math.inf), (0.0, 0.0)
SLIDING = (0.0, math.inf)


def unit_column(ends, elements=24, modulus=0.0, axial=None):
    """Buckling load of a column with EI = L = 1."""
    nodes = np.linspace(0.0, 1.0, elements + 1)
    foundation = foundation_stiffness(nodes, np.zeros(1), np.ones(1), modulus)
    stiffness = bending_stiffness(nodes, np.ones(elements)) + foundation
    force = np.ones_like(nodes) if axial is None else axial(nodes)
    geometric = geometric_stiffness(nodes, force[None])
    return critical_load(Beams(nodes, stiffness, geometric, ends))[0]


@pytest.mark.parametrize(
    ("name", "ends", "exact"),
    [
        ("clamped-free", Ends(FREE, CLAMPED), math.pi**2 / 4.0),
        ("clamped-pinned", Ends(PINNED, CLAMPED), 4.493409457909064**2),
        ("pinned-pinned", Ends(PINNED, PINNED), math.pi**2),
        ("clamped-clamped", Ends(CLAMPED, CLAMPED), 4.0 * math.pi**2),
        ("clamped-sliding", Ends(SLIDING, CLAMPED), math.pi**2),
    ],
)
def test_ends(check, name, ends, exact):
    check(f"Euler, {name}", abs(unit_column(ends) / exact - 1.0), "≤", 1e-4)


@pytest.mark.parametrize("spring", [0.5, 20.0])
def test_a_grip_that_gives(check, spring):
    """Free tip, hub on a rotational spring c: phi tan(phi) = c L / EI."""
    phi = brentq(lambda x: x * math.tan(x) - spring, 1e-6, math.pi / 2.0 - 1e-9)
    found = unit_column(Ends(FREE, (math.inf, spring)))
    check("Euler, hub on a rotational spring", abs(found / phi**2 - 1.0), "≤", 1e-4)


@pytest.mark.parametrize("spring", [1.0, 15.0, 1e3])
def test_a_tip_on_a_lateral_spring(check, spring):
    """Clamped hub, tip on a spring k: tan(phi) = phi - phi^3 EI / (k L^3)."""

    def condition(x):
        return math.sin(x) - (x - x**3 / spring) * math.cos(x)

    phi = brentq(condition, math.pi / 2.0, 4.493409457909064)
    found = unit_column(Ends((spring, 0.0), CLAMPED))
    check("Euler, tip on a lateral spring", abs(found / phi**2 - 1.0), "≤", 1e-4)


def test_a_column_under_its_own_weight(check):
    """Axial force growing from the tip on, as by friction: q L^3 / EI = 7.8373 (Greenhill)."""
    found = unit_column(Ends(), axial=lambda nodes: nodes)
    check("axial force growing along the shaft", abs(found / 7.83735 - 1.0), "≤", 1e-4)


@pytest.mark.parametrize("modulus", [10.0, 1e3, 1e5])
def test_pinned_on_a_foundation(check, modulus):
    """The smallest of m^2 pi^2 + k/(m pi)^2 over the number m of half waves."""
    waves = np.arange(1, 40) * math.pi
    exact = np.min(waves**2 + modulus / waves**2)
    found = unit_column(Ends(PINNED, PINNED), 40, modulus)
    check("Winkler, pinned-pinned, m waves", abs(found / exact - 1.0), "≤", 1e-4)


def test_long_beams_on_a_foundation(check):
    """2 sqrt(k EI) where half waves fit between pinned ends; sqrt(k EI) at a free end."""
    fitting = (10.0 * math.pi) ** 4
    found = unit_column(Ends(PINNED, PINNED), 80, fitting)
    check("Winkler, long beam", abs(found / (2.0 * math.sqrt(fitting)) - 1.0), "≤", 1e-4)
    found = unit_column(Ends(FREE, CLAMPED), 80, fitting)
    check("Winkler, long beam, free tip", abs(found / math.sqrt(fitting) - 1.0), "≤", 1e-4)


def test_a_foundation_may_end_inside_an_element(check):
    """Against a mesh with a node there."""
    end, modulus = 0.3217, 3e3

    def load(nodes):
        foundation = foundation_stiffness(nodes, np.zeros(1), np.array([end]), modulus)
        stiffness = bending_stiffness(nodes, np.ones(nodes.size - 1)) + foundation
        geometric = geometric_stiffness(nodes, np.ones((1, nodes.size)))
        return critical_load(Beams(nodes, stiffness, geometric))[0]

    fitted = np.concatenate([np.linspace(0.0, end, 41)[:-1], np.linspace(end, 1.0, 81)])
    found = load(np.linspace(0.0, 1.0, 41))
    check("foundation ending inside an element", abs(found / load(fitted) - 1.0), "≤", 1e-4)


def euler_load(needle):
    """Of the needle in the air."""
    of = case(needle)
    return stability.column(of, path_loads(of, analytic_curve(), np.zeros(1))).euler_load()[0]


def test_needle_in_the_air(check):
    stiffness = STEEL.youngs_modulus * section(HYPODERMIC).second_moment
    exact = stiffness * (math.pi / (2.0 * HYPODERMIC.free_length)) ** 2
    check("27G, free tip", abs(euler_load(HYPODERMIC) / exact - 1.0), "≤", 1e-4)


@pytest.mark.parametrize("protrusion", [3e-3, 25e-3])
def test_cannula_with_stylet(check, protrusion):
    """A stepped cantilever: tan(k1 l1) tan(k2 l2) = k2/k1, hub part 1, tip part 2."""
    stylet = replace(COAXIAL.stylet, protrusion=protrusion)
    rod = replace(COAXIAL, outer_diameter=stylet.diameter, inner_diameter=0.0, stylet=None)
    hub, tip = (STEEL.youngs_modulus * section(n).second_moment for n in (COAXIAL, rod))
    behind = COAXIAL.free_length - protrusion

    def condition(load):
        k1, k2 = math.sqrt(load / hub), math.sqrt(load / tip)
        return math.tan(k1 * behind) * math.tan(k2 * protrusion) - k2 / k1

    highest = min((0.5 * math.pi / behind) ** 2 * hub, (0.5 * math.pi / protrusion) ** 2 * tip)
    exact = brentq(condition, 1e-3 * highest, (1.0 - 1e-9) * highest)
    found = euler_load(replace(COAXIAL, stylet=stylet))
    check("cannula and protruding stylet", abs(found / exact - 1.0), "≤", 1e-4)
