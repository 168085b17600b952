import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad, trapezoid

from sim.mechanics.contact import engage
from sim.mechanics.cutting import HOLE_STRETCH, cutting_force, wall_pressure
from sim.needles.tip import tip_profile
from tests.unit.mechanics.patient import HYPODERMIC, SKIN


@pytest.mark.parametrize("thickness", [0.5e-3, 4e-3])  # thinner and thicker than the tip is long
def test_a_layer_is_cut_by_the_energy_of_its_crack(thickness):
    cone = tip_profile(HYPODERMIC)
    depth = np.linspace(0.0, thickness + cone.length, 20001)
    force = cutting_force(SKIN, engage(cone, depth, 0.0, thickness))
    energy = 2.0 * cone.radius * SKIN.toughness * thickness
    assert trapezoid(force, depth) == pytest.approx(energy, rel=1e-6)
    share = min(1.0, thickness / cone.length)
    assert force.max() == pytest.approx(2.0 * cone.radius * SKIN.toughness * share, rel=1e-3)


def test_wall_pressure_is_the_neo_hookean_cavity_integral():
    # W = G/2 (s^2 + 1/s^2 - 2) in plane strain; p = int W'/(s^2 - 1) ds
    integral, _ = quad(lambda s: (s - s**-3) / (s**2 - 1.0), 1.0 + 1e-12, HOLE_STRETCH)
    assert wall_pressure(SKIN) == pytest.approx(SKIN.shear_modulus * integral, rel=1e-9)


def test_spreading_agrees_with_the_crack_cell_problem():
    """U/(G R^2) = 2.81 at a/R = 1 from the finite element cell problem, alpha = 2."""
    unit = replace(SKIN, shear_modulus=1.0)
    assert math.pi * wall_pressure(unit) == pytest.approx(2.81, rel=0.2)
