"""Smeared cracks in one cell: the work of a crack per area, its opening and what it conducts."""

import numpy as np
import pytest

from sim.flow.biot import isotropic
from sim.flow.fracture import Brittle, Cracks
from tests.conftest import Check

YOUNG, POISSON, STRENGTH, TOUGHNESS = 4e9, 0.25, 3e6, 0.2e6  # Pa, -, Pa, Pa m^0.5
ENERGY = TOUGHNESS**2 * (1.0 - POISSON**2) / YOUNG  # J/m2


def cell(area: float, radius: float = 1e-4) -> Brittle:
    return Brittle.of(*(np.array([x]) for x in (YOUNG, POISSON, STRENGTH, TOUGHNESS, radius, area)))


def test_intact_mineral_is_isotropic() -> None:
    intact = Cracks(np.zeros((1, 2)), np.array([0.4]))
    expected = isotropic(np.array([YOUNG]), np.array([POISSON]))
    np.testing.assert_allclose(cell(1e-8).stiffness(intact), expected, atol=1e-6 * YOUNG)


def test_modulus_across_a_crack() -> None:
    angle, history = 0.3, np.array([[4.0, 9.0]])
    brittle = cell(area=1e-8)
    cracks = Cracks(history, np.array([angle]))
    compliance = np.linalg.inv(brittle.stiffness(cracks)[0])
    c, s = np.cos(angle), np.sin(angle)
    left = 1.0 - brittle.damage(history)[0]
    for of, across in ((left[0], [c * c, s * s, 0.0, c * s]), (left[1], [0.0, 0.0, 1.0, 0.0])):
        stress = np.array(across)
        strain = compliance @ stress  # the shear's is engineering's
        np.testing.assert_allclose(stress @ strain, 1.0 / (of * YOUNG))
        again = brittle.loaded(1e6 * strain[None], Cracks(0.0 * history, cracks.angle), cracks)
        family = 0 if across[2] == 0.0 else 1
        np.testing.assert_allclose(again.history[0, family], 1e6 / (of * STRENGTH))


@pytest.mark.parametrize("family", [0, 1])
def test_work_of_a_crack_does_not_depend_on_the_element(family: int, check: Check) -> None:
    errors = []
    for factor in (0.25, 1.0):
        brittle = cell(area=factor * 1e-8, radius=factor * 1e-4)
        band = brittle.band[0, family]
        strain = np.linspace(0.0, 12.0 * ENERGY / (band * STRENGTH), 200_000)[:, None]
        history = np.broadcast_to(YOUNG * strain / STRENGTH, (len(strain), 2))
        stress = (1.0 - brittle.damage(history)[:, family]) * YOUNG * strain[:, 0]
        errors.append(abs(np.trapezoid(stress, strain[:, 0]) * band / ENERGY - 1.0))
        np.testing.assert_allclose(stress.max(), STRENGTH, rtol=1e-3)
    what = ("in the half plane", "through the axis")[family]
    check(f"crack {what}: work per area against G_c, two sizes", max(errors), "≤", 1e-3)


def test_wide_bands_crack_at_a_lower_tension() -> None:
    wide = cell(area=1e-8, radius=5e-3)
    expected = np.sqrt(YOUNG * ENERGY / (np.pi * 5e-3))
    assert expected < STRENGTH
    np.testing.assert_allclose(wide.strength, [[STRENGTH, expected]])
    assert np.all(wide.softening > 0.0)


def test_opening_and_cubic_law() -> None:
    brittle = cell(area=1e-8)
    cracks = Cracks(np.array([[0.0, 300.0]]), np.zeros(1))
    strain = np.array([[0.0, 0.0, 0.02, 0.0]])
    opening = brittle.opening(strain, cracks)
    band = brittle.band[0, 1]
    np.testing.assert_allclose(opening, [[0.0, 0.02 * band]], rtol=1e-2)
    np.testing.assert_allclose(brittle.permeability(opening), [opening[0, 1] ** 3 / (12.0 * band)])
    closed = brittle.opening(-strain, cracks)
    assert closed.max() == 0.0
