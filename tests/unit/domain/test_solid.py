"""The tissue in space around a needle: mesh, boundaries, film and bore."""

import math
from dataclasses import replace

import numpy as np
import pytest

from meshes.axisymmetric import REGIONS
from meshes.solid import solid_mesh
from sim.case import Case
from sim.config.compose import default_case
from sim.domain.domain import Domain
from sim.domain.solid import solid_domain, whole_outline
from sim.geometry.pose import tilted
from sim.geometry.shape import Ellipsoid

COARSE = ("mesh.nodule_size=1.5 mm", "mesh.outer_size=5 mm", "mesh.tip_size=0.5")
TILT, DEPTH = math.radians(20.0), 7.5e-3


@pytest.fixture(scope="module")
def case() -> Case:
    return default_case(overrides=COARSE)


@pytest.fixture(scope="module")
def shape(case: Case) -> Ellipsoid:
    return Ellipsoid(case.nodule, 10e-3, yaw=0.3, pitch=0.2)


@pytest.fixture(scope="module")
def domain(case: Case, shape: Ellipsoid) -> Domain:
    return solid_domain(case, shape, tilted(DEPTH, (1e-3, -0.5e-3), TILT))


@pytest.fixture(scope="module")
def coaxial() -> Domain:
    case = default_case("14G_coaxial", "drill", COARSE)
    return solid_domain(case, Ellipsoid(case.nodule, 15e-3), tilted(DEPTH))


def area(domain: Domain, boundary: str) -> float:
    corners = domain.cv.points[domain.cv.facets[boundary]]
    sides = corners[:, 1:] - corners[:, :1]
    return 0.5 * float(np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=1).sum())


def test_regions_have_their_volumes(domain: Domain, case: Case, shape: Ellipsoid) -> None:
    volumes = {name: own.sum() for name, own in domain.cv.volumes.items()}
    circle = math.pi * case.mesh.domain_radius**2
    ellipsoid = 4.0 / 3.0 * math.pi * np.prod(shape.semi_axes)
    assert volumes["skin"] == pytest.approx(circle * case.tissue.skin.thickness, rel=0.02)
    assert volumes["nodule"] == pytest.approx(ellipsoid, rel=0.04)
    whole = circle * case.tissue.depth
    assert sum(volumes.values()) == pytest.approx(whole, rel=0.02)


def test_boundaries_have_their_areas(domain: Domain, case: Case) -> None:
    outline = whole_outline(case, domain.pose)
    band = outline.parts.index("mouth")
    radius, height = np.array(outline.radius), np.array(outline.height)
    slant = np.hypot(np.diff(radius), np.diff(height))
    mouth = math.pi * (radius[band] + radius[band + 1]) * slant[band]
    assert area(domain, "mouth") == pytest.approx(mouth, rel=0.05)
    circle = math.pi * case.mesh.domain_radius**2
    for name in ("skin_surface", "fascia"):
        assert area(domain, name) == pytest.approx(circle, rel=0.03)
    across = 2.0 * math.pi * case.mesh.domain_radius * case.tissue.depth
    assert area(domain, "outer") == pytest.approx(across, rel=0.02)


def test_the_shaft_leaves_through_the_skin_where_it_leans_to(domain: Domain) -> None:
    outlet = domain.cv.points[domain.outlet]
    assert len(outlet) >= 7
    np.testing.assert_allclose(outlet[:, 2], 0.0, atol=1e-12)
    middle = (1e-3 + DEPTH * math.tan(TILT), -0.5e-3)
    np.testing.assert_allclose(outlet[:, :2].mean(axis=0), middle, atol=2e-5)


def test_film_conducts_along_the_shaft_like_an_annulus(domain: Domain, case: Case) -> None:
    along = (domain.cv.points - domain.pose.tip) @ domain.pose.axis
    edges, wall = domain.cv.edges, domain.wall
    assert np.all(wall.shape > 0.0)
    step = along[edges.tail[wall.edges]] - along[edges.head[wall.edges]]
    # the sum of shape * step^2 is that of the surface's area times the cosine squared of its slope
    cylinder = along[domain.cv.facets["film"]].mean(axis=1) > 3e-3
    points = domain.cv.points[domain.cv.facets["film"]][cylinder]
    sides = points[:, 1:] - points[:, :1]
    beyond = 0.5 * np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=1).sum()
    middle = 0.5 * (along[edges.tail[wall.edges]] + along[edges.head[wall.edges]])
    found = (wall.shape * step**2)[middle > 3e-3].sum()
    assert found == pytest.approx(beyond, rel=0.1)
    perimeter = math.pi * case.needle.outer_diameter
    assert beyond == pytest.approx(perimeter * (DEPTH / math.cos(TILT) - 3e-3), rel=0.1)


def test_bore_holds_what_the_needle_took_up(coaxial: Domain) -> None:
    needle = coaxial.case.needle
    bore = coaxial.bore
    stylet = 0.25 * math.pi * needle.stylet.diameter**2
    cone = 0.5 * needle.stylet.diameter / math.tan(needle.tip.angle)
    void = stylet * (needle.stylet.protrusion - 2.0 / 3.0 * cone)
    steel = 0.25 * math.pi * needle.outer_diameter**2 * (DEPTH - needle.stylet.protrusion)
    assert bore.void.sum() == pytest.approx(void, rel=0.05)
    assert bore.track.sum() == pytest.approx(void + steel, rel=0.05)
    assert bore.void.min() >= 0.0
    assert bore.section(open_track=False).sum() < bore.section(open_track=True).sum()


def test_a_mouth_that_is_open_to_the_air_leaves_the_needle_out(case: Case) -> None:
    shallow = solid_domain(case, Ellipsoid(case.nodule, 15e-3), tilted(1.2e-3))
    assert shallow.pose is None
    assert len(shallow.cv.facets["mouth"]) == 0
    assert len(shallow.wall.edges) == 0


def test_only_part_of_a_needle_pulled_back_is_film(domain: Domain, case: Case) -> None:
    pulled = replace(case, injection=replace(case.injection, pull_back=2e-3))
    open_bore = solid_domain(pulled, Ellipsoid(case.nodule, 15e-3), tilted(DEPTH))
    assert area(open_bore, "film") < area(domain, "film")
    assert area(open_bore, "mouth") > 2e-3 * math.pi * case.needle.outer_diameter


class Ball:
    """A nodule that is not drawn: its cells are those with their centre inside."""

    centre, radius = np.array([0.5e-3, 0.0, -7.0e-3]), 4e-3
    bounds = centre - radius, centre + radius

    @property
    def key(self) -> dict[str, float]:
        return {"ball": self.radius}

    def distance(self, points: np.ndarray) -> np.ndarray:
        return np.linalg.norm(points - self.centre, axis=1) - self.radius

    def inside(self, points: np.ndarray) -> np.ndarray:
        return self.distance(points) < 0.0

    def density(self, points: np.ndarray) -> np.ndarray:
        return np.full(len(points), 1500.0)


def test_a_nodule_that_is_not_drawn_is_sampled(case: Case) -> None:
    made = solid_mesh(case.tissue, Ball(), case.mesh, 0.5 * case.needle.outer_diameter, None)
    assert set(np.unique(made.cell_tags.values)) == set(REGIONS.values())
    sampled = solid_domain(case, Ball(), tilted(DEPTH))
    exact = 4.0 / 3.0 * math.pi * Ball.radius**3
    assert sampled.cv.volumes["nodule"].sum() == pytest.approx(exact, rel=0.05)
