"""Density and viscosity of what is injected, by temperature and concentration."""

import pytest

from sim.config import default_case
from sim.materials.laliberte import (
    ROOM,
    SODIUM_CHLORIDE,
    SODIUM_THIOSULFATE,
    TISSUE,
    ZERO,
    density,
    mass_fraction,
    viscosity,
    water_density,
    water_viscosity,
)


@pytest.mark.parametrize(
    ("fraction", "celsius", "heavy", "thick"),
    [
        # an independent implementation of the same model (thermo.electrochem)
        (0.1423, 20.0, 1119.0, 1.53e-3),
        (0.1423, 25.0, 1117.0, 1.36e-3),
        (0.1423, 37.0, 1112.0, 1.05e-3),
        (0.25, 20.0, 1222.0, 2.36e-3),
        (0.25, 37.0, 1214.0, 1.58e-3),
    ],
)
def test_thiosulfate(fraction: float, celsius: float, heavy: float, thick: float) -> None:
    kelvin = ZERO + celsius
    assert density(SODIUM_THIOSULFATE, fraction, kelvin) == pytest.approx(heavy, abs=1.0)
    assert viscosity(SODIUM_THIOSULFATE, fraction, kelvin) == pytest.approx(thick, rel=5e-3)


def test_water() -> None:
    assert water_density(ZERO + 25.0) == pytest.approx(997.05, abs=0.02)
    assert water_viscosity(ZERO + 25.0) == pytest.approx(0.890e-3, rel=5e-3)
    assert water_viscosity(TISSUE) == pytest.approx(0.692e-3, rel=5e-3)


def test_a_vial_of_250_mg_per_ml_counts_the_pentahydrate() -> None:
    fraction = mass_fraction(SODIUM_THIOSULFATE, 250.0)
    assert fraction == pytest.approx(0.142, abs=5e-4)
    litre = fraction * density(SODIUM_THIOSULFATE, fraction, ROOM)  # kg/m3 of anhydrous salt
    assert litre / 0.15811 == pytest.approx(1007.0, rel=1e-3)  # mol/m3


def test_brine_against_the_handbook() -> None:
    # CRC Handbook, 20 degC: 10 % NaCl has 1070.7 kg/m3 and 1.193 mPa s
    assert density(SODIUM_CHLORIDE, 0.1, ROOM) == pytest.approx(1070.7, rel=1e-3)
    assert viscosity(SODIUM_CHLORIDE, 0.1, ROOM) == pytest.approx(1.193e-3, rel=1e-2)


def test_a_warm_syringe_flows_better() -> None:
    cold, warm = (
        default_case("27G", "push", [f"injection.temperature={t} degC"]).drug for t in (20, 37)
    )
    assert cold.injection_viscosity == pytest.approx(1.53e-3, rel=5e-3)
    assert warm.injection_viscosity == pytest.approx(warm.viscosity, rel=1e-12)
    assert cold.viscosity == warm.viscosity


def test_a_given_viscosity_is_kept() -> None:
    drug = default_case("27G", "push", ["drug.viscosity=2 mPa*s", "drug.density=1.2 g/cm**3"]).drug
    assert drug.viscosity == pytest.approx(2e-3)
    assert drug.density == pytest.approx(1200.0)
    assert drug.injection_viscosity == pytest.approx(1.53e-3, rel=5e-3)
