"""Axial force against depth with its parts and the limits that end an insertion.

Of two needles both are drawn on one axis first. Then follows each with its parts on a force axis
of its own: a thin needle's loads are a tenth of a wide one's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.figures.depth import LINE, PANEL, depth_axis, name_depths, spread
from sim.figures.style import DARK, GREY, NEEDLE_COLOURS, WIDTHS, heading, label, legend_below, say
from sim.outcome import Array
from sim.results.metrics import MM
from sim.results.record import Record

HEADROOM = 1.3
REACH = 3.0  # a limit is drawn when it comes within this multiple of the largest force
HEIGHT = 4.3  # inches, of the needles' own panels
BOTH = 2.9  # inches, of the panel of both
TITLE = 0.85  # of a panel's width, for its title
SMALLER = 0.8  # letters of a label, to those of a title
LIMITS = {
    "ideal buckling load": {"color": DARK, "ls": "--", "lw": 1.2},
    "yield in bending": {"color": "#009e73", "ls": "-.", "lw": 1.4},
    "operator's limit": {"color": GREY, "ls": ":", "lw": 1.6},
}
TIP = {"alpha": 0.5, "lw": 0.0}
FRICTION = {"facecolor": "white", "hatch": "//////", "lw": 0.0}
OWN = "own"  # panels of one needle each


def force_figure(records: Sequence[Record]) -> Figure:
    """Draw two needles' forces on one axis; below, one panel per needle with its parts."""
    own = [f"{OWN} {n}" for n in range(len(records))]
    rows, heights = ([own], [HEIGHT]) if len(records) == 1 else ([[""] * 2, own], [BOTH, HEIGHT])
    width = WIDTHS[len(records)]
    figure, axes = plt.subplot_mosaic(
        rows, figsize=(width, sum(heights)), height_ratios=heights, empty_sentinel=None
    )
    for name, record, colour in zip(own, records, NEEDLE_COLOURS, strict=False):
        _panel(axes[name], record, colour, width / len(records))
    if "" in axes:
        _both(axes[""], records, width)
    entries: dict[str, Artist] = {
        "axial force": Line2D([], [], color=DARK),
        "of it on the tip": Patch(color=DARK, **TIP),
        "of it on the shaft": Patch(edgecolor=DARK, **FRICTION),
        "where it ended": Line2D([], [], color=DARK, marker="o", ls="", ms=5),
    }
    legend_below(figure, entries | {name: Line2D([], [], **look) for name, look in LIMITS.items()})
    return figure


def ending(record: Record) -> str:
    """Return how an insertion ended, and where."""
    outcome = str(record.metrics["insertion.outcome"] or "no result").replace("_", " ")
    reached = record.metrics["insertion.reached_depth_mm"]
    return outcome if reached is None else f"{outcome} at {reached:.2f} mm"


def _both(ax: Axes, records: Sequence[Record], inches: float) -> None:
    """Draw both needles' total force and operator's limits on one axis."""
    drawn = [
        (record, colour)
        for record, colour in zip(records, NEEDLE_COLOURS, strict=True)
        if record.force is not None
    ]
    case = records[0].case
    depth_axis(ax, case, inches)
    ax.set_title("Both on one axis")
    ax.set_ylabel("axial force (N)")
    if not drawn:
        say(ax, "not computed")
        ax.set_yticks([])
        return
    largest = max(record.force["force_N"].max() for record, _ in drawn)
    near = [r.case.technique.force_limit for r, _ in drawn]
    near = [limit for limit in near if limit <= REACH * largest]
    top = HEADROOM * max(largest, *near, 0.0)
    ax.set_ylim(0.0, top)
    name_depths(ax, MM * case.target_depth, inches)
    order = sorted(drawn, key=lambda entry: entry[0].force["force_N"][-1])
    ends = np.array([[record.force[x][-1] for x in ("depth_mm", "force_N")] for record, _ in order])
    room = TITLE * inches * (1.0 - ends[:, 0] / ax.get_xlim()[1]) / SMALLER
    words = [
        heading(f"{record.name}: {ending(record)}", width)
        for (record, _), width in zip(order, room, strict=True)
    ]
    line = LINE * top / (PANEL * BOTH)
    lines = 1 + max(text.count("\n") for text in words)
    places = spread(np.maximum(ends[:, 1], (0.5 + lines) * line), lines * line)  # above the axis
    for (record, colour), (end, force), text, place in zip(order, ends, words, places, strict=True):
        ax.plot(record.force["depth_mm"], record.force["force_N"], color=colour)
        ax.plot(end, force, "o", color=colour, ms=5, clip_on=False, zorder=6)
        how = {"color": colour, "va": "top", "fontweight": "bold"}
        label(ax, text, (end, place), (6, -3), **how)
        limit = record.case.technique.force_limit
        if limit in near:
            ax.axhline(limit, **LIMITS["operator's limit"] | {"color": colour})
            text = f"{record.name}: operator's limit {limit:g} N"
            how = {"xycoords": ("axes fraction", "data"), "ha": "right", "color": colour}
            label(ax, text, (0.995, limit), (0, 3), **how)


def _panel(ax: Axes, record: Record, colour: str, inches: float) -> None:
    """Draw one needle's force with its parts, limits and events."""
    depth_axis(ax, record.case, inches)
    ax.set_title(heading(f"{record.name}: {ending(record)}", TITLE * inches))
    ax.set_ylabel("axial force (N)")
    if record.force is None:
        say(ax, "not computed")
        ax.set_yticks([])
        return
    force = record.force
    depth, total, tip = force["depth_mm"], force["force_N"], force["tip_N"]
    ax.fill_between(depth, 0.0, tip, color=colour, **TIP)
    ax.fill_between(depth, tip, total, edgecolor=colour, **FRICTION)
    ax.plot(depth, total, color=colour)
    ax.plot(depth[-1], total[-1], "o", color=colour, ms=5, clip_on=False, zorder=6)
    ax.set_ylim(0.0, HEADROOM * _limits(ax, record))
    passed = record.events[:-1]  # the last is how it ended
    name_depths(ax, MM * record.case.target_depth, inches, passed)


def _limits(ax: Axes, record: Record) -> float:
    """Draw the limits near the force, tell the others; return the largest value to be seen."""
    force, above = record.force, []
    depth, largest = force["depth_mm"], float(force["force_N"].max())
    top = largest
    operator = np.full_like(depth, record.case.technique.force_limit)
    values = (force["buckling_load_N"], force["bending_limit_N"], operator)
    for (name, look), limit in zip(LIMITS.items(), values, strict=True):
        lowest = _lowest(limit)
        if lowest <= REACH * largest:
            top = max(top, lowest)
            ends = depth if limit is not operator else np.linspace(0.0, 100.0, len(depth))
            ax.plot(ends, np.where(np.isfinite(limit), limit, np.nan), **look)
        elif np.isfinite(lowest):
            more = "" if limit is operator else " or more"
            above.append(f"{name}: {float(f'{lowest:.2g}'):g} N{more}")
    if above:
        text = "above this axis:\n" + "\n".join(above)
        label(ax, text, (0.99, 0.86), (0, 0), xycoords="axes fraction", va="top", ha="right")
    return top


def _lowest(limit: Array) -> float:
    finite = limit[np.isfinite(limit)]
    return float(finite.min()) if finite.size else np.inf
