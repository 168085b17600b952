"""Tissue that swells under an injection and gives the liquid back: front, balance and range."""

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from meshes.spheres import BOUNDARIES, concentric_shells
from sim.transport.injecting import InjectionStepper
from sim.transport.species import Species
from sim.volumes.control_volume import ControlVolumes, control_volumes
from sim.volumes.nodal import balances
from tests.conftest import Check

Array = NDArray[np.float64]

INNER, OUTER, FRONT, POROSITY = 1.0, 4.0, 3.0, 0.3
RATE, DURATION, GROWN = 1.0, 1.0, 0.2  # pore volume per volume that swelling adds by the end
STEPS = 100


@pytest.fixture(scope="module")
def cv() -> ControlVolumes:
    mesh, cells, facets, regions = concentric_shells((INNER, OUTER), (0.08, 0.08))
    return control_volumes(mesh, cells, facets, regions, BOUNDARIES)


def swollen(cv: ControlVolumes, supplied: float, swelling: Array) -> tuple[Species, Array]:
    """Species and pressure where the inner sphere supplies liquid and the tissue takes some up."""
    edges, outer = cv.edges, cv.boundary("outer")
    conductances = cv.conductances({"shell0": 1.0})
    supply = np.zeros(edges.nodes)
    a, b = cv.facets["inner"].T
    length = np.linalg.norm(cv.points[a] - cv.points[b], axis=1)
    for here, there in ((a, b), (b, a)):
        np.add.at(supply, here, length * (2.0 * cv.points[here, 0] + cv.points[there, 0]))
    supply *= supplied / supply.sum()
    with closing(balances(edges, conductances, outer)) as system:
        pressure = system.solve(supply - swelling)
    flow = conductances * edges.difference(pressure)
    supply[outer] = (edges.divergence(flow) + swelling)[outer]
    species = Species(
        edges=edges,
        capacity=POROSITY * cv.volumes["shell0"],
        diffusion=np.zeros_like(flow),
        clearance=np.zeros(edges.nodes),
        absorbing=np.empty(0, dtype=np.int64),
        edge_flow=flow,
        supply=supply,
        swelling=swelling,
    )
    return species, pressure


def injecting(cv: ControlVolumes) -> tuple[Species, Array]:
    """The injection whose front arrives at FRONT: all pores behind it are filled with drug."""
    behind = 4.0 / 3.0 * np.pi * (FRONT**3 - INNER**3) * (POROSITY + GROWN)
    return swollen(cv, behind / DURATION, GROWN / DURATION * cv.volumes["shell0"])


def advanced(
    species: Species, pressure: Array, start: Array, inlet: float
) -> tuple[Array, float, float]:
    """Concentration at the end, mass that left, and the largest violation of the range 0 to 1."""
    c, lost, outside, size = start, 0.0, 0.0, DURATION / STEPS
    with closing(InjectionStepper(species, pressure, inlet)) as stepper:
        for i in range(STEPS):
            step = stepper.step(c, size, i * size)
            c = step.concentration
            lost += species.losses(step.integral).through_track
            outside = max(outside, -c.min(), c.max() - 1.0)
    return c, lost, outside


def test_swelling_delays_the_front_and_relaxing_gives_all_back(
    cv: ControlVolumes, check: Check
) -> None:
    species, pressure = injecting(cv)
    c, lost, outside = advanced(species, pressure, np.zeros(cv.edges.nodes), 1.0)
    dose = np.maximum(species.supply, 0.0).sum() * DURATION
    pores = species.capacity_at(DURATION)
    check("swelling tissue: mass balance", abs(pores @ c + lost - dose) / dose, "≤", 1e-12)
    check("swelling tissue: range violation", outside, "≤", 1e-10)
    radius = np.linalg.norm(cv.points, axis=1)
    filled = np.cumsum((pores * c)[np.argsort(radius)])
    half = np.sort(radius)[np.searchsorted(filled, 0.5 * dose)]
    expected = np.cbrt(0.5 * (FRONT**3 + INNER**3))  # half of the drug lies within
    check(
        "swelling tissue: radius that holds half of the drug", abs(half / expected - 1), "≤", 0.01
    )
    exact = radius < FRONT
    l1 = pores @ np.abs(c - exact) / dose
    check("swelling tissue: L1 error of the front", l1, "≤", 0.08)

    back, sinking = swollen(cv, 1e-300, -species.swelling)
    back = replace(back, capacity=pores, supply=np.minimum(back.supply, 0.0))
    after, left, outside = advanced(back, sinking, c, 0.0)
    kept = back.capacity_at(DURATION) @ after
    check("relaxing tissue: mass balance", abs(kept + left - pores @ c) / dose, "≤", 1e-12)
    check("relaxing tissue: range violation", outside, "≤", 1e-10)
    np.testing.assert_allclose(back.capacity_at(DURATION), species.capacity, rtol=1e-12)
    assert after[radius < 2.0].min() > 0.99  # the liquid that stays is the drug
    assert np.average(radius, weights=species.capacity * after) > np.average(
        radius, weights=pores * c
    )


def test_a_uniform_concentration_stays_uniform(cv: ControlVolumes, check: Check) -> None:
    species, pressure = injecting(cv)
    c, _, _ = advanced(species, pressure, np.ones(cv.edges.nodes), 1.0)
    check("swelling tissue: change of a uniform concentration", np.abs(c - 1).max(), "≤", 1e-10)


def test_what_is_drawn_in_from_beyond_is_clear(cv: ControlVolumes) -> None:
    """Tissue that swells by more than the inner sphere supplies: the outer side gives the rest."""
    grown = 2.0 * RATE * cv.volumes["shell0"] / cv.volumes["shell0"].sum()
    species, pressure = swollen(cv, RATE, grown)
    outer = cv.boundary("outer")
    drawn_in = np.zeros(cv.edges.nodes)
    drawn_in[outer] = np.maximum(species.supply[outer], 0.0)
    assert drawn_in.sum() == pytest.approx(RATE, rel=1e-9)
    species = replace(species, drawn_in=drawn_in)
    c = np.zeros(cv.edges.nodes)
    with closing(InjectionStepper(species, pressure, 1.0)) as stepper:
        for i in range(20):
            c = stepper.step(c, 0.05 * DURATION, 0.05 * i * DURATION).concentration
    held = float(species.capacity_at(DURATION) @ c)
    assert species.injected.sum() == pytest.approx(RATE, rel=1e-12)
    np.testing.assert_allclose(held, RATE * DURATION, rtol=1e-9)
    assert c[outer].max() < 1e-3
