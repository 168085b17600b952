"""Axial force against depth with its parts and the limits that end an insertion.

Depth is taken in the nodule's own frame, so the anatomy stands still.
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

from sim.case import Case
from sim.figures.style import (
    DARK,
    GREY,
    LAYER_COLOURS,
    NEEDLE_COLOURS,
    WIDTHS,
    label,
    legend_below,
    say,
)
from sim.outcome import Array
from sim.results.metrics import MM
from sim.results.record import Record

HEADROOM = 1.3
REACH = 3.0  # a limit is drawn when it comes within this multiple of the largest force
LIMITS = {
    "ideal buckling load": {"color": DARK, "ls": "--", "lw": 1.2},
    "yield in bending": {"color": "#009e73", "ls": "-.", "lw": 1.4},
    "operator's limit": {"color": GREY, "ls": ":", "lw": 1.6},
}
TIP = {"alpha": 0.5, "lw": 0.0}
FRICTION = {"facecolor": "white", "hatch": "//////", "lw": 0.0}
EVENT = {"marker": "o", "ms": 3.5, "mfc": "white", "mec": DARK, "ls": "", "zorder": 7}


def force_figure(records: Sequence[Record]) -> Figure:
    """Draw one panel per needle on one depth axis; each has its own force axis."""
    figure, axes = plt.subplots(
        1, len(records), figsize=(WIDTHS[len(records)], 3.9), sharex=True, squeeze=False
    )
    deepest = max(MM * (record.case.nodule.depth + record.case.nodule.height) for record in records)
    for ax, record, colour in zip(axes[0], records, NEEDLE_COLOURS, strict=False):
        _layers(ax, record.case)
        outcome = str(record.metrics["insertion.outcome"] or "no result").replace("_", " ")
        ax.set_title(f"{record.name}: {outcome}")
        ax.set_xlabel("tip's depth in the undisplaced anatomy (mm)")
        if record.force is None:
            say(ax, "not computed")
        else:
            _panel(ax, record, colour)
        ax.set_xlim(0.0, deepest + 0.5)
    axes[0, 0].set_ylabel("axial force (N)")
    entries: dict[str, Artist] = {
        "axial force": Line2D([], [], color=DARK),
        "of it on the tip": Patch(color=DARK, **TIP),
        "of it on the shaft": Patch(edgecolor=DARK, **FRICTION),
        "where it ended": Line2D([], [], color=DARK, marker="o", ls="", ms=5),
    }
    legend_below(figure, entries | {name: Line2D([], [], **look) for name, look in LIMITS.items()})
    return figure


def _panel(ax: Axes, record: Record, colour: str) -> None:
    force, target = record.force, MM * record.case.target_depth
    depth, total, tip = force["depth_mm"], force["force_N"], force["tip_N"]
    ax.fill_between(depth, 0.0, tip, color=colour, **TIP)
    ax.fill_between(depth, tip, total, edgecolor=colour, **FRICTION)
    ax.plot(depth, total, color=colour)
    ax.plot(depth[-1], total[-1], "o", color=colour, ms=5, clip_on=False, zorder=6)
    _events(ax, record)
    ax.axvline(target, color=GREY, lw=0.8)
    style = {"xycoords": ("data", "axes fraction"), "rotation": 90, "color": GREY}
    label(ax, "target", (target, 0.04), (2, 0), **style)

    largest, top, above = float(total.max()), float(total.max()), []
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
    ax.set_ylim(0.0, HEADROOM * top)
    if above:
        text = "above this axis:\n" + "\n".join(above)
        label(ax, text, (0.99, 0.92), (0, 0), xycoords="axes fraction", va="top", ha="right")


def _events(ax: Axes, record: Record) -> None:
    """Mark what happened on the way; the last event is how it ended."""
    for event in record.events[:-1]:
        at = float(event["depth_mm"]), float(event["force_N"])
        ax.plot(*at, **EVENT)
        name = event["event"].replace("_", " ")
        label(ax, name, at, (0, 5), rotation=90, ha="center", va="bottom")


def _lowest(limit: Array) -> float:
    finite = limit[np.isfinite(limit)]
    return float(finite.min()) if finite.size else np.inf


def _layers(ax: Axes, case: Case) -> None:
    """Shade skin, subcutis and nodule along the axis."""
    skin, nodule = MM * case.tissue.skin.thickness, case.nodule
    top, bottom = MM * nodule.depth, MM * (nodule.depth + nodule.height)
    spans = {"skin": (0.0, min(skin, top)), "subcutis": (skin, top), "nodule": (top, bottom)}
    for name, (start, end) in spans.items():
        if end <= start:
            continue
        ax.axvspan(start, end, color=LAYER_COLOURS[name], lw=0, zorder=0)
        rotation = 0 if end - start > 3.0 else 90
        at, over = (0.5 * (start + end), 0.99), ("data", "axes fraction")
        label(ax, name, at, (0, 0), xycoords=over, ha="center", va="top", rotation=rotation)
