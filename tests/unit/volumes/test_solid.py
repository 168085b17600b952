"""Volumes and transmissibilities of a box of tetrahedra, sums over nodes."""

import numpy as np
import pytest

from meshes.box import BOUNDARIES, REGIONS, delaunay_box
from sim.volumes.control_volume import ControlVolumes, control_volumes
from sim.volumes.voronoi import PAIRS, face_to_length


@pytest.fixture(scope="module")
def cv() -> ControlVolumes:
    return control_volumes(*delaunay_box((2.0, 1.0, 1.0), 0.2), REGIONS, BOUNDARIES)


def test_transmissibilities_are_the_sums_over_cells(cv: ControlVolumes) -> None:
    mobility = np.random.default_rng(0).uniform(0.5, 2.0, len(cv.cells))
    ratios = face_to_length(cv.points, cv.cells) * mobility[:, None]
    nodes = cv.edges.nodes
    expected = np.zeros((nodes, nodes))
    for (i, j), ratio in zip(PAIRS, ratios.T, strict=True):
        np.add.at(expected, (cv.cells[:, i], cv.cells[:, j]), ratio)
        np.add.at(expected, (cv.cells[:, j], cv.cells[:, i]), ratio)
    found = cv.transmissibility({"box": mobility})
    np.testing.assert_allclose(found, expected[cv.edges.tail, cv.edges.head], atol=1e-14)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_flow_of_a_linear_pressure_vanishes_inside(cv: ControlVolumes, axis: int) -> None:
    t = cv.transmissibility({"box": 3.0})
    net = cv.edges.divergence(t * cv.edges.difference(cv.points[:, axis]))
    ends = np.array([2.0, 1.0, 1.0])
    inner = np.all((cv.points > 1e-9) & (cv.points < ends - 1e-9), axis=1)
    assert np.abs(net[inner]).max() < 1e-14
    assert np.abs(net[~inner]).max() > 0.01


def test_volumes_and_boundaries(cv: ControlVolumes) -> None:
    assert abs(cv.volumes["box"].sum() - 2.0) < 1e-12
    np.testing.assert_allclose(cv.points[cv.boundary("inflow"), 0], 0.0, atol=1e-12)
    np.testing.assert_allclose(cv.points[cv.boundary("outflow"), 0], 2.0)


def test_totals_over_some_nodes(cv: ControlVolumes) -> None:
    ones = np.ones(cv.edges.nodes)
    inflow = cv.boundary("inflow")
    assert cv.edges.total(ones) == cv.edges.nodes
    assert cv.edges.total(ones, inflow) == len(inflow)
    assert cv.edges.largest(cv.points[:, 0]) == 2.0
