"""Flows whose balance rounding has spoilt."""

import numpy as np

from meshes.spheres import BOUNDARIES, concentric_shells
from sim.flow.balance import balanced
from sim.flow.darcy import unit_flow
from sim.volumes.control_volume import control_volumes


def test_a_chamber_that_conducts_a_trillion_times_better_is_balanced() -> None:
    mesh, cells, facets, regions = concentric_shells((1.0, 4.0, 20.0), (0.3, 1.0, 5.0))
    cv = control_volumes(mesh, cells, facets, regions, BOUNDARIES)
    conductances = cv.conductances({"shell0": 1e12, "shell1": 1.0})
    inner, outer = cv.boundary("inner"), cv.boundary("outer")
    flow = unit_flow(cv.edges, conductances, inner, outer).edge_flow
    held = np.concatenate((inner, outer))

    def imbalance(edge_flow: np.ndarray) -> float:
        supply = cv.edges.divergence(edge_flow)
        return float(np.abs(np.delete(supply, held)).max() / supply[outer].sum())

    after = balanced(cv.edges, conductances, flow, held)
    assert abs(imbalance(flow)) > 1e-8  # there is something to take away
    assert abs(imbalance(after)) < 1e-12
