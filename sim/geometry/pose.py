"""Where a needle stands."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Pose:
    """Where the needle went, whether or not it was pulled back since."""

    tip: Array  # (d,) m, deepest point that its tip reached
    axis: Array  # (d,) unit vector from the tip towards the hub


def tilted(tip_depth: float, offset: tuple[float, float] = (0.0, 0.0), tilt: float = 0.0) -> Pose:
    """Return the pose in space of a needle with its tip at (*offset, -tip_depth), m.

    It leans towards x; `tilt` (rad) is the angle between its axis and the skin's normal.
    """
    return Pose(np.array([*offset, -tip_depth]), np.array([math.sin(tilt), 0.0, math.cos(tilt)]))
