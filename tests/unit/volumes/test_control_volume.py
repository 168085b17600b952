"""Volumes, divergence and transmissibilities on a small mesh with two regions."""

import numpy as np
import pytest

from meshes.spheres import BOUNDARIES, concentric_shells
from sim.volumes.control_volume import ControlVolumes, control_volumes


@pytest.fixture(scope="module")
def cv() -> ControlVolumes:
    mesh, cells, facets, regions = concentric_shells((1.0, 2.0, 4.0), (0.2, 0.2, 0.4))
    return control_volumes(mesh, cells, facets, regions, BOUNDARIES)


def test_regional_volumes_are_those_of_the_shells(cv: ControlVolumes) -> None:
    ball = 4.0 / 3.0 * np.pi
    np.testing.assert_allclose(cv.volumes["shell0"].sum(), ball * 7.0, rtol=0.01)
    np.testing.assert_allclose(cv.volumes["shell1"].sum(), ball * 56.0, rtol=0.01)
    radius = np.linalg.norm(cv.points, axis=1)
    interface = np.isclose(radius, 2.0)
    assert np.all(cv.volumes["shell0"][interface] > 0.0)
    assert np.all(cv.volumes["shell1"][interface] > 0.0)
    assert np.all(cv.volumes["shell0"][radius > 2.001] == 0.0)


def test_weighted_volume_is_linear_in_the_regions(cv: ControlVolumes) -> None:
    mixed = cv.weighted_volume({"shell0": 0.5, "shell1": 0.1})
    expected = 0.5 * cv.volumes["shell0"] + 0.1 * cv.volumes["shell1"]
    np.testing.assert_allclose(mixed, expected)


def test_boundaries_lie_on_their_spheres(cv: ControlVolumes) -> None:
    for name, radius in (("inner", 1.0), ("outer", 4.0)):
        nodes = cv.boundary(name)
        np.testing.assert_allclose(np.linalg.norm(cv.points[nodes], axis=1), radius)


def test_flow_of_a_linear_pressure_vanishes_inside(cv: ControlVolumes) -> None:
    # p = z is harmonic in (r, z), so each inner node's flows balance exactly
    conductances = cv.transmissibility({"shell0": 2.0, "shell1": 2.0})
    net = cv.edges.divergence(conductances * cv.edges.difference(cv.points[:, 1]))
    inner = np.ones(cv.edges.nodes, dtype=bool)
    inner[cv.boundary("inner")] = inner[cv.boundary("outer")] = False
    assert np.abs(net[inner]).max() < 1e-12
    assert np.abs(net[~inner]).max() > 0.1


def test_divergence_sums_to_zero(cv: ControlVolumes) -> None:
    flow = np.random.default_rng(0).normal(size=len(cv.edges.tail))
    assert abs(cv.edges.divergence(flow).sum()) < 1e-11


def test_matrix_places_its_entries(cv: ControlVolumes) -> None:
    count = len(cv.edges.tail)
    matrix = cv.edges.matrix(np.ones(cv.edges.nodes), np.full(count, 2.0), np.full(count, 3.0))
    tail, head = cv.edges.tail[7], cv.edges.head[7]
    assert (matrix[tail, tail], matrix[tail, head], matrix[head, tail]) == (1.0, 2.0, 3.0)


def test_few_edges_conduct_backwards(cv: ControlVolumes) -> None:
    conductances = cv.transmissibility({"shell0": 1.0, "shell1": 1.0})
    assert np.mean(conductances < 0.0) < 0.005


def test_edges_are_sorted_and_unique(cv: ControlVolumes) -> None:
    assert np.all(cv.edges.tail < cv.edges.head)
    assert np.all(np.diff(cv.edges.tail * cv.edges.nodes + cv.edges.head) > 0)
    corners = np.sort(cv.cells, axis=1)
    pairs = np.vstack([corners[:, [0, 1]], corners[:, [0, 2]], corners[:, [1, 2]]])
    assert len(np.unique(pairs, axis=0)) == len(cv.edges.tail)
