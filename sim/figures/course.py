"""The injection over time, both needles on each axis: drug in the nodule, exposure, mineral.

The exposure is the nodule's mean, weighted by the liquid in its pores: the time integral of the
drug in the nodule over that liquid's volume, which is taken as constant. The integral is by
trapezoids over the accepted time steps; it is scaled to end at the exposure that the run recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.integrate import cumulative_trapezoid

from sim.figures.style import DARK, NEEDLE_COLOURS, WIDTHS, legend_below, say
from sim.figures.uptake import time_axis
from sim.outcome import Array
from sim.results.record import Record

DASHES = ("-", "--")
ROW = 1.9  # inches
END = {"marker": "D", "ms": 4.5, "ls": ""}  # of the injection


@dataclass(frozen=True)
class Course:
    """One quantity over the rows of uptake.csv."""

    label: str
    of: Callable[[Record], Array]
    there: Callable[[Record], bool]
    grows: bool = True  # from round to round


def injected(record: Record) -> bool:
    """Tell whether a record has drug to follow: of its injection, or left by an earlier round."""
    if record.uptake is None:
        return False
    return bool(record.metrics["infiltration.dose_mg"]) or bool(record.uptake["in_nodule_mg"].any())


def dissolves(record: Record) -> bool:
    """Tell whether mineral goes after the injection."""
    return injected(record) and record.case.dissolution.model != "none"


def exposure(record: Record) -> Array:
    """Return the nodule's mean exposure (mg h/mL) up to each time of uptake.csv."""
    time, drug = record.uptake["time_s"], record.uptake["in_nodule_mg"]
    course = cumulative_trapezoid(drug, time, initial=0.0)
    whole = record.metrics["infiltration.exposure_mg_h_per_mL"]
    return course * (whole / course[-1]) if course[-1] > 0.0 else course


def mineral_removed(record: Record) -> Array:
    """Return the mineral gone since the start (mg) at each time of uptake.csv."""
    left = record.uptake["mineral_left_mg"]
    return left[0] - left


COURSES = (
    Course(
        "drug in the nodule\n(mg)", lambda record: record.uptake["in_nodule_mg"], injected, False
    ),
    Course("mean exposure of the\nnodule (mg h/mL)", exposure, injected),
    Course("mineral removed\n(mg)", mineral_removed, dissolves),
)


def course_figure(records: Sequence[Record]) -> Figure:
    """Draw drug in the nodule, its exposure and the mineral removed over one log time axis."""
    rows = [course for course in COURSES if any(course.there(record) for record in records)]
    rows = rows or list(COURSES[:1])
    width = WIDTHS[len(records)]
    figure, axes = plt.subplots(
        len(rows), 1, figsize=(width, ROW * len(rows) + 1.0), sharex=True, squeeze=False
    )
    entries: dict[str, Artist] = {}
    for ax, course in zip(axes[:, 0], rows, strict=True):
        for record, colour, dash in zip(records, NEEDLE_COLOURS, DASHES, strict=False):
            if not course.there(record):
                continue
            time, values = record.uptake["time_s"], course.of(record)
            entries[record.name] = ax.plot(time[1:], values[1:], color=colour, ls=dash)[0]
            end = record.metrics["infiltration.injection_time_s"]
            ax.plot(end, np.interp(end, time, values), color=colour, clip_on=False, **END)
        ax.set_ylabel(course.label)
        ax.set_ylim(bottom=0.0)
    followed = [record.uptake["time_s"][1:] for record in records if injected(record)]
    if followed:
        time_axis(axes[0, 0], *followed)
        entries["end of the injection"] = Line2D([], [], color=DARK, **END)
    else:
        say(axes[0, 0], "no drug was injected")
        axes[0, 0].set(xticks=[], yticks=[])
    axes[-1, 0].set_xlabel("time from the start of the injection")
    without = [record.name for record in records if not injected(record)]
    entries |= {f"{name}: no drug was injected": Line2D([], [], ls="") for name in without}
    legend_below(figure, entries)
    return figure
