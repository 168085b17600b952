"""The track's film beside the tissue, and the linearity of the flow."""

import dataclasses

import numpy as np
import pytest

from meshes.outline import needle_outline
from sim.case import Case
from sim.config import default_case
from sim.domain.axisymmetric import axisymmetric_domain
from sim.domain.domain import Domain
from sim.flow.darcy import Flow

COARSE = ("mesh.nodule_size=0.4 mm", "mesh.tip_size=0.25")


@pytest.fixture(scope="module")
def domain() -> Domain:
    case = default_case("27G", "push", COARSE)
    return axisymmetric_domain(case, case.target_depth)


def with_case(domain: Domain, case: Case) -> Domain:
    return dataclasses.replace(domain, case=case)


def with_gap(domain: Domain, gap: float) -> Domain:
    injection = dataclasses.replace(domain.case.injection, track_gap=gap)
    return with_case(domain, dataclasses.replace(domain.case, injection=injection))


def solved(domain: Domain) -> tuple[Flow, float]:
    film = domain.film()
    flow = domain.unit_flow(film)
    return flow, domain.backflow(flow.film_flow)


def impermeable(case: Case) -> Case:
    def tight(layer: object) -> object:
        return dataclasses.replace(layer, permeability=1e-30)

    tissue = dataclasses.replace(
        case.tissue, skin=tight(case.tissue.skin), subcutis=tight(case.tissue.subcutis)
    )
    nodule = dataclasses.replace(case.nodule, mineral=tight(case.nodule.mineral))
    return dataclasses.replace(case, tissue=tissue, nodule=nodule)


def test_film_in_tight_tissue_conducts_like_its_edges_in_series(domain: Domain) -> None:
    tight = with_case(domain, impermeable(domain.case))
    flow, backflow = solved(tight)
    needle = domain.case.needle
    outline = needle_outline(needle, domain.case.target_depth)
    gap, viscosity = domain.case.injection.track_gap, domain.case.drug.viscosity
    start = outline.parts.index("film")
    r = np.array(outline.radius[start:])
    length = np.hypot(np.diff(r), np.diff(outline.height[start:]))
    # the cone's circumference grows linearly: its mean inverse is logarithmic
    resistance = length[0] * np.log(r[1] / r[0]) / (r[1] - r[0])
    resistance += length[1] / (0.5 * needle.outer_diameter)
    expected = 2.0 * np.pi * gap**3 / (12.0 * viscosity * resistance)
    np.testing.assert_allclose(flow.conductance, expected, rtol=1e-3)
    np.testing.assert_allclose(backflow, flow.conductance, rtol=1e-9)


def test_wider_track_takes_more(domain: Domain) -> None:
    flows = [solved(with_gap(domain, gap)) for gap in (0.0, 3e-6, 6e-6, 12e-6)]
    conductances = np.array([flow.conductance for flow, _ in flows])
    shares = np.array([backflow / flow.conductance for flow, backflow in flows])
    assert np.all(np.diff(conductances) > 0.0)
    assert np.all(np.diff(shares) > 0.0)
    assert shares[0] == 0.0
    assert shares[-1] < 1.0


def test_a_track_without_a_gap_is_closed_on_the_skin(domain: Domain) -> None:
    shut = with_gap(domain, 0.0)
    flow, _ = solved(shut)
    inside = np.ones(domain.cv.edges.nodes, dtype=bool)
    inside[domain.cv.boundary("mouth")] = inside[domain.cv.boundary("outer")] = False
    assert not flow.supply[inside].any()


def test_what_enters_leaves(domain: Domain) -> None:
    flow, _ = solved(domain)
    assert flow.imbalance < 1e-11
    assert abs(flow.supply.sum()) < 1e-10 * flow.conductance
    mouth = domain.cv.boundary("mouth")
    np.testing.assert_allclose(flow.supply[mouth].sum(), flow.conductance)
    assert np.all(np.delete(flow.supply, mouth) <= 1e-12 * flow.conductance)


@pytest.fixture(scope="module")
def above_nodule() -> Case:
    """A cannula that ends a hair's breadth above the nodule: most of the flow leaves by the gap."""
    return default_case("14G_coaxial", "drill", ["mesh=coarse", "needle.stylet.protrusion=5 mm"])


def test_no_liquid_enters_a_mouth_beside_the_nodules_surface(above_nodule: Case) -> None:
    domain = axisymmetric_domain(above_nodule, above_nodule.target_depth)
    flow, _ = solved(domain)
    assert flow.supply[domain.cv.boundary("mouth")].min() >= 0.0
    assert flow.pressure.min() >= 0.0
    assert flow.pressure.max() <= 1.0 + 1e-12


def test_gap_between_mouth_and_nodule_is_resolved_on_a_coarse_mesh(above_nodule: Case) -> None:
    mesh = dataclasses.replace(above_nodule.mesh, nodule_size=0.1e-3, tip_size=0.1)
    fine = dataclasses.replace(above_nodule, mesh=mesh)
    domains = [axisymmetric_domain(case, case.target_depth) for case in (above_nodule, fine)]
    (coarse_flow, coarse_backflow), (fine_flow, fine_backflow) = map(solved, domains)
    np.testing.assert_allclose(coarse_flow.conductance, fine_flow.conductance, rtol=0.01)
    share = fine_backflow / fine_flow.conductance
    np.testing.assert_allclose(coarse_backflow / coarse_flow.conductance, share, rtol=0.03)


def test_flow_scales_with_the_cavity_pressure(domain: Domain) -> None:
    flow, _ = solved(domain)
    at = flow.scaled(2.5e5)
    np.testing.assert_allclose(at.supply, 2.5e5 * flow.supply)
    np.testing.assert_allclose(at.edge_flow, 2.5e5 * flow.edge_flow)
    assert at.pressure.max() == 2.5e5
    assert at.conductance == flow.conductance
