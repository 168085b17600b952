"""The cone that stands for a tip."""

import math

import pytest

from sim.case import Tip
from sim.needles.tip import cone_half_angle


def test_cone_of_a_bevel_is_as_long_as_the_bevel() -> None:
    tip = Tip("bevel", math.radians(11.0), 10e-6)
    outer_diameter = 0.4128e-3
    bevel_length = outer_diameter / math.tan(tip.angle)  # 2.1 mm for a 27G
    cone_length = 0.5 * outer_diameter / math.tan(cone_half_angle(tip))
    assert cone_length == pytest.approx(bevel_length)


def test_trocar_keeps_its_angle() -> None:
    assert cone_half_angle(Tip("trocar", 0.35, 10e-6)) == 0.35
