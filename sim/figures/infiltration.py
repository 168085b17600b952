"""Where the drug is: sections of both needles on one colour scale and one spatial scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.tri import Triangulation
from scipy.ndimage import gaussian_filter1d

from sim.figures.section import GONE, STEEL, draw_anatomy, draw_needle, draw_track
from sim.figures.style import DARK, SEQUENTIAL, THRESHOLD, WIDTHS, label, legend_below, say
from sim.outcome import Array
from sim.results.metrics import MM
from sim.results.record import Record

ABOVE, BELOW = 3.0, 0.4  # mm of air above the skin, of margin below the fascia
LOWEST = 1e-3  # smallest colour / injected concentration
BANDS = 90  # of colour between the smallest and the injected concentration
SPACING, SMOOTHING = 0.02, 0.12  # mm along the contour, between its points and of its average
LATER = 6.0  # h after the end of the injection
END, AFTER, EVER = ROWS = (
    "end of the injection",
    f"{LATER:g} h later",
    "highest concentration ever reached",
)


def infiltration_figure(records: Sequence[Record]) -> Figure:
    """Draw, per needle: the end of the injection, some hours later, and the highest ever reached.

    The contour is the threshold that counts as infiltrated, smoothed below the size of an element.
    Times that were not written are interpolated linearly.
    """
    half_width = max(_half_width(record) for record in records)
    height = max(MM * record.case.tissue.depth for record in records) + ABOVE + BELOW
    width = WIDTHS[len(records)]
    panel = (width - 1.6) / len(records) * height / (2.0 * half_width) + 0.3
    figure, axes = plt.subplots(
        len(ROWS), len(records), figsize=(width, panel * len(ROWS) + 1.0), squeeze=False,
        sharex=True, sharey=True,
    )  # fmt: skip
    injected = max(record.case.drug.concentration for record in records)
    norm = LogNorm(LOWEST * injected, injected)
    colours = colormaps[SEQUENTIAL].with_extremes(under="white")
    for column, record in enumerate(records):
        for ax, row in zip(axes[:, column], ROWS, strict=True):
            ax.set_title(f"{record.name}: {row}")
            ax.set_aspect("equal")
            ax.set_xlim(-half_width, half_width)
            ax.set_ylim(height - ABOVE, -ABOVE)
            draw_anatomy(ax, record.case, half_width)
            _panel(ax, record, row, norm, colours)
        axes[-1, column].set_xlabel("distance from the needle's axis (mm)")
    for ax in axes[:, 0]:
        ax.set_ylabel("depth (mm)")
        ax.set_yticks(np.arange(0.0, height - ABOVE, 2.0))
    bar = figure.colorbar(
        ScalarMappable(norm, colours), ax=axes, shrink=0.6, aspect=40, extend="min"
    )
    bar.set_label("thiosulfate in pore fluid (mg/mL)")
    bar.ax.yaxis.set_major_formatter("{x:g}")
    share = 100.0 * records[0].case.injection.threshold_fraction
    entries: dict[str, Artist] = {
        f"{share:g} % of the injected concentration": Line2D([], [], color=THRESHOLD, lw=1.4),
        "steel (a bevel is computed as a cone)": Patch(fc=STEEL, ec=DARK, lw=0.6),
        "place of the withdrawn needle": Patch(ec=DARK, lw=0.6, **GONE),
    }
    legend_below(figure, entries)
    return figure


def mirrored(record: Record) -> tuple[Triangulation, Array]:
    """Return the mesh reflected at the axis, and the index of each of its nodes in the record."""
    fields = record.fields
    n = len(fields.points)
    depth = fields.points * (1.0, -1.0)
    points = np.vstack([depth * (-1.0, 1.0), depth])
    cells = np.vstack([fields.cells, fields.cells + n])
    return Triangulation(points[:, 0], points[:, 1], cells), np.tile(np.arange(n), 2)


def _panel(ax: Axes, record: Record, row: str, norm: LogNorm, colours: Colormap) -> None:
    """Paint one field and the needle into its anatomy."""
    if record.fields is None:
        say(ax, "not computed")
    else:
        _paint(ax, record, row_values(record, row), norm, colours)
    if record.metrics["infiltration.dose_mg"] == 0.0:
        where = {"xycoords": "axes fraction", "ha": "right"}
        label(ax, "no drug was injected", (0.98, 0.9), (0, 0), **where)
    tip = tip_depth(record)
    if tip is None:
        return
    injected = record.metrics["infiltration.dose_mg"]
    full = colours(norm(record.case.drug.concentration) if injected else -1.0)  # white
    if row == END:
        draw_needle(ax, record.case, tip, ABOVE, full)
    else:
        draw_track(ax, record.case, tip)


def tip_depth(record: Record) -> float | None:
    """Depth of the tip (mm) during the injection; None where nothing brought it anywhere."""
    reached, case = record.metrics["insertion.reached_depth_mm"], record.case
    if reached is None:
        return None if record.site is None else MM * case.target_depth
    if record.metrics["insertion.depth_in_nodule_mm"] == 0.0:
        return min(reached, MM * case.nodule.depth)
    return reached


def row_values(record: Record, row: str) -> Array:
    """Node values (mg/mL) for one row of the figure."""
    fields = record.fields
    if row == EVER:
        return fields.largest_concentration
    time = record.metrics["infiltration.injection_time_s"]
    if row == AFTER:
        time += 3600.0 * LATER
    after = min(int(np.searchsorted(fields.times, time)), len(fields.times) - 1)
    before = max(after - 1, 0)
    t0, t1 = fields.times[before], fields.times[after]
    share = 0.0 if t1 == t0 else min(max((time - t0) / (t1 - t0), 0.0), 1.0)
    return (1.0 - share) * fields.concentration[before] + share * fields.concentration[after]


def _paint(ax: Axes, record: Record, values: Array, norm: LogNorm, colours: Colormap) -> None:
    mesh, node = mirrored(record)
    full = np.maximum(values[node], 0.1 * norm.vmin)
    if full.max() > norm.vmin:
        levels = np.geomspace(norm.vmin, norm.vmax, BANDS)
        levels[-1] *= 1.0 + 1e-6  # rounding errors above the injected concentration
        bands = ax.tricontourf(mesh, full, levels, norm=norm, cmap=colours, zorder=1)
        bands.set_rasterized(True)
    threshold = record.case.injection.threshold_fraction * record.case.drug.concentration
    if full.max() > threshold:
        found = ax.tricontour(mesh, full, levels=[threshold], alpha=0.0)
        for line in found.allsegs[0]:
            ax.plot(*_smoothed(line).T, color=THRESHOLD, lw=1.4, zorder=5)


def _smoothed(line: Array) -> Array:
    """Average a contour (n, 2) along its length, over about the size of the nodule's elements."""
    way = np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
    even = np.linspace(0.0, way[-1], max(int(way[-1] / SPACING), 2))
    points = np.column_stack([np.interp(even, way, column) for column in line.T])
    closed = np.allclose(line[0], line[-1])
    mode = "wrap" if closed else "nearest"
    smooth = gaussian_filter1d(points, SMOOTHING / SPACING, axis=0, mode=mode)
    if not closed:
        smooth[[0, -1]] = points[[0, -1]]
    return smooth


def _half_width(record: Record) -> float:
    case = record.case
    return MM * min(0.9 * case.nodule.diameter, case.mesh.domain_radius)
