"""How far each uncertain input moves the governing margin, and where an outcome turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.figures.style import DARK, GREY, NEEDLE_COLOURS
from sim.results.record import Record

SHOWN = 14  # inputs
FLOOR, CEILING = 1e-2, 1e2  # margins beyond are drawn at the border
TICKS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


@dataclass
class Bar:
    """One input of one needle: the margin at its ends."""

    default: float
    ends: dict[str, float]  # by side
    turns: bool = False

    @property
    def span(self) -> tuple[float, float]:
        """Smallest and largest margin."""
        values = (self.default, *self.ends.values())
        return min(values), max(values)

    @property
    def reach(self) -> tuple[bool, float]:
        """How much the input matters: turning an outcome first, then the bar's length."""
        low, high = self.span
        return self.turns, float(np.log(high / low))


def turning_figure(records: Sequence[Record]) -> Figure:
    """Draw one bar per input and needle over the margins between the ends of its range."""
    every = [_bars(record.turning_points) for record in records]
    inputs = _ranked(every)[:SHOWN][::-1]
    figure, axes = plt.subplots(
        1, len(records), figsize=(3.9 * len(records) + 2.4, 0.28 * len(inputs) + 1.5),
        sharex=True, sharey=True, squeeze=False,
    )  # fmt: skip
    for ax, record, bars, colour in zip(axes[0], records, every, NEEDLE_COLOURS, strict=False):
        ax.set_title(record.name)
        _panel(ax, [bars.get(name) for name in inputs], colour)
    drawn = [1.0, *(margin for bars in every for bar in bars.values() for margin in bar.span)]
    axes[0, 0].set_xlim(0.8 * min(drawn), 1.25 * max(drawn))
    axes[0, 0].set_yticks(range(len(inputs)), [name.replace("_", " ") for name in inputs])
    marks = {
        "low end": Line2D([], [], marker="o", mfc="white", mec=DARK, ls=""),
        "high end": Line2D([], [], marker="o", color=DARK, ls=""),
        "turns an outcome": Line2D([], [], marker="D", color=DARK, ls="", ms=5),
        "default": Line2D([], [], color=GREY, ls=":"),
    }
    figure.legend(marks.values(), marks, loc="outside lower center", ncols=4)
    return figure


def _panel(ax: Axes, bars: list[Bar | None], colour: str) -> None:
    ax.set_xscale("log")
    ax.axvline(1.0, color=DARK, lw=1.0, zorder=1)
    for y, bar in enumerate(bars):
        if bar is None:
            continue
        low, high = bar.span
        ax.barh(y, high - low, left=low, height=0.5, color=colour, alpha=0.4, lw=0, zorder=2)
        for side, margin in bar.ends.items():
            face = colour if side == "high" else "white"
            ax.plot([margin], [y], "o", mfc=face, mec=colour, ms=4.5, zorder=3)
        if bar.turns:
            ax.plot([1.0], [y], "D", color=DARK, ms=4.5, zorder=4)
        ax.plot([bar.default] * 2, [y - 0.5, y + 0.5], ":", color=GREY, lw=1.4, zorder=3)
    ax.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
    ax.minorticks_off()
    ax.set_xlabel("smallest margin, limit / demand (below 1 it fails)")


def _bars(rows: list[dict[str, str]]) -> dict[str, Bar]:
    bars: dict[str, Bar] = {}
    for row in rows:
        bar = bars.setdefault(row["input"], Bar(_clipped(row["margin_default"]), {}))
        bar.ends[row["side"]] = _clipped(row["margin_end"])
        bar.turns |= row["insertion_end"] != row["insertion_default"]
    return bars


def _clipped(text: str) -> float:
    return float(np.clip(float(text), FLOOR, CEILING))


def _ranked(every: list[dict[str, Bar]]) -> list[str]:
    """Inputs, the one that matters most to either needle first."""
    weight: dict[str, tuple[bool, float]] = {}
    for bars in every:
        for name, bar in bars.items():
            weight[name] = max(weight.get(name, (False, 0.0)), bar.reach)
    return sorted(weight, key=weight.__getitem__, reverse=True)
