"""The numbers by which gravity and osmosis are left out."""

import numpy as np
import pytest

from benchmarks.neglected_effects import (
    HEAT,
    Medium,
    buoyant_flow,
    donnan_pressure,
    osmotic_pressure,
    rayleigh,
    settling,
)
from sim.config import default_case
from sim.domain.axisymmetric import axisymmetric_domain


def test_rayleigh_number_by_hand() -> None:
    medium = Medium("made up", 1e-13, 0.5, 2e-10, 1.0)
    assert rayleigh(medium, 100.0, 1e-3, 0.01) == pytest.approx(9.81, rel=1e-12)


def test_donnan_pressure_between_few_and_many_charges() -> None:
    few, many = donnan_pressure(1.0, 150.0), donnan_pressure(1e6, 150.0)
    assert few == pytest.approx(HEAT / (4.0 * 150.0), rel=1e-4)  # R T X^2 / (4 c)
    assert many == pytest.approx(HEAT * 1e6, rel=1e-3)  # only the counter-ions


def test_osmotic_pressure_is_megapascals() -> None:
    assert 4e6 < osmotic_pressure() < 6e6


def test_heavy_liquid_sinks_and_none_is_made() -> None:
    case = default_case("27G", "push", ["mesh=coarse"])
    domain = axisymmetric_domain(case, case.target_depth)
    cv = domain.cv
    r, z = cv.points.T
    ball = np.hypot(r - 3e-3, z + case.nodule.centre_depth) < 1.5e-3
    flow = buoyant_flow(domain, 250.0 * ball, 0.45)
    inner = np.setdiff1d(np.arange(cv.edges.nodes), cv.boundary("outer"))
    assert np.abs(cv.edges.divergence(flow)[inner]).max() < 1e-9 * np.abs(flow).max()
    inside = ball[cv.edges.tail] & ball[cv.edges.head]
    assert (flow * -cv.edges.difference(z))[inside].sum() < 0.0


@pytest.mark.slow
@pytest.mark.parametrize("needle", [("27G", "push"), ("14G_coaxial", "drill")])
def test_settling_changes_the_default_exposure_by_little(needle: tuple[str, str], check) -> None:
    change = max(map(abs, settling(*needle).values()))
    check(f"{needle[0]}: gravity, bound on the change of the nodule's exposure", change, "≤", 0.02)
