import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from sim.case import Stylet, Tip
from sim.needles.tip import cone_half_angle, tip_profile
from tests.unit.mechanics.patient import COAXIAL, HYPODERMIC


def with_tip(needle, **tip):
    return replace(needle, tip=replace(needle.tip, **tip))


@pytest.mark.parametrize("angle_deg", [6.0, 11.0, 45.0, 90.0])
def test_a_bevel_is_as_long_as_its_cone(angle_deg: float) -> None:
    outer_diameter = 0.4128e-3
    tip = Tip("bevel", math.radians(angle_deg), 10e-6)
    cone_length = 0.5 * outer_diameter / math.tan(cone_half_angle(tip))
    bevel_length = outer_diameter / math.tan(tip.angle)
    assert cone_length == pytest.approx(bevel_length, rel=1e-12, abs=1e-18)


def test_a_trocar_has_its_own_half_angle() -> None:
    assert cone_half_angle(Tip("trocar", 0.35, 10e-6)) == 0.35


@pytest.mark.parametrize("needle", [HYPODERMIC, replace(COAXIAL, stylet=None)])
def test_a_sharp_tip_is_one_cone_of_its_length(needle) -> None:
    profile = tip_profile(with_tip(needle, edge_radius=1e-12))
    angle = cone_half_angle(needle.tip)
    assert profile.half_angle == angle
    assert profile.radius == 0.5 * needle.outer_diameter
    assert profile.length == pytest.approx(profile.radius / math.tan(angle), rel=1e-6)


@pytest.mark.parametrize("angle_deg", [5.5, 20.0, 60.0, 89.0])
def test_a_rounded_point_is_a_sphere_tangent_to_the_cone(angle_deg: float) -> None:
    angle, rho = math.radians(angle_deg), 50e-6
    needle = replace(COAXIAL, stylet=None)
    profile = tip_profile(with_tip(needle, angle=angle, edge_radius=rho))
    sharp = profile.radius / math.tan(angle)
    assert profile.length == pytest.approx(sharp - rho * (1.0 / math.sin(angle) - 1.0), rel=1e-9)
    nose = slice(None, -1)
    assert profile.wide[-2] == pytest.approx(rho * math.cos(angle))
    on_sphere = np.sqrt(2.0 * rho * profile.end[nose] - profile.end[nose] ** 2)
    np.testing.assert_allclose(profile.wide[nose], on_sphere, rtol=1e-9)
    np.testing.assert_allclose(profile.start[1:], profile.end[:-1], rtol=1e-9)
    # friction integrates cot(slope) over the projected area: the sphere's own, to 0.4 %
    rubbed = np.sum((profile.wide**2 - profile.narrow**2)[nose] / np.tan(profile.angle[nose]))
    exact = quad(lambda t: 2.0 * rho**2 * math.cos(t) ** 2, angle, 0.5 * math.pi)[0]
    assert rubbed == pytest.approx(exact, rel=4e-3)


def test_a_sphere_wider_than_the_needle_ends_at_its_radius() -> None:
    profile = tip_profile(with_tip(HYPODERMIC, kind="trocar", angle=0.3, edge_radius=400e-6))
    radius = 0.5 * HYPODERMIC.outer_diameter
    assert profile.radius == pytest.approx(radius)
    assert profile.length == pytest.approx(400e-6 - math.sqrt(400e-6**2 - radius**2))


@pytest.mark.parametrize("kind", ["bevel", "trocar"])
def test_a_flat_end_is_one_step(kind) -> None:
    profile = tip_profile(with_tip(HYPODERMIC, kind=kind, angle=0.5 * math.pi))
    assert profile.wide.tolist() == [0.5 * HYPODERMIC.outer_diameter]
    assert profile.length < 1e-9


@pytest.mark.parametrize("protrusion", [0.0, 20e-6, 1e-3, 3e-3])
def test_the_cannulas_mouth_is_a_step_where_the_stylet_ends(protrusion: float) -> None:
    needle = replace(COAXIAL, stylet=Stylet(1.55e-3, protrusion))
    profile = tip_profile(needle)
    assert profile.length == pytest.approx(protrusion, abs=2e-9)
    assert profile.angle[-1] == 0.5 * math.pi
    rho = needle.tip.edge_radius
    tangent, short = rho * (1.0 - math.sin(0.349066)), rho * (1.0 / math.sin(0.349066) - 1.0)
    if protrusion > tangent:
        cone = (protrusion + short) * math.tan(needle.tip.angle)
        assert profile.narrow[-1] == pytest.approx(min(cone, 0.775e-3), rel=1e-5)
    end, radius = profile.face_ends()
    if protrusion == 3e-3:  # two faces with a cylinder between them
        np.testing.assert_allclose(radius, [0.775e-3] * (len(radius) - 1) + [1.054e-3])
        assert profile.walls[-2] == pytest.approx(3e-3 - end[0])
    else:  # one face
        np.testing.assert_allclose(radius, 1.054e-3)
        np.testing.assert_allclose(end, protrusion, atol=2e-9)
