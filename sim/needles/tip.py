"""The needle's outline from its tip to its shaft: rings of growing radius.

A tip is a chain of frusta, each with its own half-angle, and of the cylinders that lie between
them; behind the last frustum comes the shaft. One cone is the special case of a single frustum.

* trocar: a cone of its half-angle theta, a flat end at theta = 90 degrees. Its faces are not
  resolved.
* bevel of angle beta across the tube: the cone of the same length, cot(theta) = 2 cot(beta). Its
  friction equals that of the bevel's face plus that of the wall which carries the face's lateral
  reaction (statics, to first order in mu). The lumen is open (`sim.mechanics.needle.lumen`).
* cannula with stylet: the stylet's cone, the stylet's cylinder as far as it protrudes, then the
  cannula's mouth as a step, a frustum of 90 degrees. The clearance between the two counts as
  filled; the mouth's serration is left to the cutting coefficient.
* rounded point: a sphere of the edge's radius rho, tangent to the cone where its radius is
  rho cos(theta); the point is rho (1/sin(theta) - 1) shorter than the sharp one. A sphere too large
  for the tip ends where it has reached the tip's radius. A flat end has no point to be rounded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.case import Needle, Tip

Array = NDArray[np.float64]

NOSE_RINGS = 12  # of equal turn: 0.3 % of the friction of a sphere
STEP = 0.5 * math.pi  # half-angle of a face across the axis
STEEPEST = 1e6  # radius per length: a step takes a millionth of its height, far above rounding


@dataclass(frozen=True)
class Profile:
    """A needle's outline; arrays of the k frusta, tip first, lengths in m, angles in rad."""

    start: Array  # distance of the narrow end from the tip
    narrow: Array  # radius there
    wide: Array  # radius of the other end
    angle: Array  # half-angle, at most 90 degrees
    half_angle: float  # of the cone behind the rounded point: the one to be computed

    @cached_property
    def slope(self) -> Array:
        """Growth of the radius per length of each frustum."""
        return np.minimum(np.tan(self.angle), STEEPEST)

    @cached_property
    def end(self) -> Array:
        """Distance of each frustum's wide end from the tip (m)."""
        return self.start + (self.wide - self.narrow) / self.slope

    @cached_property
    def walls(self) -> Array:
        """Length (m) of the cylinder behind each frustum; of the last, the shaft, infinite."""
        return np.append(np.maximum(self.start[1:] - self.end[:-1], 0.0), np.inf)

    @property
    def radius(self) -> float:
        """Radius of the shaft (m)."""
        return float(self.wide[-1])

    @property
    def length(self) -> float:
        """Distance of the shaft's beginning from the tip (m)."""
        return float(self.end[-1])

    def face_ends(self) -> tuple[Array, Array]:
        """Return where the face each frustum belongs to ends: distance and radius (m).

        A face is a chain of frusta without a cylinder between them.
        """
        last = np.append(self.walls[:-1] > 1e-5 * self.radius, True)
        ends = np.flatnonzero(last)
        of = ends[np.searchsorted(ends, np.arange(len(last)))]
        return self.end[of], self.wide[of]


def cone_half_angle(tip: Tip) -> float:
    """Return the half-angle (rad) of the cone that stands for `tip`.

    A trocar has its own. A bevel of angle beta across a tube is as long as the cone with
    ``cot(theta) = 2 cot(beta)``.
    """
    return tip.angle if tip.kind == "trocar" else math.atan(0.5 * math.tan(tip.angle))


@lru_cache(maxsize=16)
def tip_profile(needle: Needle) -> Profile:
    """Return the outline of `needle` as it is inserted, its stylet in place."""
    tip, stylet, radius = needle.tip, needle.stylet, 0.5 * needle.outer_diameter
    angle = cone_half_angle(tip)
    if stylet is None:
        rings = _point(radius, angle, tip.edge_radius)
    else:
        rings = _cut(_point(0.5 * stylet.diameter, angle, tip.edge_radius), stylet.protrusion)
        rings.append((stylet.protrusion, rings[-1][2] if rings else 0.0, radius, STEP))
    return Profile(*np.array(rings).T, angle)


type _Ring = tuple[float, float, float, float]  # start, narrow, wide, half-angle


def _point(radius: float, angle: float, edge_radius: float) -> list[_Ring]:
    """Cone up to `radius`, its point rounded."""
    shoulder = max(angle, math.acos(min(1.0, radius / edge_radius)))
    if shoulder == STEP:  # a flat end
        return [(0.0, 0.0, radius, angle)]
    turn = np.linspace(STEP, shoulder, NOSE_RINGS + 1)  # half-angle along the sphere
    x, r = edge_radius * (1.0 - np.sin(turn)), edge_radius * np.cos(turn)
    rings = list(zip(x[:-1], r[:-1], r[1:], 0.5 * (turn[1:] + turn[:-1]), strict=True))
    if r[-1] < radius * (1.0 - 1e-9):
        rings.append((x[-1], r[-1], radius, angle))
    return rings


def _cut(rings: list[_Ring], length: float) -> list[_Ring]:
    """The part of `rings` no further than `length` from the tip."""
    return [
        (start, narrow, min(wide, narrow + (length - start) * math.tan(angle)), angle)
        for start, narrow, wide, angle in rings
        if start < length
    ]
