"""How much each input moves each metric, with intervals: one panel per metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.figures.style import DARK, GREY, NEEDLE_COLOURS, legend_below, say
from sim.results.labels import typeset
from sim.studies.metric import meaning
from sim.studies.sensitivity import Effect, Estimate, Share
from sim.studies.sensitivity_words import weight

SHOWN = 14  # inputs in a panel
TITLE = 46  # letters in a line
BAR = {"mu_star": NEEDLE_COLOURS[0], "total": NEEDLE_COLOURS[0], "first": NEEDLE_COLOURS[1]}
HALF = 0.19  # half the height of one of two bars

type Indices = Sequence[Effect] | Sequence[Share]


def sensitivity_figure(found: Mapping[str, Indices], labels: Sequence[str]) -> Figure:
    """Draw the inputs of each metric in the order of what they do to it.

    Parameters
    ----------
    found : mapping
        {metric: indices of every input}.
    labels : sequence of str
        Of every input.
    """
    rows = min(len(labels), SHOWN)
    height = 0.27 * rows + 1.0
    figure, axes = plt.subplots(
        len(found), 1, figsize=(7.4, height * len(found) + 0.5), squeeze=False
    )
    for ax, (metric, indices) in zip(axes[:, 0], found.items(), strict=True):
        _panel(ax, metric, indices, labels)
    morris = isinstance(next(iter(found.values()))[0], Effect)
    legend_below(figure, _marks(morris))
    return figure


def _panel(ax: Axes, metric: str, indices: Indices, labels: Sequence[str]) -> None:
    known = meaning(metric)
    ax.set_title(known.label if len(known.label) <= TITLE else known.label.replace(" (", "\n(", 1))
    main = np.array([weight(index).value for index in indices])
    order = [i for i in np.argsort(-np.nan_to_num(main, nan=-np.inf)) if np.isfinite(main[i])]
    if not order or main[order[0]] == 0.0:
        ax.set_xticks([])
        ax.set_yticks([])
        say(ax, "none of the inputs moves it" if order else "too few values, or all the same")
        return
    shown = order[:SHOWN]
    for y, i in enumerate(shown):
        _bars(ax, y, indices[i], 100.0 if known.unit == "%" else 1.0)
    ax.set_yticks(range(len(shown)), [labels[i] for i in shown])
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xlim(left=min(0.0, ax.get_xlim()[0]))
    if isinstance(indices[0], Share):
        ax.set_xlabel("share of the variance")
    else:
        unit = f" ({typeset(known.unit)})" if known.unit else ""
        ax.set_xlabel(f"mean change, scaled to an input's whole range{unit}")
    if len(order) > SHOWN:
        ax.annotate(
            f"{len(order) - SHOWN} inputs that do less are not shown", (1.0, 0.02),
            xycoords="axes fraction", ha="right", fontsize=7.5, color=GREY,
        )  # fmt: skip


def _bars(ax: Axes, y: float, index: Effect | Share, factor: float) -> None:
    if isinstance(index, Effect):
        _bar(ax, y, index.mu_star, BAR["mu_star"], factor, 2 * HALF)
        ax.plot([factor * index.sigma], [y], "D", ms=4, mfc="white", mec=DARK, zorder=4)
    else:
        _bar(ax, y - HALF, index.total, BAR["total"], 1.0, HALF)
        _bar(ax, y + HALF, index.first, BAR["first"], 1.0, HALF)


def _bar(ax: Axes, y: float, estimate: Estimate, colour: str, factor: float, half: float) -> None:
    low, value, high = (factor * x for x in (estimate.low, estimate.value, estimate.high))
    ax.barh(y, value, height=2 * half, color=colour, alpha=0.5, lw=0, zorder=2)
    ax.plot([low, high], [y, y], color=colour, lw=1.6, zorder=3)


def _marks(morris: bool) -> dict[str, Patch | Line2D]:
    interval = Line2D([], [], color=DARK, lw=1.6)
    if morris:
        return {
            "mean absolute effect": Patch(color=BAR["mu_star"], alpha=0.5, lw=0),
            "its 95 % interval": interval,
            "spread of the effects: curvature and interactions": Line2D(
                [], [], marker="D", mfc="white", mec=DARK, ms=4, ls=""
            ),
        }
    return {
        "with all interactions (total)": Patch(color=BAR["total"], alpha=0.5, lw=0),
        "by itself (first order)": Patch(color=BAR["first"], alpha=0.5, lw=0),
        "95 % interval": interval,
    }
