"""Exact solutions for flow and transport around a sphere, and along a column.

Symbols as in the module that each one checks; SI or any consistent units. Sources: Carslaw and
Jaeger 1959, Conduction of Heat in Solids (sections 9.10, 10.4); Crank 1975, The Mathematics of
Diffusion (section 3.4); Ogata and Banks 1961 (USGS Professional Paper 411-A).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, erfc, erfcx

Array = NDArray[np.float64]


def shell_conductance(radii: Sequence[float], mobility: Sequence[float]) -> float:
    """Flow per pressure between the first and the last of concentric spheres.

    ``1/G = sum (1/r_i - 1/r_(i+1)) / (4 pi k_i/mu)``.
    """
    inverse = 1.0 / np.asarray(radii)
    return float(1.0 / np.sum((inverse[:-1] - inverse[1:]) / (4.0 * np.pi * np.asarray(mobility))))


def front_radius(
    inner: float, rate: float, time: float | Array, porosity: float
) -> NDArray[np.float64]:
    """Radius of the displaced volume, ``(a^3 + 3 Q t / (4 pi phi))^(1/3)``."""
    return np.cbrt(inner**3 + 3.0 * rate * np.asarray(time) / (4.0 * np.pi * porosity))


def continuous_point_source(
    radius: Array, time: float, rate: float, porosity: float, diffusivity: float
) -> Array:
    """Concentration around a point that releases mass at a constant `rate` from time 0 on.

    ``c = m' / (4 pi phi D r) erfc(r / (2 sqrt(D t)))``.
    """
    spread = radius / (2.0 * np.sqrt(diffusivity * time))
    return rate / (4.0 * np.pi * porosity * diffusivity * radius) * erfc(spread)


def constant_flux_sphere(
    radius: Array, time: float, rate: float, inner: float, porosity: float, diffusivity: float
) -> Array:
    """Concentration outside a sphere whose surface releases mass at a constant total `rate`.

    ``c = m'/(4 pi phi D r) [erfc(s) - exp((r-a)/a + D t/a^2) erfc(s + sqrt(D t)/a)]`` with
    ``s = (r - a)/(2 sqrt(D t))``; the product is written with erfcx, which cannot overflow.
    """
    length = np.sqrt(diffusivity * time)
    s = (radius - inner) / (2.0 * length)
    inside = erfc(s) - erfcx(s + length / inner) * np.exp(-(s**2))
    return rate / (4.0 * np.pi * porosity * diffusivity * radius) * inside


def spreading_ball(radius: Array, time: float, ball: float, diffusivity: float) -> Array:
    """Concentration from a ball that held concentration 1 at time 0."""
    length = np.sqrt(diffusivity * time)
    inner, outer = (ball - radius) / (2.0 * length), (ball + radius) / (2.0 * length)
    tails = np.exp(-(inner**2)) - np.exp(-(outer**2))
    return 0.5 * (erf(inner) + erf(outer)) - length / (np.sqrt(np.pi) * radius) * tails


def spreading_gauss(radius: Array, time: float, width: float, diffusivity: float) -> Array:
    """Concentration from ``exp(-r^2 / (2 width^2))`` at time 0."""
    variance = width**2 + 2.0 * diffusivity * time
    return (width**2 / variance) ** 1.5 * np.exp(-(radius**2) / (2.0 * variance))


def washed_column(along: Array, time: float, speed: float, dispersion: float) -> Array:
    """Concentration in a column that held 1 at time 0 and is kept at 0 at its inlet since.

    ``1 - c = [erfc(s) + exp(v x/D) erfc(s + v t / sqrt(D t))] / 2`` with the pores' speed v and
    ``s = (x - v t) / (2 sqrt(D t))``; the product is written with erfcx.
    """
    length = 2.0 * np.sqrt(dispersion * time)
    before, behind = (along - speed * time) / length, (along + speed * time) / length
    return 1.0 - 0.5 * (erfc(before) + np.exp(-(before**2)) * erfcx(behind))
