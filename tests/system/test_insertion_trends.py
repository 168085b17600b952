"""Trends of whole insertions of the default patient, coarse penetration mesh."""

import pytest

from sim.config import default_case
from sim.insertion import insert
from sim.mechanics.failure import OUTCOMES

COARSE = "mesh=coarse"


def push(*overrides, needle="27G"):
    return insert(default_case(needle, "push", [COARSE, *overrides]))


def demand(result, technique_limit=40.0):
    """Largest axial force on the whole way to the target (N), also where the needle stops."""
    return technique_limit / result.margins["operator"]


def test_denser_mineral_resists_more():
    forces = [demand(push(f"nodule.mineral.density={d} g/cm**3")) for d in (0.9, 1.3, 1.7)]
    assert forces[0] < forces[1] < forces[2]
    assert forces[2] > 2.5 * forces[0]  # exp(4.04 x 0.8 / 3.16) = 2.8


def test_a_thicker_needle_meets_more_force():
    """Of closed tips, which end buried: an open 18G is neither plugged nor buried at the target."""
    closed = "needle.tip.kind=trocar"
    forces = [demand(push(closed, needle=gauge)) for gauge in ("30G", "27G", "22G", "18G")]
    assert forces == sorted(forces)
    assert forces[-1] > 4.0 * forces[0]  # 16.8 times the area, 4.1 times the girth


def test_a_longer_27g_buckles_sooner():
    results = [push(f"needle.length={length} mm") for length in (12.7, 25.4, 38.1)]
    margins = [result.margins["buckling"] for result in results]
    depths = [result.reached_depth for result in results]
    assert margins == sorted(margins, reverse=True)
    assert depths == sorted(depths, reverse=True)
    assert results[-1].outcome == "buckled"


@pytest.mark.parametrize(("needle", "technique"), [("27G", "push"), ("14G_coaxial", "drill")])
def test_paste_is_entered_by_both(needle, technique):
    result = insert(default_case(needle, technique, [COARSE, "nodule=paste"]))
    assert result.outcome == "reached_target"
    assert result.nodule_entry_force < 5.0
    assert min(result.margins[name] for name in OUTCOMES) > 2.0


def test_turning_eases_the_14g():
    pushed = insert(default_case("14G_coaxial", "push_palm", [COARSE]))
    drilled = insert(default_case("14G_coaxial", "drill", [COARSE]))
    assert demand(drilled, 150.0) < 0.5 * demand(pushed, 150.0)
    assert drilled.depth_in_nodule > pushed.depth_in_nodule
