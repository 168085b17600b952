"""Human abdominal skin against suture needles (Maloney et al.): force to penetrate.

Measured: taper point 3-0, 4-0, 5-0: 1.00, 0.74, 0.48 N; reverse cutting 0.95, 0.60, 0.51 N, in
proportion to the needle's diameter. The skin's toughness is not fitted: 2.5 kJ/m2 (Pereira 1997),
mu = 0.11 MPa and alpha = 9 (Shergold & Fleck 2005).

Assumptions, as the report gives neither: needle diameters 0.65, 0.50, 0.40 mm, a cone eight
diameters long, skin of 1.5 mm, siliconised and wet: friction 0.05, the low end of 0.05 to 0.3.

Reached (run with -s): the steady force to cut, without friction, is 1.48, 1.09, 0.84 N, in
proportion to the diameter, +48, +47 and +76 % of taper point, +56, +82 and +65 % of reverse
cutting. With the tip in 1.5 mm of skin and friction the peaks are 0.87, 0.82 and 0.78 N: -13, +11
and +63 % of taper point, -8, +37 and +53 % of reverse cutting.

Not met: 50 % for 5-0 by either and for reverse cutting by the steady force; the proportion to the
diameter by the peaks, as 1.5 mm of skin never hold the whole tip. Friction decides more than
toughness: with 0.2 the peaks are 2.0 N.
"""

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.case import Tip
from sim.mechanics.needle.contact import engage, face_friction, wall_friction
from sim.mechanics.soft import cutting
from sim.needles.tip import tip_profile
from tests.unit.mechanics.patient import HYPODERMIC, PUSH, SKIN

DIAMETER = {"3-0": 0.65e-3, "4-0": 0.50e-3, "5-0": 0.40e-3}
TAPER = {"3-0": 1.00, "4-0": 0.74, "5-0": 0.48}  # N
CUTTING = {"3-0": 0.95, "4-0": 0.60, "5-0": 0.51}  # N
TIP = Tip("trocar", math.atan(0.5 / 8.0), 5e-6)
LUBRICATED = replace(SKIN, friction=0.05)


def steady(size):
    radius = 0.5 * DIAMETER[size]
    table, ratio = cutting.layer_crack(SKIN), cutting.toughness_ratio(SKIN, radius)
    return float(SKIN.shear_modulus * radius**2 * table.force_at(ratio))


def peak(size):
    profile = tip_profile(replace(HYPODERMIC, outer_diameter=DIAMETER[size], tip=TIP))
    depth = np.linspace(0.0, SKIN.thickness + profile.length, 2001)[1:]
    part = engage(profile, depth, 0.0, SKIN.thickness)
    force = cutting.crack_force(LUBRICATED, part, TIP.edge_radius)
    force += cutting.spread_force(LUBRICATED, part)
    pressure = cutting.face_pressure(LUBRICATED, part)
    wall = cutting.wall_pressure(LUBRICATED, profile.wide[:, None])
    force += face_friction(pressure, LUBRICATED.friction, part, PUSH).force
    force += wall_friction(wall, LUBRICATED.friction, part, PUSH).force
    return float(force.max())


@pytest.mark.parametrize("model", [steady, peak])
@pytest.mark.parametrize("size", DIAMETER)
def test_the_force_to_penetrate(model, size, check):
    """Within half of the measured force is the goal, a factor of two what is asserted."""
    for point, measured in (("taper point", TAPER[size]), ("reverse cutting", CUTTING[size])):
        force = model(size)
        what = f"suture needle {size}: {model.__name__} force / {measured:.2f} N of {point}"
        check(what, force / measured, "≤", 2.0, 1.5)
        check(what, force / measured, "≥", 0.5)


def test_the_force_goes_with_the_diameter(check):
    """Steady cutting; the measured exponent with these diameters is 1.5 (taper), 1.3 (cutting)."""
    exponent = math.log(steady("3-0") / steady("5-0"))
    exponent /= math.log(DIAMETER["3-0"] / DIAMETER["5-0"])
    check("suture needles: exponent of the diameter in the steady force", exponent, "≥", 0.75)
    check("suture needles: exponent of the diameter in the steady force", exponent, "≤", 1.25)
    assert peak("3-0") > peak("4-0") > peak("5-0")
