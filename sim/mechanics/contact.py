"""Contact of the needle's tip and shaft with the layers it passes: extent, friction, torque.

The tip is a cone: a trocar with its own half-angle; a bevel of angle beta with the cone of the same
length, cot(theta) = 2 cot(beta), whose friction equals that of the bevel's face plus that of the
wall which carries the face's lateral reaction (statics, to first order in mu). Trocar faces, the
step between stylet and cannula and a hollow tip's lumen are not resolved: the tip is closed and
reaches from the axis to the outer diameter.

Coulomb friction opposes the sliding velocity. At radius r the needle slides with v along and
omega r around, so the axial share of the friction is v / sqrt(v^2 + omega^2 r^2); it is integrated
in closed form over the cone with uniform pressure. An oscillating rotation counts with its mean
speed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.case import Needle, Technique
from sim.needles.tip import cone_half_angle

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Cone:
    """The closed cone that stands for the needle's tip."""

    radius: float  # m, of its base: the needle's outer radius
    half_angle: float  # rad

    @property
    def length(self) -> float:
        """Axial length (m)."""
        return self.radius / math.tan(self.half_angle)


@dataclass(frozen=True)
class Engagement:
    """The part of the needle inside one layer, per depth of the tip; arrays of one shape."""

    inner: Array  # m, radius of the cone where it leaves the layer below (0: tip inside)
    outer: Array  # m, radius of the cone where it enters the layer
    shaft: Array  # m, length of shaft inside

    @property
    def area(self) -> Array:
        """Projected contact area of the cone (m2)."""
        return math.pi * (self.outer**2 - self.inner**2)


@dataclass(frozen=True)
class Friction:
    """Axial force (N) and torque (N m) of Coulomb friction."""

    force: Array
    torque: Array


def needle_cone(needle: Needle) -> Cone:
    """Return the cone that stands for the tip of `needle`."""
    return Cone(0.5 * needle.outer_diameter, cone_half_angle(needle.tip))


def engage(cone: Cone, depth: Array, top: float, bottom: float) -> Engagement:
    """Return what lies between the depths `top` and `bottom` (m) with the tip at `depth` (m)."""
    slope = math.tan(cone.half_angle)
    inner, outer = (np.clip((depth - z) * slope, 0.0, cone.radius) for z in (bottom, top))
    return Engagement(inner, outer, np.clip(depth - cone.length - top, 0.0, bottom - top))


def cone_friction(
    pressure: Array, friction: float, cone: Cone, engagement: Engagement, technique: Technique
) -> Friction:
    """Return the friction of a cone under uniform `pressure` (Pa) that advances and rotates.

    With kappa = omega a / v and q = sqrt(1 + kappa^2), a cone engaged from its tip to radius a has

        F = mu p pi a^2 cot(theta) * 2 / (q + 1),
        T = mu p pi a^3 / sin(theta) * (2/3) kappa (q + 2) / (q + 1)^2,

    the integrals of mu p (v, omega r^2) / sqrt(v^2 + omega^2 r^2) over its surface. Without
    rotation F = mu p pi a^2 cot(theta) and T = 0.
    """
    outer = _whole_cone(engagement.outer, cone.half_angle, technique)
    inner = _whole_cone(engagement.inner, cone.half_angle, technique)
    traction = friction * pressure
    return Friction(
        traction * (outer.force - inner.force), traction * (outer.torque - inner.torque)
    )


def _whole_cone(radius: Array, angle: float, technique: Technique) -> Friction:
    """Friction of the cone from its tip to `radius` under unit traction."""
    kappa = technique.rotation_speed * radius / technique.axial_speed
    q = np.sqrt(1.0 + kappa**2)
    area = math.pi * radius**2
    return Friction(
        area / math.tan(angle) * 2.0 / (q + 1.0),
        area * radius / math.sin(angle) * (2.0 / 3.0) * kappa * (q + 2.0) / (q + 1.0) ** 2,
    )


def shaft_friction(
    pressure: Array | float, friction: float, radius: float, length: Array, technique: Technique
) -> Friction:
    """Return the friction of a cylinder under mean wall `pressure` (Pa) over `length` (m)."""
    surface_speed = technique.rotation_speed * radius
    speed = math.hypot(technique.axial_speed, surface_speed)
    grip = friction * pressure * 2.0 * math.pi * radius * length
    return Friction(grip * technique.axial_speed / speed, grip * radius * surface_speed / speed)
