"""Where the drug is in 3-D: sections in the plane of the needle's lean, through its mouth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyvista as pv
from matplotlib import colormaps
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.figures.infiltration import BANDS, LOWEST, ROWS, row_values
from sim.figures.style import DARK, SEQUENTIAL, THRESHOLD, WIDTHS
from sim.results.record import Record

MARGIN = 0.3  # of the nodule's diameter, shown beside it


def solid_figure(records: Sequence[Record]) -> Figure:
    """Draw, per needle: the end of the injection, some hours later, and the highest ever reached.

    The coloured line is the threshold that counts as infiltrated, the dark one the nodule.
    """
    width = WIDTHS[len(records)]
    figure, axes = plt.subplots(
        len(ROWS), len(records), figsize=(width, 3.0 * len(ROWS)), squeeze=False,
        sharex=True, sharey=True,
    )  # fmt: skip
    injected = max(record.case.drug.concentration for record in records)
    norm = LogNorm(LOWEST * injected, injected)
    for column, record in enumerate(records):
        cut = _section(record)
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
    return figure


def _section(record: Record) -> pv.PolyData:
    """Cut the mesh; a row's node values are the section's point data of its name."""
    fields = record.fields
    cells = np.column_stack((np.full(len(fields.cells), 4), fields.cells))
    kinds = np.full(len(cells), pv.CellType.TETRA)
    grid = pv.UnstructuredGrid(cells.ravel(), kinds, fields.points)
    grid.cell_data["nodule"] = fields.cell_regions == fields.regions["nodule"]
    for row in ROWS:
        grid.point_data[row] = row_values(record, row)
    mouth = fields.points[fields.pressure >= fields.pressure.max()].mean(axis=0)
    return grid.slice(normal=(0.0, 1.0, 0.0), origin=mouth, generate_triangles=True)


def _outline(triangles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the edges (k, 2) that belong to one triangle alone."""
    edges = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    found, count = np.unique(edges, axis=0, return_counts=True)
    return found[count == 1]


def _paint(ax: Axes, record: Record, cut: pv.PolyData, row: str, norm: LogNorm) -> None:
    case = record.case
    x, depth = cut.points[:, 0], -cut.points[:, 2]
    triangles = cut.faces.reshape(-1, 4)[:, 1:]
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
    spare = MARGIN * np.ptp(ends[..., 0])
    ax.set_xlim(ends[..., 0].min() - spare, ends[..., 0].max() + spare)
    ax.set_ylim(1e3 * case.tissue.depth + 0.4, -0.4)
