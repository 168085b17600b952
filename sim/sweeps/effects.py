"""What each axis of a sweep does to a metric: one at a time from a base, or as a rank correlation.

The base is the run with the most neighbours that differ from it along one axis alone: the base of
a one-at-a-time design, the middle of a grid; there is none where several would do as well, as the
corners of a grid of two by two. Interactions are not seen from there. Samples have no
such neighbours; there the rank correlation of each numeric axis is taken (Saltelli et al. 2008,
Global Sensitivity Analysis, ch. 1), which sees monotonic effects alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.studies.metric import values
from sim.studies.paired import Estimate, spearman
from sim.sweeps.axes import Axis, Level, Swept

MOST_RUNS = 5000  # that are looked at for a base: their number goes in with its square


@dataclass(frozen=True)
class Swing:
    """A metric along one axis, the others at the base; `points` in the order of the levels."""

    axis: Axis
    points: tuple[tuple[Level, float], ...]

    @property
    def size(self) -> float:
        """Largest less smallest value."""
        found = [value for _, value in self.points]
        return max(found) - min(found)


@dataclass(frozen=True)
class Star:
    """A base and what leaving it along each axis does, the largest swing first."""

    base: Mapping[str, Level]
    value: float  # of the metric at the base
    swings: tuple[Swing, ...]


def star(swept: Swept, metric: str) -> Star | None:
    """Return the one-at-a-time effects on a metric; None where no run is the base.

    Raises
    ------
    ConfigError
        If there is no such metric, or it is in words.
    """
    found = values(swept.runs, metric)
    codes = _codes(swept)
    usable = np.flatnonzero(np.isfinite(found) & (codes >= 0).all(axis=1))[:MOST_RUNS]
    if len(usable) < 2 or not swept.axes:
        return None
    codes, found = codes[usable], found[usable]
    base = _base(codes, [len(axis.levels) for axis in swept.axes])
    if base is None:
        return None
    swings = []
    for i, axis in enumerate(swept.axes):
        near = (np.delete(codes, i, axis=1) == np.delete(codes[base], i)).all(axis=1)
        points = {int(codes[row, i]): float(found[row]) for row in np.flatnonzero(near)}
        if len(points) > 1:
            swing = tuple((axis.levels[code], points[code]) for code in sorted(points))
            swings.append(Swing(axis, swing))
    at = {axis.key: axis.levels[code] for axis, code in zip(swept.axes, codes[base], strict=True)}
    swings.sort(key=lambda swing: -swing.size)
    return Star(at, float(found[base]), tuple(swings))


def correlations(swept: Swept, metric: str) -> list[tuple[Axis, Estimate, int]]:
    """Return rank correlation, interval and number of runs of every numeric axis with a metric.

    The strongest first. Errors are those of `star`.
    """
    found = values(swept.runs, metric)
    rows = []
    for axis in swept.axes:
        if axis.numeric:
            along = swept.runs[axis.key].to_numpy(float)
            known = np.isfinite(found) & np.isfinite(along)
            if known.any():
                rows.append((axis, spearman(along[known], found[known]), int(known.sum())))
    return sorted(
        (row for row in rows if np.isfinite(row[1].value)), key=lambda row: -abs(row[1].value)
    )


def _codes(swept: Swept) -> NDArray[np.int64]:
    """Return the index of each run's level on each axis (runs, axes); -1 where it has none."""
    columns = [
        swept.runs[axis.key].map({level: i for i, level in enumerate(axis.levels)})
        for axis in swept.axes
    ]
    return np.array([c.fillna(-1).astype(int) for c in columns]).T.reshape(-1, len(columns))


def _base(codes: NDArray[np.int64], levels: list[int]) -> int | None:
    """Return the run from which most axes can be left alone; of equals the one in the middle.

    None where no run has a neighbour, or equals are equally far from the middle.
    """
    apart = np.zeros((len(codes), len(codes)), dtype=np.uint8)
    for column in codes.T:
        apart += column[:, None] != column
    moved = np.array(
        [
            sum(bool(((column != column[row]) & (apart[row] == 1)).any()) for column in codes.T)
            for row in range(len(codes))
        ]
    )
    middle = 0.5 * (np.array(levels) - 1.0)
    off = np.abs((codes - middle) / np.maximum(middle, 0.5)).sum(axis=1)
    near = (apart == 1).sum(axis=1)
    first = int(np.lexsort((off, -near, -moved))[0])
    alike = (moved == moved[first]) & (near == near[first]) & np.isclose(off, off[first])
    unsettled = moved[first] == 0 or len(np.unique(codes[alike], axis=0)) > 1
    return None if unsettled else first
