"""What an injection takes of the mineral: where by the end of the run, and how it goes on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.course import DASHES, mineral_removed
from sim.figures.cut import Cut, cut, shown_width
from sim.figures.infiltration import BELOW, PANEL
from sim.figures.scale import ColourScale, scale_bar
from sim.figures.section import draw_surroundings, set_frame
from sim.figures.style import NEEDLE_COLOURS, WIDTHS, heading, say
from sim.figures.uptake import time_axis
from sim.outcome import Array
from sim.results.metrics import MM
from sim.results.record import Record

COURSE = "course"  # the lower panel


def mineral_figure(records: Sequence[Record]) -> Figure:
    """Draw, per needle, the share that is gone of the mineral, and its mass over time below."""
    names = [str(n) for n in range(len(records))]
    figure, axes = plt.subplot_mosaic(
        [names, [COURSE] * len(records)],
        figsize=(WIDTHS[len(records)], 6.4),
        height_ratios=(1.4, 1.0),
    )
    sections = [_gone(record) if dissolves(record) else None for record in records]
    most = max((values.max() for _, values in filter(None, sections)), default=0.0)
    scale = ColourScale(0.0, most or 1.0)
    widths = np.array([shown_width(record) for record in records])
    width = widths[:, 0].min(), widths[:, 1].max()
    lowest = max(MM * record.case.tissue.depth for record in records) + BELOW
    inches = PANEL * WIDTHS[len(records)] / len(records)
    for name, record, section in zip(names, records, sections, strict=True):
        ax, closure = axes[name], record.case.dissolution.model.replace("_", " ")
        set_frame(ax, width, lowest)
        ax.set_title(heading(f"{record.name}: closure {closure}", inches))
        _panel(ax, record, section, scale)
    axes[names[0]].set_ylabel("depth (mm)")
    scale.bar(figure, [axes[name] for name in names], "mineral removed (%)", shrink=0.8, aspect=25)
    _course(axes[COURSE], records)
    return figure


def dissolves(record: Record) -> bool:
    """Tell whether a record says what became of the mineral."""
    return record.fields is not None and record.fields.mineral is not None


def _gone(record: Record) -> tuple[Cut, Array]:
    """Return a section, and at its points the share (%) gone of what was there; 0 off the nodule.

    The largest is that of the nodule's points in the section.
    """
    first, last = record.fields.mineral[0], record.fields.mineral[-1]
    share = 100.0 * np.divide(first - last, first, out=np.zeros_like(first), where=first > 0.0)
    section = cut(record, {"gone": share})
    return section, section.values["gone"]


def _panel(ax: Axes, record: Record, section: tuple[Cut, Array] | None, scale: ColourScale) -> None:
    if section is None:
        say(ax, "not computed")
        draw_surroundings(ax, record, None, None)
        return
    plane, share = section
    ax.set_xlabel("distance from the needle's axis (mm)" if plane.mirrored else "x (mm)")
    scale.paint(ax, plane.in_nodule, share)
    scale_bar(ax)
    draw_surroundings(ax, record, plane, None)


def _course(ax: Axes, records: Sequence[Record]) -> None:
    """Draw the mass removed over log time."""
    times = []
    for record, colour, dash in zip(records, NEEDLE_COLOURS, DASHES, strict=False):
        if record.uptake is not None:
            times.append(record.uptake["time_s"][1:])
            gone = mineral_removed(record)[1:]
            ax.plot(times[-1], gone, color=colour, ls=dash, label=record.name)
    time_axis(ax, *times)
    ax.set_ylim(bottom=0.0)
    ax.set_ylabel("mineral removed (mg)")
    ax.set_xlabel("time from the start of the injection")
    if len(records) > 1:
        ax.legend(loc="upper left")
