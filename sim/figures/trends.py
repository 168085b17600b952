"""Metrics of a sweep over one axis, a panel for each metric and a line for each value of another.

Every run is a point, hollow where it did not reach its target. Where further axes vary the line is
the median over them; words of a category are at even distances. Runs that are not complete have no
point. The largest force of a run that was stopped is the hand's limit, not the tissue's resistance:
lines of force are of runs that reached their target.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.figures.style import DARK, heading, legend_below
from sim.studies.metric import meaning, values
from sim.sweeps.axes import DENSE, FIRST_ROUND, Axis, Level, Swept
from sim.sweeps.ranking import FORCE, reached

COLUMNS = 3
PANEL = (3.3, 2.5)  # inches
SKEWED = (
    8.0  # ratio of a positive axis' largest to its smallest gap, from which on it is logarithmic
)
LOOKS = (  # of the levels of an axis, in its order; Okabe and Ito; markers and strokes for grey
    ("#0072b2", "o", "-"),
    ("#d55e00", "^", "--"),
    ("#009e73", "s", "-."),
    ("#cc79a7", "D", ":"),
    ("#56b4e9", "v", (0, (5, 1, 1, 1))),
    ("#8c6d00", "P", (0, (1, 1))),
    (DARK, "X", (0, (8, 2))),
)
MOST_LINES = len(LOOKS)
SHORT = "did not reach its target"


def trends_figure(
    swept: Swept, metrics: Sequence[str], over: Axis, by: Axis | None = None
) -> Figure:
    """Draw metrics over an axis.

    Parameters
    ----------
    swept : Swept
    metrics : sequence of str
        Columns of numbers, or questions as `sim.studies.metric.values` takes them.
    over : Axis
        Along the abscissa.
    by : Axis, optional
        A line for each of its levels, of which there are at most `MOST_LINES`.

    Raises
    ------
    ConfigError
        If there is no such metric, or it is in words.
    """
    columns = min(COLUMNS, len(metrics))
    rows = -(-len(metrics) // columns)
    size = max(PANEL[0] * columns, 4.6), PANEL[1] * rows + 0.4
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, sharex=True)
    for ax, metric in zip(axes.flat, metrics, strict=False):
        _panel(ax, swept, metric, over, by)
        known = meaning(metric)
        ax.set_title(heading(known.label, PANEL[0]))
        ax.set_ylabel(known.unit)
    for ax in axes.flat[len(metrics) :]:
        ax.remove()
    for column in range(columns):  # the lowest panel of each column has the labels
        lowest = axes[(len(metrics) - 1 - column) // columns, column]
        lowest.tick_params(labelbottom=True)
        lowest.set_xlabel(over.title)
    entries = {} if by is None else _legend(by)
    if (swept.runs["status"].eq("complete") & ~reached(swept)).any():
        entries[SHORT] = Line2D([], [], ls="", marker="o", color=DARK, mfc="white", ms=4.0)
    if entries:
        legend_below(figure, entries)
    return figure


def _panel(ax: Axes, swept: Swept, metric: str, over: Axis, by: Axis | None) -> None:
    known = meaning(metric)
    shown = values(swept.runs, metric) * (100.0 if known.unit == "%" else 1.0)
    frame = pd.DataFrame(
        {"x": _places(swept, over), "y": shown, "reached": reached(swept)}, index=swept.runs.index
    )
    joined = not swept.sampled(over)
    for i, level in enumerate(by.levels if by is not None else (None,)):
        colour, marker, stroke = LOOKS[i % MOST_LINES]
        own = frame if by is None else frame[swept.runs[by.key] == level]
        own = own.dropna()
        told = own[own["reached"]] if metric.removeprefix(FIRST_ROUND) == FORCE else own
        middle = told.groupby("x")["y"].median()
        several = own["x"].duplicated().any()
        look = {"color": colour, "ms": 4.0, "alpha": 0.45 if several else 1.0, "zorder": 3}
        full, short = own[own["reached"]], own[~own["reached"]]
        ax.plot(full["x"], full["y"], marker, mew=0.0, **look)
        ax.plot(short["x"], short["y"], marker, mfc="white", mew=0.9, **look)
        if joined:
            line = stroke if over.numeric else ""
            ends = marker if several else ""
            ax.plot(middle.index, middle, ls=line, marker=ends, color=colour, lw=1.4, ms=6.0,
                    mec="white")  # fmt: skip
    seen = set(frame["x"][np.isfinite(shown)])
    _axis(ax, over, [level for level in over.levels if level in seen])
    if np.nanmin(shown, initial=0.0) >= 0.0:
        ax.set_ylim(0.0, 1.06 * np.nanmax(shown, initial=0.0) or 1.0)


def _places(swept: Swept, over: Axis) -> np.ndarray:
    if over.numeric:
        return swept.runs[over.key].to_numpy(float)
    place = {level: float(i) for i, level in enumerate(over.levels)}
    return swept.runs[over.key].map(place).to_numpy(float)


def _axis(ax: Axes, over: Axis, levels: Sequence[Level]) -> None:
    """Label an axis; `levels` are those with a point."""
    if not over.numeric:
        ax.set_xticks(range(len(over.levels)), [over.text(level) for level in over.levels])
        ax.set_xlim(-0.5, len(over.levels) - 0.5)
        if sum(len(str(level)) for level in over.levels) > 26:
            plt.setp(ax.get_xticklabels(), rotation=30, ha="right", rotation_mode="anchor")
    elif len(levels) <= DENSE and _skewed(levels):
        ax.set_xscale("log")
        ticks = levels if len(levels) <= 6 else levels[:: len(levels) // 4]
        ax.set_xticks(ticks, [over.text(tick, unit=False) for tick in ticks])
        ax.minorticks_off()


def _skewed(levels: Sequence[float]) -> bool:
    """Return whether levels are rather spaced in their logarithm."""
    steps = np.diff(levels)
    uneven = len(steps) > 1 and steps.max() > SKEWED * steps.min()
    return bool(uneven and levels[0] > 0.0 and levels[-1] >= 3.0 * levels[0])


def _legend(by: Axis) -> dict[str, Line2D]:
    return {
        by.named(level): Line2D([], [], color=colour, marker=marker, ls=stroke, ms=4.0)
        for level, (colour, marker, stroke) in zip(by.levels, LOOKS, strict=False)
    }
