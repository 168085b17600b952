"""A sharp radial front without diffusion: flux correction against plain upwinding."""

from contextlib import closing
from functools import cache

import numpy as np

from meshes.spheres import BOUNDARIES, concentric_shells
from sim.flow.darcy import Flow, unit_flow
from sim.transport.closed_forms import front_radius
from sim.transport.injecting import InjectionStepper
from sim.transport.species import Species
from sim.volumes.control_volume import ControlVolumes, control_volumes
from tests.conftest import Check
from tests.verification.transport.marches import injected

INNER, OUTER, FRONT, POROSITY, RATE = 1.0, 9.0, 6.0, 0.5, 4.0
DURATION = 4.0 / 3.0 * np.pi * (FRONT**3 - INNER**3) * POROSITY / RATE


@cache
def radial(size: float) -> tuple[ControlVolumes, Flow, Species]:
    mesh, cells, facets, regions = concentric_shells((INNER, OUTER), (size, size))
    cv = control_volumes(mesh, cells, facets, regions, BOUNDARIES)
    flow = unit_flow(
        cv.edges, cv.conductances({"shell0": 1.0}), cv.boundary("inner"), cv.boundary("outer")
    )
    flow = flow.scaled(RATE / flow.conductance)
    species = Species(
        edges=cv.edges,
        capacity=cv.weighted_volume({"shell0": POROSITY}),
        diffusion=np.zeros(len(cv.edges.tail)),
        clearance=np.zeros(cv.edges.nodes),
        absorbing=cv.boundary("outer"),
        edge_flow=flow.edge_flow,
        supply=flow.supply,
    )
    return cv, flow, species


def advected(size: float, tolerance: float) -> tuple[np.ndarray, np.ndarray, int]:
    """Corrected and upwinded concentrations at the end, and the number of steps."""
    _, flow, species = radial(size)
    c = np.zeros(species.edges.nodes)
    durations = []
    for step in injected(species, flow.pressure, c, DURATION, RATE * DURATION, tolerance):
        c = step.state.drug
        durations.append(step.duration)
        assert c.min() > -1e-12
        assert c.max() < 1.0 + 1e-12
    upwind = np.zeros_like(c)
    with closing(InjectionStepper(species, flow.pressure, 1.0)) as stepper:
        for duration in durations:
            upwind = stepper.low_order(upwind, duration)
    assert abs(species.capacity @ c / (RATE * DURATION) - 1.0) < 1e-10
    return c, upwind, len(durations)


def l1_error(size: float, c: np.ndarray) -> float:
    cv, _, species = radial(size)
    exact = np.linalg.norm(cv.points, axis=1) < FRONT
    return float(species.capacity @ np.abs(c - exact) / (species.capacity @ exact))


def test_the_front_stands_where_the_volume_puts_it(check: Check) -> None:
    assert abs(front_radius(INNER, RATE, DURATION, POROSITY) - FRONT) < 1e-12
    c, _, _ = advected(0.15, 1e-3)
    radius = np.linalg.norm(radial(0.15)[0].points, axis=1)
    order = np.argsort(radius)
    window = np.convolve(c[order], np.full(60, 1.0 / 60.0), mode="same")
    half = radius[order][np.flatnonzero(window > 0.5)[-1]]
    check("radial front: error of its radius", abs(half / FRONT - 1.0), "≤", 0.01)


def test_correction_halves_the_error_of_upwinding_and_converges_faster(check: Check) -> None:
    sizes = (0.3, 0.15)
    errors = np.array([[l1_error(h, c) for c in advected(h, 1e-3)[:2]] for h in sizes])
    corrected, upwinded = errors.T
    check("radial front: L1 error with flux correction, 8k nodes", corrected[-1], "≤", 0.07)
    ratio = corrected[-1] / upwinded[-1]
    check("radial front: L1 error / that of upwinding", ratio, "≤", 0.45)
    rates = np.log2(errors[0] / errors[1])
    # a jump allows 2/3 or so, upwinding 1/2
    check("radial front: order of the L1 error", rates[0], "≥", 0.6)
    assert rates[0] > rates[1] + 0.1
