"""Linear systems against dense algebra: held nodes, order, units, new diagonals, iterations."""

from contextlib import closing

import numpy as np
import pytest
from numpy.typing import NDArray

from meshes.box import BOUNDARIES, REGIONS, delaunay_box
from sim.errors import SolverError
from sim.volumes.control_volume import ControlVolumes, control_volumes
from sim.volumes.linear import LinearSystem, Method
from sim.volumes.nodal import NodalSystem, symmetric

Array = NDArray[np.float64]
UNIT = 1e-18  # of conductances in SI


@pytest.fixture(scope="module")
def cv() -> ControlVolumes:
    return control_volumes(*delaunay_box((1.0, 1.0, 1.0), 0.2), REGIONS, BOUNDARIES)


def dense(cv: ControlVolumes, diagonal: Array, forward: Array, backward: Array) -> Array:
    matrix = cv.edges.matrix(diagonal, forward, backward).toarray()
    for node in cv.boundary("outflow"):
        matrix[node], matrix[:, node] = 0.0, 0.0
        matrix[node, node] = UNIT
    return matrix


@pytest.mark.parametrize("method", ["cholesky", "amg_cg", "ilu_bicgstab"])
def test_solution_is_that_of_dense_algebra(cv: ControlVolumes, method: Method) -> None:
    random, edges = np.random.default_rng(0), cv.edges
    t = UNIT * random.uniform(0.1, 1.0, len(edges.tail))
    one_way = UNIT * random.uniform(0.0, 1.0, len(edges.tail)) * (method == "ilu_bicgstab")
    held = cv.boundary("outflow")
    inertia = edges.gathered(t + one_way, t)
    right = random.normal(size=edges.nodes)
    right[held] = 0.0
    system = NodalSystem(
        edges, 2.0 * inertia, -t, -t - one_way, held, method, random.normal(size=edges.nodes)
    )
    with closing(system):
        for share in (2.0, 1.1, 5.0):  # the same preconditioner has to serve, or a new one
            system.set_diagonal(share * inertia)
            expected = np.linalg.solve(dense(cv, share * inertia, -t, -t - one_way), right)
            solution = system.solve(right)
            np.testing.assert_allclose(solution, expected, atol=1e-10 * np.abs(expected).max())
            assert np.all(solution[held] == 0.0)
        before = system.iterations
        system.solve(right, guess=solution)
        assert system.iterations - before <= 1


def test_many_right_hand_sides(cv: ControlVolumes) -> None:
    edges = cv.edges
    matrix = edges.matrix(np.full(edges.nodes, 40.0), *2 * (-np.ones(len(edges.tail)),))
    right = np.random.default_rng(1).normal(size=(edges.nodes, 3))
    with closing(LinearSystem(matrix, "cholesky")) as system:
        np.testing.assert_allclose(matrix @ system.solve_many(right), right, atol=1e-12)


def test_a_singular_matrix_is_refused(cv: ControlVolumes) -> None:
    edges = cv.edges
    nothing = np.zeros(len(edges.tail))
    with (
        closing(
            LinearSystem(
                edges.matrix(np.arange(edges.nodes) - 3.0, nothing, nothing), "ilu_bicgstab"
            )
        ) as system,
        pytest.raises(SolverError, match="PETSc"),
    ):
        system.solve(np.ones(edges.nodes))


def test_only_the_half_plane_is_factored(cv: ControlVolumes) -> None:
    assert symmetric(cv.edges) == "amg_cg"
