import math
from dataclasses import replace

import numpy as np
import pytest

from sim.mechanics.loads import path_loads
from sim.mechanics.needle import stability
from sim.mechanics.needle.stability import Push, held_depth
from sim.needles.section import section
from sim.needles.tip import tip_profile
from tests.unit.mechanics.patient import (
    COAXIAL,
    DRILL,
    FAT,
    HYPODERMIC,
    PUSH,
    SKIN,
    STEEL,
    STONE,
    analytic_curve,
    case,
)

CANNULA = replace(COAXIAL, stylet=None)


def at(depth, of=None):
    of = of or case()
    loads = path_loads(of, analytic_curve(), np.atleast_1d(depth))
    return stability.column(of, loads), loads


def of_length(needle, length):
    return case(replace(needle, length=length, free_length=length))


@pytest.mark.parametrize(
    ("needle", "length", "expected"),
    [(HYPODERMIC, 12.7e-3, 3.9), (HYPODERMIC, 25.4e-3, 0.98), (CANNULA, 95e-3, 34.0)],
)
def test_a_needle_in_the_air_is_a_cantilever(needle, length, expected):
    assert at(0.0, of_length(needle, length))[0].euler_load() == pytest.approx(expected, rel=0.012)


def test_a_tip_deep_in_mineral_is_nearly_clamped():
    of = of_length(HYPODERMIC, 31.75e-3)
    column, _ = at(7.5e-3, of)
    stiffness = STEEL.youngs_modulus * section(HYPODERMIC).second_moment
    outside = of.needle.free_length - 5e-3
    clamped = stiffness * (2.0 * math.pi / outside) ** 2
    assert 0.75 * clamped < column.euler_load()[0] < clamped * 1.05


def test_the_mineral_holds_from_one_outer_diameter_on():
    edge = held_depth(case())
    column, _ = at([np.nextafter(edge, 0.0), edge])
    assert np.all(column.bearing[0] == 0.0)
    free, held = column.euler_load()
    assert held > 4.0 * free
    inside = column.shaft.nodes < HYPODERMIC.outer_diameter
    np.testing.assert_array_equal(column.bearing[1] > 0.0, inside)


def test_modulus_of_the_foundation():
    """Vesic's by hand: 27G in the default stone and skin."""
    rigidity = STEEL.youngs_modulus * section(HYPODERMIC).second_moment  # 2.57e-4 N m2
    stone = stability.vesic_modulus(STONE, HYPODERMIC, rigidity)
    assert stone == pytest.approx(0.65 * 4.28e9 / 0.96 * 0.4833 ** (1 / 12), rel=2e-3)
    skin = stability.vesic_modulus(SKIN, HYPODERMIC, rigidity)
    assert skin == pytest.approx(0.65 * 684e3 / (1 - 0.48**2) * 7.72e-5 ** (1 / 12), rel=2e-3)


def test_euler_and_johnson():
    column, _ = at(0.0)
    squash = STEEL.yield_strength * section(HYPODERMIC).area
    low, limit, high = 0.1 * squash, 0.5 * squash, 1e6 * squash
    loads = column.buckling_load(np.array([low, limit, high]))
    np.testing.assert_allclose(loads, [low, limit, squash], rtol=1e-6)
    stocky, _ = at(0.0, case(COAXIAL))
    rod = STEEL.yield_strength * math.pi / 4.0 * COAXIAL.stylet.diameter**2
    np.testing.assert_allclose(stocky.buckling_load(np.array([np.inf])), rod)  # the weakest


def test_the_stylet_is_alone_ahead_of_the_cannula():
    shaft = stability.shaft(COAXIAL)
    step = COAXIAL.stylet.protrusion
    assert step in shaft.nodes
    ahead = shaft.nodes[1:] <= step
    rod = math.pi / 64.0 * COAXIAL.stylet.diameter**4 * STEEL.youngs_modulus
    np.testing.assert_allclose(shaft.rigidity[ahead], rod)
    both = section(COAXIAL)
    np.testing.assert_allclose(shaft.rigidity[~ahead], both.second_moment * STEEL.youngs_modulus)
    np.testing.assert_allclose(
        shaft.yield_moment[~ahead], both.section_modulus * STEEL.yield_strength
    )


@pytest.mark.parametrize("length", [1e-3, 12.7e-3, 90e-3])
def test_the_mesh_reaches_from_the_tip_to_the_hub(length):
    nodes = stability.shaft(replace(HYPODERMIC, free_length=length)).nodes
    sizes = np.diff(nodes)
    assert nodes[0] == 0.0
    assert nodes[-1] == pytest.approx(length, rel=1e-12)
    assert np.all(np.diff(sizes) >= -1e-9 * length)
    assert sizes[0] == pytest.approx(min(0.25 * HYPODERMIC.outer_diameter, length / 40), rel=1e-6)


def test_the_axial_force_grows_by_the_friction_of_each_layer():
    depth = 7e-3
    column, loads = at(depth)
    length = tip_profile(HYPODERMIC).length
    ends = depth - np.array([0.0, SKIN.thickness, 2.5e-3])  # distance of the layers' tops
    friction = [layer.shaft[0] for layer in (loads.mineral, loads.subcutis, loads.skin)]
    force = loads.total.force[0] - sum(friction) + np.cumsum([0.0, 0.0, *friction])
    places = [0.0, length, *ends[::-1]]
    expected = np.interp(column.shaft.nodes, places, force)
    np.testing.assert_allclose(column.force[0] * column.share[0], expected, rtol=1e-9)
    assert column.force[0] == pytest.approx(loads.total.force[0], rel=1e-12)


def test_a_thread_pulls_while_the_tip_is_pushed():
    """The largest compression counts, not the hand's force."""
    of = case(COAXIAL, DRILL)
    loads = path_loads(of, analytic_curve(), np.array([7.5e-3]))
    mineral = replace(loads.mineral, shaft=-0.9 * loads.total.force)
    pulled = replace(loads, mineral=mineral)
    column = stability.column(of, pulled)
    soft = pulled.skin.shaft + pulled.subcutis.shaft
    np.testing.assert_allclose(column.force, pulled.total.force - mineral.shaft - soft)
    assert column.share[0, 0] == 1.0 > column.share[0, -1]


def test_bending_diverges_at_the_buckling_load():
    column, _ = at(0.0)
    push = Push(np.array([1e-4]), np.array([1e-2]), np.zeros(1))
    euler = column.euler_load()
    half, near = (np.abs(stability.bow(column, push, s * euler).moment).max() for s in (0.5, 0.999))
    assert near > 300.0 * half


@pytest.mark.parametrize("depth", [2e-3, 2.85e-3, 3.4e-3, 6e-3])
@pytest.mark.parametrize("side", [0.0, 0.1])
def test_the_outer_fibre_yields_at_the_factor_on_all_loads(depth, side):
    column, loads = at(depth)
    push = Push(0.1e-3 * loads.total.tip, side * loads.total.force, np.zeros(1))
    inverse, where = stability.yield_utilisation(column, push, column.euler_load())
    factor = 1.0 / inverse
    scaled = Push(factor * push.eccentric, factor * push.side, push.place)
    force = factor * column.force
    moment = np.abs(stability.bow(column, scaled, force).moment)
    stress = (force[:, None] * column.share) / section(HYPODERMIC).area
    stress = stress + moment / section(HYPODERMIC).section_modulus
    np.testing.assert_allclose(stress.max(), STEEL.yield_strength, rtol=1e-6)
    assert column.shaft.nodes[stress.argmax()] == where[0]


def test_an_unloaded_needle_uses_nothing_up():
    column, loads = at(0.0)
    nothing = Push(*np.zeros((3, 1)))
    assert loads.total.force[0] == 0.0
    inverse, _ = stability.yield_utilisation(column, nothing, column.euler_load())
    assert inverse[0] == 0.0


def test_a_path_is_many_single_depths():
    depth = np.array([0.0, 1e-3, 2.6e-3, 2.92e-3, 3.3e-3, 5e-3, 7.5e-3])

    def both(z):
        column, loads = at(z)
        euler = column.euler_load()
        push = Push(0.1e-3 * loads.total.tip, 0.3 * loads.mineral.normal, np.zeros_like(euler))
        return euler, stability.yield_utilisation(column, push, euler)[0]

    single = np.array([both(z) for z in depth])[:, :, 0].T
    np.testing.assert_allclose(both(depth), single, rtol=1e-7)


def test_soft_layers_prop_only_what_is_in_them():
    """The fat's foundation, taken away, lowers the load of a needle in it alone."""
    bare = replace(case(), tissue=replace(case().tissue, subcutis=replace(FAT, youngs_modulus=1.0)))
    in_skin, in_fat = 1.4e-3, 2.5e-3
    with_fat, without = (at([in_skin, in_fat], of)[0].euler_load() for of in (case(), bare))
    assert without[0] == pytest.approx(with_fat[0], rel=1e-9)
    assert without[1] < 0.99 * with_fat[1]


def test_the_push_acts_where_the_mineral_is():
    """H (L - x) and M_e at the grip, whatever the place; the moment's jump is seen."""
    column, _ = at(0.0)
    length, place = HYPODERMIC.free_length, column.shaft.nodes[10]
    turned, pushed = (
        stability.bow(column, Push(*map(np.array, ([m], [h], [place]))), np.zeros(1))
        for m, h in ((1.0, 0.0), (0.0, 1.0))
    )
    ahead = column.shaft.nodes < place
    np.testing.assert_allclose(turned.moment[0, ~ahead], 1.0, rtol=1e-6)
    np.testing.assert_allclose(turned.moment[0, ahead], 0.0, atol=1e-6)
    np.testing.assert_allclose(pushed.moment[0, -1], length - place, rtol=1e-6)


def test_a_yielding_grip_weakens_the_needle_and_a_stiff_one_clamps_it():
    depth = np.array([0.5e-3])

    def load(grip):
        of = case(technique=replace(PUSH, grip_stiffness=grip))
        held = stability.column(of, path_loads(of, analytic_curve(), depth))
        return held.euler_load()[0]

    clamped = load(None)
    assert load(1e6) == pytest.approx(clamped, rel=1e-4)
    assert load(0.01) < 0.9 * clamped
