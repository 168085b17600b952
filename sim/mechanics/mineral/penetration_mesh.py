"""Structured grid that travels with a cone and its shaft, in units of the needle's radius.

Rows of cells are sheared, ``z = cot(theta) min(r, 1) - zeta``: the cone's face is the row zeta = 0.
Coordinates are the needle's: z = 0 at the tip, upwards. Above the face only the mineral outside the
shaft is meshed. Rows have one height, but for those far below the face, which grow.

The needle moves by one row height a step. What a row of the window holds is then found one height
further down on the old one: ``zeta_new = zeta_old - height``. Since columns are straight in zeta
this is an interpolation in one direction, exact (a mere shift) where the rows are alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sim.mechanics.mineral.elastoplastic import GAUSS

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

GROWTH = 1.35  # of cells outside the needle's path


@dataclass(frozen=True)
class Extent:
    """Lengths of the window along the needle, in radii."""

    above: float  # shoulder to the top
    even: float  # part of what is below the face that has rows of one height
    below: float  # face to the bottom


@dataclass(frozen=True)
class ConeGrid:
    """Grid of nine-node cells around a cone and its shaft."""

    half_angle: float  # rad
    points: Array  # (n, 2) r, z from the tip
    cells: Ints  # (m, 9)
    row_height: float  # axial, of the even rows: the needle's travel per step
    face: Ints  # nodes of the cone's face, axis first, shoulder last
    wall: Ints  # nodes of the wall above the shoulder, top first
    axis: Ints
    bottom: Ints
    top_row: Ints  # cells
    outer: Ints  # top first
    shift_nodes: sp.csr_array  # (n, n) nodal values after a step from those before
    shift_points: sp.csr_array  # (4 m, 4 m) values at Gauss points after a step
    gauss_r: Array  # columns of Gauss points
    gauss_zeta: Array  # rows of Gauss points
    gauss_place: Ints  # (4 m,) place of each Gauss point in the table of rows and columns

    @property
    def cone_length(self) -> float:
        """Distance from the tip to the shoulder."""
        return 1.0 / math.tan(self.half_angle)

    def moved(self, values: Array) -> Array:
        """Values at Gauss points (m, 4, ...) seen from a needle one row deeper."""
        return (self.shift_points @ values.reshape(4 * len(self.cells), -1)).reshape(values.shape)

    def table(self, values: Array) -> Array:
        """Values at Gauss points (m, 4) by rows and columns; 0 inside the needle."""
        table = np.zeros((len(self.gauss_zeta), len(self.gauss_r)))
        table.ravel()[self.gauss_place] = values.ravel()
        return table


def cone_grid(
    half_angle: float, size: float, row_height: float, extent: Extent, outer: float
) -> ConeGrid:
    """Build the grid.

    Parameters
    ----------
    half_angle : float
        Of the cone, rad.
    size : float
        Width of the cells on the path; made to divide the radius.
    row_height : float
        Axial height of the cells at the face, and the needle's travel per step.
    extent : Extent
    outer : float
        Outer radius.
    """
    inside = max(2, round(1.0 / size))
    r = _with_middles(
        np.concatenate(
            [np.linspace(0.0, 1.0, inside + 1), 1.0 + _growing(1.0 / inside, outer - 1.0)]
        )
    )
    face_row, even = (math.ceil(x / row_height - 1e-9) for x in (extent.above, extent.even))
    path = np.arange(-face_row, even + 1) * row_height
    edges = np.concatenate([path, path[-1] + _growing(row_height, extent.below - path[-1])])
    zeta = _with_middles(edges)
    rows, columns = len(edges) - 1, len(r) // 2

    cell = np.zeros((rows, columns), dtype=bool)
    cell[face_row:], cell[:, inside:] = True, True
    node = np.zeros((len(zeta), len(r)), dtype=bool)
    node[2 * face_row :], node[:, 2 * inside :] = True, True
    number = np.full(node.shape, -1)
    number[node] = np.arange(node.sum())

    z = np.minimum(r, 1.0) / math.tan(half_angle) - zeta[:, None]
    points = np.stack([np.broadcast_to(r, z.shape)[node], z[node]], axis=-1)
    row, column = np.nonzero(cell)
    three = np.arange(3)
    cells = number[
        (2 * row[:, None] + three)[:, :, None], (2 * column[:, None] + three)[:, None, :]
    ].reshape(-1, 9)

    nodes = sp.kron(_quadratic(zeta, row_height), sp.eye_array(len(r)), format="csr")
    used = np.flatnonzero(node)
    gauss_r, gauss_zeta = (
        (ends[:-1, None] + np.diff(ends)[:, None] * np.unique(GAUSS)).ravel()
        for ends in (r[::2], edges)
    )
    values = sp.kron(_linear(gauss_zeta, row_height), sp.eye_array(2 * columns), format="csr")
    lower, right = (GAUSS[:, 1] > 0.5).astype(int), (GAUSS[:, 0] > 0.5).astype(int)
    place = ((2 * row[:, None] + lower) * 2 * columns + 2 * column[:, None] + right).ravel()
    return ConeGrid(
        half_angle,
        points,
        cells,
        row_height,
        face=number[2 * face_row, : 2 * inside + 1],
        wall=number[: 2 * face_row, 2 * inside],
        axis=number[2 * face_row :, 0],
        bottom=number[-1],
        top_row=np.flatnonzero(row == 0),
        outer=number[:, -1],
        shift_nodes=nodes[used][:, used],
        shift_points=values[place][:, place],
        gauss_r=gauss_r,
        gauss_zeta=gauss_zeta,
        gauss_place=place,
    )


def _growing(first: float, length: float) -> Array:
    """Edges, without 0, of cells that grow from about `first` and fill `length`."""
    count = math.ceil(math.log1p(length * (GROWTH - 1.0) / (first * GROWTH)) / math.log(GROWTH))
    edges = np.cumsum(GROWTH ** np.arange(count))
    return edges * (length / edges[-1])


def _with_middles(edges: Array) -> Array:
    nodes = np.empty(2 * len(edges) - 1)
    nodes[::2], nodes[1::2] = edges, 0.5 * (edges[1:] + edges[:-1])
    return nodes


def _quadratic(nodes: Array, shift: float) -> sp.csr_array:
    """Interpolation at nodes + shift with the cells' quadratic functions; constant beyond."""
    at = np.minimum(nodes + shift, nodes[-1])
    cell = np.clip(np.searchsorted(nodes[::2], at, side="right") - 1, 0, len(nodes) // 2 - 1)
    low, high = nodes[2 * cell], nodes[2 * cell + 2]
    t = (at - low) / (high - low)
    weights = np.stack([(1 - t) * (1 - 2 * t), 4 * t * (1 - t), t * (2 * t - 1)], axis=-1)
    return _matrix(weights, 2 * cell)


def _linear(places: Array, shift: float) -> sp.csr_array:
    """Linear interpolation at places + shift; constant beyond the last."""
    at = np.minimum(places + shift, places[-1])
    low = np.clip(np.searchsorted(places, at, side="right") - 1, 0, len(places) - 2)
    t = (at - places[low]) / (places[low + 1] - places[low])
    return _matrix(np.stack([1 - t, t], axis=-1), low)


def _matrix(weights: Array, first: Ints) -> sp.csr_array:
    count, width = weights.shape
    weights = weights.round(12)  # a mere shift is one to the digit
    columns = first[:, None] + np.arange(width)
    rows = np.repeat(np.arange(count), width)
    matrix = sp.csr_array((weights.ravel(), (rows, columns.ravel())), shape=(count, count))
    matrix.eliminate_zeros()
    return matrix
