"""The mineral before and after each round of a treatment, in the two halves of the section.

A round's needle packs mineral before its injection, so that a round need not begin as the last one
ended.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.cut import Cut, cut
from sim.figures.infiltration import PANEL, panels
from sim.figures.scale import ColourScale
from sim.figures.section import draw_surroundings
from sim.figures.style import DARK, WIDTHS, heading, label, say
from sim.outcome import Array
from sim.results.metrics import G_PER_CM3, MM
from sim.results.record import Record
from sim.rounds.record import Treatment

ROWS = 4  # of rounds that are shown: the first, the last, and some between
NARROWEST = 0.01  # range of the colours / the density before any treatment


def mineral_rounds_figure(treatments: Sequence[Treatment]) -> Figure:
    """Draw the mineral's density per needle (columns) and round (rows), on one colour scale.

    The left half is before the round's injection, the right half at its end. The scale ends at the
    density before any treatment: denser is only what needles compacted.

    Parameters
    ----------
    treatments : sequence of Treatment
        With at least one finished round each, in the half plane, with a closure of dissolution.
    """
    most = max(len(treatment.rounds) for treatment in treatments)
    numbers = np.unique(np.linspace(0, most - 1, min(most, ROWS)).round().astype(int))
    figure, axes = panels([treatment.rounds[0] for treatment in treatments], len(numbers))
    shown = {
        (row, column): _halves(treatment.rounds[n])
        for row, n in enumerate(numbers)
        for column, treatment in enumerate(treatments)
        if n < len(treatment.rounds)
    }
    high = G_PER_CM3 * treatments[0].case.nodule.mineral.density
    low = min(values[plane.in_nodule.triangles].min() for plane, values in shown.values())
    scale = ColourScale(min(low, (1.0 - NARROWEST) * high), high, extend="max")
    inches = PANEL * WIDTHS[len(treatments)] / len(treatments)
    for (row, column), ax in np.ndenumerate(axes):
        treatment, n = treatments[column], numbers[row]
        ax.set_title(heading(f"{treatment.name}: round {n + 1}", inches))
        if (row, column) in shown:
            _panel(ax, treatment.rounds[n], *shown[row, column], scale)
        else:
            say(ax, "not finished")
    scale.bar(figure, axes, "mineral (g/cm³)", shrink=0.8, aspect=30)
    return figure


def _halves(record: Record) -> tuple[Cut, Array]:
    """Return a section and its densities (g/cm3): before on its left, after on its right."""
    mineral = record.fields.mineral
    return cut(record, {}), np.concatenate([mineral[0], mineral[-1]])


def _panel(ax: Axes, record: Record, section: Cut, density: Array, scale: ColourScale) -> None:
    scale.paint(ax, section.in_nodule, density)
    draw_surroundings(ax, record, section, None)
    nodule = record.case.nodule
    low = MM * (nodule.centre_depth + 0.4 * nodule.height)  # above its name
    ax.plot([0.0, 0.0], [0.0, low], color=DARK, lw=0.7, ls="--", zorder=7)
    for text, at, side in (("before", 0.46, "right"), ("after", 0.54, "left")):
        label(ax, text, (at, 0.9), (0, 0), xycoords="axes fraction", ha=side)
