"""The nodule's mineral: constants and the laws that turn its apparent density into properties.

Carbonate apatite of a calcinosis has no mechanical test of its own; it is described as porous
hydroxyapatite of the same porosity. Simplification: one isotropic, uniform material per nodule.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.materials.value import Value

Array = NDArray[np.float64]

FOAM = 0.78  # porosity beyond which mineral is a foam: the end of Liu's data

CONSTANTS = {
    "solid_density": Value("3.16 g/cm**3", "hydroxyapatite, crystallographic", "H"),
    "solid_strength": Value(
        "240 MPa",
        "log-uniform middle between sintered porous HA extrapolated to no pores (Metsger 1999) and "
        "dense HA (de With 1981, Akao 1981); assumption for tissue mineral",
        "A",
        "70 MPa",
        "800 MPa",
    ),
    "strength_decay": Value(
        "4.04", "two-point fit through Metsger 1999; Liu 1997: exponential", "M", "3.5", "4.6"
    ),
    "modulus_ratio": Value("131", "E/sigma_c at P = 0 and 0.5, Metsger 1999", "M", "100", "200"),
    "poisson_ratio": Value("0.25", "assumption; dense HA 0.27", "A", "0.15", "0.3"),
    "plastic_poisson_ratio": Value(
        "0.15", "assumption, between open foam (0) and compact powder (0.3)", "A", "0", "0.3"
    ),
    "hardening_ratio": Value("0.5", "assumption", "A", "0", "2"),
    "densification": Value(
        "capped",
        "assumption: linear hardening up to a cap, or the strength of the pores that are left",
        "A",
        "capped",
        "compaction",
    ),
    "densification_factor": Value(
        "1", "assumption: hardening ends where all pores are closed, +-30 %", "A", "0.7", "1.3"
    ),
    "tensile_ratio": Value(
        "0.1",
        "assumption; flexure of partially sintered HA at P = 0.6 is 0.66-4.8 MPa",
        "A",
        "0.05",
        "0.15",
    ),
    "dense_toughness": Value(
        "0.5 MPa*m**0.5",
        "HA: coatings 0.48 +- 0.08 (Li 2002), at most 1.2 (Minerals 2021, 11:1390)",
        "M",
        "0.2 MPa*m**0.5",
        "1.2 MPa*m**0.5",
    ),
    "toughness_exponent": Value("1.5", "brittle cellular solid, Gibson & Ashby 1997", "M"),
    "friction": Value("0.35", "assumption; steel on apatite debris or wet bone", "A", "0.3", "0.5"),
    "wall_pressure_ratio": Value(
        "0.5",
        "assumption: middle between a wall that held where the tip left it (1) and one that gave "
        "way by 1 % of the needle's radius or was cut or flaked away (0)",
        "A",
        "0",
        "1",
    ),
    "diffusion_ratio": Value("0.15", "porosity/tortuosity**2, assumption", "A", "0.05", "0.3"),
}

STONE_CRYSTALS = Value(
    "1 um", "rounded particles up to a few micrometres, Lee 2024", "M", "0.5 um", "3 um"
)
PASTE_CRYSTALS = Value("0.5 um", "needles of at most 0.5 um, Lee 2024", "M", "0.2 um", "0.5 um")
PASTE_STRENGTH = Value(
    "10 kPa",
    "assumption: yield stress between a soft cream (1 kPa) and a stiff clay (100 kPa)",
    "A",
    "1 kPa",
    "100 kPa",
)


def porosity[T: (float, Array)](density: T, solid_density: float) -> T:
    """Return P = 1 - density / solid density (both kg/m3)."""
    return 1.0 - density / solid_density


def relative_strength(porosity: float | Array, decay: float) -> Array:
    """Return sigma_c / sigma_solid = exp(-b P), with (1 - P)^1.5 from P = 0.78 on.

    Exponential form: Liu 1997 (P 0.33-0.78); b = 4.04 from the two densities of Metsger 1999, so
    porosities above 0.5 extrapolate. The exponential would leave 2 % of the solid's strength where
    there is no solid: beyond Liu's data the crushing of a brittle open foam (Gibson & Ashby 1997)
    goes on from it.
    """
    solid = np.minimum((1.0 - porosity) / (1.0 - FOAM), 1.0)
    return np.exp(-decay * np.minimum(porosity, FOAM)) * solid**1.5


def crushing_strength(porosity: float, solid_strength: float, decay: float) -> float:
    """Return the uniaxial strength sigma_c (Pa) by `relative_strength`."""
    return solid_strength * float(relative_strength(porosity, decay))


def fracture_toughness(porosity: float, dense_toughness: float, exponent: float) -> float:
    """Return K_IC = K_dense (1 - P)^n (Pa m^0.5); n = 1.5 by Gibson & Ashby 1997."""
    return dense_toughness * (1.0 - porosity) ** exponent


def foam_shape(plastic_poisson_ratio: float) -> float:
    """Return alpha of the Deshpande-Fleck yield surface for a plastic Poisson's ratio.

    Inverse of nu_p = (1/2 - (alpha/3)^2) / (1 + (alpha/3)^2), Deshpande & Fleck 2000. nu_p = 0.5 is
    plastically incompressible and gives von Mises (alpha = 0).
    """
    nu = plastic_poisson_ratio
    return 3.0 * math.sqrt((0.5 - nu) / (1.0 + nu))


def densification_strain(porosity: float) -> float:
    """Return ln(1 / (1 - P)), the logarithmic volume strain that closes every pore."""
    return -math.log1p(-porosity)


def kozeny_carman[T: (float, Array)](grain_size: float, porosity: T) -> T:
    """Return the permeability d^2 P^3 / (180 (1 - P)^2) (m2) of a bed of grains (Carman 1937)."""
    return grain_size**2 * porosity**3 / (180.0 * (1.0 - porosity) ** 2)
