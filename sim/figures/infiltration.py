"""Where the drug is: sections of both needles on one colour scale and one spatial scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import TriMesh
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.tri import Triangulation

from sim.figures.section import draw_anatomy, draw_needle
from sim.figures.style import DARK, SEQUENTIAL, THRESHOLD, label
from sim.outcome import Array
from sim.results.metrics import MM
from sim.results.record import Record

ABOVE, BELOW = 4.0, 0.4  # mm of air above the skin, of margin below the fascia
LOWEST = 1e-3  # smallest colour / injected concentration
LATER = 6.0  # h after the end of the injection
ROWS = ("end of the injection", f"{LATER:g} h later", "largest ever reached")
PANEL = 4.3  # inches


def infiltration_figure(records: Sequence[Record]) -> Figure:
    """Draw, per needle: the end of the injection, some hours later, and the largest ever reached.

    The contour is the threshold that counts as infiltrated. Times that were not written are
    interpolated linearly.
    """
    half_width = max(_half_width(record) for record in records)
    height = max(MM * record.case.tissue.depth for record in records) + ABOVE + BELOW
    panel_height = PANEL * height / (2.0 * half_width) + 0.3
    size = (PANEL * len(records) + 1.0, panel_height * len(ROWS) + 0.7)
    figure, axes = plt.subplots(
        len(ROWS), len(records), figsize=size, squeeze=False, sharex=True, sharey=True
    )
    injected = max(record.case.drug.concentration for record in records)
    norm = LogNorm(LOWEST * injected, injected)
    image = None
    for column, record in enumerate(records):
        for ax, title in zip(axes[:, column], ROWS, strict=True):
            _frame(ax, record, half_width)
            ax.set_title(f"{record.name}: {title}")
            if record.fields is None:
                label(ax, "not computed", (0.5, 0.3), (0, 0), xycoords="axes fraction")
            else:
                image = _paint(ax, record, _values(record, title), norm)
        axes[-1, column].set_xlabel("r (mm)")
    for ax in axes[:, 0]:
        ax.set_ylabel("z (mm)")
    if image is not None:
        bar = figure.colorbar(image, ax=axes, shrink=0.6, aspect=40, extend="min")
        bar.set_label("thiosulfate in pore fluid (mg/mL)")
        bar.ax.yaxis.set_major_formatter("{x:g}")
    share = 100.0 * records[0].case.injection.threshold_fraction
    lines = {f"{share:g} % of the injected concentration": Line2D([], [], color=THRESHOLD, lw=1.4)}
    if any(record.case.needle.stylet for record in records):
        lines["void of the withdrawn stylet"] = Line2D([], [], color=DARK, lw=0.8, ls=":")
    figure.legend(lines.values(), lines, loc="outside lower center", ncols=2)
    return figure


def mirrored(record: Record) -> tuple[Triangulation, Array]:
    """Return the mesh reflected at the axis, and the index of each of its nodes in the record."""
    fields = record.fields
    n = len(fields.points)
    points = np.vstack([fields.points * (-1.0, 1.0), fields.points])
    cells = np.vstack([fields.cells, fields.cells + n])
    return Triangulation(points[:, 0], points[:, 1], cells), np.tile(np.arange(n), 2)


def _values(record: Record, title: str) -> Array:
    """Node values (mg/mL) for one row of the figure."""
    fields = record.fields
    if title == ROWS[2]:
        return fields.largest_concentration
    time = record.metrics["infiltration.injection_time_s"]
    if title == ROWS[1]:
        time += 3600.0 * LATER
    after = min(int(np.searchsorted(fields.times, time)), len(fields.times) - 1)
    before = max(after - 1, 0)
    t0, t1 = fields.times[before], fields.times[after]
    share = 0.0 if t1 == t0 else min(max((time - t0) / (t1 - t0), 0.0), 1.0)
    return (1.0 - share) * fields.concentration[before] + share * fields.concentration[after]


def _paint(ax: Axes, record: Record, values: Array, norm: LogNorm) -> TriMesh:
    mesh, node = mirrored(record)
    full = np.maximum(values[node], 1e-3 * norm.vmin)  # a logarithm is taken of it
    colours = colormaps[SEQUENTIAL].with_extremes(under="white")
    image = ax.tripcolor(
        mesh, full, shading="gouraud", norm=norm, cmap=colours, rasterized=True, zorder=1
    )
    threshold = record.case.injection.threshold_fraction * record.case.drug.concentration
    if full.max() > threshold:
        ax.tricontour(mesh, full, levels=[threshold], colors=THRESHOLD, linewidths=1.4, zorder=5)
    return image


def _frame(ax: Axes, record: Record, half_width: float) -> None:
    case = record.case
    ax.set_aspect("equal")
    ax.set_xlim(-half_width, half_width)
    ax.set_ylim(-MM * case.tissue.depth - BELOW, ABOVE)
    draw_anatomy(ax, case, half_width)
    reached = record.metrics["insertion.reached_depth_mm"]
    if reached is not None:
        draw_needle(ax, case, reached, ABOVE)


def _half_width(record: Record) -> float:
    case = record.case
    return MM * min(0.9 * case.nodule.diameter, case.mesh.domain_radius)
