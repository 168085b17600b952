"""Return mapping and tangent of the Deshpande-Fleck foam at single points."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from sim.materials.mineral import crushing_strength
from sim.mechanics.mineral.foam import Foam, equivalent_stress, return_map, tangent
from sim.mechanics.mineral.hardening import Capped, Compaction, uniaxial_closure
from tests.conftest import Check

CAP = 0.673
FOAM = Foam(131.0, 0.25, 1.62, 1.0, Capped(0.5, CAP))
MISES = Foam(131.0, 0.45, 0.0, 1.0)
POROSITY, DECAY = 0.494, 4.04
CLOSURE = uniaxial_closure(1.62)
COMPACTING = Foam(131.0, 0.25, 1.62, 1.0, Compaction(POROSITY, DECAY, CLOSURE))
KINKS = {FOAM: CAP, MISES: np.inf, COMPACTING: -np.log1p(-POROSITY) / CLOSURE}
NAMES = {FOAM: "capped foam", MISES: "von Mises", COMPACTING: "compacting foam"}


def follow(law: Foam, strains: np.ndarray) -> tuple[np.ndarray, float]:
    """Stress and plastic strain of one point after a history of total strains (k, 4)."""
    stress, plastic = np.zeros((1, 4)), np.zeros(1)
    for increment in np.diff(strains, axis=0, prepend=0.0):
        returned = return_map(law, stress, plastic, increment[None])
        stress, plastic = returned.stress, returned.plastic_strain
    return stress[0], float(plastic[0])


def uniaxial(law: Foam, axial: float, steps: int) -> tuple[np.ndarray, float, float]:
    """Stress, plastic strain and lateral strain after uniaxial stress to the strain `axial`."""

    def at(lateral: float) -> tuple[np.ndarray, float]:
        end = np.array([lateral, axial, lateral, 0.0])
        return follow(law, np.linspace(0.0, 1.0, steps + 1)[1:, None] * end)

    lateral = brentq(lambda x: at(x)[0][0], -abs(axial), abs(axial), xtol=1e-16, rtol=1e-15)
    return (*at(lateral), lateral)


@pytest.mark.parametrize("axial", [-0.3, 0.3, -0.9])
def test_uniaxial_stress(axial: float, check: Check) -> None:
    """sigma = sigma_c + H min(e, e_D), strain = sigma / E + e; the path is a straight line."""
    stress, plastic, _ = uniaxial(FOAM, axial, 1)
    strength = 1.0 + 0.5 * min(plastic, 0.673)
    strain = strength / FOAM.youngs_modulus + plastic
    error = max(abs(abs(stress[1]) / strength - 1.0), abs(strain / abs(axial) - 1.0))
    check(f"return mapping, uniaxial stress to a strain of {axial}", error, "≤", 1e-8)


def test_plastic_poisson_ratio(check: Check) -> None:
    """(1/2 - (alpha/3)^2) / (1 + (alpha/3)^2) of the plastic strains, Deshpande & Fleck 2000."""
    stress, plastic, lateral = uniaxial(FOAM, -0.3, 1)
    elastic = -FOAM.poisson_ratio * stress[1] / FOAM.youngs_modulus
    ratio = (lateral - elastic) / plastic
    third = (FOAM.shape / 3.0) ** 2
    error = abs(ratio * (1.0 + third) / (0.5 - third) - 1.0)
    check("return mapping, plastic Poisson's ratio", error, "≤", 1e-8)


@pytest.mark.parametrize("axial", [-0.2, -0.7, -1.5])
def test_crushed_mineral_is_virgin_mineral_of_its_porosity(axial: float, check: Check) -> None:
    """Uniaxial stress; in the last case every pore is closed."""
    stress, _, lateral = uniaxial(COMPACTING, axial, 1)
    elastic = np.linalg.solve(COMPACTING.elasticity, stress)
    volume = axial + 2.0 * lateral - elastic[:3].sum()
    left = max(1.0 - (1.0 - POROSITY) * np.exp(-volume), 0.0)
    assert (left == 0.0) == (axial == -1.5)
    virgin = crushing_strength(left, 1.0, DECAY) / crushing_strength(POROSITY, 1.0, DECAY)
    what = f"compaction to a strain of {axial}: strength against the strength-porosity law"
    check(what, abs(abs(stress[1]) / virgin - 1.0), "≤", 1e-8)


@pytest.mark.parametrize("volume", [-0.6, 0.2])
def test_hydrostatic(volume: float, check: Check) -> None:
    """|p| = Y sqrt(g) / alpha and e = |plastic volume strain| sqrt(g) / alpha."""
    stress, plastic = follow(FOAM, np.array([[1.0, 1.0, 1.0, 0.0]]) * volume / 3.0)
    factor = np.sqrt(1.0 + (FOAM.shape / 3.0) ** 2) / FOAM.shape
    crushed = (abs(volume) - factor / FOAM.bulk_modulus) / (
        1.0 + 0.5 * factor**2 / FOAM.bulk_modulus
    )
    assert 0.0 < factor * crushed < CAP
    expected = np.sign(volume) * factor * (1.0 + 0.5 * factor * crushed)
    np.testing.assert_allclose(stress, expected * np.array([1, 1, 1, 0]), rtol=1e-8, atol=1e-12)
    error = max(abs(plastic / (factor * crushed) - 1.0), abs(stress[0] / expected - 1.0))
    check(f"return mapping, hydrostatic to a volume strain of {volume}", error, "≤", 1e-8)


def random_states(law: Foam, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Admissible stresses, plastic strains, and increments from elastic to ten times yielding."""
    rng = np.random.default_rng(1)
    stress, plastic = rng.normal(size=(count, 4)), rng.uniform(0.0, 1.0, count)
    ratio = law.yield_strength(plastic) / equivalent_stress(stress, law.shape)
    stress *= (ratio * rng.uniform(0.0, 1.0, count))[:, None]
    size = 10.0 ** rng.uniform(-1.0, 1.0, count) / law.youngs_modulus
    return stress, plastic, rng.normal(size=(count, 4)) * size[:, None]


@pytest.mark.parametrize("law", [FOAM, MISES, COMPACTING])
def test_returns_onto_the_surface(law: Foam) -> None:
    stress, plastic, increment = random_states(law, 2000)
    returned = return_map(law, stress, plastic, 100.0 * increment)
    excess = equivalent_stress(returned.stress, law.shape) - law.yield_strength(
        returned.plastic_strain
    )
    assert len(returned.plastic) > 1900
    np.testing.assert_allclose(excess[returned.plastic], 0.0, atol=1e-11)
    assert excess.max() < 1e-11


@pytest.mark.parametrize("law", [FOAM, MISES, COMPACTING])
@pytest.mark.parametrize("size", [1.0, 30.0])
def test_tangent_against_finite_differences(law: Foam, size: float, check: Check) -> None:
    """Everywhere but within the difference's reach of the law's kink where its pores are closed."""
    stress, plastic, increment = random_states(law, 2000)
    increment *= size
    base = return_map(law, stress, plastic, increment)
    delta = 1e-5 / law.youngs_modulus
    numeric = np.empty((2000, 4, 4))
    for j in range(4):
        step = delta * np.eye(4)[j]
        ahead = return_map(law, stress, plastic, increment + step).stress
        behind = return_map(law, stress, plastic, increment - step).stress
        numeric[:, :, j] = (ahead - behind) / (2.0 * delta)
    points = base.plastic
    moduli = tangent(law, base)
    np.testing.assert_allclose(moduli, moduli.transpose(0, 2, 1), atol=1e-12 * law.youngs_modulus)
    smooth = np.abs(base.plastic_strain[points] - KINKS[law]) > 10.0 * delta
    assert smooth.sum() > 900
    error = np.abs(moduli - numeric[points]).max(axis=(1, 2)) / law.youngs_modulus
    what = f"tangent of {NAMES[law]} against finite differences, strains x {size:g}: error / E"
    check(what, error[smooth].max(), "≤", 1e-6)


def test_tangent_without_its_plastic_term_is_positive() -> None:
    stress, plastic, increment = random_states(FOAM, 500)
    moduli = tangent(FOAM, return_map(FOAM, stress, plastic, increment), damping=0.0)
    assert np.linalg.eigvalsh(moduli).min() > 0.0
