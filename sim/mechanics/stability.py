"""The needle's free length as a beam-column: elastic stability and bending under axial force.

One end is clamped in the grip or hub; the tip is held sideways by a spring, from none (a
cantilever, K = 2.0) to rigid (clamped-pinned, K = 0.7). Cannula and stylet bend together and carry
the axial force P together. With kappa = sqrt(P / EI), phi = kappa L and q = k / (P kappa) for a
spring k, the exact solution (after Timoshenko & Gere 1961, Theory of Elastic Stability, ch. 1-2)
under a moment M_e and a side force H at the tip is, x from the tip,

    M(x) = M_e cos(kappa x) + B sin(kappa x),
    B = (H/kappa + M_e sin(phi) + q M_e (1 - cos(phi) - phi sin(phi))) / D,
    D = cos(phi) + q (sin(phi) - phi cos(phi)).

D = 0 is the stability limit. For H = k = 0 the moment at the grip is the secant formula. Below the
slenderness K L / r = sqrt(2 pi^2 E / sigma_y) Johnson's parabola replaces Euler's load (Shigley's
Mechanical Engineering Design, ch. 4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.case import Steel
from sim.needles.section import Section

Array = NDArray[np.float64]

FREE_LIMIT, PINNED_LIMIT = 0.5 * math.pi, 4.493409457909064  # phi at which D = 0: k = 0, k = inf
SMALL = 1e-3  # phi below which the closed forms are taken at phi = SMALL: relative error 1e-6
BISECTIONS = 50


@dataclass(frozen=True)
class Column:
    """The needle's shaft with its stylet in."""

    section: Section
    steel: Steel

    @property
    def stiffness(self) -> float:
        """Bending stiffness EI (N m2)."""
        return self.steel.youngs_modulus * self.section.second_moment

    @property
    def squash_load(self) -> float:
        """Axial force at which the straight needle yields (N)."""
        return self.steel.yield_strength * self.section.area


@dataclass(frozen=True)
class Push:
    """What loads and holds the column, per depth; arrays of one shape."""

    axial: Array  # N
    eccentric: Array  # N m, moment of the tip's force about the axis
    side: Array  # N, lateral force on the tip
    length: Array  # m, unsupported
    support: Array  # N/m, lateral spring at the tip: 0 free, inf held


def critical_load(column: Column, length: Array, support: Array) -> Array:
    """Return the buckling load (N) by Euler or, for a stocky column, Johnson."""
    low = np.full_like(length, FREE_LIMIT)
    high = np.full_like(length, PINNED_LIMIT)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        stable = _determinant(middle, _free_share(column, middle, length, support)) > 0.0
        low, high = np.where(stable, middle, low), np.where(stable, high, middle)
    euler = column.stiffness * (high / length) ** 2
    squash = column.squash_load
    return np.where(euler < 0.5 * squash, euler, squash * (1.0 - 0.25 * squash / euler))


def bending_moment(column: Column, push: Push) -> Array:
    """Return the largest bending moment (N m); inf from the stability limit on."""
    phi, free, determinant, stable = _state(column, push)
    amplitude = free * (push.side * push.length / phi + push.eccentric * np.sin(phi))
    amplitude += (1.0 - free) * push.eccentric * (1.0 - np.cos(phi) - phi * np.sin(phi))
    amplitude = np.divide(amplitude, determinant, out=np.zeros_like(phi), where=stable)
    at_grip = push.eccentric * np.cos(phi) + amplitude * np.sin(phi)
    peak = np.hypot(push.eccentric, amplitude)
    in_span = np.mod(np.arctan2(amplitude, push.eccentric), math.pi) < phi
    largest = np.maximum(np.abs(at_grip), np.where(in_span, peak, push.eccentric))
    return np.where(stable, largest, np.inf)


def tip_deflection(column: Column, push: Push) -> Array:
    """Return the lateral deflection of the tip (m); inf from the stability limit on."""
    phi, free, determinant, stable = _state(column, push)
    bow = push.eccentric * (1.0 - np.cos(phi)) / phi**2
    bow += push.side * push.length * _pinned_determinant(phi) / phi**3
    bow *= free * push.length**2 / column.stiffness
    return np.divide(bow, determinant, out=np.full_like(phi, np.inf), where=stable)


def amplification(column: Column, push: Push) -> Array:
    """Return the bending moment / the same of the needle's straight shape."""
    moment = bending_moment(column, push)
    straight = bending_moment(column, replace(push, axial=np.zeros_like(push.axial)))
    return np.divide(moment, straight, out=np.ones_like(moment), where=straight > 0.0)


def yield_utilisation(column: Column, push: Push) -> Array:
    """Return 1 / (factor on all loads at which the outer fibre yields).

    The stress P/A + M c/I grows faster than the load, so the factor is found by bisection; it
    compares with the factors to buckling and to the hand's limits, which are linear in the load.
    """
    loaded = push.axial > 0.0
    section, yield_strength = column.section, column.steel.yield_strength
    low = np.zeros_like(push.axial)
    high = column.squash_load / np.where(loaded, push.axial, 1.0)
    for _ in range(BISECTIONS):
        factor = 0.5 * (low + high)
        scaled = replace(
            push,
            axial=factor * push.axial,
            eccentric=factor * push.eccentric,
            side=factor * push.side,
        )
        stress = scaled.axial / section.area
        stress += bending_moment(column, scaled) / section.section_modulus
        yields = stress > yield_strength
        low, high = np.where(yields, low, factor), np.where(yields, factor, high)
    return np.where(loaded, 1.0 / high, 0.0)


def _state(column: Column, push: Push) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
    """Return phi, 1/(1 + q), D/(1 + q), and whether the load is below the stability limit."""
    phi = np.maximum(push.length * np.sqrt(push.axial / column.stiffness), SMALL)
    free = _free_share(column, phi, push.length, push.support)
    determinant = _determinant(phi, free)
    return phi, free, determinant, (phi < PINNED_LIMIT) & (determinant > 0.0)


def _free_share(column: Column, phi: Array, length: Array, support: Array) -> Array:
    return 1.0 / (1.0 + support * length**3 / (column.stiffness * phi**3))


def _determinant(phi: Array, free: Array) -> Array:
    return free * np.cos(phi) + (1.0 - free) * _pinned_determinant(phi)


def _pinned_determinant(phi: Array) -> Array:
    return np.sin(phi) - phi * np.cos(phi)
