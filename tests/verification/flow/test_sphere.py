"""Darcy flow between concentric spheres against the closed form, with permeability contrast."""

import numpy as np
import pytest

from meshes.spheres import BOUNDARIES, concentric_shells
from sim.flow.darcy import unit_flow
from sim.transport.closed_forms import shell_conductance
from sim.volumes.control_volume import ControlVolumes, control_volumes
from tests.conftest import Check

RADII = (1.0, 4.0, 20.0)
CONTRASTS = (1e6, 1e2, 1.0, 1e-2, 1e-4, 1e-6)


def shells(size: float) -> ControlVolumes:
    mesh, cells, facets, regions = concentric_shells(RADII, (size, 4 * size, 20 * size))
    return control_volumes(mesh, cells, facets, regions, BOUNDARIES)


def conductance_error(cv: ControlVolumes, contrast: float) -> float:
    mobility = {"shell0": contrast, "shell1": 1.0}
    flow = unit_flow(
        cv.edges, cv.conductances(mobility), cv.boundary("inner"), cv.boundary("outer")
    )
    rounding = 1e-11 * max(contrast, 1.0)  # of conductances that far above the whole
    assert flow.imbalance < rounding
    assert np.abs(flow.supply.sum()) < rounding * flow.conductance
    return abs(flow.conductance / shell_conductance(RADII, list(mobility.values())) - 1.0)


@pytest.fixture(scope="module")
def meshes() -> list[ControlVolumes]:
    return [shells(size) for size in (0.1, 0.05, 0.025)]


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_conductance_converges_with_second_order(
    meshes: list[ControlVolumes], contrast: float, check: Check
) -> None:
    errors = np.array([conductance_error(cv, contrast) for cv in meshes])
    rates = np.log2(errors[:-1] / errors[1:])
    what = f"sphere in Darcy flow, permeability contrast {contrast:g}"
    check(f"{what}: error of the conductance, 16k nodes", errors[-1], "≤", 5e-4)
    check(f"{what}: order", rates.min(), "≥", 1.9)


@pytest.mark.slow
def test_conductance_at_50k_nodes(check: Check) -> None:
    cv = shells(0.014)
    assert 45_000 < cv.edges.nodes < 60_000
    for contrast in CONTRASTS:
        what = f"sphere in Darcy flow, contrast {contrast:g}: error, {cv.edges.nodes} nodes"
        check(what, conductance_error(cv, contrast), "≤", 2e-4)


def test_pressure_falls_with_the_inverse_radius() -> None:
    cv = shells(0.05)
    mobility = {"shell0": 1.0, "shell1": 1.0}
    flow = unit_flow(
        cv.edges, cv.conductances(mobility), cv.boundary("inner"), cv.boundary("outer")
    )
    radius = np.linalg.norm(cv.points, axis=1)
    exact = (1.0 / radius - 1.0 / 20.0) / (1.0 - 1.0 / 20.0)
    np.testing.assert_allclose(flow.pressure, exact, atol=2e-3)
