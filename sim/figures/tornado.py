"""What each axis of a sweep does to a metric: swings about a base, or rank correlations."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.figures.style import DARK, GREY, NEEDLE_COLOURS, label, legend_below
from sim.studies.metric import meaning
from sim.studies.paired import Estimate
from sim.sweeps.axes import Axis
from sim.sweeps.effects import Star, Swing

SHOWN = 16  # axes
ROW = 0.42  # inches
ROOM = 0.34  # of the axis' width, on both sides for what the ends are


def tornado_figure(found: Star, metric: str) -> Figure:
    """Draw the swing along every axis, the others at the base, the largest above.

    Parameters
    ----------
    found : Star
        As `sim.sweeps.effects.star` returns it.
    metric : str
        Its name, for unit and title.
    """
    known = meaning(metric)
    factor = 100.0 if known.unit == "%" else 1.0
    swings = found.swings[:SHOWN]
    figure, ax = plt.subplots(figsize=(8.4, 1.6 + ROW * len(swings)))
    base = factor * found.value
    for y, swing in enumerate(swings):
        _bar(ax, y, swing, factor, base)
    ends = [factor * value for swing in swings for _, value in swing.points]
    low, high = min(ends), max(ends)
    room = ROOM * (high - low or abs(high) or 1.0)
    ax.set_xlim(low - room, high + room)
    if low >= 0.0:  # room for words, no values
        ax.set_xticks([tick for tick in ax.get_xticks() if 0.0 <= tick <= high + room])
    ax.axvline(base, color=DARK, lw=1.0, zorder=1)
    ax.set_yticks(range(len(swings)), [swing.axis.label for swing in swings])
    ax.set_ylim(len(swings) - 0.4, -0.6)
    ax.set_xlabel(f"{known.label} ({known.unit})" if known.unit else known.label)
    ax.set_title("One input at a time")
    numeric = [swing.axis.numeric for swing in swings]
    entries = {}
    if any(numeric):
        entries["at an input's smallest value"] = Patch(
            facecolor=NEEDLE_COLOURS[0], edgecolor=DARK, lw=0.5
        )
        entries["at its largest"] = Patch(
            facecolor=NEEDLE_COLOURS[1], edgecolor=DARK, lw=0.5, hatch="////"
        )
    if not all(numeric):
        entries["at other options"] = Patch(facecolor="#cccccc", edgecolor=DARK, lw=0.5)
    if any(len(swing.points) > 2 for swing in swings):
        entries["at values between"] = Line2D([], [], marker="|", color=DARK, ls="", ms=8)
    entries["base"] = Line2D([], [], color=DARK, lw=1.0)
    legend_below(figure, entries)
    return figure


def _bar(ax: Axes, y: float, swing: Swing, factor: float, base: float) -> None:
    """Draw the bar from the base to both ends of an axis, and say what the ends are."""
    points = [(swing.axis.text(level), factor * value) for level, value in swing.points]
    if swing.axis.numeric:
        ends = {points[0]: (NEEDLE_COLOURS[0], ""), points[-1]: (NEEDLE_COLOURS[1], "////")}
    else:
        order = sorted(points, key=lambda point: point[1])
        ends = dict.fromkeys((order[0], order[-1]), ("#cccccc", ""))
    for (_, value), (colour, hatch) in ends.items():
        ax.barh(
            y, value - base, left=base, height=0.62, facecolor=colour, edgecolor=DARK, lw=0.5,
            hatch=hatch, zorder=2, alpha=0.9,
        )  # fmt: skip
    for _, value in points:
        ax.plot(value, y, "|", color=DARK, ms=8, zorder=3)
    if swing.size == 0.0:
        told = f"{points[0][0]} to {points[-1][0]}: the same"
        label(ax, told, (base, y), (4, 0), va="center")
        return
    for end, side, shift in ((min, "right", -4), (max, "left", 4)):
        text, value = end(points, key=lambda point: point[1])
        label(ax, text, (value, y), (shift, 0), va="center", ha=side)


def correlations_figure(found: Sequence[tuple[Axis, Estimate, int]], metric: str) -> Figure:
    """Draw Spearman's rank correlation of every axis with a metric, and its 95 % interval.

    Parameters
    ----------
    found : sequence
        As `sim.sweeps.effects.correlations` returns it.
    metric : str
    """
    shown = found[:SHOWN]
    figure, ax = plt.subplots(figsize=(8.4, 1.4 + 0.32 * len(shown)))
    for y, (_, estimate, _) in enumerate(shown):
        clear = estimate.low > 0.0 or estimate.high < 0.0
        colour = NEEDLE_COLOURS[0] if clear else GREY
        ax.barh(y, estimate.value, height=0.6, color=colour, alpha=0.5, lw=0, zorder=2)
        ax.plot([estimate.low, estimate.high], [y, y], color=colour, lw=1.6, zorder=3)
    ax.axvline(0.0, color=DARK, lw=0.8)
    ax.set_yticks(range(len(shown)), [f"{axis.label} ({runs})" for axis, _, runs in shown])
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xlim(-1.02, 1.02)
    ax.set_xlabel("rank correlation with it (95 % interval; grey: it includes 0)")
    ax.set_title(meaning(metric).label)
    return figure
