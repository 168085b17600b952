"""What a penetrating needle meets: strength along the path and a brittle rind.

Lengths are in needle radii. Strength is relative to that of the mineral's law and multiplies
stiffness and strength alike: E / sigma_c hardly depends on porosity. Above the free surface a
thousandth is left, which the scarce cells across the surface need to find an equilibrium.

Simplification: the rind is plane, as is the surface.
"""

from __future__ import annotations

import math
from dataclasses import asdict, astuple, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator

from sim.cache import Value

Array = NDArray[np.float64]

AIR = 1e-3  # strength above the surface
RINGS = (np.arange(40) + 0.5) / 40  # of a cone's contact, in its radius


@dataclass(frozen=True)
class StrengthTable:
    """Strength / the law's on a grid of radii and depths; bilinear, constant beyond its ends."""

    r: Array  # (a,) increasing
    depth: Array  # (b,) below the free surface, increasing
    ratio: Array  # (a, b)

    def __call__(self, r: Array, depth: Array) -> Array:
        """Return the ratio at points; arrays of one shape."""
        places = [np.clip(r, *self.r[[0, -1]]), np.clip(depth, *self.depth[[0, -1]])]
        return RegularGridInterpolator((self.r, self.depth), self.ratio)(np.stack(places, axis=-1))


@dataclass(frozen=True)
class Rind:
    """Brittle layer below the surface: stronger until its plastic strain passes a limit."""

    thickness: float
    strength_ratio: float  # to what is below it
    fracture_strain: float  # equivalent plastic strain


@dataclass(frozen=True)
class Ground:
    """Strength of the mineral along the path; a uniform one without rind by default."""

    table: StrengthTable | None = None
    rind: Rind | None = None

    def scale(self, r: Array, depth: Array, plastic_strain: Array) -> Array:
        """Strength scale at points with their equivalent plastic strain."""
        ratio = np.ones_like(r) if self.table is None else self.table(r, depth)
        if self.rind is not None:
            whole = (depth < self.rind.thickness) & ~self.broken(depth, plastic_strain)
            ratio = np.where(whole, self.rind.strength_ratio * ratio, ratio)
        return np.where(depth > 0.0, ratio, AIR)

    def broken(self, depth: Array, plastic_strain: Array) -> NDArray[np.bool_]:
        """Whether a point belongs to the rind and the rind has failed there."""
        if self.rind is None:
            return np.zeros(depth.shape, dtype=bool)
        return (depth < self.rind.thickness) & (plastic_strain > self.rind.fracture_strain)

    def described(self) -> dict[str, Value]:
        """Everything a result depends on, as the key of a cache."""
        table = None if self.table is None else [a.tolist() for a in astuple(self.table)]
        rind = None if self.rind is None else asdict(self.rind)
        return {"table": table, "rind": rind}

    def engaged(self, half_angle: float, depth: Array) -> Array:
        """Strength summed over the cone's projected area in contact / (pi R^2), no rind.

        Without contact pressures of its own this is what the force of a cone goes with; `depth`
        (k,) is that of the tip.
        """
        cot = 1.0 / math.tan(half_angle)
        contact = np.minimum(depth, cot) / cot  # radius
        r = contact[:, None] * RINGS
        z = depth[:, None] - r * cot
        strength = np.ones_like(r) if self.table is None else self.table(r, z)
        return contact**2 * (strength @ RINGS) / RINGS.sum()


UNIFORM = Ground()
