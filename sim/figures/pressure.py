"""The liquid's pressure as the injection ends, and where it drives the liquid.

Streamlines are of Darcy's flow ``q = -k/mu grad p`` in the tissue: from the pressure's gradient and
the permeability of each cell. What flows in the gap along the shaft is no part of them, nor what
the tissue itself moves. They start beside the needle so that between neighbours passes the same
share of what comes out of mouth and shaft, as far as the elements beside the needle resolve it: a
coarse mesh may miss a tenth of it. In 3-D only what flows in the plane counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyvista as pv
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.figures.cut import Cut, cut, mesh_of, mouth, rim
from sim.figures.infiltration import PANEL, panels
from sim.figures.scale import ColourScale, Kind
from sim.figures.section import STEEL, draw_surroundings
from sim.figures.style import DARK, WIDTHS, heading, label, legend_below, say
from sim.outcome import Array
from sim.results.fields import Fields
from sim.results.metrics import KPA, MM
from sim.results.record import Record

LOWEST = 1e-3  # smallest colour / highest pressure, on a logarithmic scale
LINES = 16  # on either side of the half plane's axis; twice as many in 3-D
GRID = 0.05  # mm between the points at which the flow is sampled; lines start two of them off
STEP = 0.15  # of the default length of a line's steps: the first is not drawn
EDGE = 1e-6  # mm, rounding errors of places
LINE = "#222222"


def pressure_figure(records: Sequence[Record], kind: Kind = "log") -> Figure:
    """Draw pressure and streamlines in the section, a panel per needle on one colour scale.

    Parameters
    ----------
    kind : "log" or "linear"
        Scale of the colours.
    """
    figure, axes = panels(records, 1)
    known = [record.fields for record in records if record.fields is not None]
    high = max((fields.pressure.max() for fields in known), default=0.0) or 1.0
    if kind == "log":
        scale = ColourScale(LOWEST * high, high, "log", "min")
    else:
        scale = ColourScale(0.0, high)
    inches = PANEL * WIDTHS[len(records)] / len(records)
    for ax, record in zip(axes[0], records, strict=True):
        ax.set_title(heading(f"{record.name}: as the injection ends", inches))
        _panel(ax, record, scale)
    scale.bar(figure, axes, "pressure (kPa)", shrink=0.8, aspect=20)
    entries: dict[str, Artist] = {
        "flow in the tissue": Line2D([], [], color=LINE, lw=0.7, marker=">", ms=4),
        "steel (a bevel is computed as a cone)": Patch(fc=STEEL, ec=DARK, lw=0.6),
    }
    legend_below(figure, entries)
    return figure


def pushed(record: Record) -> bool:
    """Tell whether liquid was pressed into the tissue of a record."""
    return record.fields is not None and bool(record.fields.pressure.any())


def flow_of(record: Record) -> Array:
    """Return Darcy's flow (m, d) in mm/s in each cell of a record's fields.

    Raises
    ------
    ValueError
        If the record has no permeability.
    """
    fields = record.fields
    if fields.permeability is None:
        raise ValueError(f"{record.folder}: no permeability was recorded")
    corners = fields.points[fields.cells]
    sides = corners[:, 1:] - corners[:, :1]
    rise = fields.pressure[fields.cells[:, 1:]] - fields.pressure[fields.cells[:, :1]]
    gradient = np.linalg.solve(sides, rise[..., None])[..., 0] * MM / KPA  # Pa/m
    mobility = fields.permeability / record.case.drug.viscosity
    return -MM * mobility[:, None] * gradient


def _panel(ax: Axes, record: Record, scale: ColourScale) -> None:
    fields, section, liquid = record.fields, None, "white"
    if fields is None:
        say(ax, "not computed")
    else:
        section = cut(record, {"pressure": fields.pressure})
        scale.paint(ax, section.mesh, section.values["pressure"])
        highest = fields.pressure.max()
        if highest == 0.0:
            label(ax, "nothing was injected", (0.02, 0.9), (0, 0), xycoords="axes fraction")
        else:
            liquid = scale.colours(scale.norm(highest))
            if fields.permeability is not None:
                _draw_streamlines(ax, record)
    draw_surroundings(ax, record, section, liquid)


def _draw_streamlines(ax: Axes, record: Record) -> None:
    flow = flow_of(record)
    x = np.arange(*ax.get_xlim(), GRID)
    depth = np.arange(0.0, MM * record.case.tissue.depth, GRID)
    across, down = _sampled(record.fields, flow, x, depth)
    starts = _starts(cut(record, {}, {"flow": flow}))
    if len(starts) == 0:
        return
    within = (starts[:, 0] > x[0]) & (starts[:, 0] < x[-1]) & (starts[:, 1] > depth[0])
    drawn = ax.streamplot(
        x, depth, across, down, start_points=starts[within], broken_streamlines=False,
        integration_direction="forward", integration_max_step_scale=STEP,
        color=LINE, linewidth=0.6, arrowsize=0.7, zorder=3,
    )  # fmt: skip
    drawn.lines.set_alpha(0.8)


def _sampled(fields: Fields, flow: Array, x: Array, depth: Array) -> tuple[Array, Array]:
    """Return the flow across and down (mm/s) at (depth, x), NaN where there is no tissue."""
    mesh, half = mesh_of(fields), flow.shape[1] == 2
    at_x, at_depth = np.meshgrid(x, depth)
    across = np.abs(at_x) if half else at_x
    middle = np.full_like(at_x, mouth(fields)[1])
    places = (across, -at_depth, 0.0 * at_x) if half else (across, middle, -at_depth)
    mesh.cell_data["across"], mesh.cell_data["up"] = flow[:, 0], flow[:, -1]
    found = pv.PolyData(np.column_stack([place.ravel() for place in places])).sample(mesh)
    tissue = np.asarray(found["vtkValidPointMask"], bool)
    sampled = (np.where(tissue, found[name], np.nan) for name in ("across", "up"))
    across, up = (values.reshape(at_x.shape) for values in sampled)
    return (np.sign(at_x) * across if half else across), -up


def _starts(section: Cut) -> Array:
    """Return points (k, 2) beside the needle, the same flow between neighbours.

    What flows through an edge of the needle's contour is that of the triangle beside it, times the
    edge's length and, about an axis, its distance from there.
    """
    points = np.column_stack([section.mesh.x, section.mesh.y])
    edges, beside = rim(section.mesh.triangles)
    ends = points[edges]
    middle, along = ends.mean(axis=1), ends[:, 1] - ends[:, 0]
    needle = np.all((middle > points.min(axis=0) + EDGE) & (middle < points.max(axis=0) - EDGE), 1)
    if section.mirrored:
        needle &= middle[:, 0] > EDGE  # one half, without the axis
    middle, along, beside = middle[needle], along[needle], beside[needle]
    into = points[section.mesh.triangles[beside]].mean(axis=1) - middle
    normal = along[:, ::-1] * (1.0, -1.0)  # as long as the edge
    normal *= np.sign((normal * into).sum(axis=1, keepdims=True))
    flow = section.own["flow"][beside][:, [0, -1]] * (1.0, -1.0)
    passing = np.maximum((flow * normal).sum(axis=1), 0.0)
    if section.mirrored:
        passing *= middle[:, 0]
    if not passing.any():  # the plane meets no wall that liquid comes out of
        return np.empty((0, 2))
    order = np.argsort(-middle[:, 1])  # up from the tip
    total = np.cumsum(passing[order])
    lines = LINES if section.mirrored else 2 * LINES
    wanted = (np.arange(lines) + 0.5) / lines * total[-1]
    found = np.searchsorted(total, wanted)
    chosen = order[found]
    left = (total[found] - wanted) / passing[chosen]  # of the edge
    at = middle[chosen] + (0.5 - left)[:, None] * along[chosen]
    unit = normal[chosen] / np.linalg.norm(normal[chosen], axis=1, keepdims=True)
    starts = at + 2.0 * GRID * unit
    return np.vstack([starts, starts * (-1.0, 1.0)]) if section.mirrored else starts
