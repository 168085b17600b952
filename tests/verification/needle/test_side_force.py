"""What share of its side force a bevel leaves to the needle: a beam on the bearing behind it.

The mineral presses on the bevel's face and leans the point over; the wall behind holds it as a
Winkler foundation. The lean is spread over the face as its chord, so most of it passes straight
through into the wall, and what bends the needle is the mismatch of the two. The side force ratio
zeta is the force at the tip, over the whole lean, that bends the held needle as much. Linear; the
tapering point counts with the tube's stiffness.
"""

import math

import numpy as np
import pytest

from sim.mechanics.needle.beam import (
    Beams,
    bending_stiffness,
    deflection,
    foundation_stiffness,
    geometric_stiffness,
    moments,
)
from sim.mechanics.needle.stability import vesic_modulus
from sim.needles.section import section
from tests.unit.mechanics.patient import HYPODERMIC, STEEL, STONE

DIAMETER, SLOPE = HYPODERMIC.outer_diameter, math.tan(HYPODERMIC.tip.angle)
RIGIDITY = STEEL.youngs_modulus * section(HYPODERMIC).second_moment
NODES = np.concatenate([np.linspace(0.0, 6e-3, 481), np.linspace(6e-3, 12.7e-3, 121)[1:]])


def largest_moment(depth, modulus, force):
    """Of the needle with `depth` in the mineral, under nodal side forces; no axial force."""
    count = NODES.size - 1
    stiffness = bending_stiffness(NODES, np.full(count, RIGIDITY))
    stiffness = stiffness + foundation_stiffness(NODES, np.zeros(1), np.array([depth]), modulus)
    beams = Beams(NODES, stiffness, geometric_stiffness(NODES, np.zeros((1, NODES.size))))
    load = np.zeros((1, 2 * NODES.size))
    load[0, ::2] = force
    none = np.zeros(1)
    return np.abs(moments(beams, none, deflection(beams, none, load))).max()


def side_force_ratio(depth, modulus):
    height = np.clip(NODES * SLOPE, 0.0, DIAMETER)
    chord = np.where(depth >= NODES, 2.0 * np.sqrt(height * (DIAMETER - height)), 0.0)
    width = 0.5 * (np.diff(NODES, prepend=0.0) + np.diff(NODES, append=NODES[-1]))
    lean = chord * width  # per unit of pressure
    at_tip = np.zeros_like(NODES)
    at_tip[0] = lean.sum()
    return largest_moment(depth, modulus, lean) / largest_moment(depth, modulus, at_tip)


@pytest.mark.parametrize("stiffer", [0.25, 1.0, 2.0])  # than Vesic's: crushed wall, full space
def test_the_assumed_side_force_ratio_is_that_of_a_bevel_on_its_bearing(check, stiffer):
    """The range 0 to 0.2 was assumed beforehand; nothing here is fitted to it."""
    modulus = stiffer * vesic_modulus(STONE, HYPODERMIC, RIGIDITY)
    ratios = [side_force_ratio(depth, modulus) for depth in (0.8e-3, 1.5e-3, 2.1e-3, 3e-3, 5e-3)]
    check("side force ratio of a held bevel, smallest", min(ratios), "≥", 0.05)
    check("side force ratio of a held bevel, largest", max(ratios), "≤", 0.2)
