"""Springs between a needle and the mineral around it, and the mineral's supports.

The face of the cone pushes the nodes on it along the normal and leaves them free along the face,
but for Coulomb's friction. The shaft is a rigid, smooth wall that pushes and never pulls: a node of
the wall may not come back further in than where the shoulder left it. The node at the shoulder
itself is held during the press, for the face moves away from it: pressing it along with the face
bulges the wall by a share of the step, which must fall far below the elastic recovery (1 % of the
radius) before the wall's pressure converges.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.mechanics.mineral.foam import Foam
from sim.mechanics.mineral.ground import Ground
from sim.mechanics.mineral.penetration_mesh import ConeGrid
from sim.mechanics.mineral.springs import Springs

Array = NDArray[np.float64]

CONTACT_STIFFNESS = 1e3  # of contacts and rigid supports, in units of Young's modulus x radius


@dataclass(frozen=True)
class ConeContact:
    """Needle and mineral during one step."""

    grid: ConeGrid
    face_stiffness: float
    wall_stiffness: Array
    start: Array  # (n, 2) displacement
    floor: Array  # of the wall's nodes, radial
    supports: Springs
    pull: Array  # (n, 2) nodal forces of the mineral above the window

    def at(self, advance: float) -> Springs:
        """Springs after the needle has gone `advance` further down; face first, wall next."""
        grid = self.grid
        normal = (math.cos(grid.half_angle), -math.sin(grid.half_angle))
        push = np.full(len(grid.face), advance * math.sin(grid.half_angle))
        push[-1] = 0.0  # the face leaves the shoulder's node as soon as it moves on
        place = self.start[grid.face] @ normal + push
        return Springs.joined(
            Springs.along(grid.face, normal, self.face_stiffness, place),
            Springs.along(grid.wall, (1.0, 0.0), self.wall_stiffness, self.floor, unilateral=True),
            self.supports,
        )

    def reactions(self, u: Array, advance: float) -> Array:
        """Axial force on the cone, radial force on the shaft, and the top row's share of that."""
        face, wall = self._forces(u, advance)
        return np.array([math.sin(self.grid.half_angle) * face.sum(), wall.sum(), wall[:2].sum()])

    def drag(self, u: Array, advance: float) -> Array:
        """Nodal forces (n, 2) of friction on the face towards the tip, coefficient 1."""
        face, _ = self._forces(u, advance)
        along = (-math.sin(self.grid.half_angle), -math.cos(self.grid.half_angle))
        nodal = np.zeros_like(u)
        nodal[self.grid.face] = np.multiply.outer(np.maximum(face, 0.0), along)
        return nodal

    def _forces(self, u: Array, advance: float) -> tuple[Array, Array]:
        """Normal reactions at the nodes of face and wall."""
        count = len(self.grid.face)
        force = self.at(advance).force(u)
        return force[:count], force[count : count + len(self.grid.wall)]


def normal_share(shape: float, friction: float) -> float:
    """Normal pressure on a rough face that crushes foam / that on a smooth one.

    Limit theorem for a thin layer on the face, crushed by the pressure p and sheared by mu p::

        p^2 / (4/9 + 1/alpha^2) + 3 (mu p)^2 = g Y^2
        p(mu) / p(0) = 1 / sqrt(1 + (4/3 + 3/alpha^2) mu^2)

    whatever the cone's angle and the direction of sliding. A paste (alpha = 0) cannot crush: 1.
    """
    if shape == 0.0:
        return 1.0
    return 1.0 / math.sqrt(1.0 + (4.0 / 3.0 + 3.0 / shape**2) * friction**2)


def supports(grid: ConeGrid, law: Foam, ground: Ground, depth: Array) -> Springs:
    """Axis, held bottom, and the elastic rest of the mineral around the outer wall.

    `depth` (n,) is that of the nodes below the free surface.
    """
    rigid = CONTACT_STIFFNESS * law.youngs_modulus
    r, z = grid.points[grid.outer].T
    heights = -np.diff(z[::2])
    share = np.zeros(len(z))  # of the wall's height, by Simpson's rule
    share[:-2:2] += heights / 6.0
    share[1::2] += heights * 4.0 / 6.0
    share[2::2] += heights / 6.0
    cavity = 2.0 * law.shear_modulus * 2.0 * math.pi * share  # 2 G / r per area
    strength = ground.scale(r, depth[grid.outer], np.zeros_like(r))
    return Springs.joined(
        Springs.along(grid.axis, (1.0, 0.0), rigid),
        Springs.along(grid.bottom, (0.0, 1.0), rigid),
        Springs.along(grid.outer, (1.0, 0.0), strength * cavity),
    )
