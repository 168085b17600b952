import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from sim.mechanics.needle.contact import engage
from sim.mechanics.needle.drilling import cut, screw_torque, thread
from sim.needles.tip import tip_profile
from tests.unit.mechanics.patient import COAXIAL, DRILL, PUSH, STONE

TIP = tip_profile(COAXIAL)
BURIED = engage(TIP, np.array([5e-3]), 0.0, 1.0)
RADIUS = TIP.radius
PRESSURE = 40e6


def turning(speed):
    return replace(DRILL, rotation_speed=speed)


@pytest.mark.parametrize("rotation", [0.1, 1.0, 6.0, 100.0])
def test_thrust_and_torque_spend_the_energy_of_pushing(rotation):
    """T is integrated here over the disc; F follows from e A v."""
    technique = turning(rotation)
    v, disc = technique.axial_speed, math.pi * RADIUS**2
    lever = quad(lambda r: 2.0 * math.pi * r * r * rotation * r / math.hypot(v, rotation * r),
                 0.0, RADIUS, epsabs=0.0)[0] / disc  # fmt: skip
    edges = cut(PRESSURE, BURIED, technique)
    thrust = PRESSURE * disc * edges.thrust_ratio
    np.testing.assert_allclose(
        edges.torque, technique.cutting_coefficient * thrust * lever, rtol=1e-9
    )
    power = thrust * v + edges.torque * rotation
    np.testing.assert_allclose(power, PRESSURE * disc * v, rtol=1e-9)


def test_fast_rotation_is_teales_law():
    technique = turning(1e4)
    edges = cut(PRESSURE, BURIED, technique)
    thrust = PRESSURE * math.pi * RADIUS**2 * edges.thrust_ratio
    teale = technique.cutting_coefficient * thrust * 2.0 * RADIUS / 3.0
    np.testing.assert_allclose(edges.torque, teale, rtol=1e-6)
    turn = technique.rotation_speed / technique.axial_speed
    expected = 1.0 / (1.0 + turn * technique.cutting_coefficient * 2.0 * RADIUS / 3.0)
    np.testing.assert_allclose(edges.thrust_ratio, expected, rtol=1e-6)


def test_slow_rotation_and_smooth_faces_push():
    slow = cut(PRESSURE, BURIED, turning(1e-6))
    np.testing.assert_allclose(slow.thrust_ratio, 1.0, rtol=1e-6)
    assert slow.torque < 1e-6 * PRESSURE * math.pi * RADIUS**3
    smooth = cut(PRESSURE, BURIED, replace(DRILL, cutting_coefficient=0.0))
    assert smooth.thrust_ratio == 1.0
    assert smooth.torque == 0.0
    assert cut(PRESSURE, BURIED, PUSH).torque == 0.0


def test_nothing_in_the_mineral_asks_for_nothing():
    edges = cut(PRESSURE, engage(TIP, np.array([1e-3]), 2e-3, 1.0), DRILL)
    assert (edges.thrust_ratio, edges.torque) == (1.0, 0.0)


def test_a_smooth_thread_turns_its_lead_into_work():
    assert screw_torque(80.0, 2e-3, 1e-3, 0.0) == pytest.approx(80.0 * 1e-3 / (2.0 * math.pi))


def test_a_threads_torque_is_that_of_its_helix():
    """An inclined plane of angle lambda, tan(lambda) = lead / (pi d), climbed at tan(phi) = mu."""
    load, d, lead, mu = 80.0, 2e-3, 1.2e-3, 0.35
    climb = math.atan(lead / (math.pi * d)) + math.atan(mu)
    assert screw_torque(load, d, lead, mu) == pytest.approx(load * 0.5 * d * math.tan(climb))


def test_a_steep_thread_locks():
    with pytest.raises(ValueError, match="locks"):
        screw_torque(1.0, 1e-3, math.pi * 1e-3 / 0.35, 0.35)


def test_a_thread_carries_what_the_mineral_between_its_ridges_can():
    part = engage(TIP, np.array([4e-3, 8e-3]), 0.0, 1.0)
    technique, resistance = replace(DRILL, thread_lead=1e-3), np.array([150.0, 150.0])
    taken = thread(STONE, part, technique, resistance)
    stripping = 0.5 * math.pi * 2.0 * RADIUS * 1e-3 * STONE.crushing_strength / math.sqrt(3.0)
    np.testing.assert_allclose(taken.pull, [stripping, 150.0], rtol=1e-6)
    assert stripping < 150.0 < 5.0 * stripping
    for pull, torque in zip(taken.pull, taken.torque, strict=True):
        assert torque == pytest.approx(screw_torque(pull, 2.0 * RADIUS, 1e-3, STONE.friction))
    smooth = thread(STONE, part, DRILL, resistance)
    assert not smooth.pull.any()
    assert not smooth.torque.any()
