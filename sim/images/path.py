"""The needle's path given in an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import ConfigError
from sim.geometry.pose import Pose
from sim.images.nodule import ImageNodule

Array = NDArray[np.float64]

SAMPLES = 1000  # of the path, where it is looked for in the nodule


@dataclass(frozen=True, eq=False)
class NeedlePath:
    """A straight line; what is None is laid through the nodule's centroid, straight down."""

    entry: Array | None  # (3,) m, a point of it outside the nodule, in the image's coordinates
    direction: Array | None  # (3,) into the tissue, in the image's coordinates
    given: str  # as the user wrote it

    def pose(self, nodule: ImageNodule, tip_depth: float) -> Pose:
        """Return the needle's pose with its tip `tip_depth` (m) below the skin's surface.

        Raises
        ------
        ConfigError
            If the path does not lead down, or misses the nodule.
        """
        key = f"nodule.image.{'entry' if self.direction is None else 'direction'}"
        frame, surface = nodule.frame, nodule.surface
        centroid = frame.to_image(surface.centroid[None])[0]
        point = centroid if self.entry is None else self.entry
        direction = self.direction
        if direction is None:
            direction = -frame.axes[2] if self.entry is None else centroid - point
        try:
            entry, down = frame.where_it_enters(point, direction)
        except ValueError as error:
            raise ConfigError(
                key, self.given, f"{error}, which nodule.image.up leads to from the nodule"
            ) from error
        along = np.linspace(0.0, nodule.bounds[0][2] / down[2], SAMPLES)
        nearest = float(nodule.distance(entry + along[:, None] * down).min())
        if nearest > 0.0:
            at = " ".join(f"{1e3 * x:.1f}" for x in centroid)
            raise ConfigError(
                key,
                self.given,
                f"the path misses the nodule by {1e3 * nearest:.2g} mm, whose centroid lies at "
                f"'{at} mm' in the image",
            )
        return Pose(entry - down * (tip_depth / down[2]), -down)
