"""Where the dose is over time, and how much of the nodule exceeds which concentration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.style import (
    DARK,
    GREY,
    NEEDLE_COLOURS,
    PLACE_COLOURS,
    WIDTHS,
    label,
    legend_below,
    say,
)
from sim.outcome import Array
from sim.results.record import Record

TICKS = {1.0: "1 s", 10.0: "10 s", 60.0: "1 min", 600.0: "10 min", 3600.0: "1 h", 21600.0: "6 h",
         86400.0: "1 d", 604800.0: "7 d"}  # fmt: skip
NEGLIGIBLE = 2e-3  # share of the dose below which a place is left out
SOONEST = 0.3  # s, where the axis of times begins at the earliest
ROOM = 30.0  # times the axis' begin from which on "end of injection" fits before it
LARGEST = 0.99  # concentration / injected up to which volumes mean more than rounding errors

ACROSS = ("data", "axes fraction")


def uptake_figure(records: Sequence[Record]) -> Figure:
    """Stack the places of the drug over log time, one panel per needle on one mass scale."""
    figure, axes = plt.subplots(
        1, len(records), figsize=(WIDTHS[len(records)], 3.6), sharex=True, sharey=True,
        squeeze=False,
    )  # fmt: skip
    stacks = [_places(record) for record in records]
    told = [
        place
        for place in PLACE_COLOURS
        if any(s[place].max() > NEGLIGIBLE * sum(s.values()).max() for s in stacks if s)
    ]
    times = [record.uptake["time_s"][1:] for record, s in zip(records, stacks, strict=True) if s]
    entries: dict[str, Artist] = {}
    for ax, record, stack in zip(axes[0], records, stacks, strict=True):
        ax.set_title(record.name)
        ax.set_xlabel("time from the start of the injection")
        if stack:
            entries |= _panel(ax, record, {place: stack[place] for place in told})
        else:
            computed = record.uptake is not None
            say(ax, "no drug was injected" if computed else "no infiltration computed")
            ax.tick_params(bottom=False, labelbottom=False)
    axes[0, 0].set_ylabel("thiosulfate pentahydrate (mg)")
    axes[0, 0].set_ylim(bottom=0.0)
    if entries:
        time_axis(axes[0, 0], *times)
        for ax, record, stack in zip(axes[0], records, stacks, strict=True):
            if stack:
                _end_of_injection(ax, record.metrics["infiltration.injection_time_s"])
        legend_below(figure, entries)
    else:
        axes[0, 0].set_yticks([])
    return figure


def _places(record: Record) -> dict[str, Array]:
    """Mass (mg) in each place after the start; empty where there is no drug."""
    table = record.uptake
    if table is None:
        return {}
    soft = table["in_skin_mg"] + table["in_subcutis_mg"]
    ways = ("in_bore", "consumed", "cleared", "left_domain", "lost_through_skin")
    masses = (table["in_nodule_mg"], soft, *(table[f"{way}_mg"] for way in ways))
    places = {place: mass[1:] for place, mass in zip(PLACE_COLOURS, masses, strict=True)}
    return places if np.any(list(places.values())) else {}


def _panel(ax: Axes, record: Record, stack: dict[str, Array]) -> dict[str, Artist]:
    time = record.uptake["time_s"][1:]
    colours = [PLACE_COLOURS[place] for place in stack]
    areas = ax.stackplot(time, *stack.values(), colors=colours, lw=0)
    ax.plot(time, next(iter(stack.values())), color=DARK, lw=1.0)
    return dict(zip(stack, areas, strict=True))


def _end_of_injection(ax: Axes, end: float) -> None:
    """Draw a line, and name it on the side where there is room."""
    ax.axvline(end, color=DARK, lw=0.8, ls=":")
    first, _ = ax.get_xlim()
    shift, side = (-3, "right") if end > ROOM * first else (3, "left")
    label(ax, "end of injection", (end, 0.98), (shift, 0), xycoords=ACROSS, va="top", ha=side)


def time_axis(ax: Axes, *times: Array) -> None:
    """Make x a logarithmic axis over all these times (s) with ticks that people count in."""
    ax.set_xscale("log")
    first = max(min(time[0] for time in times), SOONEST)
    last = max(time[-1] for time in times)
    ax.set_xlim(first, last)
    ticks = {at: text for at, text in TICKS.items() if first <= at <= 1.01 * last}
    ax.set_xticks(list(ticks), list(ticks.values()))
    ax.minorticks_off()


def threshold_figure(records: Sequence[Record]) -> Figure:
    """Draw the nodule's volume share that ever exceeded each concentration.

    The curve ends at 99 % of the injected concentration: how much exceeds all of it is rounding.
    """
    figure, ax = plt.subplots(figsize=(WIDTHS[len(records)], 3.6))
    lowest = 1.0
    for record, colour, dash in zip(records, NEEDLE_COLOURS, ("-", "--"), strict=False):
        if record.threshold is None:
            continue
        fraction, volume = record.threshold.values()
        kept = fraction <= LARGEST
        lowest = min(lowest, fraction.min())
        style = {"color": colour, "ls": dash, "label": record.name}
        ax.plot(100.0 * fraction[kept], 100.0 * volume[kept], clip_on=False, **style)
    chosen = 100.0 * records[0].case.injection.threshold_fraction
    ax.axvline(chosen, color=GREY, ls=":", lw=1.2)
    label(ax, f"threshold {chosen:g} %", (chosen, 0.97), (3, 0), xycoords=ACROSS, va="top")
    ax.set_xscale("log")
    ticks = np.array([0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100])
    ticks = ticks[ticks >= 100.0 * lowest]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.set_xlim(100.0 * lowest, 100.0)
    ax.set_ylim(0.0, 102.0)
    ax.set_xlabel("concentration ever exceeded (% of the injected one)")
    ax.set_ylabel("share of the nodule's volume (%)")
    ax.legend(loc="upper right")
    if all(record.metrics["infiltration.dose_mg"] == 0.0 for record in records):
        say(ax, "no drug was injected")
    return figure
