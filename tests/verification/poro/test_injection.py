"""Injection into poroelastic tissue: rigid limit, balance of the liquid, cracks, two meshes.

A 27G is held at the nodule's centre; `tight` closes the gap along its shaft and gives the nodule a
permeability that lets hardly anything in, so that cracks decide what is delivered.
"""

import dataclasses

import numpy as np
import pytest

from sim.case import Case
from sim.config import default_case
from sim.domain.axisymmetric import axisymmetric_domain
from sim.domain.domain import Domain
from sim.flow.poroelastic import inject_poroelastic
from sim.flow.rigid import inject_rigid
from sim.flow.stage import Injected
from tests.conftest import Check

COARSE = ("mesh.nodule_size=0.8 mm", "mesh.tip_size=0.3", "mesh.outer_size=4 mm")


def patient(*overrides: str) -> Case:
    return default_case("27G", "push", ("flow=poroelastic", *COARSE, *overrides))


def tight(case: Case, hydrofracture: str, strong: float = 1.0) -> Case:
    mineral = dataclasses.replace(
        case.nodule.mineral,
        permeability=1e-17,
        tensile_strength=0.7e6 * strong,
        fracture_toughness=2e4 * strong,
    )
    return dataclasses.replace(
        case,
        nodule=dataclasses.replace(case.nodule, mineral=mineral),
        injection=dataclasses.replace(case.injection, track_gap=0.0),
        flow=dataclasses.replace(case.flow, hydrofracture=hydrofracture),
    )


def injected(case: Case) -> tuple[Domain, Injected]:
    domain = axisymmetric_domain(case, case.target_depth)
    return domain, inject_poroelastic(domain)


def test_stiff_tissue_is_rigid(check: Check) -> None:
    case = patient()
    tissue = case.tissue
    layers = {
        name: dataclasses.replace(layer, youngs_modulus=1e4 * layer.youngs_modulus)
        for name, layer in (("skin", tissue.skin), ("subcutis", tissue.subcutis))
    }
    case = dataclasses.replace(
        case,
        tissue=dataclasses.replace(tissue, **layers),
        flow=dataclasses.replace(case.flow, permeability_exponent=0.0),
    )
    domain, stiff = injected(case)
    rigid = inject_rigid(domain)
    for name in ("conductance", "injected_volume", "plunger_force", "backflow_fraction"):
        error = abs(getattr(stiff, name) / getattr(rigid, name) - 1.0)
        check(f"stiff poroelastic against rigid tissue: {name}", error, "≤", 2e-3)
    assert stiff.ended_by == rigid.ended_by


def test_water_is_balanced(check: Check) -> None:
    domain, result = injected(patient())
    edges, volume = domain.cv.edges, result.injected_volume
    unbalanced, entered = 0.0, 0.0
    swollen = np.zeros(edges.nodes)
    pores = sum(domain.pores().values())
    for stage in result.stages:
        error = stage.swelling - stage.supply + edges.divergence(stage.edge_flow)
        unbalanced += float(np.abs(error).sum()) * stage.duration
        entered += float(stage.supply[domain.mouth].sum()) * stage.duration
        swollen += stage.duration * stage.swelling
        assert np.all(stage.supply[domain.mouth] >= 0.0)
        assert np.all(pores + swollen > 0.0)
    check("poroelastic injection: each node's water, sum / volume", unbalanced / volume, "≤", 1e-9)
    check("poroelastic injection: mouth against syringe", abs(entered / volume - 1.0), "≤", 1e-9)
    check("poroelastic injection: swelling left", np.abs(swollen).sum() / volume, "≤", 1e-9)
    assert result.duration < sum(stage.duration for stage in result.stages)


def test_cracks_that_do_not_open_change_nothing() -> None:
    _, none = injected(tight(patient(), "none"))
    _, smeared = injected(tight(patient(), "smeared", strong=1e3))
    assert none.fractured is None
    assert smeared.fractured is False
    np.testing.assert_allclose(smeared.injected_volume, none.injected_volume, rtol=1e-9)


@pytest.mark.slow
def test_cracks_decide_the_dose_at_any_mesh(check: Check) -> None:
    """1.3 s at the hand's largest force: the crack breaks out of the nodule after 0.1 s."""

    def short(*overrides: str) -> Case:
        return patient("injection.time_limit=1.3 s", *overrides)

    _, none = injected(tight(short(), "none"))
    volumes = []
    for size in ("0.8 mm", "0.5 mm"):
        _, result = injected(tight(short(f"mesh.nodule_size={size}"), "smeared"))
        assert result.fractured
        assert result.ended_by == "time_limit"
        volumes.append(result.injected_volume)
    gain = volumes[-1] / none.injected_volume
    check("27G in a tight nodule: volume with cracks / without", gain, "≥", 10.0)
    difference = abs(volumes[0] / volumes[1] - 1.0)
    check("27G in a tight nodule: two meshes with smeared cracks, dose", difference, "≤", 0.05)
