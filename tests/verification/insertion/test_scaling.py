"""Dimensional scaling: without toughness there is no length but the needle's own.

All lengths times s at equal stresses make all forces times s^2 and all torques times s^3. Toughness
brings the length J/G with it: F(s; s J) = s^2 F(1; J), hence F(s; J) = s^2 F(1; J / s).
"""

from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from sim.case import Case
from sim.mechanics.loads import path_loads
from tests.unit.mechanics.patient import COAXIAL, DRILL, HYPODERMIC, PUSH, analytic_curve, case

CURVE = analytic_curve(factor=1.5, wall=0.3)
LENGTHS = {
    "outer_diameter", "inner_diameter", "length", "free_length", "edge_radius", "protrusion",
    "axial_speed", "thread_lead", "thickness", "depth", "height", "diameter", "shell_thickness",
    "correlation_length", "target_depth",
}  # fmt: skip
SCALES = [0.3, 3.0]
SMOOTH = [
    pytest.param(HYPODERMIC, PUSH, id="27G pushed"),
    pytest.param(COAXIAL, DRILL, id="14G drilled"),
]
THREADED = pytest.param(COAXIAL, replace(DRILL, thread_lead=1e-3), id="14G threaded")


def scaled[T](thing: T, s: float) -> T:
    """Every length in `thing`, and the axial speed, times `s`."""
    changes = {}
    for field in fields(thing):
        value = getattr(thing, field.name)
        if is_dataclass(value):
            changes[field.name] = scaled(value, s)
        elif field.name in LENGTHS and value is not None:
            changes[field.name] = s * value
    return replace(thing, **changes)


def tougher(of: Case, factor: float) -> Case:
    skin, subcutis = (
        replace(layer, toughness=factor * layer.toughness)
        for layer in (of.tissue.skin, of.tissue.subcutis)
    )
    return replace(of, tissue=replace(of.tissue, skin=skin, subcutis=subcutis))


def errors(small: Case, large: Case, s: float, layer: str) -> tuple[float, float]:
    """Largest deviation of forces from s^2 and of torques from s^3, relative to the largest."""
    depth = small.target_depth * (np.arange(41) + 0.37) / 41.0  # no step exactly on a boundary
    one = getattr(path_loads(small, CURVE, depth), layer)
    other = getattr(path_loads(large, CURVE, s * depth), layer)
    force = np.abs(other.force / s**2 - one.force).max() / np.abs(one.force).max()
    turned = np.abs(one.torque).max() or 1.0
    return force, np.abs(other.torque / s**3 - one.torque).max() / turned


@pytest.mark.parametrize(("needle", "technique"), SMOOTH)
@pytest.mark.parametrize("s", SCALES)
def test_forces_on_mineral_go_with_the_area(needle, technique, s, check):
    of = case(needle, technique)
    force, torque = errors(of, scaled(of, s), s, "mineral")
    check("lengths times s, mineral: forces against s^2", force, "≤", 1e-6)
    check("lengths times s, mineral: torques against s^3", torque, "≤", 1e-6)


@pytest.mark.parametrize(("needle", "technique"), [*SMOOTH, THREADED])
@pytest.mark.parametrize("s", SCALES)
def test_toughness_in_proportion_keeps_the_law(needle, technique, s, check):
    of = case(needle, technique)
    force, torque = errors(of, tougher(scaled(of, s), s), s, "total")
    check("lengths and toughness times s, all layers: forces against s^2", force, "≤", 0.01)
    check("lengths and toughness times s, all layers: torques against s^3", torque, "≤", 0.01)


@pytest.mark.parametrize("s", SCALES)
def test_toughness_left_as_it_is_counts_as_toughness_over_s(s, check):
    of = case()
    force, _ = errors(tougher(of, 1.0 / s), scaled(of, s), s, "total")
    check("lengths times s, toughness kept: F against s^2 F(J / s)", force, "≤", 0.01)
