import math
from dataclasses import replace

import numpy as np
import pytest

from sim.case import DensityField
from sim.materials.density import density_at, strength_ratio
from sim.mechanics.loads import path_loads, turning_point_loads
from sim.mechanics.mineral.cone_contact import normal_share
from sim.mechanics.needle.drilling import screw_torque
from sim.needles.tip import tip_profile
from tests.unit.mechanics.patient import COAXIAL, DRILL, HYPODERMIC, PUSH, analytic_curve, case

FACTOR, WALL = 1.5, 0.3


def pointed(needle, **tip):
    """`needle` as one closed cone, as good as sharp, with its (equivalent) half-angle."""
    changes = {"kind": "trocar", "angle": tip_profile(needle).half_angle, "edge_radius": 1e-12}
    return replace(needle, stylet=None, tip=replace(needle.tip, **changes | tip))


def crushing(mineral):
    """Normal pressure (Pa) on a face that rubs while it crushes."""
    return FACTOR * normal_share(mineral.foam_shape, mineral.friction) * mineral.crushing_strength


CONES = [pointed(HYPODERMIC), pointed(COAXIAL)]


def loads(of, depth, half_angle=30.0):
    curve = analytic_curve(math.radians(half_angle), FACTOR, WALL)
    return path_loads(of, curve, np.asarray(depth))


@pytest.mark.parametrize("needle", CONES)
@pytest.mark.parametrize("half_angle", [15.0, 30.0])  # of the tabulated cone: must not matter
def test_pushing_into_mineral(needle, half_angle):
    of = case(needle)
    mineral, cone = of.nodule.mineral, tip_profile(needle)
    penetration = np.array([0.1, 0.5, 1.0, 1.7]) * cone.length
    load = loads(of, of.nodule.depth + penetration, half_angle).mineral
    radius = np.minimum(penetration * math.tan(cone.half_angle), cone.radius)
    normal = crushing(mineral) * math.pi * radius**2
    np.testing.assert_allclose(load.normal, normal, rtol=1e-5)
    cot = 1.0 / math.tan(cone.half_angle)
    np.testing.assert_allclose(load.tip, normal * (1.0 + mineral.friction * cot), rtol=1e-5)
    wall = mineral.friction * WALL * mineral.crushing_strength * 2.0 * math.pi * cone.radius
    shaft = np.maximum(penetration - cone.length, 0.0)
    np.testing.assert_allclose(load.shaft, wall * shaft, rtol=1e-9, atol=1e-12)


def test_the_set_as_used_meets_cone_cylinder_and_step():
    of = case(COAXIAL)
    mineral, profile = of.nodule.mineral, tip_profile(COAXIAL)
    strength, mu = mineral.crushing_strength, mineral.friction
    stylet, cannula = 0.775e-3, 1.054e-3
    before, behind = loads(of, of.nodule.depth + np.array([2.9e-3, 5e-3])).mineral.normal
    pressure = crushing(mineral)
    assert before == pytest.approx(pressure * math.pi * stylet**2, rel=1e-9)
    assert behind == pytest.approx(pressure * math.pi * cannula**2, rel=1e-9)
    load = loads(of, [of.nodule.depth + 5e-3]).mineral
    # no friction along the step: the tip rubs on the stylet's cone only
    rubbed = np.sum((profile.wide**2 - profile.narrow**2)[:-1] / np.tan(profile.angle[:-1]))
    assert load.drag == pytest.approx(pressure * mu * math.pi * rubbed, rel=1e-9)
    # behind the step the wall carries no pressure: the shaft rubs along the stylet only
    wall = 2.0 * math.pi * stylet * profile.walls[-2]
    assert load.shaft == pytest.approx(mu * WALL * strength * wall, rel=1e-9)


@pytest.mark.parametrize("kind", ["bevel", "trocar"])
def test_a_flat_end_meets_its_pressure_at_once_and_no_drag(kind):
    flat = replace(HYPODERMIC, tip=replace(HYPODERMIC.tip, kind=kind, angle=0.5 * math.pi))
    of = case(flat, friction=0.35, wall_pressure_ratio=1.0)
    load = loads(of, of.nodule.depth + np.array([0.0, 1e-9, 2e-3])).mineral
    closed = crushing(of.nodule.mineral) * math.pi * (0.5 * 0.4128e-3) ** 2
    opened = closed if kind == "trocar" else closed * (1.0 - (0.210 / 0.4128) ** 2)
    np.testing.assert_allclose(load.normal, [0.0, opened, closed], rtol=1e-5)
    np.testing.assert_allclose(load.drag + load.shaft, 0.0, atol=1e-9)


def test_a_rounded_point_changes_the_force_where_it_enters_only():
    sharp, blunt = (case(pointed(COAXIAL, edge_radius=r)) for r in (1e-12, 50e-6))
    rho, top = 50e-6, sharp.nodule.depth
    depth = np.array([2.5e-6, 20e-6])  # on the sphere: contact radius sqrt(2 rho x - x^2)
    load = loads(blunt, top + depth).mineral.normal
    area = math.pi * (2.0 * rho * depth - depth**2)
    np.testing.assert_allclose(load, crushing(blunt.nodule.mineral) * area, rtol=0.04)
    assert load[0] > 10.0 * loads(sharp, [top + depth[0]]).mineral.normal[0]
    deep = [top + 6e-3]
    np.testing.assert_allclose(
        loads(sharp, deep).mineral.normal, loads(blunt, deep).mineral.normal, rtol=1e-9
    )


def test_where_the_density_varies_the_mean_strength_of_the_place_counts():
    of = case(pointed(COAXIAL), solid_density=3160.0, strength_decay=4.04)
    field = DensityField("random", 1000.0, 2e-3, 0.15, 1e-3, 1)
    of = replace(of, nodule=replace(of.nodule, density_field=field))
    nodule, profile = of.nodule, tip_profile(of.needle)
    z = np.linspace(nodule.depth, nodule.depth + nodule.height, 20001)
    strength = nodule.mineral.crushing_strength * strength_ratio(
        nodule.mineral, density_at(nodule, np.zeros_like(z), z)
    )
    assert strength.max() > 1.2 * strength.min()
    tip = nodule.depth + 7e-3
    load = loads(of, [tip]).mineral
    on_cone = z[(z <= tip) & (z >= tip - profile.length)]
    local = np.interp(on_cone, z, strength)
    r = (tip - on_cone) * math.tan(profile.half_angle)
    pressure = crushing(nodule.mineral) / nodule.mineral.crushing_strength
    normal = pressure * np.trapezoid(local * 2.0 * math.pi * r, r[::-1])
    assert load.normal == pytest.approx(normal, rel=0.01)
    on_shaft = z <= tip - profile.length
    grip = np.trapezoid(strength[on_shaft], z[on_shaft])
    shaft = nodule.mineral.friction * WALL * 2.0 * math.pi * profile.radius * grip
    assert load.shaft == pytest.approx(shaft, rel=0.01)


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
    of = case(CONES[1], replace(DRILL, cutting_coefficient=0.0))
    cone, mineral, past = tip_profile(CONES[1]), of.nodule.mineral, 2e-3
    load = loads(of, [of.nodule.depth + cone.length + past]).mineral
    ratio = DRILL.rotation_speed * cone.radius / DRILL.axial_speed
    q = math.hypot(1.0, ratio)
    grip = mineral.friction * math.pi * cone.radius**2
    on_cone = crushing(mineral) * grip * cone.radius / math.sin(cone.half_angle)
    on_cone *= 2.0 / 3.0 * ratio * (q + 2.0) / (q + 1.0) ** 2
    on_shaft = WALL * mineral.crushing_strength * grip * 2.0 * past * ratio / q
    np.testing.assert_allclose(load.torque, on_cone + on_shaft, rtol=1e-6)


def test_a_hand_that_keeps_its_speed_pushes_at_the_turning_points():
    depth = np.linspace(0.0, 7.5e-3, 7)
    of = case(COAXIAL, replace(DRILL, motion="oscillating"))
    curve = analytic_curve(factor=FACTOR, wall=WALL)
    held, pushed = turning_point_loads(of, curve, depth), loads(case(COAXIAL), depth)
    np.testing.assert_allclose(held.total.force, pushed.total.force, rtol=1e-12)
    assert not held.total.torque.any()


def test_a_thread_takes_its_share_off_the_hand_and_the_nodule():
    depth = case().nodule.depth + np.array([2e-3, 4e-3, 7.4e-3])
    lead = 2.0 * math.pi * DRILL.axial_speed / DRILL.rotation_speed
    smooth = loads(case(COAXIAL, DRILL), depth)
    threaded = loads(case(COAXIAL, replace(DRILL, thread_lead=lead)), depth)
    pull = smooth.total.force - threaded.total.force
    strength = case().nodule.mineral.crushing_strength
    engaged = np.array([0.0, 1e-3, 4.4e-3])
    capacity = strength / math.sqrt(3.0) * math.pi * COAXIAL.outer_diameter * engaged / 2.0
    np.testing.assert_allclose(pull, np.minimum(capacity, smooth.total.force), rtol=1e-6)
    assert pull[1] > 0.0
    np.testing.assert_allclose(smooth.mineral.force - threaded.mineral.force, pull)
    extra = screw_torque(1.0, COAXIAL.outer_diameter, lead, case().nodule.mineral.friction)
    np.testing.assert_allclose(threaded.total.torque - smooth.total.torque, extra * pull)


def test_the_skin_turns_with_a_shaft_that_passes_through():
    load = loads(case(COAXIAL, DRILL), [10e-3])
    radius = 0.5 * COAXIAL.outer_diameter
    grip = math.hypot(load.skin.force[0], load.skin.torque[0] / radius)
    pushed = loads(case(COAXIAL), [10e-3]).skin.force[0]
    assert grip == pytest.approx(pushed, rel=1e-12)
    sliding = DRILL.rotation_speed * radius / DRILL.axial_speed
    assert load.skin.torque[0] / radius == pytest.approx(sliding * load.skin.force[0], rel=1e-12)


def test_the_share_of_the_wall_pressure_that_stays():
    whole, part = (
        loads(case(CONES[0], wall_pressure_ratio=share), [7e-3]).mineral for share in (1.0, 0.25)
    )
    np.testing.assert_allclose(part.shaft, 0.25 * whole.shaft, rtol=1e-12)
    np.testing.assert_allclose(part.tip, whole.tip, rtol=1e-12)
    assert whole.shaft > 1.0


def test_opening_is_pressure_times_the_section_through_the_axis():
    share, past = 0.25, 1.5e-3
    of = case(CONES[0], wall_pressure_ratio=share)
    cone, strength = tip_profile(of.needle), of.nodule.mineral.crushing_strength
    half, whole = loads(
        of, of.nodule.depth + np.array([0.5 * cone.length, cone.length + past])
    ).mineral.opening
    triangle = cone.radius * cone.length
    pressure = crushing(of.nodule.mineral)
    assert half == pytest.approx(pressure * 0.25 * triangle, rel=1e-5)
    on_shaft = share * WALL * strength * 2.0 * cone.radius * past
    assert whole == pytest.approx(pressure * triangle + on_shaft, rel=1e-6)


def test_the_nodule_takes_the_place_of_the_layers():
    """Soft layers end at its top and go on below it; the tip that has left it cuts fat again."""
    of = case()
    thick = replace(of.tissue.subcutis, thickness=20e-3)
    of = replace(of, tissue=replace(of.tissue, subcutis=thick))
    cone, nodule = tip_profile(of.needle), of.nodule
    through = nodule.depth + nodule.height + 1.5 * cone.length
    load = loads(of, [nodule.depth + nodule.height - 1e-6, through])
    elsewhere = replace(of, nodule=replace(nodule, depth=18e-3))
    in_fat = loads(elsewhere, [nodule.depth + 1.5 * cone.length]).subcutis.crack[0]
    assert load.subcutis.crack[0] == 0.0
    assert load.subcutis.crack[1] == pytest.approx(in_fat, rel=1e-12)
    assert in_fat > 0.0
    assert load.mineral.tip[1] == 0.0
    assert load.mineral.shaft[1] > load.mineral.shaft[0]


def test_a_nodule_inside_the_skin_shortens_the_skin():
    of = case()
    shallow = replace(of, nodule=replace(of.nodule, depth=0.5e-3))
    deep, near = loads(of, [5e-3]).skin, loads(shallow, [5e-3])
    assert near.skin.shaft == pytest.approx(deep.shaft / 3.0)  # 0.5 mm of 1.5 mm
    assert near.subcutis.force == 0.0


def test_a_plugged_bevel_and_a_trocar_of_one_length_meet_one_force():
    trocar = pointed(HYPODERMIC, edge_radius=HYPODERMIC.tip.edge_radius)
    depth = case().nodule.depth + np.linspace(4.0e-3, 7.5e-3, 20)
    bevel, sharp = (loads(case(n, PUSH), depth).total.force for n in (HYPODERMIC, trocar))
    np.testing.assert_allclose(bevel, sharp, rtol=1e-12)
