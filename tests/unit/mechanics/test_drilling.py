from dataclasses import replace

import numpy as np
import pytest

from sim.mechanics.drilling import cutting_torque, thrust_ratio
from tests.unit.mechanics.patient import COAXIAL, DRILL, PUSH

DIAMETER = np.array([COAXIAL.outer_diameter])


def test_thrust_and_torque_spend_the_energy_of_pushing():
    pushed = 65.0
    thrust = pushed * thrust_ratio(DIAMETER, DRILL)
    torque = cutting_torque(thrust, DIAMETER, DRILL)
    power = thrust * DRILL.axial_speed + torque * DRILL.rotation_speed
    np.testing.assert_allclose(power, pushed * DRILL.axial_speed, rtol=1e-12)


@pytest.mark.parametrize(("turns", "ratio"), [(0.5, 0.60), (1.0, 0.43), (2.0, 0.28)])
def test_thrust_of_a_14g_at_1_mm_per_s(turns, ratio):
    technique = replace(DRILL, rotation_speed=2.0 * np.pi * turns)
    np.testing.assert_allclose(thrust_ratio(DIAMETER, technique), ratio, atol=0.006)


def test_slow_rotation_and_blunt_edges_push():
    slow = replace(DRILL, rotation_speed=1e-6)
    np.testing.assert_allclose(thrust_ratio(DIAMETER, slow), 1.0, rtol=1e-6)
    smooth = replace(DRILL, cutting_coefficient=0.0)
    assert thrust_ratio(DIAMETER, smooth) == 1.0
    assert cutting_torque(np.array([50.0]), DIAMETER, PUSH) == 0.0
