"""The contour of the needle's track in the (r, z) half plane, as the injection sees it.

The tip is drawn as a sharp cone:

* coaxial: the cannula ends square at its mouth; beyond it lies the void of the withdrawn stylet
  (a cylinder of the stylet's diameter that ends in the tip's cone). The void's whole surface and
  what is left of the lumen around it are the ``mouth``; the cannula's end face belongs to the
  ``film``.
* hypodermic: the bevel is drawn as the cone of the same length. The lumen's elliptical opening
  (area pi ID^2 / (4 sin beta)) becomes a band of that area around the middle of the cone: the
  ``mouth``. The flat ellipse alone in a medium would conduct 40 % better than this shorter band.

A needle that is pulled back before the injection leaves its bore open: contour and depth stay as
they were, and everything the steel has left, from the tip to as far above the shoulder as it was
pulled, is ``mouth``. Mineral that was crushed stays where it is; in skin and fat the liquid's
pressure is taken to hold the bore open. The bare wall of a cylinder with a bevelled end grows by
2 pi R per length pulled, as that of the cone with its shoulder does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from sim.case import Needle
from sim.needles.tip import cone_half_angle

SHORTEST = 1e-4  # segment of the contour that is drawn / needle radius


@dataclass(frozen=True)
class Outline:
    """The needle's contour from its tip on the axis up to the skin's surface, in the half plane.

    `parts` names the segment that starts at each vertex but the last.
    """

    radius: tuple[float, ...]  # m
    height: tuple[float, ...]  # m, z; the skin's surface is 0
    parts: tuple[str, ...]

    @property
    def top_of_mouth(self) -> float:
        """Height z (m) of the mouth's upper edge; not below 0 means that it is open to the air."""
        return self.height[self.parts.index("film")]


def needle_outline(needle: Needle, tip_depth: float, pull_back: float = 0.0) -> Outline:
    """Return the contour of `needle` with the point of its tip at `tip_depth` (m).

    `pull_back` (m) is how far it was then withdrawn, its bore left open.
    """
    radius = 0.5 * needle.outer_diameter
    slope = 1.0 / math.tan(cone_half_angle(needle.tip))  # axial length / radius of the tip's cone
    z = -tip_depth
    if needle.kind == "coaxial":
        mouth = z + needle.stylet.protrusion
        void = min(0.5 * needle.stylet.diameter, needle.stylet.protrusion / slope)
        vertices = [
            (0.0, z, "mouth"),
            (void, z + void * slope, "mouth"),
            (void, mouth, "mouth"),
        ]
        if pull_back > 0.0:
            vertices += [(radius, mouth, "mouth"), (radius, mouth + pull_back, "film")]
        else:
            vertices += [(0.5 * needle.inner_diameter, mouth, "film"), (radius, mouth, "film")]
        return _outline([*vertices, (radius, 0.0, "film")], SHORTEST * radius)
    heel = min(radius, tip_depth / slope)  # where the bevel ends, or crosses the skin's surface
    if pull_back > 0.0:
        vertices = [
            (0.0, z, "mouth"),
            (heel, z + heel * slope, "mouth"),
            (heel, z + heel * slope + pull_back, "film"),
            (heel, 0.0, "film"),
        ]
        return _outline(vertices, SHORTEST * radius)
    opening = 0.25 * math.pi * needle.inner_diameter**2
    if needle.tip.kind == "bevel":
        opening /= math.sin(needle.tip.angle)
    # area of a band on a cone = 2 pi r_mid * slant length
    half_band = 0.5 * opening / (math.pi * radius * math.hypot(1.0, slope))
    low, high = 0.5 * radius - half_band, 0.5 * radius + half_band
    vertices = [
        (0.0, z, "tip"),
        (low, z + low * slope, "mouth"),
        (high, z + high * slope, "film"),
        (heel, z + heel * slope, "film"),
        (heel, 0.0, "film"),
    ]
    return _outline(vertices, SHORTEST * radius)


def _outline(vertices: list[tuple[float, float, str]], shortest: float) -> Outline:
    """Return the contour through (r, z, name of the part that starts there), the last without."""
    kept = [
        (a, b, part)
        for (a, b, part), (c, d, _) in pairwise(vertices)
        if math.hypot(c - a, d - b) > shortest
    ]
    radius, height, parts = zip(*kept, strict=True)
    end_radius, end_height, _ = vertices[-1]
    # a contour starts on the axis also where its first segment was left out
    return Outline((0.0, *radius[1:], end_radius), (*height, end_height), parts)
