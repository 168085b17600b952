"""What the crushed zone does to porosity, permeability, mineral mass and conductance."""

import dataclasses
import math

import numpy as np
import pytest

from sim.case import Case
from sim.config import default_case
from sim.domain.axisymmetric import axisymmetric_domain
from sim.domain.domain import Domain
from sim.flow.rigid import inject_rigid
from sim.materials.mineral import kozeny_carman
from sim.mechanics.mineral.crushed_zone import CrushedZone
from tests.conftest import Check
from tests.unit.domain.made import even_zone, fading_zone

STRAIN = -0.2


def case_with(crushed_zone: str, *overrides: str, needle: str = "14G_coaxial") -> Case:
    technique = "drill" if needle == "14G_coaxial" else "push"
    zone = f"flow.crushed_zone={crushed_zone}"
    return default_case(needle, technique, ["mesh=coarse", zone, *overrides])


def domain_with(case: Case, zone: CrushedZone) -> Domain:
    return axisymmetric_domain(case, case.target_depth, zone)


def within(domain: Domain) -> np.ndarray:
    """Cells of the nodule that lie in the zone with all their points."""
    strain = domain.plastic_volume_strain
    return np.isclose(strain, strain.min(), rtol=1e-9)


@pytest.mark.parametrize("setting", ["none", "compaction", "cracks", "both"])
def test_porosity_and_permeability_in_the_zone(setting: str) -> None:
    case = case_with(setting)
    domain = domain_with(case, even_zone(case, STRAIN, 0.004))
    mineral, flow, zone = case.nodule.mineral, case.flow, within(domain)
    assert zone.sum() > 20
    porosity, permeability = mineral.porosity, mineral.permeability
    if setting in ("compaction", "both"):
        porosity = 1.0 - (1.0 - mineral.porosity) * math.exp(-STRAIN)
        permeability *= kozeny_carman(1.0, porosity) / kozeny_carman(1.0, mineral.porosity)
    if setting in ("cracks", "both"):  # 0.4 of 1 %, the strain at which the cracks are through
        permeability += 0.4 * flow.crack_opening**3 / (12.0 * flow.crack_spacing)
    np.testing.assert_allclose(domain.porosity["nodule"][zone], porosity, rtol=1e-12)
    np.testing.assert_allclose(domain.permeability["nodule"][zone], permeability, rtol=1e-9)
    away = domain.plastic_volume_strain == 0.0
    np.testing.assert_allclose(domain.porosity["nodule"][away], mineral.porosity, rtol=1e-12)


def test_cracks_stop_opening_where_they_stand_as_close_as_they_can() -> None:
    case = case_with("cracks")
    ratio = case.flow.crack_opening / case.flow.crack_spacing
    domains = [domain_with(case, even_zone(case, STRAIN, m * ratio)) for m in (1.0, 5.0)]
    first, second = (d.permeability["nodule"] for d in domains)
    np.testing.assert_allclose(first, second, rtol=1e-12)


def test_pores_close_but_for_a_hundredth() -> None:
    case = case_with("compaction")
    domain = domain_with(case, even_zone(case, -50.0, 50.0))
    assert domain.porosity["nodule"].min() >= 0.01 - 1e-12
    assert domain.permeability["nodule"].min() > 0.0
    closed = -case.nodule.mineral.densification_strain
    np.testing.assert_allclose(domain.plastic_volume_strain.min(), closed)


def test_compaction_adds_the_mineral_it_packs() -> None:
    case = case_with("compaction")
    domain = domain_with(case, even_zone(case, STRAIN, 0.004))
    before = domain.cv.weighted_volume({"nodule": domain.density}).sum()
    packed = np.exp(-domain.plastic_volume_strain) - 1.0
    added = domain.cv.weighted_volume({"nodule": domain.density * packed}).sum()
    np.testing.assert_allclose(domain.mineral().sum() - before, added, rtol=0.05)


def test_mineral_that_an_earlier_round_took_away_is_not_packed() -> None:
    case = case_with("compaction", "nodule.mineral.density=1.2 g/cm**3")
    domain = domain_with(case, even_zone(case, STRAIN, 0.004))
    half = dataclasses.replace(domain, density=0.5 * domain.density)
    zone = within(half)
    solid = 0.5 * 1.2e3 / case.nodule.mineral.solid_density
    np.testing.assert_allclose(half.porosity["nodule"][zone], 1.0 - solid * math.exp(-STRAIN))


@pytest.mark.parametrize(
    ("needle", "setting", "gap", "most"),
    [
        ("27G", "both", 0.0, 0.02),
        ("14G_coaxial", "both", 0.0, 0.02),
        ("27G", "compaction", 6.0, 0.05),
        ("14G_coaxial", "compaction", 6.0, 0.05),
    ],
)
def test_conductance_behind_a_packed_layer_converges(
    needle: str, setting: str, gap: float, most: float, check: Check
) -> None:
    def conductance(crushed_zone: str, tip_size: float) -> float:
        sizes = (f"injection.track_gap={gap} um", f"mesh.tip_size={tip_size}")
        case = case_with(crushed_zone, *sizes, needle=needle)
        domain = domain_with(case, fading_zone(case, -0.52))
        return inject_rigid(domain).conductance

    fine = conductance(setting, 0.04)
    assert fine < 0.97 * conductance("none", 0.1)  # the layer matters
    error = abs(conductance(setting, 0.1) / fine - 1.0)
    what = f"{needle}, {setting} in a layer of 0.1 radii, gap {gap:g} um: conductance, finer mesh"
    check(what, error, "≤", most)
