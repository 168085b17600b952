"""The nodule in space: what a 3-D domain asks of any nodule, and the ellipsoid.

Frame: x and y along the skin, z upward, the skin's surface at z = 0, lengths in m.

Simplifications of the ellipsoid: it is not moved by the needle; what earlier rounds left of the
mineral is not read (they are computed in r-z).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from sim.cache import Value
from sim.case import Nodule
from sim.materials.density import LEAST, MOST, plane_waves

Array = NDArray[np.float64]


class NoduleShape(Protocol):
    """A nodule of any shape, as the 3-D mesh and its coefficients see it."""

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Lowest and highest corner (3,) of a box around it, m."""
        ...

    @property
    def key(self) -> dict[str, Value]:
        """Everything its surface depends on, lengths in m: part of a mesh's cache key."""
        ...

    def inside(self, points: Array) -> NDArray[np.bool_]:
        """Tell which points (n, 3) lie in it."""
        ...

    def distance(self, points: Array) -> Array:
        """Return the distance (n,) to its surface in m, negative inside.

        Near the surface it is exact to first order; far away an estimate will do (it grades the
        mesh).
        """
        ...

    def density(self, points: Array) -> Array:
        """Return the mineral's apparent density (n,) at points (n, 3) inside, kg/m3."""
        ...


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid of three axes, turned about its centre by `yaw`, `pitch` and `roll`.

    The turns are about z, the new y and the new x (Tait-Bryan angles), in rad.
    """

    nodule: Nodule  # diameter (along x), height (along z) and depth before it is turned; density
    width: float  # m, whole axis along y before it is turned
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0

    @property
    def centre(self) -> Array:
        """Centre (3,), m: it stays where it is when the ellipsoid is turned."""
        return np.array([0.0, 0.0, -self.nodule.centre_depth])

    @property
    def semi_axes(self) -> Array:
        """Half of each axis (3,), m."""
        return 0.5 * np.array([self.nodule.diameter, self.width, self.nodule.height])

    @cached_property
    def rotation(self) -> Array:
        """Columns (3, 3): the directions of the axes."""
        return Rotation.from_euler("ZYX", [self.yaw, self.pitch, self.roll]).as_matrix()

    @property
    def turned(self) -> bool:
        """Whether it does not lie along the coordinates' axes."""
        return bool(self.yaw or self.pitch or self.roll)

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Lowest and highest corner (3,), m."""
        reach = np.linalg.norm(self.rotation * self.semi_axes, axis=1)
        return self.centre - reach, self.centre + reach

    @property
    def key(self) -> dict[str, Value]:
        """Centre, axes and directions."""
        return {
            "ellipsoid": self.semi_axes.tolist(),
            "centre": self.centre.tolist(),
            "rotation": np.round(self.rotation, 12).ravel().tolist(),
        }

    def inside(self, points: Array) -> NDArray[np.bool_]:
        """Tell which points (n, 3) lie in it."""
        return np.linalg.norm(self._own(points) / self.semi_axes, axis=1) < 1.0

    def distance(self, points: Array) -> Array:
        """Return the signed distance (n,), m, exact to first order at the surface."""
        own = self._own(points)
        level = np.linalg.norm(own / self.semi_axes, axis=1)
        slope = np.linalg.norm(own / self.semi_axes**2, axis=1)
        deepest = np.full_like(level, -self.semi_axes.min())
        return np.divide(level * (level - 1.0), slope, out=deepest, where=slope > 0.0)

    def density(self, points: Array) -> Array:
        """Return the apparent density (n,), kg/m3, by the nodule's `DensityField`."""
        mineral, field = self.nodule.mineral, self.nodule.density_field
        if field.kind == "uniform":
            return np.full(len(points), mineral.density)
        if field.kind == "shell_core":
            core = self.semi_axes - field.shell_thickness
            in_core = np.linalg.norm(self._own(points) / core, axis=1) < 1.0
            return np.where(in_core, field.core_density, mineral.density)
        varied = mineral.density * (1.0 + field.variation * plane_waves(field, points))
        solid = mineral.solid_density
        return np.clip(varied, LEAST * solid, MOST * solid)

    def _own(self, points: Array) -> Array:
        """Return points (n, 3) in the frame of its axes."""
        return (points - self.centre) @ self.rotation
