"""Drilling: pushing is its limit, and the hand's power is what the contact surfaces dissipate."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from sim.mechanics.loads import path_loads
from sim.mechanics.mineral.cone_contact import normal_share
from sim.needles.tip import STEP, tip_profile
from tests.unit.mechanics.patient import COAXIAL, DRILL, PUSH, analytic_curve, case

FACTOR, WALL = 1.5, 0.3
CURVE = analytic_curve(factor=FACTOR, wall=WALL)
DEPTH = 6e-3  # of the tip in the mineral


def test_pushing_is_the_limit_of_slow_rotation(check):
    depth = np.linspace(0.0, 7.5e-3, 31)
    slow = 1e-6 * PUSH.axial_speed / (0.5 * COAXIAL.outer_diameter)  # omega R / v = 1e-6
    pushed = path_loads(case(COAXIAL), CURVE, depth).total
    turned = path_loads(case(COAXIAL, replace(DRILL, rotation_speed=slow)), CURVE, depth).total
    largest = pushed.force.max()
    error = np.abs(turned.force - pushed.force).max() / largest
    check("drilling at omega R / v = 1e-6 against pushing: force", error, "≤", 1e-6)
    error = np.abs(turned.torque).max() / (largest * 0.5 * COAXIAL.outer_diameter)
    check("drilling at omega R / v = 1e-6 against pushing: torque / (F R)", error, "≤", 1e-6)


@pytest.mark.parametrize("needle", [COAXIAL, replace(COAXIAL, stylet=None)], ids=["set", "cone"])
@pytest.mark.parametrize("turns", [0.1, 1.0, 10.0])  # per second; 1 mm/s
def test_power_of_thrust_and_torque_is_dissipated_on_the_surfaces(needle, turns, check):
    """The hand's power against an integral over the surfaces of what is dissipated there.

    Removal: the specific energy N(mu) sigma_c on the volume swept. Friction: traction times sliding
    speed; the mineral next to a face of half-angle theta is carried along with v cos(theta) less
    the sliding speed v, and what it takes or gives back there counts as well.
    """
    rotation = 2.0 * math.pi * turns
    of = case(needle, replace(DRILL, rotation_speed=rotation))
    mineral, profile, v = of.nodule.mineral, tip_profile(needle), DRILL.axial_speed
    load = path_loads(of, CURVE, np.array([of.nodule.depth + DEPTH])).mineral
    power = load.force[0] * v + load.torque[0] * rotation

    mu, strength = mineral.friction, mineral.crushing_strength
    area = math.pi * profile.radius**2
    removal = normal_share(mineral.foam_shape, mu) * FACTOR * strength
    dissipated = removal * area * v
    traction = mu * load.normal[0] / area
    for angle, low, high in zip(profile.angle, profile.narrow, profile.wide, strict=True):

        def rate(r, angle=angle):
            slip = math.hypot(v, rotation * r)
            return slip + (v / slip) * (v * math.cos(angle) - v)

        ring = 2.0 * math.pi * traction / math.sin(angle)
        dissipated += ring * quad(lambda r: r * rate(r), low, high, epsabs=0.0)[0]
    walls = np.append(profile.walls[:-1], DEPTH - profile.length)
    for angle, radius, length in zip(profile.angle, profile.wide, walls, strict=True):
        if angle < STEP:  # a step leaves no pressure on the wall behind it
            grip = mu * mineral.wall_pressure_ratio * WALL * strength
            grip *= 2.0 * math.pi * radius * length
            dissipated += grip * math.hypot(v, rotation * radius)
    error = abs(power / dissipated - 1.0)
    check(f"drilling at {turns:g} rev/s: F v + T omega against dissipated power", error, "≤", 0.01)
