"""A treatment's curves: the force of every round, what each round gave, and the weeks as a whole.

Times count from the start of the first injection; a round begins one interval after the last one.
Exposure and mineral removed are added up over the rounds. Between rounds nothing is added: the
next round's needle stands in a nodule whose drug and mineral were carried over.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, MultipleLocator

from sim.figures.course import COURSES, DASHES, ROW, Course
from sim.figures.depth import depth_axis, name_depths
from sim.figures.force import HEADROOM, LIMITS, REACH
from sim.figures.style import DARK, NEEDLE_COLOURS, WIDTHS, legend_below, say
from sim.outcome import Array
from sim.results.metrics import MEANINGS, MM
from sim.rounds.record import Treatment

ROUND_DASHES = ("-", "--", "-.", ":")
FADING = 0.65  # of the colour's strength from one round to the next, down to:
FAINTEST = 0.25
TICKS = 14  # at most, about
DAY = 86400.0  # s
OPERATOR = "operator's limit"
BEGIN = {"color": DARK, "lw": 0.6, "ls": ":"}
PER_ROUND = {
    "insertion.peak_force_N": "Peak force",
    "infiltration.dose_in_nodule_mg": "Dose in the nodule",
    "infiltration.infiltrated_fraction_of_nodule": "Infiltrated share",
    "treatment.mineral_removed_fraction": "Mineral removed",
}


def forces_figure(treatments: Sequence[Treatment]) -> Figure:
    """Draw the axial force against depth, one panel per needle and one line per round."""
    width = WIDTHS[len(treatments)]
    figure, axes = plt.subplots(1, len(treatments), figsize=(width, 4.0), squeeze=False)
    entries: dict[str, Artist] = {}
    for ax, treatment, colour in zip(axes[0], treatments, NEEDLE_COLOURS, strict=False):
        ax.set_title(treatment.name)
        inches = width / len(treatments)
        depth_axis(ax, treatment.case, inches)
        ax.set_ylabel("axial force (N)")
        if not treatment.rounds:
            say(ax, "no round was finished")
            continue
        for n, record in enumerate(treatment.rounds):
            depth, force = record.force["depth_mm"], record.force["force_N"]
            strength = max(FADING**n, FAINTEST)
            look = {"alpha": strength, "ls": ROUND_DASHES[n % len(ROUND_DASHES)]}
            ax.plot(depth, force, color=colour, **look)
            ax.plot(depth[-1], force[-1], "o", color=colour, alpha=strength, ms=4)
            entries.setdefault(f"round {n + 1}", Line2D([], [], color=DARK, **look))
        largest = top = max(float(record.force["force_N"].max()) for record in treatment.rounds)
        limit = treatment.case.technique.force_limit
        if limit <= REACH * largest:
            top = max(top, limit)
            entries[OPERATOR] = ax.axhline(limit, **LIMITS[OPERATOR])
        ax.set_ylim(0.0, HEADROOM * top)
        name_depths(ax, MM * treatment.case.target_depth, inches)
    if entries:
        entries["where it ended"] = Line2D([], [], color=DARK, marker="o", ls="", ms=4)
        entries[OPERATOR] = entries.pop(OPERATOR, Line2D([], [], **LIMITS[OPERATOR]))
        legend_below(figure, entries)
    return figure


def rounds_figure(treatments: Sequence[Treatment]) -> Figure:
    """Draw force, dose, infiltrated share and mineral removed over the rounds, a line a needle."""
    figure, axes = plt.subplots(2, 2, figsize=(WIDTHS[2], 5.6), sharex=True)
    entries: dict[str, Artist] = {}
    for ax, (key, title) in zip(axes.flat, PER_ROUND.items(), strict=True):
        meaning = MEANINGS[key]
        ax.set_title(f"{title} ({meaning.unit})")
        for treatment, colour, dash in zip(treatments, NEEDLE_COLOURS, DASHES, strict=False):
            if not treatment.rounds:
                continue
            rounds = range(1, len(treatment.rounds) + 1)
            values = [meaning.shown(value) for value in treatment.course(key)]
            look = {"color": colour, "ls": dash, "marker": "o", "ms": 4, "clip_on": False}
            (entries[treatment.name],) = ax.plot(rounds, values, **look)
        if all(math.isnan(x) for treatment in treatments for x in treatment.course(key)):
            say(ax, "nothing dissolves under the closure none")
            ax.set_yticks([])
        ax.set_ylim(bottom=0.0)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    most = max(len(treatment.rounds) for treatment in treatments)
    axes[0, 0].set_xlim(0.8, most + 0.2)
    for ax in axes[1]:
        ax.set_xlabel("round")
    legend_below(figure, entries)
    return figure


def weeks_figure(treatments: Sequence[Treatment]) -> Figure:
    """Draw drug in the nodule, exposure and mineral removed over the days of all rounds."""
    rows = [
        course
        for course in COURSES
        if any(course.there(record) for told in treatments for record in told.rounds)
    ]
    rows = rows or list(COURSES[:1])
    figure, axes = plt.subplots(
        len(rows), 1, figsize=(WIDTHS[2], ROW * len(rows) + 1.0), sharex=True, squeeze=False
    )
    entries: dict[str, Artist] = {}
    for ax, course in zip(axes[:, 0], rows, strict=True):
        for treatment, colour, dash in zip(treatments, NEEDLE_COLOURS, DASHES, strict=False):
            days, values = over_all(treatment, course)
            if len(days):
                (entries[treatment.name],) = ax.plot(days, values, color=colour, ls=dash)
        _begins(ax, treatments)
        ax.set_ylabel(course.label)
        ax.set_ylim(bottom=0.0)
    if not entries:
        say(axes[0, 0], "no drug was injected")
    axes[-1, 0].set_xlabel("days from the start of the first injection")
    axes[-1, 0].set_xlim(left=0.0)
    entries["a round begins"] = Line2D([], [], **BEGIN)
    legend_below(figure, entries)
    return figure


def over_all(treatment: Treatment, course: Course) -> tuple[Array, Array]:
    """Return the days from the first injection on and a quantity, added up if it ever grows.

    Rounds without it (nothing was injected) keep what there was; both are empty if all are so.
    """
    days, values, carried = [], [], 0.0
    for n, record in enumerate(treatment.rounds):
        begin = n * treatment.case.schedule.interval
        if not course.there(record):
            continue
        own = course.of(record)
        days.append((begin + record.uptake["time_s"]) / DAY)
        values.append(carried + own)
        if course.grows:
            carried += own[-1]
    if not days:
        return np.empty(0), np.empty(0)
    return np.concatenate(days), np.concatenate(values)


def _begins(ax: Axes, treatments: Sequence[Treatment]) -> None:
    """Mark where rounds begin; the ticks are at every one, or every second, third, ..."""
    interval = treatments[0].case.schedule.interval / DAY
    rounds = max(len(treatment.rounds) for treatment in treatments)
    for n in range(rounds):
        ax.axvline(n * interval, zorder=1, **BEGIN)
    ax.xaxis.set_major_locator(MultipleLocator(interval * math.ceil(rounds / TICKS)))
