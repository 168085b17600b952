"""The mineral's density in the cells of a mesh: shape in, cell densities out.

A shape whose surface is not drawn (an image) is meshed by `meshes.solid`: cells are smaller near
its surface, and those with their centre inside are the nodule's. Cut-off and added corners of
cells cancel on the average, so the volume converges faster than the surface.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.geometry.shape import NoduleShape

Array = NDArray[np.float64]

_NEAR, _FAR = (5.0 + 3.0 * np.sqrt(5.0)) / 20.0, (5.0 - np.sqrt(5.0)) / 20.0
# barycentric coordinates of the four points that integrate quadratic functions exactly
# (Hammer, Marlowe & Stroud 1956)
RULE = np.full((4, 4), _FAR) + (_NEAR - _FAR) * np.eye(4)


def cell_density(shape: NoduleShape, corners: Array) -> Array:
    """Return the mean apparent density (c,) in tetrahedra of the nodule, kg/m3.

    Parameters
    ----------
    corners : (c, 4, 3)
        Corners of each cell, m. Points of a cell that lie beyond the nodule's surface take the
        density that `shape` continues there.
    """
    places = np.einsum("qv,cvd->cqd", RULE, corners).reshape(-1, 3)
    return shape.density(places).reshape(-1, len(RULE)).mean(axis=1)
