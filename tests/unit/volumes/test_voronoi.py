"""Dual areas of tetrahedra against what they are by definition."""

import numpy as np
import pytest

from meshes.balls import concentric_balls
from meshes.spheres import BOUNDARIES
from sim.volumes.control_volume import ControlVolumes, control_volumes
from sim.volumes.voronoi import PAIRS, face_to_length


@pytest.fixture(scope="module")
def ball() -> ControlVolumes:
    mesh, cells, facets, regions = concentric_balls((0.0, 1.0, 2.0), 0.3, 0.5)
    return control_volumes(mesh, cells, facets, regions, BOUNDARIES)


def test_the_corner_of_a_cube() -> None:
    points = np.vstack([np.zeros(3), np.eye(3)])
    ratios = face_to_length(points, np.array([[0, 1, 2, 3]]))[0]
    # The circumcentre is the cube's middle, outside: squares of half its side on its edges, and
    # for the long edges the triangle (1, 1, 0)/2, (1, 1, 1)/2, (1, 1, 1)/3, negative.
    np.testing.assert_allclose(ratios, 3 * [1 / 4] + 3 * [-1 / 24], atol=1e-15)


def test_pyramids_on_the_dual_faces_fill_each_cell() -> None:
    corners = np.random.default_rng(3).normal(size=(200, 4, 3))
    cells = np.arange(800).reshape(200, 4)
    ratios = face_to_length(corners.reshape(-1, 3), cells)
    edges = np.array([corners[:, j] - corners[:, i] for i, j in PAIRS])
    volume = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / 6.0
    filled = np.sum(ratios * np.sum(edges**2, axis=2).T, axis=1) / 3.0
    assert np.abs(filled / volume - 1.0).max() < 1e-6  # flat cells lose digits


def test_orientation_and_order_of_the_corners_do_not_matter() -> None:
    corners = np.random.default_rng(4).normal(size=(4, 3))
    ratio = dict(zip(PAIRS, face_to_length(corners, np.array([[0, 1, 2, 3]]))[0], strict=True))
    order = [2, 0, 3, 1]
    turned = face_to_length(corners[order], np.array([[0, 1, 2, 3]]))[0]
    for (i, j), value in zip(PAIRS, turned, strict=True):
        pair = tuple(sorted((order[i], order[j])))
        assert value == pytest.approx(ratio[pair], rel=1e-10)


def test_linear_pressure_balances_at_every_inner_node(ball: ControlVolumes) -> None:
    conductances = ball.transmissibility({"shell0": 2.0, "shell1": 2.0})
    height = ball.points @ [1.0, -2.0, 0.5]
    net = ball.edges.divergence(conductances * ball.edges.difference(height))
    inner = np.ones(ball.edges.nodes, dtype=bool)
    inner[ball.boundary("outer")] = False
    assert np.abs(net[inner]).max() < 1e-12
    assert np.abs(net[~inner]).max() > 0.1


def test_hardly_any_edge_conducts_backwards(ball: ControlVolumes) -> None:
    conductances = ball.transmissibility({"shell0": 1.0, "shell1": 1.0})
    assert np.mean(conductances < -1e-9 * conductances.max()) < 5e-3
    assert -conductances[conductances < 0.0].sum() < 1e-3 * conductances.sum()


def test_volumes_are_positive_and_add_up(ball: ControlVolumes) -> None:
    volumes = sum(ball.volumes.values())
    corners = ball.points[ball.cells]
    whole = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])).sum() / 6.0
    assert volumes.min() > 0.0
    assert volumes.sum() == pytest.approx(whole, rel=1e-13)
