"""Pairs: a line from one needle to the other for each patient, or for each condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from sim.figures.style import DARK, GREY, NEEDLE_COLOURS, legend_below

SPREAD = 0.06  # of points about their place, so that equal ones can be told apart
MORE = ({"ls": "-", "marker": "o"}, {"ls": (0, (4, 1.2)), "marker": "^"})  # told apart in grey
SAME = {"ls": ":", "marker": "s", "color": GREY}


def paired_figure(
    names: Sequence[str], measures: Mapping[str, NDArray[np.float64]], what: str
) -> Figure:
    """Draw every pair, by who got more, and the means.

    Parameters
    ----------
    names : sequence of str
        Of both needles.
    measures : mapping
        {label with unit: values (2, pairs)}.
    what : str
        What a line is, e.g. ``"patients"``.
    """
    figure, axes = plt.subplots(1, len(measures), figsize=(4.8 * len(measures), 4.2), squeeze=False)
    found: set[int] = set()
    for ax, (words, both) in zip(axes[0], measures.items(), strict=True):
        shift = np.random.default_rng(0).uniform(-SPREAD, SPREAD, both.shape[1])
        for (a, b), x in zip(both.T, shift, strict=True):
            side = -1 if a == b else int(b > a)
            ax.plot([x, 1.0 + x], [a, b], alpha=0.6, lw=1.0, ms=3.5, **_look(side))
            found.add(side)
        ax.plot([0, 1], both.mean(axis=1), "D-", color=DARK, ms=6.0, lw=2.2, zorder=5)
        ax.set_xticks([0, 1], names)
        ax.set_xlim(-0.3, 1.3)
        ax.set_ylim(bottom=0.0)
        ax.set_ylabel(words)
    number = next(iter(measures.values())).shape[1]
    axes[0, 0].set_title(f"{number} {what}, each a line")
    words = {0: f"more from the {names[0]}", 1: f"more from the {names[1]}", -1: "the same"}
    entries = {
        text: Line2D([], [], lw=1.0, ms=4.0, **_look(side))
        for side, text in words.items()
        if side in found
    }
    mean = Line2D([], [], color=DARK, marker="D", ms=6.0, lw=2.2)
    legend_below(figure, entries | {"mean": mean})
    return figure


def _look(side: int) -> dict[str, object]:
    """Return the line of a pair: by who got more, -1 where it is the same."""
    return SAME if side < 0 else {"color": NEEDLE_COLOURS[side], **MORE[side]}
