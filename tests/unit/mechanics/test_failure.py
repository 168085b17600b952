import math
from dataclasses import replace

import numpy as np
import pytest

from sim.mechanics.failure import held_depth, utilisation, wedge_intensity
from sim.mechanics.loads import path_loads
from tests.unit.mechanics.patient import COAXIAL, DRILL, HYPODERMIC, PUSH, analytic_curve, case


def ratios(of, depth):
    return utilisation(of, path_loads(of, analytic_curve(), np.atleast_1d(depth))).ratio


def test_blunting_compares_the_hardness_of_steel_and_mineral():
    of = case(solid_strength=400e6)
    ratio = ratios(of, [1e-3, 4e-3])["blunting"]
    np.testing.assert_allclose(ratio, [0.0, 3.0 * 400e6 / 3.8e9])


@pytest.mark.parametrize(("tilt", "slips"), [(19.0, False), (19.6, True)])  # atan(0.35) = 19.3
def test_a_tip_slips_outside_the_friction_cone(tilt, slips):
    of = case(technique=replace(PUSH, incidence_angle=math.radians(tilt)))
    above, touching, held = ratios(of, [2.4e-3, 2.5e-3, held_depth(of)])["slip"]
    assert above == held == 0.0
    assert (touching > 1.0) == slips


def test_torque_is_limited_by_the_cannula_or_the_hand():
    depth = 7.5e-3
    weak = ratios(case(COAXIAL, replace(DRILL, torque_limit=0.2)), depth)["torque"]
    tube = ratios(case(COAXIAL, replace(DRILL, torque_limit=10.0)), depth)["torque"]
    np.testing.assert_allclose(weak / tube, 0.709 / 0.2, rtol=2e-3)  # the tube's torque, N m


def test_wedge_intensity_of_a_centred_pair_of_forces():
    nodule = replace(case().nodule, diameter=12e-3, height=12e-3)
    intensity = wedge_intensity(np.array([20.0]), nodule)
    np.testing.assert_allclose(intensity, 20.0 / (math.pi * 3e-3) ** 1.5)


def test_the_tip_is_held_from_one_outer_diameter_on():
    of = case()
    depth = held_depth(of) + np.array([-1e-9, 0.0])
    use = utilisation(of, path_loads(of, analytic_curve(), depth))
    length = of.needle.free_length - of.needle.outer_diameter
    ei = 193e9 * math.pi / 64.0 * (of.needle.outer_diameter**4 - of.needle.inner_diameter**4)
    assert use.buckling_load[1] == pytest.approx(math.pi**2 * ei / (0.7 * length) ** 2, rel=5e-3)
    assert use.tip_deflection[0] > 0.0 == use.tip_deflection[1]
    assert use.buckling_load[0] < use.buckling_load[1]


def test_soft_tissue_props_a_long_needle():
    """A free 27G of 1 1/4 inch buckles at 0.63 N, less than skin asks; in practice it passes."""
    long = replace(HYPODERMIC, length=31.75e-3, free_length=31.75e-3)
    of = case(long)
    depth = np.linspace(0.0, of.nodule.depth, 100)
    use = utilisation(of, path_loads(of, analytic_curve(), depth))
    assert use.buckling_load[0] == pytest.approx(0.63, rel=0.01)
    assert use.governing().max() < 1.0


def test_side_force_of_a_bevel_bends_the_free_needle():
    straight, sideways = (
        ratios(case(technique=replace(PUSH, side_force_ratio=zeta)), 2.8e-3)["bending"]
        for zeta in (0.0, 0.2)
    )
    assert sideways > straight
