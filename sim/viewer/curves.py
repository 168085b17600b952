"""The curve under the view, both needles on one axis, with where on it a time is."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.figures.course import COURSES
from sim.figures.depth import DEPTH
from sim.figures.style import DARK, DPI, GREY, NEEDLE_COLOURS, say
from sim.figures.uptake import time_axis
from sim.outcome import Array
from sim.results.metrics import MM
from sim.results.record import Record

LEAST = 300  # pixels of a curve's width
SMALL = {"font.size": 7.0, "axes.labelsize": 7.0, "axes.titlesize": 7.5, "legend.fontsize": 7.0}
DASHES = ("-", (0, (5, 2)))


@dataclass(frozen=True)
class Curve:
    """A picture of curves; times, if its x axis is one, lie between two shares of its width."""

    png: bytes
    left: float = 0.0
    right: float = 0.0
    first: float = 0.0  # s, at `left`; 0: the axis is no time
    last: float = 0.0

    def share_of(self, time: float) -> float | None:
        """Return where a time (s) is, as a share of the picture's width; None: not on it."""
        if self.first <= 0.0 or time > 1.001 * self.last:
            return None
        along = np.log(max(time, self.first) / self.first) / np.log(self.last / self.first)
        return float(self.left + along * (self.right - self.left))


type Sides = Sequence[Record | None]  # the left one and the right one
type Series = Sequence[tuple[str, int, Array, Array]]  # name, side, times (s), values
type Draw = Callable[[Axes, Sides], bool]  # whether x is time


def force(ax: Axes, sides: Sides) -> bool:
    """Draw the axial force over the tip's depth; a dot where it ended."""
    inserted = [(n, record) for n, record in enumerate(sides) if record and record.force]
    for side, record in inserted:
        depth, total = record.force["depth_mm"], record.force["force_N"]
        colour = NEEDLE_COLOURS[side]
        ax.plot(depth, total, color=colour, ls=DASHES[side], label=record.name)
        ax.plot(depth[-1], total[-1], "o", color=colour, ms=4, clip_on=False)
    if not inserted:
        _empty(ax, "no insertion was computed")
    else:
        ax.set_xlim(0.0, 1.05 * max(MM * record.case.target_depth for _, record in inserted))
        ax.set_ylim(bottom=0.0)
    ax.set_xlabel(DEPTH)
    ax.set_title("axial force (N)")
    return False


def course(number: int) -> Draw:
    """Return what draws one of the courses of an injection over log time."""
    wanted = COURSES[number]

    def draw(ax: Axes, sides: Sides) -> bool:
        found = [
            (record.name, side, record.uptake["time_s"], wanted.of(record))
            for side, record in enumerate(sides)
            if record is not None and wanted.there(record)
        ]
        return over_time(ax, found, wanted.label)

    return draw


def over_time(ax: Axes, series: Series, label: str) -> bool:
    """Draw series over log time."""
    ax.set_title(label.replace("\n", " "))
    ax.set_xlabel("time from the start of the injection")
    if not series:
        _empty(ax, "nothing to follow over time")
        return False
    for name, side, time, values in series:
        ax.plot(time, values, color=NEEDLE_COLOURS[side], ls=DASHES[side], label=name)
    time_axis(ax, *(time[time > 0.0] for _, _, time, _ in series))
    return True


CURVES: dict[str, tuple[str, Draw]] = {
    "force": ("force over depth", force),
    "uptake": ("drug in the nodule", course(0)),
    "exposure": ("mean exposure of the nodule", course(1)),
    "mineral": ("mineral removed", course(2)),
}


def _empty(ax: Axes, reason: str) -> None:
    say(ax, reason)
    ax.set_xticks([])
    ax.set_yticks([])


def picture(draw: Draw, sides: Sides, columns: int, rows: int) -> Curve:
    """Return the curves of records as a picture of so many pixels."""
    columns = max(columns, LEAST)
    with rc_context(SMALL):
        figure = Figure(
            figsize=(columns / DPI, rows / DPI), dpi=DPI, layout="constrained", facecolor="white"
        )
        canvas = FigureCanvasAgg(figure)
        ax = figure.add_subplot()
        ax.spines[:].set_color(GREY)
        ax.tick_params(colors=DARK, labelsize=6.5)
        timed = draw(ax, sides)
        if len(ax.get_legend_handles_labels()[1]) > 1:
            ax.legend(loc="best")
        canvas.draw()
        content = io.BytesIO()
        canvas.print_png(content)
        box, (first, last) = ax.get_position(), ax.get_xlim()
    if not timed:
        return Curve(content.getvalue())
    return Curve(content.getvalue(), box.x0, box.x1, first, last)
