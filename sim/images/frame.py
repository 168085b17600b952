"""From the image's coordinates to those of the simulation, and the needle's path in them.

The simulation has z upward, the skin's surface at z = 0 and its origin above the nodule's centroid;
x points to the patient's left as far as the skin's surface allows (to the head where the skin faces
left or right). The skin is flat here: at the nodule it is where `depth` puts it, whatever the image
shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# of the patient: ITK's axes point to the left, the back and the head
DIRECTIONS = {
    "left": (1.0, 0.0, 0.0),
    "right": (-1.0, 0.0, 0.0),
    "posterior": (0.0, 1.0, 0.0),
    "anterior": (0.0, -1.0, 0.0),
    "superior": (0.0, 0.0, 1.0),
    "inferior": (0.0, 0.0, -1.0),
}


@dataclass(frozen=True, eq=False)
class Frame:
    """A right-handed frame in the image: rows of `axes` are its x, y and z."""

    axes: Array  # (3, 3)
    origin: Array  # (3,) m, in the image

    def to_simulation(self, points: Array) -> Array:
        """Return points (n, 3) of the image in the simulation's coordinates, m."""
        return (points - self.origin) @ self.axes.T

    def to_image(self, points: Array) -> Array:
        """Return points (n, 3) of the simulation in the image's coordinates, m."""
        return points @ self.axes + self.origin

    def where_it_enters(self, point: Array, direction: Array) -> tuple[Array, Array]:
        """Return the entry (3,) in the skin's surface and the unit vector (3,) of a needle.

        Parameters
        ----------
        point, direction : (3,)
            A point of its path (m) and where it goes, in the image's coordinates.

        Raises
        ------
        ValueError
            If it does not go down into the tissue.
        """
        down = self.axes @ direction / np.linalg.norm(direction)
        if down[2] > -1e-6:
            raise ValueError("it does not lead down through the skin")
        on_path = self.axes @ (point - self.origin)
        return on_path - down * on_path[2] / down[2], down


def frame_above(surface: Array, centroid: Array, up: Array, depth: float) -> Frame:
    """Return the frame of a nodule whose highest point lies `depth` (m) below the skin.

    Parameters
    ----------
    surface : (n, 3)
        Points of the nodule's surface, m, in the image's coordinates.
    centroid, up : (3,)
        Of the nodule; the direction from it to the skin.
    """
    z = up / np.linalg.norm(up)
    left, head = np.array(DIRECTIONS["left"]), np.array(DIRECTIONS["superior"])
    towards = left if abs(z @ left) < 0.9 else head
    x = towards - (towards @ z) * z
    x /= np.linalg.norm(x)
    top = float((surface @ z).max())
    return Frame(np.array([x, np.cross(z, x), z]), centroid + (top + depth - centroid @ z) * z)
