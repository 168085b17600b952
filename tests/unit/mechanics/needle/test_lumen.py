import math
from dataclasses import replace

import numpy as np
import pytest

from sim.mechanics.loads import path_loads
from sim.mechanics.mineral.cone_contact import normal_share
from sim.mechanics.needle.lumen import (
    closed_share,
    core_length,
    core_pressure,
    open_share,
    plug_length,
    retention,
)
from sim.needles.tip import tip_profile
from tests.unit.mechanics.patient import COAXIAL, HYPODERMIC, STONE, analytic_curve, case

FACTOR, WALL = 1.5, 0.3
CURVE = analytic_curve(factor=FACTOR, wall=WALL)
NODULE = case().nodule
BORE, HEIGHT = HYPODERMIC.inner_diameter, NODULE.height
RUBBED = normal_share(STONE.foam_shape, STONE.friction)  # friction lowers the tip's pressure
PLUG = RUBBED * FACTOR * BORE / (4.0 * STONE.friction * WALL)  # all of the wall's pressure stays
HEEL = tip_profile(HYPODERMIC).length - 0.1014e-3 / math.tan(math.radians(11.0))


def test_only_an_open_tube_takes_up_a_core():
    pointed = replace(HYPODERMIC, tip=replace(HYPODERMIC.tip, kind="trocar"))
    depth = np.linspace(0.0, 8e-3, 9)
    for closed in (COAXIAL, pointed):
        assert open_share(closed) == 0.0
        assert not core_length(closed, NODULE, CURVE, depth).any()
        np.testing.assert_array_equal(closed_share(closed, NODULE, CURVE, depth), 1.0)
    assert open_share(HYPODERMIC) == pytest.approx((0.210 / 0.4128) ** 2)


def test_the_core_grows_with_the_advance_until_it_plugs():
    assert plug_length(HYPODERMIC, STONE, CURVE, HEIGHT) == pytest.approx(PLUG, rel=1e-9)
    penetration = np.array([0.0, HEEL, HEEL + 0.3 * PLUG, HEEL + PLUG, HEEL + 2.0 * PLUG])
    core = core_length(HYPODERMIC, NODULE, CURVE, penetration)
    np.testing.assert_allclose(core, [0.0, 0.0, 0.3 * PLUG, PLUG, PLUG], rtol=1e-6, atol=1e-12)


def test_the_tip_is_resisted_by_the_annulus_and_the_core():
    penetration = HEEL + PLUG * np.array([0.0, 0.3, 1.0, 3.0])
    share, bore = closed_share(HYPODERMIC, NODULE, CURVE, penetration), open_share(HYPODERMIC)
    expected = 1.0 - bore + bore * np.array([0.0, 0.3, 1.0, 1.0])
    np.testing.assert_allclose(share, expected, rtol=1e-6)


def test_the_cores_friction_is_the_integral_over_the_lumens_wall():
    length = 0.7e-3
    kept, strength = 0.4 * WALL, STONE.crushing_strength
    stone = replace(STONE, wall_pressure_ratio=0.4)
    friction = stone.friction * kept * strength * math.pi * BORE * length
    pressure = core_pressure(HYPODERMIC, stone, CURVE, length) * strength
    assert pressure * 0.25 * math.pi * BORE**2 == pytest.approx(friction, rel=1e-12)


def test_without_friction_nothing_plugs():
    smooth = replace(STONE, wall_pressure_ratio=0.0)
    assert plug_length(HYPODERMIC, smooth, CURVE, HEIGHT) == math.inf
    nodule = replace(NODULE, mineral=smooth)
    through = core_length(HYPODERMIC, nodule, CURVE, [1.5 * HEIGHT])
    assert through == HEIGHT  # no longer than what it was cut from
    share = closed_share(HYPODERMIC, nodule, CURVE, [1.5 * HEIGHT])
    np.testing.assert_allclose(share, 1.0 - open_share(HYPODERMIC))


def test_a_core_is_blown_out_against_the_weaker_of_friction_and_shear():
    length, strength = 0.5e-3, STONE.crushing_strength
    rubbing = 4.0 * STONE.friction * WALL * strength * length / BORE
    assert retention(HYPODERMIC, STONE, CURVE, length) == pytest.approx(rubbing)
    gripped = analytic_curve(factor=FACTOR, wall=10.0)
    shear = 4.0 * strength / math.sqrt(3.0) * length / BORE
    assert retention(HYPODERMIC, STONE, gripped, length) == pytest.approx(shear)


def test_an_open_tube_meets_less_until_it_is_plugged():
    of = case()
    pointed = replace(HYPODERMIC, tip=replace(HYPODERMIC.tip, kind="trocar"))
    pointed = replace(pointed, tip=replace(pointed.tip, angle=tip_profile(HYPODERMIC).half_angle))
    depth = of.nodule.depth + np.linspace(0.1e-3, 7e-3, 41)
    opened, closed = (
        path_loads(replace(of, needle=n), CURVE, depth).mineral for n in (HYPODERMIC, pointed)
    )
    ratio = opened.tip / closed.tip
    assert ratio[0] == pytest.approx(1.0 - open_share(HYPODERMIC))
    assert np.all(np.diff(ratio) >= -1e-12)
    assert ratio[-1] == pytest.approx(1.0)
    np.testing.assert_allclose(opened.shaft, closed.shaft)


def test_a_core_short_of_plugging_adds_its_friction_to_the_annulus():
    """Forces, not only shares: pressure on the annulus, the core's friction on the bore."""
    of, length = case(), 0.9 * PLUG
    assert HEEL + length > tip_profile(HYPODERMIC).length
    normal = path_loads(of, CURVE, np.array([of.nodule.depth + HEEL + length])).mineral.normal
    bore, area = (0.25 * math.pi * d**2 for d in (BORE, HYPODERMIC.outer_diameter))
    core = 4.0 * STONE.friction * WALL * length / BORE
    expected = STONE.crushing_strength * (RUBBED * FACTOR * (area - bore) + core * bore)
    np.testing.assert_allclose(normal, expected, rtol=1e-6)
