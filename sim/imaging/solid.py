"""Line integrals through tetrahedra, along y: each chord is exact, rays go through pixels' centres.

Inside a tetrahedron the barycentric coordinates are linear along a ray, so it is inside where all
four are positive; a field that is linear there has the mean of its ends. Pixels that a body covers
in part are met by some of their rays only: the error falls with the rays' spacing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]

PAIRS = 500_000  # of ray and tetrahedron that are worked on at once: bounds the memory


@dataclass(frozen=True, eq=False)
class Solid:
    """k fields on t tetrahedra, linear in each."""

    corners: Array  # (t, 4, 3) m
    values: Array  # (t, 4, k)

    def integral(self) -> Array:
        """Return the integrals (k,) over the volume, exact."""
        edges = self.corners[:, 1:] - self.corners[:, :1]
        volume = np.abs(np.linalg.det(edges)) / 6.0
        return volume @ self.values.mean(axis=1)

    def lines(self, x: Array, z: Array, between: tuple[float, float]) -> Array:
        """Return the integrals along y (len(z), len(x), k), for rays at x and z (m).

        Parameters
        ----------
        x, z : (a,), (b,)
            Evenly spaced, rising.
        between : (float, float)
            Where a ray begins and ends (m).
        """
        found = np.zeros((len(z) * len(x), self.values.shape[2]))
        low, high = self.corners.min(axis=1), self.corners.max(axis=1)
        first = [np.searchsorted(at, low[:, i]) for at, i in ((x, 0), (z, 2))]
        count = [
            np.searchsorted(at, high[:, i], side="right") - start
            for at, i, start in ((x, 0, first[0]), (z, 2, first[1]))
        ]
        hit = (low[:, 1] < between[1]) & (high[:, 1] > between[0])
        pairs = np.where(hit, count[0] * count[1], 0)
        groups = np.searchsorted(np.cumsum(pairs), np.arange(0, pairs.sum(), PAIRS), side="left")
        for begin, end in pairwise([*groups, len(pairs)]):
            tet = np.repeat(np.arange(begin, end), pairs[begin:end])
            order = np.arange(len(tet)) - np.repeat(
                np.cumsum(pairs[begin:end]) - pairs[begin:end], pairs[begin:end]
            )
            column = first[0][tet] + order % count[0][tet]
            row = first[1][tet] + order // count[0][tet]
            chord = self._chords(tet, x[column], z[row], between)
            for k in range(found.shape[1]):
                found[:, k] += np.bincount(row * len(x) + column, chord[:, k], len(found))
        return found.reshape(len(z), len(x), -1)

    def _chords(self, tet: Index, x: Array, z: Array, between: tuple[float, float]) -> Array:
        """Return the integrals (p, k) of each pair of a tetrahedron and a ray."""
        start = np.column_stack((x, np.zeros_like(x), z)) - self.corners[tet, 0]
        level = np.einsum("pij,pj->pi", self._inverse[tet], start)
        level = np.column_stack((1.0 - level.sum(axis=1), level))
        slope = self._inverse[tet, :, 1]
        slope = np.column_stack((-slope.sum(axis=1), slope))
        with np.errstate(divide="ignore", invalid="ignore"):
            zero = -level / slope
        enters = np.where(slope > 0.0, zero, np.where(level < 0.0, np.inf, -np.inf))
        leaves = np.where(slope < 0.0, zero, np.inf)
        enters = np.where(slope < 0.0, -np.inf, enters)
        begin = np.maximum(enters.max(axis=1), between[0])
        length = np.maximum(np.minimum(leaves.min(axis=1), between[1]) - begin, 0.0)
        middle = begin + 0.5 * length
        inside = length > 0.0
        weights = level + slope * np.where(inside, middle, 0.0)[:, None]
        mean = np.einsum("pi,pik->pk", weights, self.values[tet])
        return np.where(inside, length, 0.0)[:, None] * mean

    @cached_property
    def _inverse(self) -> Array:
        """Matrices (t, 3, 3) from a place relative to the first corner to the other three's."""
        edges = np.swapaxes(self.corners[:, 1:] - self.corners[:, :1], 1, 2)
        return np.linalg.inv(edges)
