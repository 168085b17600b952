"""The tissue in space with a quarter cut away: where the drug is as the injection ends.

On the two faces the concentration is painted without light or shade, as the colour bar has it. What
closes the open quarter are the nodule's surface (grey) and that of the threshold (pink), both
see-through. The projection is parallel: lengths across the view are those of the scale bar, upright
ones are shortened by the cosine of the view's height (`HEIGHT`). In r-z the needle is the contour
that the injection is computed with, cut like the tissue; in 3-D it is the hole in the mesh, drawn
whole and lengthened to above the skin.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyvista as pv
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim.case import Case
from sim.figures import quarter, revolved
from sim.figures.cut import mouth
from sim.figures.infiltration import LOWEST, concentration_at
from sim.figures.offscreen import plotter
from sim.figures.revolved import FINE, KEPT, NODULE, Body, at, chain, faces, lines, revolve
from sim.figures.scale import ColourScale, scale_bar
from sim.figures.section import ABOVE, STEEL
from sim.figures.style import (
    DARK,
    DPI,
    LAYER_COLOURS,
    THRESHOLD,
    WIDTHS,
    heading,
    label,
    legend_below,
    say,
)  # fmt: skip
from sim.results.metrics import MM
from sim.results.record import Record

SPARE = 2.0  # mm of tissue shown around the nodule
HEIGHT = math.radians(25.0)  # of the view above the horizon
AROUND = math.radians(-45.0)  # of the view, about the axis: into the open quarter
TOWARDS = np.array(
    [math.cos(HEIGHT) * math.cos(AROUND), math.cos(HEIGHT) * math.sin(AROUND), math.sin(HEIGHT)]
)  # the viewer
RIGHT = np.array([-math.sin(AROUND), math.cos(AROUND), 0.0])
UP = np.cross(TOWARDS, RIGHT)
FAR = 100.0  # mm from the viewer, of no consequence in a parallel projection


def cutaway_figure(records: Sequence[Record]) -> Figure:
    """Draw each record's tissue with its needle, on one colour scale and one spatial scale.

    Raises
    ------
    CannotRender
        Where VTK finds no OpenGL.
    """
    injected = max(record.case.drug.concentration for record in records)
    scale = ColourScale(LOWEST * injected, injected, "log", "min")
    radius = max(_radius(record) for record in records)
    deepest = max(MM * record.case.tissue.depth for record in records)
    low = -deepest * math.cos(HEIGHT) - radius * math.sin(HEIGHT)
    high = max(ABOVE * math.cos(HEIGHT), radius * math.sin(HEIGHT))
    extent = (-1.03 * radius, 1.03 * radius, low - 0.3, high + 0.3)
    width = WIDTHS[len(records)]
    panel = (width - 1.4) / len(records)
    aspect = (extent[3] - extent[2]) / (extent[1] - extent[0])
    figure, axes = plt.subplots(
        1, len(records), figsize=(width, panel * aspect + 0.8), squeeze=False
    )
    size = int(DPI * panel)
    pictures = render([_bodies(record, radius, scale) for record in records], scale, extent, size)
    for ax, record, picture in zip(axes[0], records, pictures, strict=True):
        ax.imshow(picture, extent=extent, interpolation="none")
        ax.set_axis_off()
        ax.set_title(heading(f"{record.name}: end of the injection", panel))
        _name_layers(ax, record.case, radius)
        if record.fields is None:
            say(ax, record.no_fields)
        elif record.metrics["infiltration.dose_mg"] == 0.0:
            say(ax, "no drug was injected")
        scale_bar(ax, (0.99, 0.05))
    scale.bar(figure, axes[0], "thiosulfate in pore fluid (mg/mL)", shrink=0.7, aspect=30)
    share = 100.0 * records[0].case.injection.threshold_fraction
    entries = {
        f"{share:g} % of the injected concentration, a line per mm of depth": Patch(
            fc=THRESHOLD, alpha=0.5
        ),
        "nodule's surface": Patch(fc=NODULE, alpha=0.4),
        "steel (a bevel is computed as a cone)": Patch(fc=STEEL, ec=DARK, lw=0.6),
    }
    legend_below(figure, entries)
    return figure


def render(
    scenes: Sequence[Sequence[Body]],
    scale: ColourScale,
    extent: tuple[float, float, float, float],
    width: int,
) -> list[NDArray[np.uint8]]:
    """Return a picture (rows, `width`, 3) of each scene.

    Parameters
    ----------
    extent : tuple
        What is seen: left, right, lowest, highest (mm), from the axis at the skin's surface in the
        plane across the view.
    """
    across, upward = extent[1] - extent[0], extent[3] - extent[2]
    height = int(width * upward / across)
    scene = plotter((width * len(scenes), height), len(scenes))
    centre = 0.5 * (extent[0] + extent[1]) * RIGHT + 0.5 * (extent[2] + extent[3]) * UP
    for column, bodies in enumerate(scenes):
        scene.subplot(0, column)
        for body in bodies:
            _add(scene, body, scale)
        scene.camera_position = [tuple(centre + FAR * TOWARDS), tuple(centre), tuple(UP)]
        scene.enable_parallel_projection()
        scene.camera.parallel_scale = 0.5 * upward
        scene.camera.clipping_range = (1.0, 2.0 * FAR)
    picture = scene.screenshot(return_img=True)
    scene.close()
    return np.split(picture, len(scenes), axis=1)


def _add(scene: pv.Plotter, body: Body, scale: ColourScale) -> None:
    if body.colour is None:
        values = np.maximum(np.asarray(body.mesh.point_data["drug"]), 0.5 * scale.low)
        body.mesh.point_data["shade"] = scale.norm(values).filled(-1.0)
        look = {"scalars": "shade", "cmap": scale.colours, "clim": (0.0, 1.0),
                "below_color": "white", "show_scalar_bar": False}  # fmt: skip
    else:
        look = {"color": body.colour}
    if body.width is not None:
        look["line_width"] = body.width
    if body.lit:
        look |= {"ambient": 0.45, "diffuse": 0.6, "specular": body.shine, "specular_power": 20.0}
    scene.add_mesh(
        body.mesh, opacity=body.opacity, lighting=body.lit, smooth_shading=body.lit,
        reset_camera=False, **look,
    )  # fmt: skip


def _bodies(record: Record, radius: float, scale: ColourScale) -> list[Body]:
    found = _layers(record.case, radius)
    if record.fields is None:
        return found + _empty_faces(record.case, radius)
    drug = concentration_at(record, 0.0)
    if record.fields.points.shape[1] == 3:
        return found + quarter.bodies(record, drug, radius)
    dose = record.metrics["infiltration.dose_mg"]
    liquid = scale.colours(scale.norm(record.case.drug.concentration)) if dose else "white"
    return found + revolved.bodies(record, drug, radius) + revolved.needle(record, liquid)


def _layers(case: Case, radius: float) -> list[Body]:
    """Return the outside of skin and subcutis, and the layers' edges on the faces."""
    skin, fascia = MM * case.tissue.skin.thickness, MM * case.tissue.depth
    corners = np.array([[0.0, 0.0], [radius, 0.0], [radius, -skin], [radius, -fascia]])
    colours = LAYER_COLOURS["skin"], LAYER_COLOURS["skin"], LAYER_COLOURS["subcutis"]
    found = [
        Body(revolve(corners, edge[None], KEPT), colour)
        for edge, colour in zip(chain(len(corners)), colours, strict=True)
    ]
    for depth, width in ((0.0, FINE), (skin, FINE), (fascia, 2.0 * FINE)):
        across = np.array([[0.0, -depth], [radius, -depth]])
        found += [Body(line, DARK, width=width, lit=False) for line in lines(across, chain(2))]
    found += [Body(line, DARK, width=FINE, lit=False) for line in lines(
        np.array([[radius, 0.0], [radius, -fascia]]), chain(2))]  # fmt: skip
    return found


def _empty_faces(case: Case, radius: float) -> list[Body]:
    """Return the faces of tissue of which nothing was computed."""
    fascia = MM * case.tissue.depth
    corners = np.array([[0.0, 0.0], [radius, 0.0], [radius, -fascia], [0.0, -fascia]])
    plates = [pv.PolyData(at(corners, turn), faces=[4, 0, 1, 2, 3]) for turn in faces()]
    return [Body(plate, "white", lit=False) for plate in plates]


def _radius(record: Record) -> float:
    """Return how far (mm) from the needle's mouth tissue is shown: nodule, threshold, and more."""
    fields, case = record.fields, record.case
    if fields is None:
        return 0.5 * MM * case.nodule.diameter + SPARE
    nodule = fields.cells[fields.cell_regions == fields.regions["nodule"]]
    threshold = case.injection.threshold_fraction * case.drug.concentration
    reached = np.flatnonzero(concentration_at(record, 0.0) > threshold)
    points = fields.points[np.append(np.unique(nodule), reached)]
    solid = points.shape[1] == 3
    away = np.hypot(*(points - mouth(fields))[:, :2].T) if solid else points[:, 0]
    return min(away.max() + SPARE, MM * case.mesh.domain_radius)


def _name_layers(ax: Axes, case: Case, radius: float) -> None:
    """Write the layers' names on the outside, at its left end."""
    skin, fascia = MM * case.tissue.skin.thickness, MM * case.tissue.depth
    for name, depth in {
        "skin": 0.5 * skin, "subcutis": 0.5 * (skin + fascia), "fascia": fascia - 0.5,
    }.items():  # fmt: skip
        point = -radius * RIGHT - depth * np.array([0.0, 0.0, 1.0])
        label(ax, name, (float(point @ RIGHT), float(point @ UP)), (3, -2), va="center")
