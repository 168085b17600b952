"""What a needle leaves around itself: compaction, damage and bore, in the needle's frame.

Lengths are in needle radii; z = 0 at the tip, upwards. Above the computed window the zone is the
one at its top (it is steady there); elsewhere outside nothing is crushed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator

from sim.mechanics.penetration import Penetration

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CrushedZone:
    """Fields on the grid sheared along the cone, ``zeta = cot(half-angle) min(r, 1) - z``."""

    half_angle: float  # rad
    r: Array  # (a,) increasing
    zeta: Array  # (b,) increasing: below the cone's face > 0
    volume_strain: Array  # (b, a) trace of the plastic strain; compaction < 0
    plastic_strain: Array  # (b, a) equivalent
    damage: Array  # (b, a) 1 where tension or a rind's limit has broken the mineral
    bore: float  # radius of the wall at the window's top; the shaft's where they touch

    def at(self, r: Array, z: Array) -> CrushedPoints:
        """Interpolate at points (arrays of one shape, from the tip); 0 inside the needle."""
        zeta = np.minimum(r, 1.0) / math.tan(self.half_angle) - z
        inside = (r < 1.0) & (zeta < 0.0)
        beyond = (r > self.r[-1]) | (zeta > self.zeta[-1])
        zeta = np.clip(zeta, self.zeta[0], self.zeta[-1])
        places = np.stack([zeta, np.clip(r, self.r[0], self.r[-1])], axis=-1)
        fields = np.stack([self.volume_strain, self.plastic_strain, self.damage], axis=-1)
        values = RegularGridInterpolator((self.zeta, self.r), fields)(places)
        values[inside | beyond] = 0.0
        return CrushedPoints(*np.moveaxis(values, -1, 0))


@dataclass(frozen=True)
class CrushedPoints:
    """Fields of a `CrushedZone` at given points."""

    volume_strain: Array
    plastic_strain: Array
    damage: Array


def crushed_zone(penetration: Penetration) -> CrushedZone:
    """Return the zone around the needle where it now stands."""
    grid, state = penetration.grid, penetration.state
    volume = penetration.plastic_strain()[..., :3].sum(axis=-1)
    bore = 1.0 + state.u[grid.wall[0], 0] - penetration.floor[0]
    return CrushedZone(
        grid.half_angle,
        grid.gauss_r,
        grid.gauss_zeta,
        *(grid.table(field) for field in (volume, state.plastic_strain, penetration.cracked)),
        bore=max(1.0, float(bore)),
    )
