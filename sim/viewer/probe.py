"""A point that is probed: in every record at the same place, between the nodes that are there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.outcome import Array
from sim.viewer.surfaces import Surface

NEAR = 0.05  # mm, further from the surface there is no tissue


@dataclass(frozen=True, eq=False)
class Place:
    """Where a point is in a record's mesh."""

    nodes: NDArray[np.int64]  # (k,)
    shares: Array  # (k,)
    cell: int

    def value(self, values: Array, *, on_cells: bool) -> float:
        """Return a cell's value of (m,), or what node values (n,) come to."""
        return float(values[self.cell] if on_cells else self.shares @ values[self.nodes])

    def course(self, series: Array) -> Array:
        """Return node values over time (k, n) at the place (k,)."""
        return series[:, self.nodes] @ self.shares


def place(surface: Surface, triangle: int, on: Array, point: Array) -> Place | None:
    """Return the place of `point` (3,), to which `on` in `triangle` is nearest; None: no tissue."""
    if np.linalg.norm(on - point) > NEAR:
        return None
    corners = surface.triangles[triangle]
    origin, *ends = surface.points[corners]
    others, *_ = np.linalg.lstsq(np.column_stack([end - origin for end in ends]), on - origin)
    of_corners = np.append(1.0 - others.sum(), others)
    shares = of_corners[:, None] * surface.shares[corners]
    return Place(surface.nodes[corners].ravel(), shares.ravel(), int(surface.cells[triangle]))


def described(point: Array) -> str:
    """Say where a point of the pictures' world is."""
    x, y, z = point
    return f"depth {-y:.2f} mm, {np.hypot(x, z):.2f} mm from the axis"
