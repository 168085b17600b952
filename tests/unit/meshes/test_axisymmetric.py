"""The injection mesh: sizes, areas, regions and boundaries for needles at many depths."""

import math
from functools import cache

import numpy as np
import pytest

from meshes.axisymmetric import BOUNDARIES, REGIONS, injection_mesh
from meshes.outline import needle_outline
from sim.case import Case
from sim.config import default_case
from sim.volumes.control_volume import ControlVolumes, control_volumes

COARSE = ("mesh.nodule_size=0.4 mm", "mesh.tip_size=0.25")
NEEDLES = {"27G": "push", "14G_coaxial": "drill"}


@cache  # composing a configuration takes longer than a coarse mesh
def case_of(needle: str, *overrides: str) -> Case:
    return default_case(needle, NEEDLES[needle], [*COARSE, *overrides])


def ellipsoid(case: Case) -> float:
    return math.pi / 6.0 * case.nodule.diameter**2 * case.nodule.height


def meshed(case: Case, depth: float, pulled: float = 0.0) -> ControlVolumes:
    made = injection_mesh(case, needle_outline(case.needle, depth, pulled))
    return control_volumes(made.mesh, made.cell_tags, made.facet_tags, REGIONS, BOUNDARIES)


def area(cv: ControlVolumes, boundary: str) -> float:
    a, b = cv.points[cv.facets[boundary].T]
    return float(np.pi * np.sum((a[:, 0] + b[:, 0]) * np.linalg.norm(a - b, axis=1)))


def test_mouth_of_a_hypodermic_has_the_area_of_its_bevelled_lumen() -> None:
    case = case_of("27G")
    cv = meshed(case, case.target_depth)
    lumen = math.pi / 4 * case.needle.inner_diameter**2 / math.sin(case.needle.tip.angle)
    np.testing.assert_allclose(area(cv, "mouth"), lumen, rtol=1e-9)


def test_mouth_of_a_coaxial_needle_is_the_stylets_void_and_the_lumen_around_it() -> None:
    case = case_of("14G_coaxial")
    cv = meshed(case, case.target_depth)
    radius, angle = 0.5 * case.needle.stylet.diameter, case.needle.tip.angle
    cone, slant = radius / math.tan(angle), radius / math.sin(angle)
    cylinder = case.needle.stylet.protrusion - cone
    annulus = math.pi * ((0.5 * case.needle.inner_diameter) ** 2 - radius**2)
    expected = math.pi * radius * slant + 2 * math.pi * radius * cylinder + annulus
    np.testing.assert_allclose(area(cv, "mouth"), expected, rtol=1e-9)
    z = cv.points[cv.boundary("mouth"), 1]
    np.testing.assert_allclose(z.min(), -case.target_depth)
    np.testing.assert_allclose(z.max(), case.needle.stylet.protrusion - case.target_depth)


@pytest.mark.parametrize("protrusion", [0.0, 1e-7, 1.0e-3])
def test_lumen_is_open_however_little_the_stylet_protruded(protrusion: float) -> None:
    case = case_of("14G_coaxial", f"needle.stylet.protrusion={protrusion} m")
    cv = meshed(case, case.target_depth)
    void = protrusion * math.tan(case.needle.tip.angle)
    surface = math.pi * void**2 / math.sin(case.needle.tip.angle)
    lumen = math.pi / 4 * case.needle.inner_diameter**2
    expected = surface + lumen - math.pi * void**2
    np.testing.assert_allclose(area(cv, "mouth"), expected, rtol=1e-4)
    assert cv.boundary("axis").size > 0
    np.testing.assert_allclose(cv.points[cv.boundary("mouth"), 0].min(), 0.0, atol=1e-12)


@pytest.mark.parametrize("offset", [-1e-12, 1e-12, 1e-9])
@pytest.mark.parametrize("crossing", [0.0, 1.5e-3, 2.5e-3])  # surface, skin's and nodule's bounds
def test_a_heel_on_a_boundary_is_meshed(crossing: float, offset: float) -> None:
    case = case_of("27G")
    bevel = case.needle.outer_diameter / math.tan(case.needle.tip.angle)
    cv = meshed(case, bevel + crossing + offset)
    assert sum(cv.volumes.values()).min() > 0.0
    assert len(cv.boundary("film")) == len(cv.facets["film"]) + 1


@pytest.mark.parametrize("needle", NEEDLES)
def test_volumes_are_those_of_the_layers_less_the_needle(needle: str) -> None:
    case = case_of(needle)
    depth = case.nodule.depth  # the tip touches the nodule: the nodule is whole
    if needle == "14G_coaxial":
        depth = case.nodule.depth + 2.0e-3
    cv = meshed(case, depth)
    total = sum(v.sum() for v in cv.volumes.values())
    slab = math.pi * case.mesh.domain_radius**2 * case.tissue.depth
    outline = needle_outline(case.needle, depth)
    r, z = np.array(outline.radius), np.array(outline.height)
    frusta = (r[:-1] ** 2 + r[:-1] * r[1:] + r[1:] ** 2) * np.diff(z)
    hole = math.pi / 3 * frusta.sum()
    np.testing.assert_allclose(total, slab - hole, rtol=1e-9)
    if needle == "27G":
        np.testing.assert_allclose(cv.volumes["nodule"].sum(), ellipsoid(case), rtol=5e-3)


@pytest.mark.parametrize(
    ("needle", "depth"),
    [("27G", d) for d in (1.8e-3, 2.1e-3, 2.5e-3, 2.6e-3, 4.0e-3, 12.4e-3, 13.0e-3)]
    + [("14G_coaxial", d) for d in (4.2e-3, 4.6e-3, 5.5e-3, 9.0e-3, 12.4e-3)],
)
def test_every_depth_gives_a_sound_mesh(needle: str, depth: float) -> None:
    cv = meshed(case_of(needle), depth)
    volume = sum(cv.volumes.values())
    assert volume.min() > 0.0
    for name in ("mouth", "film", "skin_surface", "outer", "fascia", "axis"):
        assert len(cv.facets[name]) > 0, name
    film = cv.points[cv.boundary("film")]
    assert np.isclose(film[:, 1].max(), 0.0, atol=1e-12)  # the track opens on the skin
    assert len(np.intersect1d(cv.boundary("film"), cv.boundary("mouth"))) == 1
    assert len(cv.boundary("film")) == len(cv.facets["film"]) + 1  # one unbroken line


def test_mouth_of_a_hypodermic_that_was_pulled_back_is_its_bare_bore() -> None:
    case, pulled = case_of("27G"), 1.3e-3
    cv = meshed(case, case.target_depth, pulled)
    radius = 0.5 * case.needle.outer_diameter
    cone = math.pi * radius * math.hypot(radius, 2.0 * radius / math.tan(case.needle.tip.angle))
    expected = cone + 2.0 * math.pi * radius * pulled
    np.testing.assert_allclose(area(cv, "mouth"), expected, rtol=1e-9)
    assert not cv.facets["tip"].size


def test_mouth_of_a_cannula_that_was_pulled_back_has_the_shoulder_too() -> None:
    case, pulled = case_of("14G_coaxial"), 1.3e-3
    plain = area(meshed(case, case.target_depth), "mouth")
    cv = meshed(case, case.target_depth, pulled)
    outer, inner = 0.5 * case.needle.outer_diameter, 0.5 * case.needle.inner_diameter
    shoulder = math.pi * (outer**2 - inner**2)
    expected = plain + shoulder + 2.0 * math.pi * outer * pulled
    np.testing.assert_allclose(area(cv, "mouth"), expected, rtol=1e-9)


# up to the nodule's top at 2.5 mm, the skin's lower side at 1.5 mm, and by next to nothing
@pytest.mark.parametrize(
    ("needle", "depth", "pulled"),
    [("27G", 7.5e-3, p) for p in (1e-9, 1e-5, 2.94e-3, 3.937e-3, 4.9e-3)]
    + [("27G", 12.5e-3, 8e-3), ("27G", 13.2e-3, 0.3e-3), ("27G", 3.9e-3, 0.1e-3)]
    + [("14G_coaxial", 7.5e-3, p) for p in (1e-9, 1e-5, 2.0e-3, 3.0e-3)]
    + [("14G_coaxial", 12.5e-3, 7.0e-3), ("14G_coaxial", 5.5e-3, 1.0e-3)],
)
def test_every_pull_gives_a_sound_mesh(needle: str, depth: float, pulled: float) -> None:
    cv = meshed(case_of(needle), depth, pulled)
    assert sum(cv.volumes.values()).min() > 0.0
    film = cv.points[cv.boundary("film")]
    assert np.isclose(film[:, 1].max(), 0.0, atol=1e-12)
    assert len(np.intersect1d(cv.boundary("film"), cv.boundary("mouth"))) == 1
    for part in ("film", "mouth"):
        assert len(cv.boundary(part)) == len(cv.facets[part]) + 1, part


@pytest.mark.parametrize("overrides", [("nodule=plate",), ("nodule.depth=1 mm",)])
def test_flat_and_shallow_nodules(overrides: tuple[str, ...]) -> None:
    case = case_of("27G", *overrides)
    cv = meshed(case, case.target_depth)
    np.testing.assert_allclose(cv.volumes["nodule"].sum(), ellipsoid(case), rtol=0.03)


def test_without_a_needle() -> None:
    case = case_of("27G")
    made = injection_mesh(case, None)
    cv = control_volumes(made.mesh, made.cell_tags, made.facet_tags, REGIONS, BOUNDARIES)
    slab = math.pi * case.mesh.domain_radius**2 * case.tissue.depth
    np.testing.assert_allclose(sum(v.sum() for v in cv.volumes.values()), slab, rtol=1e-9)
    assert len(cv.facets["mouth"]) == 0


def test_elements_at_the_mouth_have_the_size_asked_for() -> None:
    case = case_of("27G")
    cv = meshed(case, case.target_depth)
    a, b = cv.points[cv.facets["mouth"].T]
    wanted = case.mesh.tip_size * 0.5 * case.needle.outer_diameter
    assert np.linalg.norm(a - b, axis=1).max() < 1.3 * wanted


def test_digest_follows_the_parameters() -> None:
    case = case_of("27G")
    outline = needle_outline(case.needle, case.target_depth)
    first, again = injection_mesh(case, outline), injection_mesh(case, outline)
    deeper = injection_mesh(case, needle_outline(case.needle, case.target_depth + 1e-4))
    assert first.digest == again.digest != deeper.digest
