"""Density and viscosity of salt solutions by temperature and concentration, after Laliberte.

Mixing rules (w the anhydrous salt's mass fraction, t in degC)::

    1/rho = (1 - w)/rho_w + w/rho_s,    rho_s = (c0 w + c1) exp(1e-6 (t + c4)^2) / (w + c2 + c3 t)
    ln mu = (1 - w) ln mu_w + w ln mu_s,
    mu_s = exp((v1 w^v2 + v3) / (v4 t + 1)) / (v5 w^v6 + 1)  in mPa s

Laliberte and Cooper 2004 (density, J. Chem. Eng. Data 49:1141), Laliberte 2007 (viscosity, 52:321),
coefficients of Laliberte 2009 (54:1725). Water: Kell 1975 and Laliberte 2007. Fitted between 12 and
50 degC (viscosity of thiosulfate, up to 49 % of mass) and 25 and 80 degC (its density).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

ZERO = 273.15  # K, 0 degC
ROOM, TISSUE = ZERO + 20.0, ZERO + 37.0


@dataclass(frozen=True)
class Salt:
    """A salt's coefficients, in the order of the equations."""

    anhydrous: float  # mass of anhydrous salt / mass that a label counts
    density: tuple[float, float, float, float, float]  # c0 to c4
    viscosity: tuple[float, float, float, float, float, float]  # v1 to v6


SODIUM_THIOSULFATE = Salt(  # labelled as the pentahydrate
    158.11 / 248.18,
    (-1.38269885, 889.546797, 0.698935895, 4.20349528e-3, 1191.73072),
    (22.6456121, 2.47377765, 3.56865484, 1.26301851e-2, 2203.19531, 9.55937363),
)
SODIUM_CHLORIDE = Salt(
    1.0,
    (-3.24112224e-3, 0.0636354336, 1.01371399, 1.45951015e-2, 3317.34854),
    (16.2217886, 1.32293087, 1.48485985, 7.46912560e-3, 30.7802008, 2.05826852),
)
SALTS = {"sodium_thiosulfate": SODIUM_THIOSULFATE, "sodium_chloride": SODIUM_CHLORIDE}


def density(salt: Salt, fraction: float, kelvin: float) -> float:
    """Return the density (kg/m3) of a solution with a mass `fraction` of anhydrous salt."""
    c0, c1, c2, c3, c4 = salt.density
    t = kelvin - ZERO
    apparent = (c0 * fraction + c1) * math.exp(1e-6 * (t + c4) ** 2) / (fraction + c2 + c3 * t)
    return 1.0 / ((1.0 - fraction) / water_density(kelvin) + fraction / apparent)


def viscosity(salt: Salt, fraction: float, kelvin: float) -> float:
    """Return the viscosity (Pa s) of a solution with a mass `fraction` of anhydrous salt."""
    v1, v2, v3, v4, v5, v6 = salt.viscosity
    apparent = math.exp((v1 * fraction**v2 + v3) / (v4 * (kelvin - ZERO) + 1.0))
    apparent *= 1e-3 / (v5 * fraction**v6 + 1.0)
    return water_viscosity(kelvin) ** (1.0 - fraction) * apparent**fraction


def mass_fraction(salt: Salt, concentration: float) -> float:
    """Return the mass fraction of anhydrous salt where a label says `concentration` (kg/m3).

    The label's volume is that at 20 degC.
    """
    mass = salt.anhydrous * concentration
    fraction = mass / water_density(ROOM)
    for _ in range(50):  # the density grows less than the mass: each step gains digits
        fraction = mass / density(salt, fraction, ROOM)
    return fraction


def water_density(kelvin: float) -> float:
    """Return the density (kg/m3) of water."""
    powers = (999.83952, 16.945176, -7.9870401e-3, -4.6170461e-5, 1.0556302e-7, -2.8054253e-10)
    t = kelvin - ZERO
    return sum(a * t**i for i, a in enumerate(powers)) / (1.0 + 0.01687985 * t)


def water_viscosity(kelvin: float) -> float:
    """Return the viscosity (Pa s) of water."""
    t = kelvin - ZERO
    return 1e-3 * (t + 246.0) / ((0.05594 * t + 5.2842) * t + 137.37)
