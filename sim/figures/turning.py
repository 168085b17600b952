"""How far each uncertain input moves the governing margin, and where an outcome turns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.style import DARK, GREY, NEEDLE_COLOURS
from sim.results.record import Record

SHOWN = 14  # inputs
FLOOR, CEILING = 1e-2, 1e3  # margins beyond are drawn at the border


def turning_figure(records: Sequence[Record]) -> Figure:
    """Draw one bar per input and needle from its low end's margin to its high end's."""
    spans = [_spans(record.turning_points) for record in records]
    inputs = _ranked(spans)[:SHOWN][::-1]
    figure, axes = plt.subplots(
        1, len(records), figsize=(4.2 * len(records) + 1.8, 0.30 * len(inputs) + 1.4), sharey=True,
        squeeze=False,
    )  # fmt: skip
    for ax, record, span, colour in zip(axes[0], records, spans, NEEDLE_COLOURS, strict=False):
        _panel(ax, inputs, span, colour)
        ax.set_title(record.name)
    axes[0, 0].set_yticks(range(len(inputs)), inputs)
    return figure


def _panel(
    ax: Axes, inputs: list[str], span: dict[str, dict[str, float | str]], colour: str
) -> None:
    ax.set_xscale("log")
    ax.axvline(1.0, color=DARK, lw=1.0)
    for y, name in enumerate(inputs):
        if name not in span:
            continue
        entry = span[name]
        low, high = entry["low"], entry["high"]
        ax.barh(y, high - low, left=low, height=0.55, color=colour, alpha=0.45, lw=0)
        ax.plot([low], [y], "<", color=colour, ms=4)
        ax.plot([high], [y], ">", color=colour, ms=4)
        if entry["turns"]:
            ax.plot([1.0], [y], "D", color=DARK, ms=5, zorder=5)
    defaults = {entry["default"] for entry in span.values()}
    for value in defaults:
        ax.axvline(value, color=GREY, ls=":", lw=1.2)
    ax.set_xlabel("smallest margin, limit / demand (< 1 fails)")


def _spans(rows: list[dict[str, str]]) -> dict[str, dict[str, float | str]]:
    """Return, per input, the smallest and largest margin and whether an outcome turns."""
    spans: dict[str, dict] = {}
    for row in rows:
        default, end = (_clipped(row[key]) for key in ("margin_default", "margin_end"))
        entry = spans.setdefault(
            row["input"], {"low": default, "high": default, "default": default, "turns": False}
        )
        entry["low"], entry["high"] = min(entry["low"], end), max(entry["high"], end)
        entry["turns"] |= bool(row["insertion_turns_at"])
    return spans


def _clipped(text: str) -> float:
    return float(np.clip(float(text), FLOOR, CEILING))


def _ranked(spans: list[dict]) -> list[str]:
    """Inputs, the one that moves a margin most first; those that turn an outcome before others."""
    weight: dict[str, tuple[bool, float]] = {}
    for span in spans:
        for name, entry in span.items():
            reach = float(np.log(entry["high"] / entry["low"]))
            turns, best = weight.get(name, (False, 0.0))
            weight[name] = (turns or entry["turns"], max(best, reach))
    return sorted(weight, key=lambda name: weight[name], reverse=True)
