"""The nodule's density from place to place, and what follows it.

The laws are those of `sim.materials.mineral`, taken relative to the mineral's own density, so that
a strength given outright (a paste) varies in the same proportion. Young's modulus goes with the
strength. What a change of density does to diffusion ratio, friction and plastic shape is left out.
Where earlier rounds dissolved the mineral, its properties stop at a porosity of 98 %: what is left
then is tissue, of which nothing is known.

The random field is Gaussian with the covariance ``exp(-(d / l)**2)``, summed from plane waves
(Shinozuka & Deodatis 1991, Appl. Mech. Rev. 44:191) in the half plane (r, z): its patches are rings
about the needle's axis, since everything around the needle is axisymmetric. It is clipped to
porosities that exist.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator

from sim.case import DensityField, Mineral, MineralLeft, Nodule
from sim.materials.mineral import (
    densification_strain,
    kozeny_carman,
    porosity,
    relative_strength,
)

Array = NDArray[np.float64]

WAVES = 512  # of the random field: its covariance is met to about 1/sqrt(WAVES)
LEAST, MOST = 0.02, 0.99  # of the solid's density


def density_at(nodule: Nodule, r: Array, depth: Array) -> Array:
    """Return the apparent density (kg/m3) at points of the nodule, as earlier rounds left it.

    Parameters
    ----------
    r, depth : arrays of one shape
        Distance from the axis and depth below the skin's surface (m).
    """
    original = original_density(nodule, r, depth)
    if nodule.left is None:
        return original
    floor = np.minimum(LEAST * nodule.mineral.solid_density, original)
    return np.maximum(_share_left(nodule.left, r, depth) * original, floor)


def _share_left(left: MineralLeft, r: Array, depth: Array) -> Array:
    at = np.stack(
        [np.clip(depth, left.depth[0], left.depth[-1]), np.clip(r, left.r[0], left.r[-1])], axis=-1
    )
    return RegularGridInterpolator((left.depth, left.r), left.share)(at)


def original_density(nodule: Nodule, r: Array, depth: Array) -> Array:
    """Return the apparent density (kg/m3) before the first round, as `density_at`."""
    mean = nodule.mineral.density if nodule.left is None else nodule.left.original
    field = nodule.density_field
    if field.kind == "uniform":
        return np.full(np.shape(r), mean)
    if field.kind == "shell_core":
        across = 0.5 * nodule.diameter - field.shell_thickness
        along = 0.5 * nodule.height - field.shell_thickness
        inside = (r / across) ** 2 + ((depth - nodule.centre_depth) / along) ** 2 < 1.0
        return np.where(inside, field.core_density, mean)
    solid = nodule.mineral.solid_density
    varied = mean * (1.0 + field.variation * plane_waves(field, np.stack((r, depth), axis=-1)))
    return np.clip(varied, LEAST * solid, MOST * solid)


def strength_ratio[T: (float, Array)](mineral: Mineral, density: T) -> T:
    """Return sigma_c at `density` (kg/m3) / sigma_c at the mineral's own."""
    here, own = porosity_at(mineral, density), porosity_at(mineral, mineral.density)
    decay = mineral.strength_decay
    return relative_strength(here, decay) / relative_strength(own, decay)


def porosity_at[T: (float, Array)](mineral: Mineral, density: T) -> T:
    """Return the porosity at `density` (kg/m3)."""
    return porosity(density, mineral.solid_density)


def permeability_at[T: (float, Array)](mineral: Mineral, density: T) -> T:
    """Return the permeability (m2) at `density` (kg/m3), by Kozeny and Carman."""
    here, own = porosity_at(mineral, density), mineral.porosity
    return mineral.permeability * kozeny_carman(1.0, here) / kozeny_carman(1.0, own)


def at_density(mineral: Mineral, density: float) -> Mineral:
    """Return the mineral with its laws taken at another apparent density (kg/m3)."""
    weaker = float(strength_ratio(mineral, density))
    pores = porosity_at(mineral, density)
    solid = (1.0 - pores) / (1.0 - mineral.porosity)
    closing = densification_strain(pores) / densification_strain(mineral.porosity)
    return replace(
        mineral,
        density=density,
        porosity=pores,
        youngs_modulus=weaker * mineral.youngs_modulus,
        crushing_strength=weaker * mineral.crushing_strength,
        tensile_strength=weaker * mineral.tensile_strength,
        fracture_toughness=solid**mineral.toughness_exponent * mineral.fracture_toughness,
        densification_strain=closing * mineral.densification_strain,
        permeability=permeability_at(mineral, density),
    )


def plane_waves(field: DensityField, points: Array) -> Array:
    """Return a Gaussian field of mean 0 and variance 1 at points (..., d), m."""
    random = np.random.default_rng(field.seed)
    scale = math.sqrt(2.0) / field.correlation_length
    wave_numbers = random.normal(scale=scale, size=(points.shape[-1], WAVES)).T
    phases = random.uniform(0.0, 2.0 * math.pi, WAVES)
    waves = zip(wave_numbers, phases, strict=True)  # one by one: points may be many
    return math.sqrt(2.0 / WAVES) * sum(np.cos(points @ k + phase) for k, phase in waves)
