import math
from dataclasses import replace

import numpy as np
import pytest

from sim.mechanics.contact import needle_cone
from sim.mechanics.loads import path_loads
from tests.unit.mechanics.patient import COAXIAL, DRILL, HYPODERMIC, PUSH, analytic_curve, case

FACTOR, WALL = 1.5, 0.3


def loads(of, depth, half_angle=30.0):
    curve = analytic_curve(math.radians(half_angle), FACTOR, WALL)
    return path_loads(of, curve, np.asarray(depth))


@pytest.mark.parametrize("needle", [HYPODERMIC, COAXIAL])
@pytest.mark.parametrize("half_angle", [15.0, 30.0])  # of the tabulated cone: must not matter
def test_pushing_into_mineral(needle, half_angle):
    of = case(needle)
    mineral, cone = of.nodule.mineral, needle_cone(needle)
    penetration = np.array([0.1, 0.5, 1.0, 1.7]) * cone.length
    load = loads(of, of.nodule.depth + penetration, half_angle).mineral
    radius = np.minimum(penetration * math.tan(cone.half_angle), cone.radius)
    normal = FACTOR * mineral.crushing_strength * math.pi * radius**2
    np.testing.assert_allclose(load.normal, normal, rtol=1e-5)
    cot = 1.0 / math.tan(cone.half_angle)
    np.testing.assert_allclose(load.tip, normal * (1.0 + mineral.friction * cot), rtol=1e-5)
    wall = mineral.friction * WALL * mineral.crushing_strength * 2.0 * math.pi * cone.radius
    shaft = np.maximum(penetration - cone.length, 0.0)
    np.testing.assert_allclose(load.shaft, wall * shaft, rtol=1e-9, atol=1e-12)


def test_drilling_relieves_the_thrust_and_turns_the_friction():
    depth = np.linspace(0.0, 7.5e-3, 31)
    pushed, drilled = (
        loads(case(COAXIAL), depth).mineral,
        loads(case(COAXIAL, DRILL), depth).mineral,
    )
    inside = pushed.force > 0.0
    assert np.all(drilled.force[inside] < pushed.force[inside])
    assert np.all(drilled.torque[inside] > 0.0)
    # energy at the tip: the cutting edges spend what pushing spends, friction stays
    slow = loads(case(COAXIAL, replace(DRILL, rotation_speed=1e-6)), depth).mineral
    np.testing.assert_allclose(slow.force, pushed.force, rtol=1e-6)


def test_thrust_and_torque_of_smooth_faces_spend_the_energy_of_pushing():
    depth = np.linspace(3e-3, 7.5e-3, 7)
    pushed, drilled = (
        loads(case(COAXIAL, technique, friction=0.0), depth).mineral for technique in (PUSH, DRILL)
    )
    power = drilled.force * DRILL.axial_speed + drilled.torque * DRILL.rotation_speed
    np.testing.assert_allclose(power, pushed.force * DRILL.axial_speed, rtol=1e-12)
    assert np.all(drilled.torque > 0.0)


def test_torque_without_edges_is_that_of_friction():
    of = case(COAXIAL, replace(DRILL, cutting_coefficient=0.0))
    cone, mineral, past = needle_cone(COAXIAL), of.nodule.mineral, 2e-3
    load = loads(of, [of.nodule.depth + cone.length + past]).mineral
    ratio = DRILL.rotation_speed * cone.radius / DRILL.axial_speed
    q = math.hypot(1.0, ratio)
    grip = mineral.friction * mineral.crushing_strength * math.pi * cone.radius**2
    on_cone = FACTOR * grip * cone.radius / math.sin(cone.half_angle)
    on_cone *= 2.0 / 3.0 * ratio * (q + 2.0) / (q + 1.0) ** 2
    on_shaft = WALL * grip * 2.0 * past * ratio / q
    np.testing.assert_allclose(load.torque, on_cone + on_shaft, rtol=1e-9)


def test_the_skin_turns_with_a_shaft_that_passes_through():
    load = loads(case(COAXIAL, DRILL), [10e-3])
    radius = 0.5 * COAXIAL.outer_diameter
    grip = math.hypot(load.skin.force[0], load.skin.torque[0] / radius)
    pushed = loads(case(COAXIAL), [10e-3]).skin.force[0]
    assert grip == pytest.approx(pushed, rel=1e-12)
    sliding = DRILL.rotation_speed * radius / DRILL.axial_speed
    assert load.skin.torque[0] / radius == pytest.approx(sliding * load.skin.force[0], rel=1e-12)


def test_the_share_of_the_wall_pressure_that_stays():
    whole, part = (loads(case(wall_pressure_ratio=share), [7e-3]).mineral for share in (1.0, 0.25))
    np.testing.assert_allclose(part.shaft, 0.25 * whole.shaft, rtol=1e-12)
    np.testing.assert_allclose(part.tip, whole.tip, rtol=1e-12)
    assert whole.shaft > 1.0


def test_opening_is_pressure_times_the_section_through_the_axis():
    share, past = 0.25, 1.5e-3
    of = case(wall_pressure_ratio=share)
    cone, strength = needle_cone(of.needle), of.nodule.mineral.crushing_strength
    half, whole = loads(
        of, of.nodule.depth + np.array([0.5 * cone.length, cone.length + past])
    ).mineral.opening
    triangle = cone.radius * cone.length
    assert half == pytest.approx(FACTOR * strength * 0.25 * triangle, rel=1e-5)
    on_shaft = share * WALL * 2.0 * cone.radius * past
    assert whole == pytest.approx(strength * (FACTOR * triangle + on_shaft), rel=1e-9)


def test_the_nodule_takes_the_place_of_the_layers():
    """Soft layers end at its top and go on below it; the tip that has left it cuts fat again."""
    of = case()
    thick = replace(of.tissue.subcutis, thickness=20e-3)
    of = replace(of, tissue=replace(of.tissue, subcutis=thick))
    cone, nodule = needle_cone(of.needle), of.nodule
    through = nodule.depth + nodule.height + 1.5 * cone.length
    load = loads(of, [nodule.depth + nodule.height - 1e-6, through])
    fat = of.tissue.subcutis
    assert load.subcutis.crack[0] == 0.0
    assert load.subcutis.crack[1] == pytest.approx(2.0 * cone.radius * fat.toughness, rel=1e-12)
    assert load.mineral.tip[1] == 0.0
    assert load.mineral.shaft[1] > load.mineral.shaft[0]


def test_a_nodule_inside_the_skin_shortens_the_skin():
    of = case()
    shallow = replace(of, nodule=replace(of.nodule, depth=0.5e-3))
    deep, near = loads(of, [5e-3]).skin, loads(shallow, [5e-3])
    assert near.skin.shaft == pytest.approx(deep.shaft / 3.0)  # 0.5 mm of 1.5 mm
    assert near.subcutis.force == 0.0


def test_bevel_and_trocar_of_one_length_meet_one_force():
    cone = needle_cone(HYPODERMIC)
    trocar = replace(HYPODERMIC, tip=replace(HYPODERMIC.tip, kind="trocar", angle=cone.half_angle))
    depth = np.linspace(0.0, 7.5e-3, 20)
    bevel, sharp = (loads(case(n, PUSH), depth).total.force for n in (HYPODERMIC, trocar))
    np.testing.assert_allclose(bevel, sharp, rtol=1e-12)
