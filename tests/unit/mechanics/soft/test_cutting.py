from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import trapezoid

from sim.errors import SolverError
from sim.mechanics.needle.contact import engage
from sim.mechanics.soft import cutting
from sim.needles.tip import tip_profile
from tests.unit.mechanics.patient import COAXIAL, FAT, HYPODERMIC, SKIN

SHARP = tip_profile(replace(HYPODERMIC, tip=replace(HYPODERMIC.tip, edge_radius=1e-9)))
RING = replace(SKIN, crack="ring")


def normal_force(layer, part, edge_radius=0.0):
    return cutting.crack_force(layer, part, edge_radius) + cutting.spread_force(layer, part)


def steady_force(layer, radius):
    ratio = cutting.toughness_ratio(layer, radius)
    return layer.shear_modulus * radius**2 * cutting.layer_crack(layer).force_at(ratio)


@pytest.mark.parametrize("layer", [SKIN, FAT, RING])
@pytest.mark.parametrize("thickness", [0.5e-3, 4e-3])  # thinner and thicker than the tip is long
def test_a_layer_takes_the_steady_work_of_its_crack(layer, thickness):
    depth = np.linspace(0.0, thickness + SHARP.length, 20001)
    force = normal_force(layer, engage(SHARP, depth, 0.0, thickness))
    steady = steady_force(layer, SHARP.radius)
    assert trapezoid(force, depth) == pytest.approx(steady * thickness, rel=1e-3)
    if thickness > SHARP.length:
        assert force.max() == pytest.approx(steady, rel=1e-9)
    else:
        assert force.max() < steady


def test_the_forces_are_the_pressure_on_the_faces():
    depth = np.linspace(1e-6, 6e-3, 200)
    part = engage(tip_profile(COAXIAL), depth, 0.0, SKIN.thickness)
    pressure = cutting.face_pressure(SKIN, part)
    assert np.allclose((pressure * part.areas).sum(axis=0), normal_force(SKIN, part), rtol=1e-9)


def test_a_blunt_point_enters_like_a_flat_punch():
    edge = 50e-6
    part = engage(SHARP, np.array([0.0, 1e-5, 1.5e-3, 3e-3]), 0.0, 1e-3)
    punch = cutting.puncture_force(SKIN, edge)
    assert punch == pytest.approx(steady_force(RING, edge), rel=1e-12)
    sharp, blunt = normal_force(SKIN, part), normal_force(SKIN, part, edge)
    assert blunt[0] == 0.0  # not yet there
    assert blunt[1] == pytest.approx(punch)
    assert sharp[1] < punch
    assert blunt[2:] == pytest.approx(sharp[2:])  # the point has left the layer


def test_wall_pressure_falls_with_the_radius():
    pressure = cutting.wall_pressure(SKIN, np.array([0.2e-3, 1e-3]))
    assert pressure[0] > 3.0 * pressure[1] > 0.0


def test_a_flat_punch_needs_more():
    assert steady_force(RING, 0.2e-3) > 2.0 * steady_force(SKIN, 0.2e-3)


@pytest.mark.parametrize("toughness", [1.0, 1e6])
def test_a_toughness_outside_the_table_is_refused(toughness):
    part = engage(SHARP, np.array([1e-3]), 0.0, 1e-3)
    with pytest.raises(SolverError, match="table holds"):
        cutting.face_pressure(replace(SKIN, toughness=toughness), part)
