"""Hardening of a crushable foam: its strength, relative to the virgin one, against plastic strain.

Two laws for what crushing does to a porous mineral. `Capped`: linear, and over when the pores are
closed (a modulus that no experiment gave). `Compaction`: crushed mineral is as strong as virgin
mineral of the same porosity, so the strength-porosity law of the mineral serves and no parameter is
added.

Simplifications: debris is taken for as strong as bonded mineral of its porosity (an upper
estimate). Hardening follows the equivalent plastic strain e, not the volume, for then an increment
is a convex minimum with a symmetric tangent; `Compaction` takes the volume that e closes in
uniaxial crushing, the test that strength is measured in. Around a cone that ratio is 0.4-0.6 on the
face, 0.62-0.78 on the shaft and 0.69 on average, uniaxially 0.68; hardening by the volume itself
gave a cone factor 10 to 12 % lower. Shear alone hardens too, and pores that open again take no
strength away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.case import Mineral

Array = NDArray[np.float64]


class Hardening(Protocol):
    """Strength / virgin strength, never falling; e is the equivalent plastic strain."""

    def ratio(self, e: Array) -> Array:
        """Return Y(e) / Y(0)."""
        ...

    def rate(self, e: Array) -> Array:
        """Return its derivative; at a kink that of the far side."""
        ...

    @property
    def largest(self) -> float:
        """Y / Y(0) when hardening is over."""
        ...


@dataclass(frozen=True)
class Capped:
    """Linear up to the plastic strain `end`; by default no hardening at all."""

    modulus: float = 0.0  # dY/de / Y(0)
    end: float = math.inf

    def ratio(self, e: Array) -> Array:
        """Return 1 + modulus min(e, end)."""
        return 1.0 + self.modulus * np.minimum(e, self.end)

    def rate(self, e: Array) -> Array:
        """Return the modulus, 0 from `end` on."""
        return np.where(e < self.end, self.modulus, 0.0)

    @property
    def largest(self) -> float:
        """Ratio at the end."""
        return 1.0 + self.modulus * self.end if self.modulus > 0.0 else 1.0


@dataclass(frozen=True)
class Compaction:
    """Strength exp(-b P) of the pores left, 1 - P = (1 - P0) exp(c), until P = 0.

    c is the logarithmic plastic volume strain (compression positive), `closure` x e.
    """

    porosity: float  # P0
    decay: float  # b
    closure: float  # dc/de

    def ratio(self, e: Array) -> Array:
        """Return exp(b (P0 - P))."""
        return np.exp(self.decay * (self.density(e) - (1.0 - self.porosity)))

    def rate(self, e: Array) -> Array:
        """Return b (1 - P) dc/de times the ratio, 0 once the pores are closed."""
        density = self.density(e)
        slope = self.decay * self.closure * density * self.ratio(e)
        return np.where(density < 1.0, slope, 0.0)

    def density(self, e: Array) -> Array:
        """Return 1 - P, the share of solid."""
        return np.minimum((1.0 - self.porosity) * np.exp(self.closure * e), 1.0)

    @property
    def largest(self) -> float:
        """Pore-free / virgin strength."""
        return math.exp(self.decay * self.porosity)


def hardening_of(mineral: Mineral) -> Hardening:
    """Return the law that the mineral names."""
    if mineral.densification == "capped":
        return Capped(mineral.hardening_ratio, mineral.densification_strain)
    closure = uniaxial_closure(mineral.foam_shape)
    return Compaction(mineral.porosity, mineral.strength_decay, closure)


def uniaxial_closure(shape: float) -> float:
    """Return dc/de = 1 - 2 nu_p of a Deshpande-Fleck foam; 0 where its flow is incompressible."""
    third = (shape / 3.0) ** 2
    return 3.0 * third / (1.0 + third)
