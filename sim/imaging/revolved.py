"""Line integrals through what a triangulated half plane (r, z) becomes when it is revolved.

A field that is linear in each triangle is, along a horizontal line of the half plane, piecewise
linear in r: ``f = a + b r`` between two edges of the mesh. A horizontal ray at distance y from the
axis meets each such piece between two radii, and the Abel transform of a piece has a closed form;
so does its integral over y, which gives the mass between two rays:

    C(y; R) = int_0^y int_{r<R} (a + b r) ds dy'

So a pixel's mean along the beam and across it is exact; only the height is sampled, by horizontal
planes (midpoint rule, second order).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Array = NDArray[np.float64]
Index = NDArray[np.int64]

THINNEST = 1e-10  # m, of a piece that has a slope
PLANES = 500  # through the hole of the needle, by which its volume is found


@dataclass(frozen=True, eq=False)
class Pieces:
    """A horizontal plane's cut: k fields, each linear between two radii; sorted by radius."""

    radii: Array  # (p, 2) m, inner and outer
    values: Array  # (p, 2, k) at them

    def with_axis(self, fill: Array) -> Pieces:
        """Return the cut with values (k,) between the axis and where the mesh begins."""
        if not len(self.radii) or self.radii[0, 0] <= 0.0:
            return self
        first = np.array([[0.0, self.radii[0, 0]]])
        values = np.tile(fill, (1, 2, 1))
        return Pieces(np.concatenate((first, self.radii)), np.concatenate((values, self.values)))

    def columns(self, edges: Array) -> Array:
        """Return the mean line integral (c, k) between rays at `edges` (c + 1,), m, rising."""
        inner, outer = self.radii.T
        width = np.where(outer - inner > THINNEST, outer - inner, np.inf)
        slope = (self.values[:, 1] - self.values[:, 0]) / width[:, None]
        level = self.values[:, 0] - slope * inner[:, None]
        radii, place = np.unique(self.radii, return_inverse=True)
        ends = csr_array(  # what begins at a radius counts there negative, what ends positive
            (
                np.tile((-1.0, 1.0), len(inner)),
                (place.ravel(), np.repeat(np.arange(len(inner)), 2)),
            ),
            shape=(len(radii), len(inner)),
        )
        y = edges[:, None]
        below = _disc(y, radii) @ (ends @ level) + _cone(y, radii) @ (ends @ slope)
        return np.diff(below, axis=0) / np.diff(edges)[:, None]

    def at(self, radius: Array) -> Array:
        """Return the values (..., k) at radii (...,) m, zero beyond the cut."""
        if not len(self.radii):
            return np.zeros((*radius.shape, self.values.shape[2]))
        index = np.searchsorted(self.radii[:, 0], radius, side="right") - 1
        inner, outer = self.radii[np.maximum(index, 0)].T
        low, high = np.moveaxis(self.values[np.maximum(index, 0)], -2, 0)
        share = (radius.T - inner) / np.where(outer - inner > THINNEST, outer - inner, np.inf)
        inside = (index >= 0) & (share.T <= 1.0 + 1e-9)
        return np.where(inside[..., None], low + share.T[..., None] * (high - low), 0.0)


@dataclass(frozen=True, eq=False)
class Revolved:
    """k fields on t triangles, linear in each and free to jump between them."""

    corners: Array  # (t, 3, 2) m, (r, z)
    values: Array  # (t, 3, k)

    def integral(self) -> Array:
        """Return the integrals (k,) over the revolved volume, exact."""
        (ax, az), (bx, bz) = ((self.corners[:, i] - self.corners[:, 0]).T for i in (1, 2))
        weight = np.pi / 12.0 * np.abs(ax * bz - az * bx)  # 2 pi A / 12
        radius = self.corners[..., 0]
        share = (radius + radius.sum(axis=1, keepdims=True)) * weight[:, None]
        return np.einsum("ti,tik->k", share, self.values)

    def hole(self, field: int) -> float:
        """Return the integral of a field over the hole around the axis, as its wall has it."""
        z = self.corners[self.values[..., field] != 0.0, 1]
        step = np.ptp(z) / PLANES
        cuts = [self.cut(z.min() + step * (n + 0.5)) for n in range(PLANES)]
        walls = [(cut.radii[0, 0], cut.values[0, 0, field]) for cut in cuts if len(cut.radii)]
        return float(sum(step * np.pi * radius**2 * value for radius, value in walls))

    def cut(self, z: float) -> Pieces:
        """Return where the plane at height `z` (m) cuts the triangles."""
        low, high = self._span
        chosen = np.flatnonzero((low <= z) & (z < high))
        corners, values = self.corners[chosen], self.values[chosen]
        order = np.argsort(corners[..., 1], axis=1)
        corners = np.take_along_axis(corners, order[..., None], axis=1)
        values = np.take_along_axis(values, order[..., None], axis=1)
        bottom, middle, top = corners[..., 1].T
        is_low = z < middle
        start = np.where(is_low, 0, 1)  # the short edge that is cut: 0-1 or 1-2; the long one: 0-2
        rows = np.arange(len(chosen))
        rise = np.where(is_low, middle - bottom, top - middle)
        short = (z - corners[rows, start, 1]) / np.where(rise > 0.0, rise, 1.0)
        long = (z - bottom) / (top - bottom)

        def between(what: Array, a: Index, b: Index, share: Array) -> Array:
            return what[rows, a] + share[:, None] * (what[rows, b] - what[rows, a])

        first, last = np.zeros_like(start), np.full_like(start, 2)
        ends = [(start, start + 1, short), (first, last, long)]
        radii = np.stack([between(corners, *end)[:, 0] for end in ends], axis=1)
        radii = np.maximum(radii, 0.0)  # a node on the axis may be off it by a rounding error
        at_ends = np.stack([between(values, *end) for end in ends], axis=1)
        swap = np.argsort(radii, axis=1)
        radii = np.take_along_axis(radii, swap, axis=1)
        at_ends = np.take_along_axis(at_ends, swap[..., None], axis=1)
        by_radius = np.argsort(radii[:, 0])
        return Pieces(radii[by_radius], at_ends[by_radius])

    @cached_property
    def _span(self) -> tuple[Array, Array]:
        z = self.corners[..., 1]
        return z.min(axis=1), z.max(axis=1)


def _disc(y: Array, radius: Array) -> Array:
    """Area of a disc between its diameter and the parallel chord at distance y, odd in y."""
    y = np.clip(y, -radius, radius)
    share = np.divide(y, radius, out=np.zeros_like(y), where=radius > 0.0)
    return y * np.sqrt(radius**2 - y**2) + radius**2 * np.arcsin(share)


def _cone(y: Array, radius: Array) -> Array:
    """Integral of r over the same area.

    The antiderivative over y of ``R s + y^2 arcosh(R / y)``, s the half chord.
    """
    y = np.clip(y, -radius, radius)
    off = np.abs(y)
    half_chord = np.sqrt(radius**2 - y**2)
    share = np.divide(y, radius, out=np.zeros_like(y), where=radius > 0.0)
    reach = (radius + half_chord) / np.where(off > 0.0, off, 1.0)
    log = np.log(reach, out=np.zeros_like(y), where=off > 0.0)
    return (
        0.5 * radius * (y * half_chord + radius**2 * np.arcsin(share))
        + y**3 / 3.0 * log
        + radius / 6.0 * (radius**2 * np.arcsin(share) - y * half_chord)
    )
