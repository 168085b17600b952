"""Contact of the needle with the layers it passes: which part of its outline is where, friction.

Coulomb friction opposes the sliding velocity. At radius r the needle slides with v along its face
and omega r around, so the axial share of the friction is v / sqrt(v^2 + omega^2 r^2); it is
integrated in closed form over frusta with uniform pressure. (Along a face of half-angle theta what
it displaces slides with v cos(theta) if it moves across the face and with v / cos(theta) if it
moves across the axis; v is the mean of both.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.case import Technique
from sim.needles.tip import Profile

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Engagement:
    """The part of a needle inside one layer, per frustum (k) and depth of the tip (n)."""

    profile: Profile
    narrow: Array  # (k, n) m, radius of the frustum where it leaves the layer below
    wide: Array  # (k, n) m, where it enters the layer; as `narrow` when it is not inside
    wall: Array  # (k, n) m, length inside of the cylinder behind the frustum; last: the shaft

    @property
    def areas(self) -> Array:
        """Projected contact area of each frustum (m2), (k, n)."""
        return math.pi * (self.wide**2 - self.narrow**2)

    @property
    def area(self) -> Array:
        """Projected contact area of the tip (m2), (n,)."""
        return self.areas.sum(axis=0)

    @property
    def inner(self) -> Array:
        """Radius of the outline where it leaves the layer below (m), (n,); 0: tip inside."""
        return (self.narrow - self.profile.narrow[:, None]).sum(axis=0)

    @property
    def outer(self) -> Array:
        """Radius of the outline where it enters the layer (m), (n,)."""
        return (self.wide - self.profile.narrow[:, None]).sum(axis=0)


@dataclass(frozen=True)
class Friction:
    """Axial force (N) and torque (N m) of Coulomb friction."""

    force: Array
    torque: Array


def engage(profile: Profile, depth: Array, top: float, bottom: float) -> Engagement:
    """Return what lies between the depths `top` and `bottom` (m) with the tip at `depth` (m)."""
    slope, narrow, wide = (a[:, None] for a in (profile.slope, profile.narrow, profile.wide))
    low, high = (
        np.clip(narrow + (depth - z - profile.start[:, None]) * slope, narrow, wide)
        for z in (bottom, top)
    )
    behind = profile.end[:, None]
    wall = np.clip(depth - top - behind, 0.0, profile.walls[:, None])
    wall -= np.clip(depth - bottom - behind, 0.0, profile.walls[:, None])
    return Engagement(profile, low, high, wall)


def face_friction(
    pressure: ArrayLike, friction: float, part: Engagement, technique: Technique
) -> Friction:
    """Return the friction of the faces under `pressure` (Pa), uniform or (k, n).

    A cone engaged from its tip to radius a has, with the integrals of `axial_area` and
    `turning_moment`, F = mu p cot(theta) A_v and T = mu p / sin(theta) M. Without rotation
    F = mu p pi a^2 cot(theta) and T = 0.
    """
    traction, angle = friction * np.asarray(pressure), part.profile.angle[:, None]
    along = axial_area(part.wide, technique) - axial_area(part.narrow, technique)
    around = turning_moment(part.wide, technique) - turning_moment(part.narrow, technique)
    return Friction(
        (traction * along / np.tan(angle)).sum(axis=0),
        (traction * around / np.sin(angle)).sum(axis=0),
    )


def axial_area(radius: Array, technique: Technique) -> Array:
    """Return the integral of v / sqrt(v^2 + omega^2 r^2) over a disc of `radius` (m2).

    With kappa = omega a / v and q = sqrt(1 + kappa^2) it is pi a^2 * 2 / (q + 1).
    """
    q = np.hypot(1.0, technique.rotation_speed * radius / technique.axial_speed)
    return math.pi * radius**2 * 2.0 / (q + 1.0)


def turning_moment(radius: Array, technique: Technique) -> Array:
    """Return the integral of omega r^2 / sqrt(v^2 + omega^2 r^2) over a disc of `radius` (m3).

    It is pi a^3 (2/3) kappa (q + 2) / (q + 1)^2: 2 pi a^3 / 3 for fast rotation, 0 without.
    """
    kappa = technique.rotation_speed * radius / technique.axial_speed
    q = np.hypot(1.0, kappa)
    return math.pi * radius**3 * (2.0 / 3.0) * kappa * (q + 2.0) / (q + 1.0) ** 2


def wall_friction(
    pressure: ArrayLike, friction: float, part: Engagement, technique: Technique
) -> Friction:
    """Return the friction of the cylinders under mean wall `pressure` (Pa), uniform or (k, n)."""
    radius = part.profile.wide[:, None]
    surface_speed = technique.rotation_speed * radius
    speed = np.hypot(technique.axial_speed, surface_speed)
    grip = friction * np.asarray(pressure) * 2.0 * math.pi * radius * part.wall
    return Friction(
        (grip * technique.axial_speed / speed).sum(axis=0),
        (grip * radius * surface_speed / speed).sum(axis=0),
    )
