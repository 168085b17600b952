import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from sim.case import Tip
from sim.mechanics.needle.contact import engage, face_friction, wall_friction
from sim.needles.tip import tip_profile
from tests.unit.mechanics.patient import COAXIAL, DRILL, HYPODERMIC, PUSH

CONE = tip_profile(  # 2 mm thick, 20 degrees, as good as sharp
    replace(COAXIAL, outer_diameter=2e-3, stylet=None, tip=Tip("trocar", math.radians(20.0), 1e-12))
)
NEEDLES = {"cone": CONE, "bevel": tip_profile(HYPODERMIC), "set": tip_profile(COAXIAL)}


def integral(function, low, high):
    return quad(function, low, high, epsabs=0.0)[0]


def turning(speed):
    return replace(PUSH, rotation_speed=speed)


@pytest.mark.parametrize("name", NEEDLES)
def test_contact_is_shared_out_among_layers_without_loss(name):
    profile = NEEDLES[name]
    depth = np.linspace(0.0, 12e-3, 97)
    bounds = [-1e-3, 0.5e-3, 2e-3, 7e-3, 20e-3]
    parts = [engage(profile, depth, *pair) for pair in itertools.pairwise(bounds)]
    whole = engage(profile, depth, bounds[0], bounds[-1])
    np.testing.assert_allclose(sum(p.areas for p in parts), whole.areas, atol=1e-18)
    np.testing.assert_allclose(sum(p.wall for p in parts), whole.wall, atol=1e-15)
    for above, below in itertools.pairwise(parts):
        np.testing.assert_allclose(above.inner, below.outer, atol=1e-15)
    np.testing.assert_allclose(whole.area, math.pi * whole.outer**2, atol=1e-18)


def test_a_cone_in_a_layer():
    part = engage(CONE, np.array([1e-3, 5e-3]), 0.5e-3, 2e-3)
    slope = math.tan(math.radians(20.0))
    np.testing.assert_allclose(part.outer, [0.5e-3 * slope, 1e-3], rtol=1e-6)
    np.testing.assert_allclose(part.inner, [0.0, 1e-3], atol=1e-12)
    np.testing.assert_allclose(part.wall[-1], [0.0, 1.5e-3], atol=1e-12)


def test_a_set_is_a_cone_a_cylinder_and_a_step():
    stylet, cannula = 0.5 * COAXIAL.stylet.diameter, 0.5 * COAXIAL.outer_diameter
    depth = np.array([1.5e-3, 2.9e-3, 3.0e-3, 3.0001e-3, 5e-3])
    part = engage(NEEDLES["set"], depth, 0.0, 1.0)
    short = COAXIAL.tip.edge_radius * (1.0 / math.sin(COAXIAL.tip.angle) - 1.0)
    on_cone = (1.5e-3 + short) * math.tan(COAXIAL.tip.angle)
    np.testing.assert_allclose(part.outer, [on_cone, stylet, stylet, cannula, cannula], rtol=1e-6)
    np.testing.assert_allclose(part.wall[-1], [0.0, 0.0, 0.0, 1e-7, 2e-3], atol=1e-9)
    length = stylet / math.tan(COAXIAL.tip.angle) - short
    behind = part.wall.sum(axis=0) - part.wall[-1]
    np.testing.assert_allclose(behind[[1, -1]], np.array([2.9e-3, 3e-3]) - length, rtol=1e-9)


@pytest.mark.parametrize("rotation", [0.1, 1.0, 6.0, 100.0])
@pytest.mark.parametrize("name", NEEDLES)
def test_friction_of_rotating_faces_is_the_integral_over_their_surface(name, rotation):
    profile = NEEDLES[name]
    part = engage(profile, np.array([3.5e-3]), 0.0, 2.9e-3)  # its tip has left the layer again
    technique, mu, p = turning(rotation), 0.35, 2e6
    v, force, torque = technique.axial_speed, 0.0, 0.0
    for angle, low, high in zip(profile.angle, part.narrow[:, 0], part.wide[:, 0], strict=True):
        ring = 2.0 * math.pi * mu * p / math.sin(angle)
        along = integral(lambda r: r * v / math.hypot(v, rotation * r), low, high)
        around = integral(lambda r: r**2 * rotation * r / math.hypot(v, rotation * r), low, high)
        force += ring * math.cos(angle) * along
        torque += ring * around
    friction = face_friction(p, mu, part, technique)
    np.testing.assert_allclose(friction.force, force, rtol=1e-9)
    np.testing.assert_allclose(friction.torque, torque, rtol=1e-9)


def test_slow_rotation_is_pushing():
    part = engage(CONE, np.array([1e-3, 5e-3]), 0.0, 1.0)
    pushed = face_friction(1e6, 0.3, part, PUSH)
    turned = face_friction(1e6, 0.3, part, turning(1e-3))
    np.testing.assert_allclose(turned.force, pushed.force, rtol=1e-6)
    assert np.all(pushed.torque == 0.0)
    cot = 1.0 / math.tan(math.radians(20.0))
    np.testing.assert_allclose(pushed.force, 0.3 * 1e6 * part.area * cot, rtol=1e-6)


@pytest.mark.parametrize(
    ("rotation", "share"), [(1.0, 0.69), (2.0, 0.43), (4.0, 0.23), (6.0, 0.16)]
)
def test_axial_share_of_a_14g_shaft(rotation, share):
    shaft = engage(NEEDLES["set"], np.array([20e-3]), 10e-3, 15e-3)
    pushed = wall_friction(1e6, 0.3, shaft, PUSH)
    turned = wall_friction(1e6, 0.3, shaft, turning(rotation))
    np.testing.assert_allclose(turned.force / pushed.force, share, atol=0.006)


def test_a_shaft_dissipates_its_grip_times_its_sliding_speed():
    radius, length, mu, p = NEEDLES["set"].radius, 5e-3, 0.35, 1e7
    friction = wall_friction(p, mu, engage(NEEDLES["set"], np.array([20e-3]), 10e-3, 15e-3), DRILL)
    power = friction.force * DRILL.axial_speed + friction.torque * DRILL.rotation_speed
    speed = math.hypot(DRILL.axial_speed, DRILL.rotation_speed * radius)
    expected = mu * p * 2 * math.pi * radius * length * speed
    np.testing.assert_allclose(power, expected, rtol=1e-12)
