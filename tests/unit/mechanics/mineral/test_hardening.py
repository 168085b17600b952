"""Hardening laws: their derivative, their ends, and which one a mineral gets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.materials.mineral import crushing_strength, densification_strain, foam_shape
from sim.mechanics.mineral.hardening import (
    Capped,
    Compaction,
    Hardening,
    hardening_of,
    uniaxial_closure,
)
from tests.unit.mechanics.patient import STONE

LAWS = [Capped(), Capped(0.5, 0.68), Compaction(0.494, 4.04, 0.677), Compaction(0.8, 4.0, 0.0)]


@pytest.mark.parametrize("law", LAWS)
def test_rate_is_the_derivative(law: Hardening) -> None:
    e = np.linspace(0.013, 2.0, 200)
    numeric = (law.ratio(e + 1e-6) - law.ratio(e - 1e-6)) / 2e-6
    np.testing.assert_allclose(law.rate(e), numeric, rtol=1e-6, atol=1e-8)
    assert np.all(law.rate(e) >= 0.0)
    assert law.ratio(np.zeros(1)) == 1.0


@pytest.mark.parametrize("law", LAWS[:3])
def test_largest(law: Hardening) -> None:
    np.testing.assert_allclose(law.ratio(np.array([100.0])), law.largest, rtol=1e-12)


def test_closed_pores_have_the_solid_strength() -> None:
    law = Compaction(0.494, 4.04, 0.677)
    solid = 1.0 / crushing_strength(0.494, 1.0, 4.04)
    assert law.largest == pytest.approx(solid, rel=1e-12)
    closed = densification_strain(0.494) / 0.677
    assert law.ratio(np.array([0.99 * closed])) < 0.99 * solid
    assert law.ratio(np.array([closed])) == pytest.approx(solid, rel=1e-9)


@pytest.mark.parametrize("poisson", [0.0, 0.15, 0.3, 0.5])
def test_closure_is_that_of_uniaxial_flow(poisson: float) -> None:
    assert uniaxial_closure(foam_shape(poisson)) == pytest.approx(1.0 - 2.0 * poisson, abs=1e-12)


def test_law_that_the_mineral_names() -> None:
    capped = replace(STONE, densification="capped")
    assert hardening_of(capped) == Capped(STONE.hardening_ratio, STONE.densification_strain)
    law = hardening_of(replace(STONE, densification="compaction"))
    assert isinstance(law, Compaction)
    assert (law.porosity, law.decay) == (STONE.porosity, STONE.strength_decay)
