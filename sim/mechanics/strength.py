"""Strength of the mineral along the needle's axis, averaged over what touches it.

A needle is thin against the nodule: the strength on its axis stands for the one on its surface.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import cumulative_trapezoid

from sim.case import Nodule
from sim.materials.density import density_at, strength_ratio
from sim.mechanics.needle.contact import Engagement

Array = NDArray[np.float64]

SAMPLES = 1001  # along the nodule's height
RINGS = (np.arange(16) + 0.5) / 16  # of a face, of equal area: middles, from the narrow end


@dataclass(frozen=True)
class LocalStrength:
    """Crushing strength along the axis of the nodule; arrays of one shape."""

    depth: Array  # m below the skin's surface
    strength: Array  # Pa
    integral: Array  # Pa m, of the strength from the nodule's top on

    def on_faces(self, part: Engagement, depth: Array) -> Array:
        """Mean (Pa, (k, n)) over the area of each face, with the tip at `depth` (m, (n,))."""
        profile, share = part.profile, RINGS[:, None, None]
        start, narrow = profile.start[:, None], profile.narrow[:, None]
        r = np.sqrt(part.narrow**2 + share * (part.wide**2 - part.narrow**2))
        place = depth - start - (r - narrow) / profile.slope[:, None]
        return np.interp(place, self.depth, self.strength).mean(axis=0)

    def on_walls(self, part: Engagement, depth: Array) -> Array:
        """Mean (Pa, (k, n)) over the length of each cylinder, as `on_faces`."""
        low = np.minimum(depth - part.profile.end[:, None], self.depth[-1])
        total = np.interp(low, self.depth, self.integral)
        total -= np.interp(low - part.wall, self.depth, self.integral)
        here = np.interp(low, self.depth, self.strength)
        inside = part.wall > 1e-6 * part.profile.radius  # shorter ones drown in rounding
        return np.divide(total, part.wall, out=here, where=inside)


@functools.lru_cache(maxsize=8)  # a stop is searched for with many short paths in one nodule
def local_strength(nodule: Nodule) -> LocalStrength:
    """Sample the nodule's density field on its axis."""
    depth = np.linspace(nodule.depth, nodule.depth + nodule.height, SAMPLES)
    ratio = strength_ratio(nodule.mineral, density_at(nodule, np.zeros(SAMPLES), depth))
    strength = nodule.mineral.crushing_strength * ratio
    return LocalStrength(depth, strength, cumulative_trapezoid(strength, depth, initial=0.0))
