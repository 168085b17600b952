"""Structured grid under a cone that is pressed into a half-space, in units of the needle's radius.

Rows of cells are sheared, ``z = zeta + cot(theta) min(r, 1)``: the cone's face is a row wherever
the tip stands on the grid. The first row is the face of the cone just buried (r < 1) and the free
surface (r > 1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

GROWTH = 1.35  # of cells outside the needle's path


@dataclass(frozen=True)
class ConeGrid:
    """Grid of nine-node cells; node (i, j) of column i and row j, downwards, is j * columns + i."""

    half_angle: float  # rad
    points: Array  # (n, 2) r, z; the free surface is z = 0
    cells: Ints  # (m, 9)
    columns: int  # of nodes
    radius_column: int  # column of nodes at r = 1
    row_height: float  # of cells on the path, axial
    steps: int  # cell rows on the path

    def face(self, row: int) -> Ints:
        """Nodes of the cone's face with the tip on cell row `row`, axis first, shoulder last."""
        return 2 * row * self.columns + np.arange(self.radius_column + 1)

    def shaft(self, row: int) -> Ints:
        """Nodes of the wall above the cone's shoulder, top first."""
        return np.arange(2 * row) * self.columns + self.radius_column

    def swallowed(self, row: int) -> Ints:
        """Cells of row `row` that the needle takes in on its way to the next row."""
        return row * (self.columns // 2) + np.arange(self.radius_column // 2)

    def boundary(self) -> tuple[Ints, Ints, Ints]:
        """Nodes on the axis, at the bottom and on the outer wall."""
        table = np.arange(len(self.points)).reshape(-1, self.columns)
        return table[:, 0], table[-1], table[:, -1]


def cone_grid(
    half_angle: float, size: float, row_height: float, travel: float, outer: float
) -> ConeGrid:
    """Build the grid.

    Parameters
    ----------
    half_angle : float
        Of the cone, rad.
    size : float
        Width of the cells on the path; made to divide the radius.
    row_height : float
        Axial height of the cells on the path, and the needle's travel per step.
    travel : float
        Depth the buried cone goes on.
    outer : float
        Outer radius, and distance of the bottom from the path's end.
    """
    count = max(2, round(1.0 / size))
    steps = math.ceil(travel / row_height - 1e-9)
    inside = np.linspace(0.0, 1.0, count + 1)
    path = np.arange(steps + 1) * row_height
    r = _with_middles(np.concatenate([inside, 1.0 + _growing(1.0 / count, outer - 1.0)]))
    depth = _with_middles(np.concatenate([path, path[-1] + _growing(row_height, outer)]))
    cot = 1.0 / math.tan(half_angle)
    points = np.empty((len(depth), len(r), 2))
    points[..., 0] = r
    points[..., 1] = cot * (np.minimum(r, 1.0) - 1.0) - depth[:, None]
    first = 2 * np.arange(len(depth) // 2)[:, None] * len(r) + 2 * np.arange(len(r) // 2)
    table = np.arange(3)[:, None] * len(r) + np.arange(3)
    cells = first.reshape(-1, 1) + table.reshape(1, -1)
    return ConeGrid(half_angle, points.reshape(-1, 2), cells, len(r), 2 * count, row_height, steps)


def _growing(first: float, length: float) -> Array:
    """Edges, without 0, of cells that grow from about `first` and fill `length`."""
    count = math.ceil(math.log1p(length * (GROWTH - 1.0) / (first * GROWTH)) / math.log(GROWTH))
    edges = np.cumsum(GROWTH ** np.arange(count))
    return edges * (length / edges[-1])


def _with_middles(edges: Array) -> Array:
    nodes = np.empty(2 * len(edges) - 1)
    nodes[::2], nodes[1::2] = edges, 0.5 * (edges[1:] + edges[:-1])
    return nodes
