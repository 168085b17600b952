"""Small multiples: a metric over two axes of a sweep, a panel for each value of a third.

A cell is a pair of levels, all of one size: where levels are not evenly spaced the panel is not to
scale, its labels tell. Where further axes vary a cell of numbers is the median over their runs and
a cell of words the most frequent one. All panels have one colour scale.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim.figures.outcomes import LEGEND, looks, paint, patches
from sim.figures.style import DARK, SEQUENTIAL, heading, legend_below
from sim.report.words import number
from sim.studies.metric import meaning, values
from sim.sweeps.axes import Axis, Swept

COLUMNS = 4
CELL, LEAST, MOST = 0.5, 1.9, 3.6  # inches: a cell's side; a panel's
WRITTEN = 64  # cells of a panel up to which their numbers are written
TICKS = 7
NO_RUN, NOT_COMPLETE, NO_VALUE = "no run", "not complete", "no value"
HATCHES = {NOT_COMPLETE: "xxxx", NO_VALUE: "...."}


def multiples_figure(
    swept: Swept, metric: str, over: tuple[Axis, Axis], by: Axis | None = None
) -> Figure:
    """Draw a metric over two axes.

    Parameters
    ----------
    swept : Swept
    metric : str
        A column of numbers or of words, or a question as `sim.studies.metric.values` takes it.
    over : (Axis, Axis)
        Along the abscissa and the ordinate.
    by : Axis, optional
        A panel for each of its levels.

    Raises
    ------
    ConfigError
        If there is no such metric.
    """
    parts = [(None, swept.runs)]
    if by is not None:
        parts = [(level, swept.runs[swept.runs[by.key] == level]) for level in by.levels]
    columns = min(COLUMNS, len(parts))
    rows = -(-len(parts) // columns)
    width, height = (min(max(CELL * len(axis.levels), LEAST), MOST) for axis in over)
    figure, axes = plt.subplots(
        rows, columns, figsize=(max(width * columns + 1.6, 4.8), height * rows + 1.6),
        sharex=True, sharey=True, squeeze=False,
    )  # fmt: skip
    words = in_words(swept.runs, metric)
    grids = [_grid(part, metric, over, words) for _, part in parts]
    for ax, (level, _) in zip(axes.flat, parts, strict=False):
        if by is not None:
            ax.set_title(heading(by.named(level), width))
    used = list(axes.flat[: len(parts)])
    for ax in axes.flat[len(parts) :]:
        ax.remove()
    entries = _words(used, grids) if words else _numbers(figure, used, grids, metric)
    for ax, (_, missing) in zip(used, grids, strict=True):
        entries |= _missing(ax, missing)
        _ticks(ax, over)
    for column in range(columns):
        axes[(len(parts) - 1 - column) // columns, column].tick_params(labelbottom=True)
    middle = (columns - 1) // 2
    axes[(len(parts) - 1 - middle) // columns, middle].set_xlabel(over[0].title)
    figure.supylabel(over[1].title, fontsize=9.0)
    title = heading(meaning(metric).label, figure.get_figwidth())
    figure.suptitle(title, fontsize=10.0, fontweight="bold", x=0.01, ha="left")
    if entries:
        with plt.rc_context(LEGEND):
            legend_below(figure, entries)
    return figure


def in_words(runs: pd.DataFrame, metric: str) -> bool:
    """Return whether a metric is a column of words."""
    return metric in runs and not pd.api.types.is_numeric_dtype(
        runs[metric].dropna().infer_objects()
    )


type _Grid = tuple[NDArray[np.object_] | NDArray[np.float64], NDArray[np.object_]]


def _grid(part: pd.DataFrame, metric: str, over: tuple[Axis, Axis], words: bool) -> _Grid:
    """Return the values of all cells (rows, columns) and why there are none."""
    shape = len(over[1].levels), len(over[0].levels)
    found = part[metric] if words else pd.Series(values(part, metric), part.index)
    if words:
        found = found.where(part["status"] == "complete")
    cells = np.full(shape, "" if words else np.nan, dtype=object if words else float)
    missing = np.full(shape, NO_RUN, dtype=object)
    for i, row in enumerate(over[1].levels):
        for j, column in enumerate(over[0].levels):
            here = (part[over[0].key] == column) & (part[over[1].key] == row)
            if not here.any():
                continue
            own = found[here].dropna()
            complete = (part.loc[here, "status"] == "complete").any()
            missing[i, j] = "" if len(own) else NO_VALUE if complete else NOT_COMPLETE
            if len(own):
                cells[i, j] = own.mode().iloc[0] if words else own.median()
    return cells, missing


def _words(axes: Sequence[Axes], grids: Sequence[_Grid]) -> dict[str, Patch]:
    known = looks(word for cells, _ in grids for word in cells.flat if word)
    for ax, (cells, _) in zip(axes, grids, strict=True):
        paint(ax, *_edges(cells), cells, known, border=DARK)
    return patches(known)


def _numbers(
    figure: Figure, axes: Sequence[Axes], grids: Sequence[_Grid], metric: str
) -> dict[str, Patch]:
    known = meaning(metric)
    factor = 100.0 if known.unit == "%" else 1.0
    shown = [factor * cells for cells, _ in grids]
    finite = np.concatenate([cells[np.isfinite(cells)] for cells in shown])
    low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 1.0)
    norm = Normalize(min(low, 0.0), high if high > min(low, 0.0) else 1.0)
    colours = plt.get_cmap(SEQUENTIAL)
    for ax, cells in zip(axes, shown, strict=True):
        mesh = ax.pcolormesh(*_edges(cells), cells, cmap=colours, norm=norm)
        if cells.size <= WRITTEN:
            for (i, j), value in np.ndenumerate(cells):
                if np.isfinite(value):
                    bright = np.dot(to_rgb(colours(norm(value))), (0.299, 0.587, 0.114))
                    ax.text(
                        j, i, number(float(value), 2), ha="center", va="center", fontsize=7.5,
                        color=DARK if bright > 0.55 else "white",
                    )  # fmt: skip
    bar = figure.colorbar(mesh, ax=list(axes), aspect=30, pad=0.02)
    bar.set_label(f"{known.label} ({known.unit})" if known.unit else known.label)
    return {}


def _missing(ax: Axes, missing: NDArray[np.object_]) -> dict[str, Patch]:
    """Hatch the cells without a value by why there is none."""
    x, y = _edges(missing)
    entries = {}
    for why, hatch in HATCHES.items():
        for i, j in np.argwhere(missing == why):
            ax.add_patch(
                plt.Rectangle((x[j], y[i]), 1.0, 1.0, fill=False, ec="#999999", hatch=hatch, lw=0.0)
            )
            entries[why] = Patch(facecolor="white", edgecolor="#999999", hatch=hatch)
    return entries


def _edges(cells: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.arange(cells.shape[1] + 1) - 0.5, np.arange(cells.shape[0] + 1) - 0.5


def _ticks(ax: Axes, over: tuple[Axis, Axis]) -> None:
    for axis, along in zip((ax.xaxis, ax.yaxis), over, strict=True):
        count = len(along.levels)
        at = range(0, count, -(-count // TICKS))
        texts = [along.text(along.levels[i], unit=False) for i in at]
        axis.set_ticks(list(at), texts)
    if sum(len(str(level)) for level in over[0].levels) > 9 * MOST and not over[0].numeric:
        plt.setp(ax.get_xticklabels(), rotation=30, ha="right", rotation_mode="anchor")
    ax.set_xlim(-0.5, len(over[0].levels) - 0.5)
    ax.set_ylim(-0.5, len(over[1].levels) - 0.5)
