"""Needles of a sweep side by side: how their insertions ended, their dose, their force."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.figures.outcomes import LEGEND, Look, looks, patches
from sim.figures.style import DARK, GREY, NEEDLE_COLOURS, label, legend_below, say
from sim.sweeps.ranking import REACHED, Rank, Ranking

SHOWN = 24  # needles
SPREAD = 0.28  # of points about their needle's line, so that equal ones can be told apart
POINT = {"ls": "", "ms": 4.0, "mew": 0.9}
MEDIAN = {"ls": "", "marker": "D", "ms": 6.5, "mfc": "white", "mec": DARK, "mew": 1.4}


def ranking_figure(found: Ranking) -> Figure:
    """Draw a line for each needle, the one that arrives most often above.

    Parameters
    ----------
    found : Ranking
        As `sim.sweeps.ranking.ranking` returns it.
    """
    ranks = found.ranks[:SHOWN]
    quantities = {
        "drug in the nodule (mg)": [rank.dose for rank in ranks],
        "peak axial force (N)": [rank.force for rank in ranks],
    }
    computed = {
        title: values
        for title, values in quantities.items()
        if any(np.isfinite(found).any() for found in values)
    }
    widths = (1.3, *(1.0 for _ in computed))
    figure, axes = plt.subplots(
        1, len(widths), figsize=(3.0 * sum(widths), 1.5 + 0.42 * len(ranks)), sharey=True,
        width_ratios=widths, squeeze=False,
    )  # fmt: skip
    axes = axes[0]
    known = looks(word for rank in ranks for word in rank.outcomes if word)
    _endings(axes[0], ranks, known)
    for ax, (title, values) in zip(axes[1:], computed.items(), strict=True):
        _points(ax, ranks, values, title)
    axes[0].set_yticks(range(len(ranks)), [rank.device for rank in ranks])
    axes[0].set_ylim(len(ranks) - 0.4, -0.6)
    several = "s that all share" if found.conditions > 1 else " that all share"
    where = f"condition{several}" if found.paired else "runs, in conditions of their own"
    axes[0].set_title(f"{found.conditions} {where}")
    with plt.rc_context(LEGEND):
        legend_below(figure, _legend(ranks, known))
    return figure


def _endings(ax: Axes, ranks: Sequence[Rank], known: dict[str, Look]) -> None:
    """Draw how the insertions ended, arrivals first."""
    if not known:
        say(ax, "no insertion was computed")
        return
    most = max(rank.compared for rank in ranks)
    for y, rank in enumerate(ranks):
        left = 0
        for word, look in known.items():
            count = rank.outcomes.count(word)
            ax.barh(
                y, count, left=left, height=0.66, facecolor=look.colour, edgecolor=DARK,
                hatch=look.hatch, lw=0.5,
            )  # fmt: skip
            left += count
        told = f"{int(rank.reached.sum())} of {rank.compared} reached it"
        missing = rank.asked - rank.complete
        told += f"\n({missing} more not complete)" if missing else ""
        label(ax, told, (left, y), (4, 0), va="center")
    ax.set_xlim(0.0, 1.45 * most)
    ax.set_xticks([tick for tick in ax.get_xticks() if tick <= most and tick == int(tick)])
    ax.set_xlabel("insertions, by how they ended")


def _points(ax: Axes, ranks: Sequence[Rank], values: Sequence[np.ndarray], title: str) -> None:
    """Draw each run, filled where the target was reached, and the median of what is told."""
    ax.set_xlabel(title)
    rng = np.random.default_rng(0)
    for y, (rank, found) in enumerate(zip(ranks, values, strict=True)):
        ax.axhline(y, color=GREY, lw=0.4, zorder=0)
        at = y + rng.uniform(-SPREAD, SPREAD, len(found)) * (len(found) > 1)
        reached = rank.reached if len(rank.outcomes) else np.ones(len(found), dtype=bool)
        for filled, fill in ((reached, NEEDLE_COLOURS[0]), (~reached, "white")):
            ax.plot(found[filled], at[filled], "o", mfc=fill, mec=NEEDLE_COLOURS[0], **POINT)
        middle = rank.median_force if found is rank.force else rank.median_dose
        ax.plot(middle, y, zorder=5, **MEDIAN)
    ax.set_xlim(0.0, 1.06 * max(np.nanmax(found, initial=0.0) for found in values) or 1.0)


def _legend(ranks: Sequence[Rank], known: dict[str, Look]) -> dict[str, Artist]:
    blue = {"marker": "o", "mec": NEEDLE_COLOURS[0], "color": NEEDLE_COLOURS[0], **POINT}
    entries: dict[str, Artist] = dict(patches(known))
    inserted = any(len(rank.outcomes) for rank in ranks)
    entries["a run that reached the target" if inserted else "a run"] = Line2D([], [], **blue)
    if any(word != REACHED for word in known):
        entries["one that did not"] = Line2D([], [], **blue, mfc="white")
    entries["median (force: of those that reached it)"] = Line2D([], [], **MEDIAN)
    return entries
