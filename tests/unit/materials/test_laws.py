"""The laws against the numbers of their sources and against their own limits."""

from __future__ import annotations

import numpy as np
import pytest

from sim.materials import mineral


@pytest.mark.parametrize(("porosity", "strength"), [(0.0, 70e6), (0.5, 9.3e6)])
def test_strength_passes_through_metsger(porosity, strength):
    assert mineral.crushing_strength(porosity, 70e6, 4.04) == pytest.approx(strength, rel=0.005)


def test_modulus_ratio_agrees_with_both_moduli_of_metsger():
    ratio = float(mineral.CONSTANTS["modulus_ratio"].text)
    assert ratio * 70e6 == pytest.approx(9.2e9, rel=0.005)
    assert ratio * 9.3e6 == pytest.approx(1.2e9, rel=0.02)


def test_strength_goes_on_as_a_foams_and_ends_with_the_solid():
    below, above = mineral.FOAM - 1e-9, mineral.FOAM + 1e-9
    values = mineral.relative_strength(np.array([below, above, 0.89, 1.0]), 4.04)
    assert values[1] == pytest.approx(values[0], rel=1e-7)
    assert values[2] == pytest.approx(values[0] * 0.5**1.5, rel=1e-6)
    assert values[3] == 0.0


def test_strength_and_toughness_fall_with_porosity():
    porosity = np.linspace(0.0, 0.95, 20)
    assert np.all(np.diff([mineral.crushing_strength(p, 240e6, 4.04) for p in porosity]) < 0.0)
    assert np.all(np.diff([mineral.fracture_toughness(p, 0.5e6, 1.5) for p in porosity]) < 0.0)


def test_toughness_of_half_dense_mineral():
    assert mineral.fracture_toughness(0.5, 0.5e6, 1.5) == pytest.approx(0.5e6 / 2.0**1.5, rel=1e-12)


def test_density_and_porosity():
    assert mineral.porosity(1580.0, 3160.0) == pytest.approx(0.5, rel=1e-12)
    assert mineral.porosity(3160.0, 3160.0) == 0.0


@pytest.mark.parametrize("plastic_poisson_ratio", [0.0, 0.15, 0.3, 0.5])
def test_foam_shape_inverts_the_plastic_poisson_ratio(plastic_poisson_ratio):
    squared = (mineral.foam_shape(plastic_poisson_ratio) / 3.0) ** 2
    assert (0.5 - squared) / (1.0 + squared) == pytest.approx(plastic_poisson_ratio, abs=1e-12)


def test_incompressible_plasticity_is_von_mises():
    assert mineral.foam_shape(0.5) == 0.0


def test_densification_closes_every_pore():
    """A logarithmic volume strain of that size leaves the solid's volume, 1 - P."""
    assert np.exp(-mineral.densification_strain(0.6)) == pytest.approx(0.4, rel=1e-12)


@pytest.mark.parametrize(
    ("grain", "porosity", "permeability"),
    [(0.5e-6, 0.2, 1.7e-17), (0.5e-6, 0.5, 6.9e-16), (1e-6, 0.5, 2.8e-15), (3e-6, 0.5, 2.5e-14)],
)
def test_kozeny_carman(grain, porosity, permeability):
    found = mineral.kozeny_carman(grain, porosity)
    assert found == pytest.approx(permeability, rel=0.03, abs=0.0)
