import math
from dataclasses import replace

import numpy as np
import pytest

from sim.mechanics.failure import (
    fragment_risk,
    held_depth,
    hoop_tension,
    utilisation,
    wedge_intensity,
)
from sim.mechanics.loads import path_loads
from sim.mechanics.mineral.cone_contact import normal_share
from sim.mechanics.needle import stability
from sim.mechanics.needle.stability import Push
from sim.needles.tip import tip_profile
from tests.unit.mechanics.patient import (
    COAXIAL,
    DRILL,
    HYPODERMIC,
    PUSH,
    STONE,
    analytic_curve,
    case,
)

RUBBED = normal_share(STONE.foam_shape, STONE.friction)  # of the normal pressure of a smooth tip


def use(of, depth):
    return utilisation(of, path_loads(of, analytic_curve(), np.atleast_1d(depth)))


def ratios(of, depth):
    return use(of, depth).ratio


def test_blunting_compares_the_hardness_of_steel_and_mineral():
    of = case(COAXIAL, solid_strength=400e6)
    ratio = ratios(of, [1e-3, 7e-3])["blunting"]
    np.testing.assert_allclose(ratio, [0.0, 3.0 * 400e6 / 3.8e9])


def test_a_bevel_folds_where_its_side_pressure_beats_its_plastic_moment():
    """Of the full face 2 zeta p / (sigma_y tan^2 beta), p = the rubbed 1.5 sigma_c of the curve."""
    of = case(crushing_strength=300e6)
    ratio = ratios(of, 5e-3)
    exact = 2.0 * 0.1 * RUBBED * 1.5 * 300e6 / (1e9 * math.tan(math.radians(11.0)) ** 2)
    assert exact > 1.0
    np.testing.assert_allclose(ratio["folding"], exact, rtol=0.02)  # its lumen begins to fill
    np.testing.assert_array_equal(ratio["blunting"], ratio["folding"])
    crossing = ratios(of, 3.5e-3)["folding"]
    tilted = math.tan(math.radians(5.0)) * math.tan(math.radians(11.0))
    np.testing.assert_allclose(
        crossing, exact / 0.1 * (0.1 + tilted) ** 2 / (0.1 + 2.0 * tilted), rtol=1e-6
    )


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


@pytest.mark.parametrize(("diameter", "height"), [(12e-3, 12e-3), (18e-3, 8e-3)])
def test_wedge_intensity_of_a_centred_pair_of_forces(diameter, height):
    nodule = replace(case().nodule, diameter=diameter, height=height)
    intensity = wedge_intensity(np.array([20.0]), nodule)
    np.testing.assert_allclose(intensity, 20.0 / (math.pi * 3e-3) ** 1.5)


def test_hoop_tension_of_a_thick_wall():
    """Lame: p at a bore in an infinite body, p (b/a)/(wall/a) for a thin wall."""
    nodule = case().nodule
    wide, thin = replace(nodule, diameter=1.0), replace(nodule, diameter=2.02e-3)
    pressure = np.array([1.0])
    np.testing.assert_allclose(hoop_tension(pressure, 1e-3, wide), 1.0, rtol=1e-5)
    np.testing.assert_allclose(hoop_tension(pressure, 1e-3, thin), 100.5, rtol=1e-3)


def test_splitting_needs_a_crack_to_start_and_to_grow():
    depth, of = 7.5e-3, case()
    growth = path_loads(of, analytic_curve(), np.array([depth])).mineral.opening
    growth = wedge_intensity(growth, of.nodule) / of.nodule.mineral.fracture_toughness
    np.testing.assert_allclose(ratios(of, depth)["splitting"], growth)
    strong = ratios(case(tensile_strength=1e12), depth)["splitting"]
    assert 0.0 < strong[0] < 1e-3 * growth[0]


@pytest.mark.parametrize("needle", [HYPODERMIC, COAXIAL])
@pytest.mark.parametrize("entered", [0.3e-3, 2.2e-3, 4e-3])
def test_loads_of_the_tip(needle, entered):
    """Eccentric thrust, side force of bevel and slope: put together by hand."""
    of = case(needle)
    depth = np.array([of.nodule.depth + entered])
    loads = path_loads(of, analytic_curve(), depth)
    sideways = 0.1 / math.tan(needle.tip.angle) if needle.tip.kind == "bevel" else 0.0
    if entered < tip_profile(needle).face_ends()[0][0]:
        sideways += math.tan(math.radians(5.0))
    column = stability.column(of, loads)
    euler = column.euler_load()
    eccentric = 0.25 * needle.outer_diameter * loads.total.tip
    push = Push(eccentric, sideways * loads.mineral.normal, np.zeros(1))
    found = use(of, depth)
    np.testing.assert_allclose(found.buckling_load, column.buckling_load(euler))
    np.testing.assert_allclose(
        found.ratio["bending"], stability.yield_utilisation(column, push, euler)[0]
    )
    bow = stability.bow(column, push, column.force)
    np.testing.assert_allclose(found.tip_deflection, bow.deflection[:, 0])
    straight = stability.bow(column, push, 0.0 * column.force)
    growth = np.abs(bow.moment).max() / np.abs(straight.moment).max()
    np.testing.assert_allclose(found.amplification, growth)


def test_pressure_of_the_bearing():
    """A held tip under a side force: about k w / D over the pressure that indents."""
    of = case(technique=replace(PUSH, tip_eccentricity=0.0))
    found = use(of, [2.8e-3, 5.5e-3])
    assert found.ratio["bearing"][0] == 0.0
    rigidity = stability.shaft(of.needle).rigidity[0]
    modulus = stability.vesic_modulus(of.nodule.mineral, of.needle, rigidity)
    pressure = modulus * found.tip_deflection[1] / of.needle.outer_diameter
    indenting = RUBBED * 1.5 * of.nodule.mineral.crushing_strength
    np.testing.assert_allclose(found.ratio["bearing"][1], pressure / indenting, rtol=0.05)


def test_past_its_buckling_load_a_needle_has_no_shape():
    of = case(replace(HYPODERMIC, length=40e-3, free_length=40e-3))
    found = use(of, 7e-3)
    assert found.ratio["buckling"] > 1.0
    assert np.isinf(found.amplification)
    assert np.isinf(found.tip_deflection)
    assert np.isfinite(found.ratio["bending"])
    assert found.ratio["bending"] >= found.ratio["buckling"]


def test_soft_tissue_props_a_long_needle():
    """A free 27G of 1 1/4 inch buckles at 0.63 N, less than skin asks; in practice it passes."""
    long = replace(HYPODERMIC, length=31.75e-3, free_length=31.75e-3)
    of = case(long)
    found = use(of, np.linspace(0.0, of.nodule.depth, 100))
    assert found.buckling_load[0] == pytest.approx(0.63, rel=0.01)
    assert found.governing().max() < 1.0


def test_side_force_of_a_bevel_bends_the_needle_free_and_held():
    for depth in (2.8e-3, 5e-3):
        straight, sideways = (
            ratios(case(technique=replace(PUSH, side_force_ratio=zeta)), depth)["bending"]
            for zeta in (0.0, 0.2)
        )
        assert sideways > straight


@pytest.mark.parametrize(
    ("outcome", "depth", "said"),
    [
        ("bent", 5e-3, "bent to and fro"),
        ("buckled", 5e-3, "2.5 mm of it held"),
        ("blunted", 5e-3, "folded point"),
        ("blunted", 2.6e-3, ""),
        ("bent", 2.6e-3, ""),
        ("stalled", 5e-3, ""),
        ("reached_target", 7.5e-3, ""),
    ],
)
def test_steel_stays_where_the_needle_fails_with_its_tip_held(outcome, depth, said):
    reason = fragment_risk(case(), outcome, depth, 3e-3)
    assert said in reason
    assert bool(reason) == bool(said)


def test_a_break_outside_the_skin_leaves_a_stump_to_grip():
    inside, outside = (fragment_risk(case(), "bent", 5e-3, weakest) for weakest in (3e-3, 9e-3))
    assert "in the tissue" in inside
    assert "outside the skin" in outside
