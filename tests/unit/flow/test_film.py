"""The film's law, and the film beside tissue on the injection's mesh."""

import dataclasses

import numpy as np
import pytest

from sim.case import Case
from sim.config import default_case
from sim.domain.axisymmetric import axisymmetric_domain
from sim.domain.domain import Domain
from sim.flow.film import Film, film_along
from sim.flow.rigid import inject_rigid

COARSE = ("mesh.nodule_size=0.4 mm", "mesh.tip_size=0.25")


@pytest.fixture
def film() -> Film:
    count = 4
    return Film(
        edges=np.arange(count),
        conductance=np.full(count, 2.0),
        gap=3e-6,
        compliance=np.array([0.0, 1e-12, 1e-9, 1e-9]),
        prestress=np.array([0.0, 0.0, 0.0, 800.0]),
    )


def test_flow_is_the_integral_of_the_cubed_gap(film: Film) -> None:
    tail, head = np.full(4, 5e3), np.full(4, 200.0)
    pressures = np.linspace(200.0, 5e3, 20_001)
    cubed = np.array([film.opening(np.full(4, p)) ** 3 for p in pressures])
    integral = np.trapezoid(cubed, pressures, axis=0)
    np.testing.assert_allclose(film.flow(tail, head), 2.0 * integral, rtol=1e-6)
    np.testing.assert_allclose(film.flow(head, tail), -film.flow(tail, head))


def test_slope_and_secant_belong_to_the_flow(film: Film) -> None:
    tail, head, step = np.full(4, 5e3), np.full(4, 1e3), 1e-2
    rise = (film.flow(tail + step, head) - film.flow(tail - step, head)) / (2.0 * step)
    np.testing.assert_allclose(film.slope(tail), rise, rtol=1e-6)
    np.testing.assert_allclose(film.secant(tail, head) * (tail - head), film.flow(tail, head))
    np.testing.assert_allclose(film.secant(tail, tail), film.slope(tail))


def test_prestress_holds_the_residual_gap(film: Film) -> None:
    assert film.opening(np.full(4, 700.0))[3] == 3e-6
    assert film.opening(np.full(4, 900.0))[3] == pytest.approx(3e-6 + 100.0 * 1e-9)


@pytest.fixture(scope="module")
def domain() -> Domain:
    case = default_case("27G", "push", COARSE)
    return axisymmetric_domain(case, case.target_depth)


def test_only_soft_tissue_presses_on_the_shaft(domain: Domain) -> None:
    film, tissue = film_along(domain), domain.case.tissue
    assert set(film.prestress) == {0.0, domain.case.injection.track_prestress}
    mineral = domain.case.nodule.mineral
    modulus = 0.5 * mineral.youngs_modulus / (1.0 + mineral.poisson_ratio)
    radius = 0.5 * domain.case.needle.outer_diameter
    stiff, limp = 0.5 * radius / modulus, 0.5 * radius / tissue.subcutis.shear_modulus
    assert film.compliance.min() == pytest.approx(stiff, rel=1e-12)
    assert np.count_nonzero(np.isclose(film.compliance, limp)) > 10


def with_case(domain: Domain, case: Case) -> Domain:
    return dataclasses.replace(domain, case=case)


def impermeable(case: Case) -> Case:
    def tight(layer: object) -> object:
        return dataclasses.replace(layer, permeability=1e-30)

    tissue = dataclasses.replace(
        case.tissue, skin=tight(case.tissue.skin), subcutis=tight(case.tissue.subcutis)
    )
    nodule = dataclasses.replace(case.nodule, mineral=tight(case.nodule.mineral))
    trickle = dataclasses.replace(case.injection, rate=1e-15)  # the gap stays as it is
    return dataclasses.replace(case, tissue=tissue, nodule=nodule, injection=trickle)


def test_film_in_tight_tissue_conducts_like_its_edges_in_series(domain: Domain) -> None:
    injected = inject_rigid(with_case(domain, impermeable(domain.case)))
    gap, viscosity = domain.case.injection.track_gap, domain.case.drug.viscosity
    edges, wall = domain.cv.edges, domain.wall.edges
    ends = np.sort(domain.cv.points[np.stack((edges.tail[wall], edges.head[wall]), axis=1)], axis=1)
    r, z = ends[..., 0], ends[..., 1]
    length, mean = np.hypot(r[:, 1] - r[:, 0], z[:, 1] - z[:, 0]), r.mean(axis=1)
    expected = 2.0 * np.pi * gap**3 / (12.0 * viscosity * (length / mean).sum())
    np.testing.assert_allclose(injected.conductance, expected, rtol=1e-6)
    np.testing.assert_allclose(injected.backflow_fraction, 1.0, rtol=1e-9)


@pytest.fixture(scope="module")
def above_nodule() -> Case:
    """A cannula that ends a hair's breadth above the nodule: most of the flow leaves by the gap."""
    return default_case("14G_coaxial", "drill", ["mesh=coarse", "needle.stylet.protrusion=5 mm"])


def test_no_liquid_enters_a_mouth_beside_the_nodules_surface(above_nodule: Case) -> None:
    domain = axisymmetric_domain(above_nodule, above_nodule.target_depth)
    stage = inject_rigid(domain).stages[-1]
    assert stage.supply[domain.mouth].min() >= 0.0
    assert stage.pressure.min() >= 0.0
    assert np.all(np.delete(stage.supply, domain.mouth) <= 0.0)


def test_gap_between_mouth_and_nodule_is_resolved_on_a_coarse_mesh(above_nodule: Case) -> None:
    mesh = dataclasses.replace(above_nodule.mesh, nodule_size=0.1e-3, tip_size=0.1)
    fine = dataclasses.replace(above_nodule, mesh=mesh)
    coarse, finer = (
        inject_rigid(axisymmetric_domain(case, case.target_depth)) for case in (above_nodule, fine)
    )
    np.testing.assert_allclose(coarse.conductance, finer.conductance, rtol=0.01)
    np.testing.assert_allclose(coarse.backflow_fraction, finer.backflow_fraction, rtol=0.03)
