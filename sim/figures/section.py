"""What lies in a section besides the fields: skin, fascia, nodule and the needle (mm, depths)."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Ellipse, Patch, Polygon, Rectangle

from meshes.outline import needle_outline
from sim.case import Case
from sim.figures.cut import Cut
from sim.figures.style import DARK, label
from sim.outcome import Array
from sim.results.metrics import MM
from sim.results.record import Record

ABOVE = 3.0  # mm of air shown above the skin
STEEL = "#aeb6c0"
STEEL_LOOK = {"fc": STEEL}
GONE = {"fc": "#f4f4f4", "hatch": "//////"}  # the needle's place, of which nothing is computed


def set_frame(ax: Axes, width: tuple[float, float], lowest: float) -> None:
    """Show a section from `width` to `width` and down to the depth `lowest` (mm), undistorted."""
    ax.set_aspect("equal")
    ax.set_xlim(*width)
    ax.set_ylim(lowest, -ABOVE)
    ax.set_yticks(np.arange(0.0, lowest, 2.0))


def draw_surroundings(
    ax: Axes, record: Record, section: Cut | None, liquid: tuple[float, ...] | str | None
) -> None:
    """Outline layers, nodule and needle around what is painted in a framed panel.

    Parameters
    ----------
    section : Cut or None
        What is painted; None: nothing is.
    liquid : colour or None
        Of what fills the needle; None: it is withdrawn.
    """
    case = record.case
    draw_layers(ax, case)
    if section is not None and not section.mirrored:  # the needle's place has no elements
        _draw_solid_section(ax, case, section, STEEL_LOOK if liquid is not None else GONE)
        return
    draw_nodule(ax, case)
    tip = tip_depth(record)
    if tip is None:
        return
    if liquid is not None:
        draw_needle(ax, case, tip, ABOVE, liquid)
    else:
        draw_track(ax, case, tip)


def _draw_solid_section(ax: Axes, case: Case, section: Cut, needle: dict[str, str]) -> None:
    """Outline the nodule, and show the needle where the mesh leaves its place out."""
    ax.add_collection(LineCollection(section.nodule_outline, colors=DARK, lw=1.3, zorder=4))
    (left, right), fascia = ax.get_xlim(), MM * case.tissue.depth
    ax.add_patch(Rectangle((left, 0.0), right - left, fascia, zorder=0.5, lw=0.0, **needle))
    corners = np.column_stack([section.mesh.x, section.mesh.y])[section.mesh.triangles]
    tissue = PolyCollection(corners, fc="white", ec="white", lw=1.0, zorder=0.6, rasterized=True)
    ax.add_collection(tissue)
    ax.add_collection(LineCollection(section.outline, colors=DARK, lw=0.6, zorder=4))
    surface = section.nodule_outline.reshape(-1, 2)
    deepest = surface[surface[:, 1].argmax()]
    label(ax, "nodule", (deepest[0], deepest[1]), (0, 3), ha="center")


def tip_depth(record: Record) -> float | None:
    """Depth of the tip (mm) during the injection; None where nothing brought it anywhere."""
    reached, case = record.metrics["insertion.reached_depth_mm"], record.case
    if reached is None:
        return None if record.site is None else MM * case.target_depth
    if record.metrics["insertion.depth_in_nodule_mm"] == 0.0:
        return min(reached, MM * case.nodule.depth)
    return reached


def draw_layers(ax: Axes, case: Case) -> None:
    """Outline and name skin, subcutis and fascia across a panel."""
    tissue, width = case.tissue, ax.get_xlim()
    skin, fascia = MM * tissue.skin.thickness, MM * tissue.depth
    for name, (upper, lower) in {"skin": (0.0, skin), "subcutis": (skin, fascia)}.items():
        ax.plot(width, [upper] * 2, color=DARK, lw=0.8, zorder=4)
        middle = 0.5 * (upper + min(lower, upper + 1.5))
        label(ax, name, (width[0], middle), (3, 0), va="center")
    ax.plot(width, [fascia] * 2, color=DARK, lw=2.5, zorder=4)
    label(ax, "fascia", (width[0], fascia), (3, 3))


def draw_nodule(ax: Axes, case: Case) -> None:
    """Outline and name the nodule, centred on the axis."""
    nodule = case.nodule
    centre = (0.0, MM * nodule.centre_depth)
    size = (MM * nodule.diameter, MM * nodule.height)
    ax.add_patch(Ellipse(centre, *size, fill=False, ec=DARK, lw=1.3, zorder=4))
    label(ax, "nodule", (0.0, centre[1] + 0.5 * size[1]), (0, 3), ha="center")


def draw_needle(
    ax: Axes, case: Case, tip_depth: float, top: float, liquid: tuple[float, ...] | str
) -> None:
    """Draw the needle with the outline and the opening that the injection is computed with.

    Parameters
    ----------
    tip_depth : float
        Of the tip's point (mm).
    top : float
        Height to which the tube is drawn (mm above the skin).
    liquid : colour
        Of what fills the lumen and the void of a withdrawn stylet.
    """
    radius, depth, mouth = contour(case, tip_depth, top)
    _mirrored_patch(ax, radius, depth, fc=STEEL)
    lumen = 0.5 * MM * case.needle.inner_diameter
    r = np.append(radius[mouth], [lumen, lumen])
    z = np.append(depth[mouth], [depth[mouth][-1], -top])
    edge = DARK if liquid == "white" else "white"
    _mirrored_patch(ax, r, z, fc=liquid, ec=edge, lw=0.4)


def draw_track(ax: Axes, case: Case, tip_depth: float) -> None:
    """Draw the place of the withdrawn needle in the tissue; its tip was at `tip_depth` (mm)."""
    air = MM * case.needle.length  # the mouth may lie above the skin: drawn in full, then cut
    radius, depth, _ = contour(case, tip_depth, air)
    track = _mirrored_patch(ax, radius, depth, **GONE)
    tissue = Rectangle((-air, 0.0), 2.0 * air, MM * case.tissue.depth, transform=ax.transData)
    track.set_clip_path(tissue)


def contour(case: Case, tip_depth: float, top: float) -> tuple[Array, Array, slice]:
    """Radii and depths (mm) from the tip to `top` above the skin; which are the mouth's."""
    depth = (tip_depth + top) / MM  # as if the air were tissue
    outline = needle_outline(case.needle, depth, case.injection.pull_back)
    mouth = slice(outline.parts.index("mouth"), outline.parts.index("film") + 1)
    return MM * np.array(outline.radius), -MM * np.array(outline.height) - top, mouth


def _mirrored_patch(ax: Axes, r: Array, z: Array, **style: object) -> Patch:
    corners = np.column_stack([np.append(r, -r[::-1]), np.append(z, z[::-1])])
    look = {"ec": DARK, "lw": 0.6, "zorder": 6} | style
    return ax.add_patch(Polygon(corners, closed=True, **look))
