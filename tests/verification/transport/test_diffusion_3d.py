"""A spreading Gauss bell on unstructured meshes of tetrahedra."""

import numpy as np
import pytest

from meshes.balls import concentric_balls
from meshes.spheres import BOUNDARIES
from sim.transport.closed_forms import spreading_gauss
from sim.transport.species import Species
from sim.volumes.control_volume import ControlVolumes, control_volumes
from tests.conftest import Check
from tests.verification.transport.marches import rested

POROSITY, DIFFUSIVITY = 0.4, 2.0
RADIUS, WIDTH, TIME = 1.7, 0.3, 0.015  # the bell ends at 1e-4 of its height


def ball(size: float) -> ControlVolumes:
    mesh, cells, facets, regions = concentric_balls((0.0, RADIUS), size, size)
    return control_volumes(mesh, cells, facets, regions, {"outer": BOUNDARIES["outer"]})


def error(cv: ControlVolumes) -> float:
    """Error in the mean square over the nodes' volumes, relative to the closed form's."""
    everywhere = dict.fromkeys(cv.regions, POROSITY)
    zeros = np.zeros(cv.edges.nodes)
    problem = Species(
        edges=cv.edges,
        capacity=cv.weighted_volume(everywhere),
        diffusion=np.maximum(cv.transmissibility(everywhere) * DIFFUSIVITY, 0.0),
        clearance=zeros,
        absorbing=cv.boundary("outer"),
        edge_flow=np.zeros(len(cv.edges.tail)),
        supply=zeros,
    )
    radius = np.linalg.norm(cv.points, axis=1)
    c = spreading_gauss(radius, 0.0, WIDTH, DIFFUSIVITY)
    dose = float(problem.capacity @ c)
    for step in rested(problem, c, TIME, dose, 2e-4):
        c = step.state.drug
        assert c.min() >= -1e-10
    exact = spreading_gauss(radius, TIME, WIDTH, DIFFUSIVITY)
    return float(np.sqrt(problem.capacity @ (c - exact) ** 2 / (problem.capacity @ exact**2)))


def test_diffusion_converges_on_three_meshes(check: Check) -> None:
    meshes = [ball(size) for size in (0.26, 0.18, 0.125)]
    errors = np.array([error(cv) for cv in meshes])
    nodes = np.array([cv.edges.nodes for cv in meshes])
    rates = 3.0 * np.diff(np.log(errors)) / -np.diff(np.log(nodes))  # in nodes^(-1/3)
    what = f"diffusion in 3-D, meshes of {', '.join(map(str, nodes))} nodes"
    check(f"{what}: order", rates.min(), "≥", 1.5)
    check(f"{what}: last error (mean square)", errors[-1], "≤", 2e-2)


@pytest.mark.slow
def test_diffusion_at_44k_nodes(check: Check) -> None:
    cv = ball(0.0715)
    assert 35_000 < cv.edges.nodes < 55_000
    what = f"diffusion in 3-D: error (mean square), {cv.edges.nodes} nodes"
    check(what, error(cv), "≤", 1e-2)
