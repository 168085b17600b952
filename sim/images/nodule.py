"""A nodule of any shape and density, sampled on a grid: what an image becomes.

Both kinds of image end here: a CT volume by a level surface of its smoothed coverage, a surface
file as it is. The signed distance to the surface and the mineral's density are tabulated on one
regular grid in the simulation's coordinates and are linear in between.

Simplifications: details below the grid's spacing are rounded; the skin above the nodule is flat.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from scipy import ndimage

from sim.cache import Value
from sim.images.frame import Frame
from sim.images.surface import Surface

Array = NDArray[np.float64]

RESOLUTION = 100  # grid cells along the nodule's largest extent, at most
MARGIN = 4  # cells around it
BAND = 2.0  # cells from the surface within which the distance is exact


@dataclass(frozen=True, eq=False)
class ImageNodule:
    """A `sim.geometry.shape.NoduleShape` with the surface it was made from."""

    surface: Surface  # in the simulation's coordinates
    frame: Frame  # leads from the image there
    corner: Array  # (3,) m, first point of the grid
    spacing: float  # m
    levels: Array  # (a, b, c) m, distance to the surface, negative inside
    mineral: Array  # (a, b, c) kg/m3, apparent density; continued beyond the surface
    mass: float  # kg of mineral in the image

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Lowest and highest corner (3,), m."""
        return self.surface.points.min(axis=0), self.surface.points.max(axis=0)

    @property
    def volume(self) -> float:
        """Enclosed volume, m3."""
        return self.surface.volume

    @property
    def key(self) -> dict[str, Value]:
        """The surface, by its fingerprint: rounded to a nanometre."""
        points = np.round(1e9 * self.surface.points).astype(np.int64)
        content = points.tobytes() + self.surface.triangles.tobytes()
        return {"surface": hashlib.sha256(content).hexdigest()}

    def inside(self, points: Array) -> NDArray[np.bool_]:
        """Tell which points (n, 3) lie in it."""
        return self.distance(points) < 0.0

    def distance(self, points: Array) -> Array:
        """Return the signed distance (n,), m; beyond the grid an estimate from above."""
        last = self.corner + self.spacing * (np.array(self.levels.shape) - 1)
        nearest = np.clip(points, self.corner, last)
        return self._at(self.levels, nearest) + np.linalg.norm(points - nearest, axis=1)

    def density(self, points: Array) -> Array:
        """Return the apparent density (n,) at points (n, 3) inside, kg/m3."""
        return self._at(self.mineral, points)

    def _at(self, values: Array, points: Array) -> Array:
        index = (points - self.corner) / self.spacing
        return ndimage.map_coordinates(values, index.T, order=1, mode="nearest")


def grid_points(surface: Surface, finest: float) -> tuple[Array, float, tuple[int, ...]]:
    """Return first corner, spacing and shape of a grid around a surface.

    Parameters
    ----------
    finest : float
        Spacing (m) below which the image holds nothing more.
    """
    low, high = surface.points.min(axis=0), surface.points.max(axis=0)
    spacing = max(finest, float((high - low).max()) / RESOLUTION)
    corner = low - MARGIN * spacing
    shape = np.ceil((high + MARGIN * spacing - corner) / spacing).astype(int) + 1
    return corner, spacing, tuple(shape.tolist())


def signed_distance(surface: Surface, corner: Array, spacing: float, shape: tuple) -> Array:
    """Return the distance to a surface on a grid, negative inside, m.

    Exact within `BAND` cells of the surface; beyond, that between the voxels' centres.
    """
    grid = pv.ImageData(dimensions=shape, spacing=3 * (spacing,), origin=corner)
    mesh = surface.polydata()
    marked = mesh.voxelize_binary_mask(reference_volume=grid)["mask"]
    inside = np.asarray(marked, dtype=bool).reshape(shape, order="F")
    levels = ndimage.distance_transform_edt(~inside) - ndimage.distance_transform_edt(inside)
    levels = spacing * (levels - 0.5 * np.sign(levels))
    near = np.abs(levels) < BAND * spacing
    band = pv.PolyData(corner + spacing * np.argwhere(near))
    levels[near] = band.compute_implicit_distance(mesh)["implicit_distance"]
    return levels
