"""Where the dose is over time, and how much of the nodule exceeds which concentration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from sim.figures.style import DARK, GREY, NEEDLE_COLOURS, PLACE_COLOURS, label
from sim.results.record import Record

TICKS = {1.0: "1 s", 10.0: "10 s", 60.0: "1 min", 600.0: "10 min", 3600.0: "1 h", 21600.0: "6 h",
         86400.0: "1 d", 604800.0: "7 d"}  # fmt: skip

ACROSS = ("data", "axes fraction")


def uptake_figure(records: Sequence[Record]) -> Figure:
    """Stack the places of the drug over log time, one panel per needle on one mass scale."""
    figure, axes = plt.subplots(
        1, len(records), figsize=(4.6 * len(records) + 0.4, 3.6), sharex=True, sharey=True,
        squeeze=False,
    )  # fmt: skip
    for ax, record in zip(axes[0], records, strict=True):
        ax.set_title(record.name)
        ax.set_xlabel("time from the start of the injection")
        if record.uptake is None:
            label(
                ax,
                "no infiltration computed",
                (0.5, 0.5),
                (0, 0),
                xycoords="axes fraction",
                ha="center",
            )
            continue
        later = record.uptake["time_s"] > 0.0
        table = {name: column[later] for name, column in record.uptake.items()}
        time = table["time_s"]
        places = (
            table["in_nodule_mg"],
            table["in_skin_mg"] + table["in_subcutis_mg"],
            table["cleared_mg"],
            table["left_domain_mg"],
            table["lost_through_skin_mg"],
        )
        ax.stackplot(time, *places, colors=PLACE_COLOURS.values(), labels=PLACE_COLOURS, lw=0)
        ax.plot(time, places[0], color=DARK, lw=1.0)
        ax.set_xscale("log")
        ax.set_xlim(max(time[0], 0.3), time[-1])
        end = record.metrics["infiltration.injection_time_s"]
        ax.axvline(end, color=DARK, lw=0.8, ls=":")
        label(ax, "end of injection", (end, 0.98), (3, 0), xycoords=ACROSS, va="top")
        ticks = {at: text for at, text in TICKS.items() if time[0] <= at <= 1.01 * time[-1]}
        ax.set_xticks(list(ticks), list(ticks.values()), rotation=30)
        ax.minorticks_off()
    axes[0, 0].set_ylabel("thiosulfate pentahydrate (mg)")
    handles, labels = next(
        (ax.get_legend_handles_labels() for ax in axes[0] if ax.get_legend_handles_labels()[0]),
        ([], []),
    )
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def threshold_figure(records: Sequence[Record]) -> Figure:
    """Draw the nodule's volume share that ever exceeded each concentration."""
    figure, ax = plt.subplots(figsize=(5.6, 3.6))
    for record, colour, dash in zip(records, NEEDLE_COLOURS, ("-", "--"), strict=False):
        if record.threshold is not None:
            fraction, volume = record.threshold.values()
            ax.plot(100.0 * fraction, 100.0 * volume, color=colour, ls=dash, label=record.name)
    chosen = 100.0 * records[0].case.injection.threshold_fraction
    ax.axvline(chosen, color=GREY, ls=":", lw=1.2)
    label(ax, f"threshold {chosen:g} %", (chosen, 0.97), (3, 0), xycoords=ACROSS, va="top")
    ax.set_xscale("log")
    ticks = np.array([0.1, 1.0, 10.0, 50.0, 100.0])
    low = min(
        (
            100.0 * record.threshold["fraction_of_injected_concentration"].min()
            for record in records
            if record.threshold is not None
        ),
        default=1.0,
    )
    ticks = ticks[ticks >= low]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.set_ylim(0.0, 102.0)
    ax.set_xlabel("concentration ever exceeded (% of the injected one)")
    ax.set_ylabel("share of the nodule's volume (%)")
    ax.legend(loc="upper right")
    return figure
