"""Darcy flow between concentric spheres on tetrahedra, with permeability contrast."""

import numpy as np
import pytest

from meshes.balls import concentric_balls
from meshes.spheres import BOUNDARIES
from sim.flow.darcy import unit_flow
from sim.transport.closed_forms import shell_conductance
from sim.volumes.control_volume import ControlVolumes, control_volumes
from tests.conftest import Check

RADII = (1.0, 4.0, 20.0)
CONTRASTS = (1e6, 1e2, 1.0, 1e-2, 1e-6)


def balls(size: float) -> ControlVolumes:
    mesh, cells, facets, regions = concentric_balls(RADII, size, 20.0 * size)
    return control_volumes(mesh, cells, facets, regions, BOUNDARIES)


def conductance_error(cv: ControlVolumes, contrast: float) -> float:
    mobility = {"shell0": contrast, "shell1": 1.0}
    flow = unit_flow(
        cv.edges, cv.conductances(mobility), cv.boundary("inner"), cv.boundary("outer")
    )
    assert flow.imbalance < 1e-10  # rounding errors of conductances 1e6 above the whole
    assert flow.pressure.min() > -1e-12
    assert flow.pressure.max() < 1.0 + 1e-12
    return abs(flow.conductance / shell_conductance(RADII, list(mobility.values())) - 1.0)


def test_conductance_converges(check: Check) -> None:
    sizes = (0.4, 0.2)
    meshes = [balls(size) for size in sizes]
    for contrast in CONTRASTS:
        coarse, fine = (conductance_error(cv, contrast) for cv in meshes)
        what = f"sphere in Darcy flow in 3-D, contrast {contrast:g}"
        check(f"{what}: error of the conductance, 4.3k nodes", fine, "≤", 4e-2)
        check(f"{what}: order, 0.7k to 4.3k nodes", np.log2(coarse / fine), "≥", 1.5)


@pytest.mark.slow
def test_conductance_at_50k_nodes(check: Check) -> None:
    coarse, fine = balls(0.17), balls(0.085)
    assert 40_000 < fine.edges.nodes < 55_000
    for contrast in CONTRASTS:
        errors = [conductance_error(cv, contrast) for cv in (coarse, fine)]
        what = f"sphere in Darcy flow in 3-D, contrast {contrast:g}"
        check(f"{what}: error, {fine.edges.nodes} nodes", errors[1], "≤", 1e-2)
        check(
            f"{what}: order, to {fine.edges.nodes} nodes", np.log2(errors[0] / errors[1]), "≥", 1.5
        )
