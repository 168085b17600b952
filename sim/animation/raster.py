"""From values at the points of a triangulation to pixels, fast.

Which triangle a pixel's centre lies in, and with which weights, is found once; a frame is then one
sparse product. Inside a triangle the values are linear, as the solution's are.
"""

from __future__ import annotations

import numpy as np
from matplotlib.tri import Triangulation
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sim.outcome import Array

CORNERS = 3
SAME = 7  # digits (mm) to which points agree that are one
FLAT = 1e-12  # mm2, twice the area below which a triangle is left out: no pixel lies in it


class Raster:
    """Samples a field at the centres of a picture's pixels.

    Parameters
    ----------
    mesh : Triangulation
        Of k points; points may be there twice, as those of a mirror's axis are.
    x, y : (columns,), (rows,)
        Of the pixels' centres.
    """

    def __init__(self, mesh: Triangulation, x: Array, y: Array) -> None:
        self.x, self.y = x, y
        points = np.column_stack([mesh.x, mesh.y])
        once, first, number = np.unique(
            np.round(points, SAME), axis=0, return_index=True, return_inverse=True
        )
        triangles = number.reshape(-1)[mesh.triangles]
        triangles = triangles[np.abs(_twice_area(*np.moveaxis(once[triangles], 1, 0))) > FLAT]
        at = np.column_stack([grid.ravel() for grid in np.meshgrid(x, y)])
        found = Triangulation(*once.T, triangles).get_trifinder()(*at.T)
        self._inside = np.flatnonzero(found >= 0)
        corners = triangles[found[self._inside]]
        weights = _barycentric(*np.moveaxis(once[corners], 1, 0), at[self._inside])
        starts = np.arange(0, corners.size + 1, CORNERS)
        size = len(self._inside), len(points)
        entries = weights.ravel().astype(np.float32), first[corners].ravel(), starts
        self._sample = csr_array(entries, shape=size)

    def __call__(self, values: Array) -> NDArray[np.float32]:
        """Return point values (k,) at the pixels (rows, columns); NaN outside the mesh."""
        picture = np.full(len(self.y) * len(self.x), np.nan, dtype=np.float32)
        picture[self._inside] = self._sample @ values.astype(np.float32)
        return picture.reshape(len(self.y), len(self.x))


def _twice_area(a: Array, b: Array, c: Array) -> Array:
    """Return twice the signed area (p,) of triangles with the corners (p, 2)."""
    (x, y), (u, v) = (b - a).T, (c - a).T
    return x * v - y * u


def _barycentric(a: Array, b: Array, c: Array, at: Array) -> Array:
    """Return the weights (p, 3) of triangles' corners (p, 2) at a point (p, 2) in each."""
    parts = _twice_area(at, b, c), _twice_area(a, at, c), _twice_area(a, b, at)
    return np.column_stack(parts) / _twice_area(a, b, c)[:, None]
