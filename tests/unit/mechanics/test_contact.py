import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from sim.mechanics.contact import Cone, cone_friction, engage, needle_cone, shaft_friction
from tests.unit.mechanics.patient import COAXIAL, DRILL, HYPODERMIC, PUSH

CONE = Cone(radius=1e-3, half_angle=math.radians(20.0))


def turning(speed):
    return replace(PUSH, rotation_speed=speed)


def test_a_bevel_counts_as_the_cone_of_its_length():
    bevel = HYPODERMIC.outer_diameter / math.tan(HYPODERMIC.tip.angle)
    assert needle_cone(HYPODERMIC).length == pytest.approx(bevel, rel=1e-12)
    assert needle_cone(COAXIAL).half_angle == COAXIAL.tip.angle


def test_contact_is_shared_out_among_layers_without_loss():
    depth = np.linspace(0.0, 12e-3, 97)
    bounds = [0.0, 0.5e-3, 2e-3, 7e-3, 20e-3]
    parts = [engage(CONE, depth, *pair) for pair in itertools.pairwise(bounds)]
    radius = np.minimum(depth * math.tan(CONE.half_angle), CONE.radius)
    np.testing.assert_allclose(sum(p.area for p in parts), math.pi * radius**2, atol=1e-18)
    shaft = np.maximum(depth - CONE.length, 0.0)
    np.testing.assert_allclose(sum(p.shaft for p in parts), shaft, atol=1e-15)


@pytest.mark.parametrize("rotation", [0.1, 1.0, 6.0, 100.0])
def test_friction_of_a_rotating_cone_is_the_integral_over_its_surface(rotation):
    part = engage(CONE, np.array([3e-3]), 0.0, 2e-3)  # its tip has left the layer again
    technique, mu, p = turning(rotation), 0.35, 2e6
    v = technique.axial_speed
    ring = 2.0 * math.pi * mu * p / math.sin(CONE.half_angle)
    bounds = part.inner[0], part.outer[0]
    force = quad(lambda r: ring * math.cos(CONE.half_angle) * r * v / math.hypot(v, rotation * r),
                 *bounds)[0]  # fmt: skip
    torque = quad(lambda r: ring * r**2 * rotation * r / math.hypot(v, rotation * r), *bounds)[0]
    friction = cone_friction(p, mu, CONE, part, technique)
    np.testing.assert_allclose(friction.force, force, rtol=1e-9)
    np.testing.assert_allclose(friction.torque, torque, rtol=1e-9)


def test_slow_rotation_is_pushing():
    part = engage(CONE, np.array([1e-3, 5e-3]), 0.0, 1.0)
    pushed = cone_friction(1e6, 0.3, CONE, part, PUSH)
    turned = cone_friction(1e6, 0.3, CONE, part, turning(1e-3))
    np.testing.assert_allclose(turned.force, pushed.force, rtol=1e-6)
    assert np.all(pushed.torque == 0.0)
    cot = 1.0 / math.tan(CONE.half_angle)
    np.testing.assert_allclose(pushed.force, 0.3 * 1e6 * part.area * cot, rtol=1e-14)


@pytest.mark.parametrize(
    ("rotation", "share"), [(1.0, 0.69), (2.0, 0.43), (4.0, 0.23), (6.0, 0.16)]
)
def test_axial_share_of_a_14g_shaft(rotation, share):
    radius, length = 0.5 * COAXIAL.outer_diameter, 5e-3
    pushed = shaft_friction(1e6, 0.3, radius, length, PUSH)
    turned = shaft_friction(1e6, 0.3, radius, length, turning(rotation))
    assert turned.force / pushed.force == pytest.approx(share, abs=0.006)


def test_a_shaft_dissipates_its_grip_times_its_sliding_speed():
    radius, length, mu, p = 1e-3, 4e-3, 0.35, 1e7
    friction = shaft_friction(p, mu, radius, length, DRILL)
    power = friction.force * DRILL.axial_speed + friction.torque * DRILL.rotation_speed
    speed = math.hypot(DRILL.axial_speed, DRILL.rotation_speed * radius)
    assert power == pytest.approx(mu * p * 2 * math.pi * radius * length * speed, rel=1e-12)
