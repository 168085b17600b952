"""Section properties against closed forms worked out by hand for two needles."""

from __future__ import annotations

import math

import pytest

from sim.config import default_case
from sim.needles.section import section

YIELD = 1.0e9


@pytest.fixture(scope="module")
def needles():
    return {
        "27G": default_case("27G").needle,
        "27G_thin": default_case("27G_thin").needle,
        "30G": default_case("30G").needle,
        "14G": default_case("14G_coaxial", "drill").needle,
    }


@pytest.mark.parametrize(
    ("name", "area", "second_moment", "yield_moment", "plastic_moment", "torque"),
    [  # mm2, mm4, N mm, N mm, N mm
        ("27G", 0.0992, 1.330e-3, 6.4, 10.2, 7.4),
        ("27G_thin", 0.0806, 1.200e-3, 5.8, 8.8, 6.7),
        ("30G", 0.0562, 4.29e-4, 2.8, 4.4, 3.2),
        ("14G", 1.479, 0.648, 614.0, 879.0, 709.0),
    ],
)
def test_tubes(needles, name, area, second_moment, yield_moment, plastic_moment, torque):
    tube = section(needles[name], with_stylet=False)
    assert tube.area == pytest.approx(1e-6 * area, rel=0.002)
    assert tube.second_moment == pytest.approx(1e-12 * second_moment, rel=0.002, abs=0.0)
    assert 1e3 * tube.yield_moment(YIELD) == pytest.approx(yield_moment, rel=0.02)
    assert 1e3 * tube.plastic_moment(YIELD) == pytest.approx(plastic_moment, rel=0.02)
    assert 1e3 * tube.yield_torque(YIELD) == pytest.approx(torque, rel=0.02)


@pytest.mark.parametrize(("length", "load"), [(12.7e-3, 32.1), (25.4e-3, 8.0), (31.75e-3, 5.1)])
def test_euler_load_of_a_clamped_and_pinned_27g(needles, length, load):
    stiffness = needles["27G"].steel.youngs_modulus * section(needles["27G"]).second_moment
    assert math.pi**2 * stiffness / (0.7 * length) ** 2 == pytest.approx(load, rel=0.01)


def test_a_stylet_adds_its_own_stiffness(needles):
    needle = needles["14G"]
    both, tube = section(needle), section(needle, with_stylet=False)
    rod = math.pi / 64.0 * needle.stylet.diameter**4
    assert both.second_moment - tube.second_moment == pytest.approx(rod, rel=1e-12, abs=0.0)
    assert needle.steel.youngs_modulus * both.second_moment == pytest.approx(0.180, rel=0.005)
    assert section(needles["27G"]) == section(needles["27G"], with_stylet=False)


def test_shape_factor_of_a_thin_ring_is_four_over_pi(needles):
    """Plastic over elastic modulus tends to 4/pi for a thin wall and is 16/(3 pi) for a rod."""
    for needle in needles.values():
        tube = section(needle, with_stylet=False)
        factor = tube.plastic_modulus / tube.section_modulus
        assert 4.0 / math.pi < factor < 16.0 / (3.0 * math.pi)
