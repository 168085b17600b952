"""Torque at the hand against depth, of the needles that turn, on one axis."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.figures.depth import depth_axis, name_depths
from sim.figures.force import HEADROOM, LIMITS, REACH
from sim.figures.style import DARK, NEEDLE_COLOURS, WIDTHS, legend_below
from sim.results.metrics import MM
from sim.results.record import Record

LIMIT = "torque limit"  # the hand's or, where that is less, the cannula's torsional yield


def turns(record: Record) -> bool:
    """Tell whether a record has torque: a needle that is pushed has none."""
    return record.force is not None and bool(record.force["torque_Nmm"].any())


def torque_figure(records: Sequence[Record]) -> Figure:
    """Draw the torque over depth; which needle is pushed is said in the legend.

    A torque limit far above the axis is told there as well instead of drawn.
    """
    width = WIDTHS[len(records)]
    figure, ax = plt.subplots(figsize=(width, 3.2))
    depth_axis(ax, records[0].case, width)
    drawn = [
        (record, colour)
        for record, colour in zip(records, NEEDLE_COLOURS, strict=False)
        if turns(record)
    ]
    largest = max(record.force["torque_Nmm"].max() for record, _ in drawn)
    entries: dict[str, Artist] = {}
    top = largest
    for record, colour in drawn:
        depth, torque = record.force["depth_mm"], record.force["torque_Nmm"]
        limit = float(torque.max() / record.force["torque_ratio"][torque.argmax()])
        near = limit <= REACH * largest
        name = record.name if near else f"{record.name} ({LIMIT} {limit:.4g} N mm, above this axis)"
        (entries[name],) = ax.plot(depth, torque, color=colour)
        ax.plot(depth[-1], torque[-1], "o", color=colour, ms=5, clip_on=False, zorder=6)
        if near:
            top = max(top, limit)
            entries[LIMIT] = ax.axhline(limit, **LIMITS["operator's limit"] | {"color": colour})
    entries["where it ended"] = Line2D([], [], color=DARK, marker="o", ls="", ms=5)
    pushed = [record.name for record in records if record.force is not None and not turns(record)]
    entries |= {f"{name}: pushed, no torque": Line2D([], [], ls="") for name in pushed}
    ax.set_ylim(0.0, HEADROOM * top)
    ax.set_ylabel("torque at the hand (N mm)")
    name_depths(ax, MM * records[0].case.target_depth, width)
    legend_below(figure, entries)
    return figure
