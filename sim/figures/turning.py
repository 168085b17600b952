"""How far each uncertain input moves the insertion's margin and the infiltrated share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.figures.style import DARK, GREY, NEEDLE_COLOURS, label, legend_below
from sim.results import labels
from sim.results.record import Record

SHOWN = {"margin": 12, "infiltrated": 6}  # inputs
FLOOR, CEILING = 1e-2, 1e2  # margins beyond are drawn at the border
STEPS = {8.0: (1.0, 1.5, 2.0, 3.0, 5.0, 7.0), 300.0: (1.0, 2.0, 5.0), np.inf: (1.0,)}
LEFT_OUT = re.compile(r"turning points: (\S+) = .* was not evaluated")  # in a record's notes
CROSS = {"marker": "x", "ms": 5.5, "mew": 1.4, "ls": ""}
DIAMOND = {"marker": "D", "ms": 4.5, "ls": ""}
WIDTH = {1: 7.4, 2: 9.6}  # inches; the inputs' names take a part of it
NAMES = {
    "margin": "smallest margin, limit / demand (fails below 1)",
    "infiltrated": "infiltrated share of the nodule (%)",
}


@dataclass
class Bar:
    """One input of one needle: a quantity at the default and at the ends of the range."""

    default: float
    ends: dict[str, float] = field(default_factory=dict)  # by side
    turns: bool = False  # the target is reached at one end and not at the default
    left_out: bool = False  # an end that could not be evaluated

    @property
    def span(self) -> tuple[float, float]:
        """Smallest and largest value."""
        values = (self.default, *self.ends.values())
        return min(values), max(values)


type Bars = dict[str, Bar]  # by input


def turning_figure(records: Sequence[Record]) -> Figure:
    """Draw one bar per input and needle between the ends of its range, for both quantities."""
    margins = [_bars(record, "margin", _margin) for record in records]
    shares = [_bars(record, "infiltrated", lambda share: 100.0 * share) for record in records]
    rows = {
        "margin": (margins, _ranked(margins, lambda low, high: float(np.log(high / low)))),
        "infiltrated": (shares, _ranked(shares, lambda low, high: high - low)),
    }
    heights = [len(rows[name][1][: SHOWN[name]]) + 2.0 for name in rows]
    figure, axes = plt.subplots(
        2, len(records), figsize=(WIDTH[len(records)], 0.28 * sum(heights) + 1.2),
        sharex="row", sharey="row", squeeze=False, height_ratios=heights,
    )  # fmt: skip
    for line, (quantity, (every, ranked)) in zip(axes, rows.items(), strict=True):
        inputs = ranked[: SHOWN[quantity]][::-1]
        for ax, record, bars, colour in zip(line, records, every, NEEDLE_COLOURS, strict=False):
            _panel(ax, [bars.get(name) for name in inputs], colour)
            ax.set_title(record.name)
            ax.set_xlabel(NAMES[quantity])
        line[0].set_yticks(range(len(inputs)), [labels.label(name) for name in inputs])
        line[0].set_ylim(-0.7, len(inputs) - 0.3)
    _margin_axis(axes[0], margins)
    axes[1, 0].set_xlim(0.0, 100.0)
    marks = {
        "default": Line2D([], [], color=GREY, ls=":"),
        "low end of the range": Line2D([], [], marker="o", mfc="white", mec=DARK, ls=""),
        "high end": Line2D([], [], marker="o", color=DARK, ls=""),
        "an end contradicts other inputs, not evaluated": Line2D([], [], color=DARK, **CROSS),
        "decides whether the target is reached": Line2D([], [], color=DARK, **DIAMOND),
    }
    legend_below(figure, marks)
    return figure


def _margin_axis(axes: Sequence[Axes], every: Sequence[Bars]) -> None:
    drawn = [1.0, *(margin for bars in every for bar in bars.values() for margin in bar.span)]
    low, high = 0.8 * min(drawn), 1.25 * max(drawn)
    steps = next(steps for span, steps in STEPS.items() if high / low <= span)
    ticks = [step * 10.0**power for power in range(-2, 3) for step in steps]
    ticks = [tick for tick in ticks if low <= tick <= high]
    for ax in axes:
        ax.set_xscale("log")
        ax.axvline(1.0, color=DARK, lw=1.0, zorder=1)
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
    axes[0].set_xlim(low, high)


def _panel(ax: Axes, bars: list[Bar | None], colour: str) -> None:
    beside = ax.get_yaxis_transform()  # x as a share of the panel's width
    for y, bar in enumerate(bars):
        if bar is None:
            label(ax, "no such input", (0.5, y), (0, 0), xycoords=beside, ha="center", va="center")
            continue
        low, high = bar.span
        ax.barh(y, high - low, left=low, height=0.5, color=colour, alpha=0.4, lw=0, zorder=2)
        ax.plot([bar.default] * 2, [y - 0.5, y + 0.5], ":", color=GREY, lw=1.4, zorder=3)
        for side, value in bar.ends.items():
            face = colour if side == "high" else "white"
            ax.plot([value], [y], "o", mfc=face, mec=colour, ms=4.5, zorder=3, clip_on=False)
        if bar.left_out:
            ax.plot([bar.default], [y], color=DARK, zorder=4, **CROSS)
        if bar.turns:
            ax.plot([1.02], [y], color=DARK, transform=beside, clip_on=False, **DIAMOND)


def _bars(record: Record, quantity: str, shown: Callable[[float], float]) -> Bars:
    """Collect the bars of one quantity; the margin's tell where the target is reached or lost."""
    left_out = {found[1] for note in record.notes if (found := LEFT_OUT.match(note))}
    bars: Bars = {}
    for row in record.turning_points:
        default = shown(float(row[f"{quantity}_default"]))
        bar = bars.setdefault(row["input"], Bar(default, left_out=row["input"] in left_out))
        bar.ends[row["side"]] = shown(float(row[f"{quantity}_end"]))
        outcomes = (row["outcome_default"], row["outcome_end"])
        bar.turns |= quantity == "margin" and outcomes.count("reached_target") == 1
    return bars


def _margin(value: float) -> float:
    return float(np.clip(value, FLOOR, CEILING))


def _ranked(every: Sequence[Bars], length: Callable[[float, float], float]) -> list[str]:
    """Inputs in the order of what they do to either needle: turning it, then the bar's length."""
    weight: dict[str, tuple[bool, float]] = {}
    for bars in every:
        for name, bar in bars.items():
            reach = bar.turns, length(*bar.span)
            weight[name] = max(weight.get(name, (False, 0.0)), reach)
    return sorted(weight, key=weight.__getitem__, reverse=True)
