"""Syringe, needle and a sphere of tissue in series against closed forms."""

import dataclasses
import math

import numpy as np
import pytest

from meshes.spheres import BOUNDARIES, concentric_shells
from sim.config import default_case
from sim.flow.film import Film
from sim.flow.network import Tissue, by_newton, by_picard
from sim.flow.syringe import ENTRANCE_LOSS, Syringe, syringe_and_needle
from sim.transport.closed_forms import shell_conductance
from sim.volumes.control_volume import Edges, control_volumes
from tests.conftest import Check

CAVITY = 0.2e-3  # m, radius
NO_FILM = Film(np.empty(0, np.int64), np.empty(0), 0.0, np.empty(0), np.empty(0))


def sphere(mobility: float, shells: int = 40) -> tuple[Tissue, float]:
    """Return spherical shells in series from the cavity to infinity, and their conductance."""
    radii = CAVITY * np.geomspace(1.0, 1e3, shells)
    across = 4.0 * math.pi * mobility / (1.0 / radii[:-1] - 1.0 / radii[1:])
    conductances = np.append(across, 4.0 * math.pi * mobility * radii[-1])
    nodes = np.arange(shells)
    edges = Edges(shells + 1, nodes, nodes + 1)
    tissue = Tissue(edges, conductances, np.array([0]), np.array([shells]), NO_FILM)
    return tissue, 4.0 * math.pi * mobility * CAVITY


def forced(syringe: Syringe, conductance: float) -> float:
    """Return the flow at the largest force: ``K Q^2 + (R + 1/G) Q = p_max``."""
    linear = syringe.resistance + 1.0 / conductance
    root = math.sqrt(linear**2 + 4.0 * syringe.inertia * syringe.pressure_limit)
    return 2.0 * syringe.pressure_limit / (linear + root)


@pytest.fixture(scope="module")
def syringe() -> Syringe:
    case = default_case("27G", "push")
    return syringe_and_needle(case.needle, case.drug, case.injection)


@pytest.mark.parametrize("mobility", [1e-16, 1e-12, 1e-8])
def test_series_of_syringe_needle_and_sphere(
    mobility: float, syringe: Syringe, check: Check
) -> None:
    tissue, conductance = sphere(mobility)
    pressed = dataclasses.replace(syringe, rate=math.inf)
    flow, exact = by_newton(tissue, pressed), forced(pressed, conductance)
    what = f"syringe, needle and sphere of {mobility:g} m2/(Pa s): error of"
    check(f"{what} the flow at the largest force", abs(flow.rate / exact - 1.0), "≤", 1e-6)
    barrel = flow.cavity + pressed.drop(flow.rate)
    check(f"{what} the barrel's pressure", abs(barrel / pressed.pressure_limit - 1.0), "≤", 1e-6)
    assert flow.cavity == pytest.approx(flow.rate / conductance, rel=1e-9)
    assert by_picard(tissue, pressed).rate == pytest.approx(exact, rel=1e-9)


def test_switch_from_flow_to_force_limited(syringe: Syringe, check: Check) -> None:
    tissue, conductance = sphere(1e-12)
    switch = forced(syringe, conductance)
    worst = 0.0
    for share in (0.5, 1.0 - 1e-5, 1.0 + 1e-5, 2.0):
        asked = dataclasses.replace(syringe, rate=share * switch)
        flow = by_newton(tissue, asked)
        worst = max(worst, abs(flow.rate / min(asked.rate, switch) - 1.0))
        full = flow.cavity + asked.drop(flow.rate) >= asked.pressure_limit * (1.0 - 1e-9)
        assert full == (share > 1.0)
    check("switch from flow- to force-limited: error of the flow on both sides", worst, "≤", 1e-6)


def test_sphere_of_finite_elements_behind_the_needle(syringe: Syringe, check: Check) -> None:
    radii, errors = (1e-3, 4e-3, 20e-3), []
    for size in (0.1e-3, 0.05e-3):
        mesh, cells, facets, regions = concentric_shells(
            [1e3 * r for r in radii], [1e3 * s for s in (size, 4 * size, 20 * size)]
        )
        mesh.geometry.x[:] *= 1e-3
        cv = control_volumes(mesh, cells, facets, regions, BOUNDARIES)
        conductances = cv.conductances({"shell0": 1e-13, "shell1": 1e-11})
        inner, outer = cv.boundary("inner"), cv.boundary("outer")
        tissue = Tissue(cv.edges, conductances, inner, outer, NO_FILM)
        pressed = dataclasses.replace(syringe, rate=math.inf)
        exact = forced(pressed, shell_conductance(radii, [1e-13, 1e-11]))
        errors.append(abs(by_newton(tissue, pressed).rate / exact - 1.0))
    what = "syringe, needle and two shells of finite elements"
    check(f"{what}: error of the flow", errors[-1], "≤", 2e-3)
    check(f"{what}: its order", math.log2(errors[0] / errors[1]), "≥", 1.9)


def test_inertial_loss_of_a_fast_injection(syringe: Syringe, check: Check) -> None:
    # 27G, 0.1 mL/s: 2.24 rho v^2 / 2 beside Poiseuille's 41 kPa
    needle, drug = default_case("27G", "push").needle, default_case("27G", "push").drug
    velocity = 0.1e-6 / (0.25 * math.pi * needle.inner_diameter**2)
    exact = ENTRANCE_LOSS * 0.5 * drug.density * velocity**2
    assert syringe.inertia * 1e-14 == pytest.approx(exact, rel=1e-12)
    poiseuille = 0.1e-6 * syringe.resistance
    check("27G at 0.1 mL/s: Poiseuille's loss / 41 kPa", poiseuille / 41e3, "≤", 1.02)
    assert 0.2 < exact / poiseuille < 0.3
