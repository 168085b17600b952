"""Bovine liver: toughness from a first and a second insertion, a self-consistency check.

Gokgol et al. (2012) measured J = 164 J/m2 as (F1 - F2)/w from a needle inserted twice at the same
place: the second time it opens the crack (width w = 2a) that is there. The same subtraction on
simulated forces has to give back the toughness that went in. The friction on the tip is larger in
the first insertion, as the tissue presses on it with the work of the crack as well: the method is
off by this share, 0.05 cot(30 degrees) = 9 %.

Assumptions: neo-Hookean liver, mu = 3 kPa; cone of 30 degrees; friction 0.05.
"""

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.case import Tip
from sim.mechanics.needle.contact import engage, face_friction, wall_friction
from sim.mechanics.soft import cutting
from sim.needles.tip import tip_profile
from tests.unit.mechanics.patient import FAT, HYPODERMIC, PUSH

TOUGHNESS = 164.0  # J/m2
LIVER = replace(
    FAT, thickness=30e-3, toughness=TOUGHNESS, shear_modulus=3e3, ogden_exponent=2.0, friction=0.05
)
TIP = Tip("trocar", math.radians(30.0), 1e-9)


@pytest.mark.parametrize("diameter", [0.7e-3, 1.0e-3, 1.4e-3, 2.0e-3])
def test_toughness_from_two_insertions(diameter, check):
    profile = tip_profile(replace(HYPODERMIC, outer_diameter=diameter, tip=TIP))
    depth = np.linspace(0.0, 20e-3, 501)[1:]
    part = engage(profile, depth, 0.0, LIVER.thickness)
    crack = cutting.crack_force(LIVER, part, 0.0)
    spread = cutting.spread_force(LIVER, part)
    pressure = cutting.face_pressure(LIVER, part)
    wall = cutting.wall_pressure(LIVER, profile.wide[:, None])
    shaft = wall_friction(wall, LIVER.friction, part, PUSH).force

    def drag(share):
        return face_friction(share * pressure, LIVER.friction, part, PUSH).force

    first = crack + spread + drag(1.0) + shaft
    second = spread + drag(spread / (crack + spread)) + shaft
    table, ratio = cutting.layer_crack(LIVER), cutting.toughness_ratio(LIVER, profile.radius)
    width = 2.0 * profile.radius * table.size_at(ratio)
    recovered = (first - second)[-1] / width
    error = abs(recovered / TOUGHNESS - 1.0)
    check(f"liver, {1e3 * diameter:g} mm: toughness recovered, self-consistency", error, "≤", 0.1)
    assert np.all(np.diff(shaft) >= 0.0)
