"""What an injection takes of the mineral: where by the end of the run, and how it goes on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.tri import Triangulation

from sim.figures.infiltration import mirrored, tip_depth
from sim.figures.section import draw_anatomy, draw_track
from sim.figures.solid import depths_of, section
from sim.figures.style import NEEDLE_COLOURS, SEQUENTIAL, WIDTHS, say
from sim.figures.uptake import time_axis
from sim.outcome import Array
from sim.results.metrics import G_PER_CM3, MM
from sim.results.record import Record

BANDS = 60  # of colour
MARGIN = 1.5  # mm shown around the nodule
COURSE = "course"  # the lower panel


def mineral_figure(records: Sequence[Record]) -> Figure:
    """Draw, per needle, the share that is gone of the mineral, and its mass over time below."""
    sections = [str(n) for n in range(len(records))]
    figure, axes = plt.subplot_mosaic(
        [sections, [COURSE] * len(records)],
        figsize=(WIDTHS[len(records)], 6.4),
        height_ratios=(1.4, 1.0),
    )
    cuts = [None if not dissolves(record) else _gone(record) for record in records]
    most = max((share.max() for _, share in filter(None, cuts)), default=0.0)
    norm, colours = Normalize(0.0, most or 1.0), colormaps[SEQUENTIAL]
    for name, record, cut in zip(sections, records, cuts, strict=True):
        _panel(axes[name], record, cut, norm)
    axes[sections[0]].set_ylabel("depth (mm)")
    bar = figure.colorbar(
        ScalarMappable(norm, colours), ax=[axes[name] for name in sections], aspect=25
    )
    bar.set_label("mineral removed (%)")
    _course(axes[COURSE], records)
    return figure


def left_figure(records: Sequence[Record], before: float) -> Figure:
    """Draw, per needle, the mineral that is left at the end of a run, on one colour scale.

    The scale ends at `before` (kg/m3), the mineral's density before any treatment: denser is only
    what the needle compacted.
    """
    figure, axes = plt.subplots(1, len(records), figsize=(WIDTHS[len(records)], 3.9), squeeze=False)
    cuts = [_cut(record, record.fields.mineral[-1]) for record in records]
    low = min(density[np.unique(mesh.triangles)].min() for mesh, density in cuts)
    high = G_PER_CM3 * before
    norm = Normalize(min(low, 0.999 * high), high)
    for ax, record, cut in zip(axes[0], records, cuts, strict=True):
        _panel(ax, record, cut, norm)
        ax.set_title(record.name)
    axes[0, 0].set_ylabel("depth (mm)")
    bar = figure.colorbar(ScalarMappable(norm, SEQUENTIAL), ax=axes, aspect=25, extend="max")
    bar.set_label("mineral left (g/cm³)")
    return figure


def dissolves(record: Record) -> bool:
    """Tell whether a record says what became of the mineral."""
    return record.fields is not None and record.fields.mineral is not None


def _gone(record: Record) -> tuple[Triangulation, Array]:
    """Return the nodule's section (mm) and the share (%) gone of what was there at the start."""
    fields = record.fields
    first, last = fields.mineral[0], fields.mineral[-1]
    share = 100.0 * np.divide(first - last, first, out=np.zeros_like(first), where=first > 0.0)
    return _cut(record, share)


def _cut(record: Record, values: Array) -> tuple[Triangulation, Array]:
    """Return the nodule's section (mm) and node values (n,) on it."""
    fields = record.fields
    inside = fields.cell_regions == fields.regions["nodule"]
    if fields.points.shape[1] == 3:
        cut = section(record, {"values": values})
        x, depth, triangles = depths_of(cut)
        return Triangulation(x, depth, triangles[cut.cell_data["nodule"]]), cut["values"]
    mesh, node = mirrored(record)
    triangles = mesh.triangles[np.tile(inside, 2)]
    return Triangulation(mesh.x, mesh.y, triangles), values[node]


def _panel(
    ax: Axes, record: Record, cut: tuple[Triangulation, Array] | None, norm: Normalize
) -> None:
    case = record.case
    ax.set_title(f"{record.name}: closure {case.dissolution.model.replace('_', ' ')}")
    ax.set_aspect("equal")
    half = 0.5 * MM * case.nodule.diameter + MARGIN
    ax.set_xlim(-half, half)
    ax.set_ylim(MM * case.tissue.depth + 0.4, -0.4)
    if cut is None:
        say(ax, "not computed")
        return
    in_half_plane = record.fields.points.shape[1] == 2
    ax.set_xlabel("distance from the needle's axis (mm)" if in_half_plane else "x (mm)")
    mesh, values = cut
    levels = np.linspace(norm.vmin, norm.vmax * (1.0 + 1e-6), BANDS)
    bands = ax.tricontourf(
        mesh, np.clip(values, norm.vmin, norm.vmax), levels, norm=norm, cmap=SEQUENTIAL, zorder=1
    )
    bands.set_rasterized(True)
    if in_half_plane:
        draw_anatomy(ax, case, half)
        tip = tip_depth(record)
        if tip is not None:
            draw_track(ax, case, tip)


def _course(ax: Axes, records: Sequence[Record]) -> None:
    """Draw the mass removed over log time."""
    for record, colour in zip(records, NEEDLE_COLOURS, strict=False):
        if record.uptake is None:
            continue
        time, left = record.uptake["time_s"][1:], record.uptake["mineral_left_mg"]
        ax.plot(time, left[0] - left[1:], color=colour, label=record.name)
        time_axis(ax, time)
    ax.set_ylim(bottom=0.0)
    ax.set_ylabel("mineral removed (mg)")
    ax.set_xlabel("time from the start of the injection")
    if len(records) > 1:
        ax.legend(loc="upper left")
