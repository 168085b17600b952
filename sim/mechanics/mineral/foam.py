"""Deshpande-Fleck crushable foam: implicit return mapping at many points at once.

Yield function (Deshpande & Fleck 2000, J. Mech. Phys. Solids 48:1253)::

    f = sigma_hat - Y(e),   sigma_hat^2 = (q^2 + alpha^2 p^2) / (1 + (alpha/3)^2)

with the von Mises stress q, the mean stress p, associated flow and the equivalent plastic strain e
that is work-conjugate to sigma_hat; uniaxially sigma_hat = |sigma| and e = |plastic strain|.
alpha = 0 is von Mises. Y(e) never falls, which makes an increment a convex minimum.

Simplifications: small strain, isotropic hardening, the same strength in tension and compression.
Strains and stresses are ordered (rr, zz, tt, rz), shear strain as the angle gamma.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.mechanics.mineral.hardening import Capped, Hardening

Array = NDArray[np.float64]

IDENTITY = np.array([1.0, 1.0, 1.0, 0.0])
DEVIATOR = np.diag([1.0, 1.0, 1.0, 0.5]) - np.outer(IDENTITY, IDENTITY) / 3.0  # of a strain
SHEAR_TWICE = np.array([1.0, 1.0, 1.0, 2.0])  # s:s of a stress in this notation

PERFECTLY_PLASTIC = Capped()


@dataclass(frozen=True)
class Foam:
    """Parameters; any consistent unit of stress."""

    youngs_modulus: float
    poisson_ratio: float
    shape: float  # alpha
    strength: float  # sigma_c, uniaxial
    hardening: Hardening = PERFECTLY_PLASTIC

    @property
    def shear_modulus(self) -> float:
        return self.youngs_modulus / (2.0 * (1.0 + self.poisson_ratio))

    @property
    def bulk_modulus(self) -> float:
        return self.youngs_modulus / (3.0 * (1.0 - 2.0 * self.poisson_ratio))

    @property
    def elasticity(self) -> Array:
        """Elastic tangent, (4, 4)."""
        volumetric = self.bulk_modulus * np.outer(IDENTITY, IDENTITY)
        return volumetric + 2.0 * self.shear_modulus * DEVIATOR

    def yield_strength(self, plastic_strain: Array) -> Array:
        """Y(e)."""
        return self.strength * self.hardening.ratio(plastic_strain)

    def hardening_modulus(self, plastic_strain: Array) -> Array:
        """dY/de."""
        return self.strength * self.hardening.rate(plastic_strain)


@dataclass(frozen=True)
class Returned:
    """What the return mapping found; the arrays of plastic points lead to the tangent."""

    stress: Array  # (n, 4)
    plastic_strain: Array  # (n,) equivalent
    plastic: NDArray[np.int64]  # (k,) indices of the yielding points
    flow: Array  # (k,) tau = increment of e / Y
    flow_rate: Array  # (k,) -dtau/dR, R = q^2 + alpha^2 p^2 - g Y^2 of the consistency condition


def equivalent_stress(stress: Array, shape: float) -> Array:
    """sigma_hat of stresses (..., 4)."""
    mean = stress[..., :3].mean(axis=-1)
    deviator = stress - mean[..., None] * IDENTITY
    q_squared = 1.5 * (deviator**2 @ SHEAR_TWICE)
    return np.sqrt((q_squared + (shape * mean) ** 2) / (1.0 + (shape / 3.0) ** 2))


def return_map(law: Foam, stress: Array, plastic_strain: Array, increment: Array) -> Returned:
    """Stress at the end of a strain increment, by backward Euler.

    Parameters
    ----------
    stress, plastic_strain : (n, 4) and (n,) arrays
        State at the start of the increment.
    increment : (n, 4) array
        Total strain increment.

    Notes
    -----
    The trial deviator shrinks by 1/(1 + A tau) and the trial mean stress by 1/(1 + B tau) with
    A = 3 G / g, B = K alpha^2 / g, g = 1 + (alpha/3)^2, so one monotonic scalar equation per point
    is left; Newton inside a bracket solves it.
    """
    g = 1.0 + (law.shape / 3.0) ** 2
    trial = stress + increment @ law.elasticity
    plastic = np.flatnonzero(
        equivalent_stress(trial, law.shape) > law.yield_strength(plastic_strain)
    )
    before = plastic_strain[plastic]
    mean = trial[plastic, :3].mean(axis=1)
    deviator = trial[plastic] - mean[:, None] * IDENTITY
    q_squared = 1.5 * (deviator**2 @ SHEAR_TWICE)
    m_squared = (law.shape * mean) ** 2
    a_rate = 3.0 * law.shear_modulus / g
    b_rate = law.bulk_modulus * law.shape**2 / g
    growth = _plastic_increment(law, q_squared / g, m_squared / g, a_rate, b_rate, before)
    after = before + growth
    strength = law.yield_strength(after)
    slope = law.hardening_modulus(after)
    tau = growth / strength
    a, b = 1.0 / (1.0 + a_rate * tau), 1.0 / (1.0 + b_rate * tau)
    per_growth = (strength - growth * slope) / strength**2  # dtau/de, negative in steep hardening
    relaxed = a_rate * q_squared * a**3 + b_rate * m_squared * b**3
    flow_rate = 0.5 * per_growth / (relaxed * per_growth + g * strength * slope)
    new_stress, new_strain = trial, plastic_strain.copy()
    new_stress[plastic] = a[:, None] * deviator + (b * mean)[:, None] * IDENTITY
    new_strain[plastic] = after
    return Returned(new_stress, new_strain, plastic, tau, flow_rate)


def tangent(law: Foam, returned: Returned, damping: float = 1.0) -> Array:
    """Consistent tangent at the yielding points only, (k, 4, 4), symmetric.

    `damping` < 1 scales the rank-one plastic term: a stiffer, safer Newton matrix.
    """
    g = 1.0 + (law.shape / 3.0) ** 2
    tau, shear, bulk = returned.flow, law.shear_modulus, law.bulk_modulus
    a = 1.0 / (1.0 + 3.0 * shear / g * tau)
    b = 1.0 / (1.0 + bulk * law.shape**2 / g * tau)
    stress = returned.stress[returned.plastic]
    mean = stress[:, :3].mean(axis=1)
    deviator = stress - mean[:, None] * IDENTITY
    # gradient of the consistency condition with respect to strain
    gradient = (6.0 * shear * a)[:, None] * deviator
    gradient += (2.0 * law.shape**2 * bulk * b * mean)[:, None] * IDENTITY
    scale = damping / (2.0 * g) * returned.flow_rate
    return (
        (2.0 * shear * a)[:, None, None] * DEVIATOR
        + (bulk * b)[:, None, None] * np.outer(IDENTITY, IDENTITY)
        - scale[:, None, None] * gradient[:, :, None] * gradient[:, None, :]
    )


def _plastic_increment(
    law: Foam, q_squared: Array, m_squared: Array, a_rate: float, b_rate: float, before: Array
) -> Array:
    """Root x of sigma_hat(x) - Y(e + x): it has one, falling through zero; Newton in a bracket."""
    trial = np.sqrt(q_squared + m_squared)
    slowest = a_rate if law.shape == 0.0 else min(a_rate, b_rate)
    low = np.zeros_like(before)
    high = (trial - law.yield_strength(before)) / slowest  # Y only grows
    x = np.zeros_like(before)
    for _ in range(60):
        y, dy = law.yield_strength(before + x), law.hardening_modulus(before + x)
        a, b = 1.0 / (1.0 + a_rate * x / y), 1.0 / (1.0 + b_rate * x / y)
        sigma = np.sqrt(q_squared * a**2 + m_squared * b**2)
        residual = sigma - y
        shrinkage = (a_rate * q_squared * a**3 + b_rate * m_squared * b**3) / sigma
        slope = -shrinkage * (y - x * dy) / y**2 - dy
        low, high = np.where(residual > 0.0, x, low), np.where(residual > 0.0, high, x)
        new = x - residual / slope
        new = np.where((new < low) | (new > high), 0.5 * (low + high), new)
        if np.all(np.abs(new - x) <= 1e-14 * high):
            return new
        x = new
    return x
