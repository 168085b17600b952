import math
import random
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from sim.case import Tip
from sim.insertion import evaluate
from sim.mechanics.failure import OUTCOMES, utilisation
from sim.mechanics.loads import path_loads
from sim.mechanics.mineral.cone_contact import normal_share
from sim.needles.tip import tip_profile
from tests.unit.mechanics.patient import (
    COAXIAL,
    DRILL,
    HYPODERMIC,
    PUSH,
    SKIN,
    analytic_curve,
    case,
    models,
)

LEVER = replace(PUSH, tip_eccentricity=0.3)
SOFT = {"crushing_strength": 3e6, "solid_strength": 24e6}
STURDY = replace(HYPODERMIC, steel=replace(HYPODERMIC.steel, yield_strength=10e9))


def run(*args, **mineral):
    return evaluate(case(*args, **mineral), models())


@pytest.mark.parametrize(
    ("outcome", "of", "margin"),
    [
        ("reached_target", case(**SOFT), None),
        ("stalled", case(STURDY, replace(PUSH, force_limit=10.0)), "operator"),
        ("bent", case(technique=replace(PUSH, tip_eccentricity=0.5)), "bending"),
        ("buckled", case(replace(HYPODERMIC, length=40e-3, free_length=40e-3)), "bending"),
        ("blunted", case(solid_strength=1.3e9), "blunting"),
        ("deflected", case(technique=replace(PUSH, incidence_angle=0.4)), "slip"),
        ("torque_limit", case(COAXIAL, replace(DRILL, torque_limit=0.05)), "torque"),
    ],
)
def test_the_first_mechanism_to_give_way_decides(outcome, of, margin):
    result = evaluate(of, models())
    assert result.outcome == outcome
    assert result.events[-1].name == outcome
    below = {name for name in OUTCOMES if result.margins[name] <= 1.0}
    if margin is None:
        assert result.reached_depth == of.target_depth
        assert not below
    else:
        assert margin in below
        assert result.reached_depth < of.target_depth
        assert max(result.curve.ratios[name][-1] for name in OUTCOMES) >= 1.0


def test_a_needle_that_fails_where_its_load_jumps_stops_under_that_load():
    """A blunt point meets all of its puncture force as it touches the skin."""
    floppy = replace(
        HYPODERMIC, length=80e-3, free_length=80e-3, tip=replace(HYPODERMIC.tip, edge_radius=0.2e-3)
    )
    result = run(floppy)
    assert result.outcome in ("bent", "buckled")
    assert 0.0 < result.reached_depth < 1e-8
    assert result.peak_force > 0.1
    assert max(result.curve.ratios[name][-1] for name in OUTCOMES) >= 1.0
    assert not result.reason.startswith("0 N")


def test_the_needle_stalls_where_the_force_meets_the_limit():
    """Shaft friction rises linearly behind the buried cone: the depth has a closed form."""
    factor, wall, limit = 1.5, 0.3, 34.0
    sharp = replace(STURDY, tip=Tip("trocar", math.radians(5.5), 1e-12))
    of = case(sharp, replace(PUSH, force_limit=limit))
    curve = analytic_curve(factor=factor, wall=wall)
    result = evaluate(of, models(curve))
    cone, mineral, top = tip_profile(of.needle), of.nodule.mineral, of.nodule.depth
    area, girth = math.pi * cone.radius**2, 2.0 * math.pi * cone.radius
    tip = factor * area * (1.0 + mineral.friction / math.tan(cone.half_angle))
    tip *= normal_share(mineral.foam_shape, mineral.friction)
    loads = path_loads(of, curve, np.array([of.target_depth]))
    soft = (loads.skin.force + loads.subcutis.force)[0]  # does not change in the nodule
    per_length = mineral.friction * wall * girth * mineral.crushing_strength
    shaft = (limit - soft - tip * mineral.crushing_strength) / per_length
    expected = top + cone.length + shaft
    assert result.outcome == "stalled"
    assert result.reached_depth == pytest.approx(expected, rel=1e-6)
    assert result.peak_force == pytest.approx(limit, rel=1e-6)


@pytest.mark.parametrize(("needle", "technique"), [(HYPODERMIC, PUSH), (COAXIAL, DRILL)])
def test_the_curve_is_whole(needle, technique):
    result = run(needle, technique)
    curve = result.curve
    np.testing.assert_allclose(curve.tip + curve.friction, curve.force, rtol=1e-12)
    own_frame = curve.depth
    np.testing.assert_array_equal(own_frame + curve.nodule_displacement, curve.travel)
    assert own_frame[-1] == pytest.approx(result.reached_depth, rel=1e-12)
    finite = [f.name for f in fields(curve) if f.name not in ("bending_limit", "ratios")]
    assert all(np.all(np.isfinite(getattr(curve, name))) for name in finite)
    assert result.peak_force == curve.force.max()
    assert result.nodule_displacement == curve.nodule_displacement[-1] > 0.0
    of = case(needle, technique)
    buried = own_frame <= of.nodule.depth + tip_profile(needle).length
    entering = buried & (own_frame >= of.nodule.depth)
    assert result.nodule_entry_force == curve.force[entering].max()
    use = utilisation(of, path_loads(of, models().resistance, own_frame))
    bent = use.ratio["bending"] > 0.0
    yielding = curve.bending_limit[bent] * use.ratio["bending"][bent]
    np.testing.assert_allclose(yielding, curve.force[bent], rtol=1e-9)
    assert np.all(np.isinf(curve.bending_limit[~bent]))
    assert result.tip_deflection == pytest.approx(use.tip_deflection.max(), rel=1e-6)
    events = [event.depth for event in result.events]
    assert events == sorted(events)


def test_a_needle_buckles_where_its_bow_is_most_of_the_bending():
    seen = {}
    for length in (20e-3, 22e-3, 24e-3, 40e-3):
        of = case(replace(HYPODERMIC, length=length, free_length=length), LEVER)
        result = evaluate(of, models())
        depth = np.array([result.reached_depth])
        bow = utilisation(of, path_loads(of, models().resistance, depth)).amplification[0]
        assert result.outcome == ("buckled" if bow >= 2.0 else "bent")
        seen[bow] = result.outcome
    assert any(2.0 < bow < 4.0 for bow in seen)
    assert set(seen.values()) == {"bent", "buckled"}


def test_a_nodule_pushed_far_is_said():
    roomy = replace(models(), support=replace(models().support, layer=1.0))
    assert any("past small strain" in note for note in run().notes)
    assert not any("past small strain" in note for note in evaluate(case(), roomy).notes)


def test_an_untouched_nodule_offers_nothing():
    of = replace(case(), target_depth=2.0e-3)
    result = evaluate(of, models())
    assert result.outcome == "reached_target"
    assert result.nodule_entry_force is None
    assert result.depth_in_nodule == 0.0
    loads = path_loads(of, models().resistance, np.array([of.target_depth]))
    assert loads.mineral.force[0] == 0.0
    assert 0.0 < result.nodule_displacement < run().nodule_displacement  # dragged by its tissue
    assert math.isinf(result.margins["blunting"])
    assert math.isinf(result.margins["torque"])
    assert not result.lumen_plugged


def test_a_tip_that_slides_off_has_touched_the_nodule():
    of = case(technique=replace(PUSH, incidence_angle=0.4))
    result = evaluate(of, models())
    assert result.reached_depth == of.nodule.depth
    assert [event.name for event in result.events][-2:] == ["nodule_contact", "deflected"]
    assert result.nodule_entry_force == result.curve.force[-1]


def test_a_needle_that_stops_in_the_skin_does_not_change_what_the_skin_asks_for():
    weak = evaluate(case(technique=replace(PUSH, force_limit=0.1)), models())
    assert weak.outcome == "stalled"
    assert weak.reached_depth < SKIN.thickness
    assert weak.skin_puncture_force == run().skin_puncture_force > weak.peak_force


def test_a_thin_plate_springs_back_when_the_tip_leaves_it():
    of = case()
    of = replace(of, nodule=replace(of.nodule, height=1e-3), target_depth=9e-3)
    support = replace(models().support, layer=5e-3, spring=0.0)
    soft, hard = (replace(support, stiffness=np.full(1, k)) for k in (1e3, 1e5))
    yielding, firm = (evaluate(of, replace(models(), support=s)) for s in (soft, hard))
    assert yielding.outcome == firm.outcome == "reached_target"
    assert np.any(np.diff(yielding.curve.travel) < 0.0)
    assert np.all(np.diff(firm.curve.travel) >= 0.0)
    (note,) = (note for note in yielding.notes if "springs back" in note)
    leaving = float(note.split("tip at ")[1].split(" mm")[0])  # until the whole tip is through
    assert 3.5 <= leaving <= 3.5 + 1e3 * tip_profile(HYPODERMIC).length
    assert not any("springs back" in note for note in firm.notes)


def test_an_unsteady_resistance_is_said():
    unsteady = models(replace(analytic_curve(), drift=0.09))
    assert any("9% per needle radius" in note for note in evaluate(case(), unsteady).notes)
    assert not any("per needle radius" in note for note in run().notes)


def test_a_fixed_nodule_stays_and_the_hand_travels_less():
    of = case(**SOFT)
    fixed = replace(models(), support=replace(models().support, spring=np.inf))
    held, still = evaluate(of, models()), evaluate(of, fixed)
    assert still.nodule_displacement == 0.0
    assert still.peak_force == held.peak_force
    assert still.work < held.work
    assert still.curve.travel[-1] == of.target_depth


def test_work_of_a_constant_force_and_torque():
    """Rotation adds omega T / v per unit of travel."""
    pushed = run(COAXIAL, PUSH, **SOFT)
    drilled = run(COAXIAL, DRILL, **SOFT)
    curve = drilled.curve
    mean = 0.5 * (curve.torque[1:] + curve.torque[:-1])
    turning = DRILL.rotation_speed / DRILL.axial_speed * np.sum(mean * np.diff(curve.travel))
    thrust = np.sum(0.5 * (curve.force[1:] + curve.force[:-1]) * np.diff(curve.travel))
    assert drilled.work == pytest.approx(thrust + turning, rel=1e-12)
    assert pushed.peak_torque == 0.0


@pytest.mark.parametrize("seed", range(24))
def test_the_outcome_agrees_with_the_margins(seed):
    """Corners of what a configuration may hold."""
    pick = random.Random(seed).choice
    needle = pick([HYPODERMIC, COAXIAL, replace(COAXIAL, stylet=None)])
    tip = replace(needle.tip, angle=math.radians(pick([5.1, 11.0, 45.0, 90.0])))
    technique = replace(
        pick([PUSH, DRILL]),
        incidence_angle=math.radians(pick([0.0, 5.0, 60.0])),
        tip_eccentricity=pick([0.0, 0.25, 0.5]),
        side_force_ratio=pick([0.1, 1.0]),
        force_limit=pick([0.1, 40.0, 1000.0]),
        axial_speed=pick([1e-6, 1e-3, 0.1]),
    )
    of = case(
        replace(needle, tip=tip, free_length=pick([0.3, 1.0, 3.0]) * needle.free_length),
        technique,
        friction=pick([0.0, 0.35, 1.0]),
        crushing_strength=pick([1e4, 3e7, 1e9]),
    )
    of = replace(of, nodule=replace(of.nodule, depth=pick([0.2e-3, 2.5e-3])))
    of = replace(of, target_depth=pick([0.2e-3, of.nodule.depth, 7.5e-3, 13e-3]))
    result = evaluate(of, models(), steps=80)
    stopping = min(result.margins[name] for name in OUTCOMES)
    assert (result.outcome == "reached_target") == (stopping > 1.0)
    columns = {f.name: getattr(result.curve, f.name) for f in fields(result.curve)}
    for name, values in (columns | columns.pop("ratios")).items():
        assert not np.any(np.isnan(values)), name
    assert np.all(np.isfinite(result.curve.force))
    assert np.all(np.diff(result.curve.depth) >= 0.0)
    assert result.reached_depth <= of.target_depth


def test_a_core_grows_until_it_plugs_the_lumen():
    """4 mu chi w l / d_i = n N: mu = 0.35, chi w = 0.3, N = 1.5, of which friction leaves n."""
    closed = normal_share(case().nodule.mineral.foam_shape, 0.35) * 1.5
    longest = closed / (4.0 * 0.35 * 0.3) * HYPODERMIC.inner_diameter
    deep = evaluate(case(**SOFT), models())
    assert deep.lumen_plugged
    assert deep.core_length == pytest.approx(longest, rel=1e-6)
    grip = 4.0 * 0.35 * 0.3 * SOFT["crushing_strength"] * longest / HYPODERMIC.inner_diameter
    assert deep.core_retention == pytest.approx(grip, rel=1e-6)
    shallow = evaluate(replace(case(**SOFT), target_depth=4.6e-3), models())
    assert not shallow.lumen_plugged
    assert 0.0 < shallow.core_length < longest
    stylet = run(COAXIAL, DRILL)
    assert stylet.core_length == stylet.core_retention == 0.0
    assert not stylet.lumen_plugged


LENGTHS = {
    "outer_diameter", "inner_diameter", "length", "free_length", "edge_radius", "diameter",
    "protrusion", "thickness", "height", "depth", "axial_speed", "target_depth", "syringe_bore",
}  # fmt: skip
STRESSES = {
    "youngs_modulus", "yield_strength", "hardness", "shear_modulus", "crushing_strength",
    "solid_strength", "tensile_strength",
}  # fmt: skip


def scaled(thing, length, stress):
    """The same thing in a unit system with other units of length and stress."""
    factor = dict.fromkeys(LENGTHS, length) | dict.fromkeys(STRESSES, stress)
    factor |= {
        "toughness": stress * length,
        "fracture_toughness": stress * math.sqrt(length),
        "force_limit": stress * length**2,
        "plunger_force_limit": stress * length**2,
        "stopper_friction": stress * length**2,
        "torque_limit": stress * length**3,
        "fixation_stiffness": stress * length,
    }
    changes = {}
    for field in fields(thing):
        value = getattr(thing, field.name)
        if is_dataclass(value):
            changes[field.name] = scaled(value, length, stress)
        elif field.name in factor:
            changes[field.name] = value * factor[field.name]
    return replace(thing, **changes)


@pytest.mark.parametrize(("needle", "technique"), [(HYPODERMIC, PUSH), (COAXIAL, DRILL)])
def test_the_same_physics_in_other_units(needle, technique):
    length, stress = 1e3, 1e-6
    of, have = case(needle, technique), models()
    support = have.support
    other = replace(
        have,
        support=replace(
            support,
            penetration=support.penetration * length,
            stiffness=support.stiffness * stress * length,
            layer=support.layer * length,
            spring=support.spring * stress * length,
        ),
    )
    here, there = evaluate(of, have), evaluate(scaled(of, length, stress), other)
    assert there.outcome == here.outcome
    assert there.reached_depth == pytest.approx(here.reached_depth * length, rel=1e-6)
    assert there.work == pytest.approx(here.work * stress * length**3, rel=1e-6)
    for name, margin in here.margins.items():
        assert there.margins[name] == pytest.approx(margin, rel=1e-8)  # an eigenvalue's rounding
