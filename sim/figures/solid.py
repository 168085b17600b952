"""Where the drug is in 3-D: sections in the plane of the needle's lean, through its mouth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyvista as pv
from matplotlib import colormaps
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from sim.figures.infiltration import BANDS, LOWEST, ROWS, row_values
from sim.figures.style import DARK, SEQUENTIAL, THRESHOLD, WIDTHS, label, legend_below
from sim.results.metrics import MM
from sim.results.record import Record

ABOVE, BELOW = 0.4, 0.4  # mm of air above the skin, of margin below the fascia
MARGIN = 0.5  # of the nodule's diameter, shown beside it


def solid_figure(records: Sequence[Record]) -> Figure:
    """Draw, per needle: the end of the injection, some hours later, and the highest ever reached.

    The section lies along the way that the needle leans.
    """
    width = WIDTHS[len(records)]
    figure, axes = plt.subplots(
        len(ROWS), len(records), figsize=(width, 2.6 * len(ROWS) + 0.9), squeeze=False,
        sharex=True, sharey=True,
    )  # fmt: skip
    injected = max(record.case.drug.concentration for record in records)
    norm = LogNorm(LOWEST * injected, injected)
    for column, record in enumerate(records):
        cut = section(record, {row: row_values(record, row) for row in ROWS})
        for ax, row in zip(axes[:, column], ROWS, strict=True):
            ax.set_title(f"{record.name}: {row}")
            ax.set_aspect("equal")
            _paint(ax, record, cut, row, norm)
        axes[-1, column].set_xlabel("x (mm)")
    for ax in axes[:, 0]:
        ax.set_ylabel("depth (mm)")
    bar = figure.colorbar(
        ScalarMappable(norm, SEQUENTIAL), ax=axes, shrink=0.6, aspect=40, extend="min"
    )
    bar.set_label("thiosulfate in pore fluid (mg/mL)")
    bar.ax.yaxis.set_major_formatter("{x:g}")
    share = 100.0 * records[0].case.injection.threshold_fraction
    entries: dict[str, Artist] = {
        f"{share:g} % of the injected concentration": Line2D([], [], color=THRESHOLD, lw=1.4),
        "nodule's surface; where the needle is, nothing is painted": Line2D(
            [], [], color=DARK, lw=1.3
        ),
    }
    legend_below(figure, entries)
    return figure


def section(record: Record, nodal: Mapping[str, NDArray[np.float64]]) -> pv.PolyData:
    """Cut the mesh through the mouth; node values become the section's point data of that name.

    Its cell data `nodule` tells which triangles lie in the nodule.
    """
    fields = record.fields
    cells = np.column_stack((np.full(len(fields.cells), 4), fields.cells))
    kinds = np.full(len(cells), pv.CellType.TETRA)
    grid = pv.UnstructuredGrid(cells.ravel(), kinds, fields.points)
    grid.cell_data["nodule"] = fields.cell_regions == fields.regions["nodule"]
    for name, values in nodal.items():
        grid.point_data[name] = values
    mouth = fields.points[fields.pressure >= fields.pressure.max()].mean(axis=0)
    return grid.slice(normal=(0.0, 1.0, 0.0), origin=mouth, generate_triangles=True)


def depths_of(cut: pv.PolyData) -> tuple[NDArray, NDArray, NDArray[np.int64]]:
    """Return x and depth (mm) of a section's points, and its triangles (m, 3)."""
    return cut.points[:, 0], -cut.points[:, 2], cut.faces.reshape(-1, 4)[:, 1:]


def _outline(triangles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the edges (k, 2) that belong to one triangle alone."""
    edges = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    found, count = np.unique(edges, axis=0, return_counts=True)
    return found[count == 1]


def _paint(ax: Axes, record: Record, cut: pv.PolyData, row: str, norm: LogNorm) -> None:
    case = record.case
    x, depth, triangles = depths_of(cut)
    values = np.maximum(cut.point_data[row], 0.1 * norm.vmin)
    if values.max() > norm.vmin:
        levels = np.geomspace(norm.vmin, norm.vmax * (1.0 + 1e-6), BANDS)
        colours = colormaps[SEQUENTIAL].with_extremes(under="white")
        bands = ax.tricontourf(x, depth, triangles, values, levels, norm=norm, cmap=colours)
        bands.set_rasterized(True)
    threshold = case.injection.threshold_fraction * case.drug.concentration
    if values.max() > threshold:
        ax.tricontour(x, depth, triangles, values, [threshold], colors=THRESHOLD, linewidths=1.4)
    lines = _outline(triangles[cut.cell_data["nodule"]])
    ends = np.stack((x[lines], depth[lines]), axis=-1)
    ax.add_collection(LineCollection(ends, colors=DARK, linewidths=1.3))
    left, right = ends[..., 0].min(), ends[..., 0].max()
    low = ends[np.unravel_index(ends[..., 1].argmax(), ends[..., 1].shape)]
    label(ax, "nodule", (low[0], low[1]), (0, 3), ha="center")
    spare = MARGIN * (right - left)
    left, right = left - spare, right + spare
    skin, fascia = MM * case.tissue.skin.thickness, MM * case.tissue.depth
    for at, width in ((0.0, 0.8), (skin, 0.8), (fascia, 2.5)):
        ax.plot([left, right], [at, at], color=DARK, lw=width, zorder=4)
    for name, at in (("skin", 0.5 * skin), ("subcutis", skin + 0.75), ("fascia", fascia - 0.5)):
        label(ax, name, (left, at), (3, 0), va="center")
    ax.set_xlim(left, right)
    ax.set_ylim(fascia + BELOW, -ABOVE)
