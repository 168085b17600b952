"""What a needle leaves around itself: compaction, tension and bore, in the needle's frame.

Lengths are in needle radii; z = 0 at the tip, upwards. Above its topmost row the zone is as there:
what is behind the shoulder changes no more. Elsewhere outside nothing is crushed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator

from sim.mechanics.mineral.penetration import Penetration
from sim.mechanics.mineral.penetration_mesh import ConeGrid

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CrushedZone:
    """Fields on the grid sheared along the cone, ``zeta = cot(half-angle) min(r, 1) - z``."""

    half_angle: float  # rad
    r: Array  # (a,) increasing
    zeta: Array  # (b,) increasing: below the cone's face > 0
    volume_strain: Array  # (b, a) trace of the plastic strain; compaction < 0
    plastic_strain: Array  # (b, a) equivalent
    tension: Array  # (b, a) largest mean stress on the way / crushing strength; 0: none
    bore: float  # radius of the wall at the topmost row; the shaft's where they touch

    def at(self, r: Array, z: Array) -> CrushedPoints:
        """Interpolate at points (arrays of one shape, from the tip); 0 inside the needle."""
        zeta = np.minimum(r, 1.0) / math.tan(self.half_angle) - z
        inside = (r < 1.0) & (zeta < 0.0)  # where the tables only go on for the interpolation
        beyond = (r > self.r[-1]) | (zeta > self.zeta[-1])
        zeta = np.clip(zeta, self.zeta[0], self.zeta[-1])
        places = np.stack([zeta, np.clip(r, self.r[0], self.r[-1])], axis=-1)
        fields = np.stack([self.volume_strain, self.plastic_strain, self.tension], axis=-1)
        values = RegularGridInterpolator((self.zeta, self.r), fields)(places)
        values[inside | beyond] = 0.0
        return CrushedPoints(*np.moveaxis(values, -1, 0))


@dataclass(frozen=True)
class CrushedPoints:
    """Fields of a `CrushedZone` at given points."""

    volume_strain: Array
    plastic_strain: Array
    tension: Array


def crushed_zone(penetration: Penetration, settled: float) -> CrushedZone:
    """Return the zone around the needle where it now stands.

    `settled` is the depth of the tip from which on what it left behind its shoulder is steady.
    """
    grid, state = penetration.grid, penetration.state
    behind = max(penetration.tip - settled, grid.row_height)
    kept = grid.gauss_zeta > -behind - 1e-9
    volume = penetration.plastic_strain()[..., :3].sum(axis=-1)
    fields = (volume, state.plastic_strain, penetration.tension)
    node = np.searchsorted(-(grid.points[grid.wall, 1] - grid.cone_length), -behind - 1e-9)
    bore = 1.0 + state.u[grid.wall[node], 0] - penetration.floor[node]
    return CrushedZone(
        grid.half_angle,
        grid.gauss_r,
        grid.gauss_zeta[kept],
        *(_table(grid, field)[kept] for field in fields),
        bore=max(1.0, float(bore)),
    )


def _table(grid: ConeGrid, field: Array) -> Array:
    """Table of a field; inside the needle that of the wall, next to the face that of the face."""
    table = grid.table(field)
    inside, above = grid.gauss_r < 1.0, grid.gauss_zeta < 0.0
    table[np.ix_(above, inside)] = table[above][:, [inside.sum()]]
    table[above.sum() - 1, inside] = table[above.sum(), inside]
    return table
