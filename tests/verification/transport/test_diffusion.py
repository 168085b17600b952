"""Diffusion from point, sphere and ball against closed forms; the order of SDIRK2 in time."""

from contextlib import closing

import numpy as np
import pytest

from meshes.spheres import BOUNDARIES, concentric_shells
from sim.transport.closed_forms import (
    constant_flux_sphere,
    continuous_point_source,
    spreading_ball,
    spreading_gauss,
)
from sim.transport.resting import RestingStepper
from sim.transport.species import Species
from sim.volumes.control_volume import ControlVolumes, control_volumes
from tests.conftest import Check
from tests.verification.transport.marches import injected, rested

POROSITY, DIFFUSIVITY = 0.4, 2.0


def ball_mesh(radii: tuple[float, ...], sizes: tuple[float, ...]) -> ControlVolumes:
    mesh, cells, facets, regions = concentric_shells(radii, sizes)
    return control_volumes(mesh, cells, facets, regions, BOUNDARIES)


def species(cv: ControlVolumes, supply: np.ndarray | None = None) -> Species:
    def everywhere(value: float) -> dict[str, float]:
        return dict.fromkeys(cv.regions, value)

    zeros = np.zeros(cv.edges.nodes)
    return Species(
        edges=cv.edges,
        capacity=cv.weighted_volume(everywhere(POROSITY)),
        diffusion=cv.conductances(everywhere(POROSITY * DIFFUSIVITY)),
        clearance=zeros,
        absorbing=cv.boundary("outer"),
        edge_flow=np.zeros(len(cv.edges.tail)),
        supply=zeros if supply is None else supply,
    )


def released(cv: ControlVolumes, supply: np.ndarray, time: float, tolerance: float) -> np.ndarray:
    """Concentration at `time` with mass released by `supply` from time 0 on."""
    c, dose = np.zeros(cv.edges.nodes), float(supply.sum()) * time
    for step in injected(species(cv, supply), np.zeros_like(c), c, time, dose, tolerance):
        c = step.state.drug
    return c


def test_continuous_point_source(check: Check) -> None:
    errors = []
    for size in (0.08, 0.04, 0.02):
        cv = ball_mesh((0.0, 12.0), (size, 20.0 * size))
        radius = np.linalg.norm(cv.points, axis=1)
        supply = np.where(radius == radius.min(), 3.0, 0.0)
        c = released(cv, supply, 1.0, 2e-5)
        near = (radius > 0.5) & (radius < 3.0)  # the concentration falls from 0.48 to 0.02
        exact = continuous_point_source(radius[near], 1.0, 3.0, POROSITY, DIFFUSIVITY)
        errors.append(np.abs(c[near] / exact - 1.0).max())
    what = "continuous point source"
    check(f"{what}, largest local error, 0.5 < r < 3", errors[-1], "≤", 0.01)
    check(f"{what}: order", np.log2(np.divide(errors[:-1], errors[1:])).min(), "≥", 1.5)


def test_constant_flux_sphere(check: Check) -> None:
    cv = ball_mesh((1.0, 14.0), (0.04, 0.8))
    a, b = cv.facets["inner"].T
    length = np.linalg.norm(cv.points[a] - cv.points[b], axis=1)
    supply = np.zeros(cv.edges.nodes)
    for here, there in ((a, b), (b, a)):  # integrals of r times the shape functions
        weight = np.pi / 3.0 * length * (2.0 * cv.points[here, 0] + cv.points[there, 0])
        np.add.at(supply, here, weight)
    c = released(cv, supply, 1.0, 3e-4)
    radius = np.linalg.norm(cv.points, axis=1)
    near = radius < 4.0
    exact = constant_flux_sphere(radius[near], 1.0, supply.sum(), 1.0, POROSITY, DIFFUSIVITY)
    worst = np.abs(c[near] - exact).max() / exact.max()
    check("sphere of constant flux, largest error / largest value", worst, "≤", 4e-3)


def test_spreading_ball(check: Check) -> None:
    worst, square = np.array([_ball_errors(size) for size in (0.2, 0.1, 0.05)]).T
    check("spreading ball, largest error / largest value", worst[-1], "≤", 4e-3)
    orders = np.log2(square[:-1] / square[1:])
    check("spreading ball: order of the mean square error", orders.min(), "≥", 1.5)


def _ball_errors(size: float) -> tuple[float, float]:
    """Largest error and that in the mean square, relative to the closed form's."""
    cv = ball_mesh((0.0, 1.0, 10.0), (size, size, 16.0 * size))
    radius = np.linalg.norm(cv.points, axis=1)
    # a node on the ball's surface belongs to it with its share of volume
    start = cv.volumes["shell0"] / cv.weighted_volume(dict.fromkeys(cv.regions, 1.0))
    problem = species(cv)
    c, time, dose = start, 0.2, float(problem.capacity @ start)
    for step in rested(problem, start, time, dose, 1e-4):
        c = step.state.drug
        assert c.min() > -1e-10
        assert c.max() < 1.0 + 1e-10
    exact = spreading_ball(np.maximum(radius, 1e-9), time, 1.0, DIFFUSIVITY)
    off_axis = radius > 1e-6
    worst = np.abs(c - exact)[off_axis].max() / exact[off_axis].max()
    square = problem.capacity @ (c - exact) ** 2 / (problem.capacity @ exact**2)
    return float(worst), float(np.sqrt(square))


@pytest.fixture(scope="module")
def smooth() -> tuple[Species, np.ndarray]:
    cv = ball_mesh((0.0, 8.0), (0.2, 0.6))
    radius = np.linalg.norm(cv.points, axis=1)
    return species(cv), spreading_gauss(radius, 0.0, 1.0, DIFFUSIVITY)


def fixed_steps(problem: Species, start: np.ndarray, time: float, count: int) -> np.ndarray:
    c = start
    with closing(RestingStepper(problem, -np.inf)) as stepper:
        for _ in range(count):
            c = stepper.step(c, time / count)[0].concentration
    return c


def test_sdirk2_is_second_order(smooth: tuple[Species, np.ndarray], check: Check) -> None:
    problem, start = smooth
    reference = fixed_steps(problem, start, 1.0, 640)
    errors = np.array(
        [
            problem.capacity @ np.abs(fixed_steps(problem, start, 1.0, n) - reference)
            for n in (10, 20, 40)
        ]
    )
    check("SDIRK2: order in time", np.log2(errors[:-1] / errors[1:]).min(), "≥", 1.9)


def test_error_estimate_is_of_the_size_of_the_error(smooth: tuple[Species, np.ndarray]) -> None:
    problem, start = smooth
    before = fixed_steps(problem, start, 0.5, 100)
    with closing(RestingStepper(problem, -np.inf)) as stepper:
        step, estimate = stepper.step(before, 0.1)
    exact = fixed_steps(problem, before, 0.1, 50)
    error = problem.capacity @ np.abs(step.concentration - exact)
    assert 0.3 * error < estimate < 3.0 * error
