"""Axial force against depth with its parts and the limits that end an insertion.

Depth is the hand's travel less the nodule's push-away, so the anatomy stands still.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.case import Case
from sim.figures.style import DARK, GREY, LAYER_COLOURS, NEEDLE_COLOURS, label
from sim.results.metrics import MM
from sim.results.record import Record

HEADROOM = 1.3


def force_figure(records: Sequence[Record]) -> Figure:
    """Draw one panel per needle on one depth axis; each has its own force axis."""
    figure, axes = plt.subplots(
        1, len(records), figsize=(4.6 * len(records) + 0.4, 3.8), sharex=True, squeeze=False
    )
    deepest = max(MM * (record.case.nodule.depth + record.case.nodule.height) for record in records)
    for ax, record, colour in zip(axes[0], records, NEEDLE_COLOURS, strict=False):
        _panel(ax, record, colour)
        ax.set_xlim(0.0, deepest + 0.5)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure


def _panel(ax: Axes, record: Record, colour: str) -> None:
    case, force = record.case, record.force
    outcome = str(record.metrics["insertion.outcome"]).replace("_", " ")
    ax.set_title(f"{record.name}: {outcome}")
    ax.set_xlabel("tip's depth, push-away taken off (mm)")
    ax.set_ylabel("axial force (N)")
    limit = case.technique.force_limit
    _layers(ax, case)
    top = limit
    if force is not None:
        depth = force["depth_mm"]
        total, tip = force["force_N"], force["tip_N"]
        top = max(top, float(total.max()))
        ax.fill_between(depth, 0.0, tip, color=colour, alpha=0.35, lw=0, label="tip")
        ax.fill_between(depth, tip, total, color=colour, alpha=0.15, lw=0, label="shaft friction")
        ax.plot(depth, total, color=colour, label="total")
        ax.plot(depth[-1], total[-1], "o", color=colour, ms=5)
        buckling = force["buckling_load_N"]
        ax.plot(depth, buckling, "--", color=DARK, lw=1.2, label="buckling load")
        if np.nanmin(buckling) > HEADROOM * top:
            text = f"buckling load ≥ {np.nanmin(buckling):.0f} N, above this axis"
            label(ax, text, (0.98, 0.84), (0, 0), xycoords="axes fraction", ha="right")
    ax.axhline(limit, color=GREY, ls=":", lw=1.4, label="operator's limit")
    ax.axvline(MM * case.target_depth, color=GREY, lw=0.8)
    at = (MM * case.target_depth, 0.5)
    label(ax, "target", at, (2, 0), xycoords=("data", "axes fraction"), rotation=90, color=GREY)
    ax.set_ylim(0.0, HEADROOM * top)


def _layers(ax: Axes, case: Case) -> None:
    """Shade skin, subcutis and nodule along the axis."""
    skin, nodule = MM * case.tissue.skin.thickness, case.nodule
    top, bottom = MM * nodule.depth, MM * (nodule.depth + nodule.height)
    spans = {"skin": (0.0, min(skin, top)), "subcutis": (skin, top), "nodule": (top, bottom)}
    for name, (start, end) in spans.items():
        if end <= start:
            continue
        ax.axvspan(start, end, color=LAYER_COLOURS[name], lw=0, zorder=0)
        rotation = 0 if end - start > 3.0 else 90
        at, over = (0.5 * (start + end), 0.99), ("data", "axes fraction")
        label(ax, name, at, (0, 0), xycoords=over, ha="center", va="top", rotation=rotation)
