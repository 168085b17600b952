"""What lies in the section through the axis: skin, fascia, nodule and the needle (mm, depths)."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse, Patch, Polygon, Rectangle

from meshes.outline import needle_outline
from sim.case import Case
from sim.figures.style import DARK, label
from sim.outcome import Array
from sim.results.metrics import MM

STEEL = "#aeb6c0"
GONE = {"fc": "#f4f4f4", "hatch": "//////"}  # the needle's place, of which nothing is computed


def draw_anatomy(ax: Axes, case: Case, half_width: float) -> None:
    """Outline skin, subcutis, fascia and nodule."""
    nodule, tissue = case.nodule, case.tissue
    skin, fascia = MM * tissue.skin.thickness, MM * tissue.depth
    for name, (upper, lower) in {"skin": (0.0, skin), "subcutis": (skin, fascia)}.items():
        ax.plot([-half_width, half_width], [upper] * 2, color=DARK, lw=0.8, zorder=4)
        middle = 0.5 * (upper + min(lower, upper + 1.5))
        label(ax, name, (-half_width, middle), (3, 0), va="center")
    ax.plot([-half_width, half_width], [fascia] * 2, color=DARK, lw=2.5, zorder=4)
    label(ax, "fascia", (-half_width, fascia), (3, 3))
    centre = (0.0, MM * nodule.centre_depth)
    size = (MM * nodule.diameter, MM * nodule.height)
    ax.add_patch(Ellipse(centre, *size, fill=False, ec=DARK, lw=1.3, zorder=4))
    label(ax, "nodule", (0.0, centre[1] + 0.5 * size[1]), (0, 3), ha="center")


def draw_needle(
    ax: Axes, case: Case, tip_depth: float, top: float, liquid: tuple[float, ...]
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
    radius, depth, mouth = _contour(case, tip_depth, top)
    _mirrored_patch(ax, radius, depth, fc=STEEL)
    lumen = 0.5 * MM * case.needle.inner_diameter
    r = np.append(radius[mouth], [lumen, lumen])
    z = np.append(depth[mouth], [depth[mouth][-1], -top])
    _mirrored_patch(ax, r, z, fc=liquid, ec="white", lw=0.4)


def draw_track(ax: Axes, case: Case, tip_depth: float) -> None:
    """Draw the place of the withdrawn needle in the tissue; its tip was at `tip_depth` (mm)."""
    air = MM * case.needle.length  # the mouth may lie above the skin: drawn in full, then cut
    radius, depth, _ = _contour(case, tip_depth, air)
    track = _mirrored_patch(ax, radius, depth, **GONE)
    tissue = Rectangle((-air, 0.0), 2.0 * air, MM * case.tissue.depth, transform=ax.transData)
    track.set_clip_path(tissue)


def _contour(case: Case, tip_depth: float, top: float) -> tuple[Array, Array, slice]:
    """Radii and depths (mm) from the tip to `top` above the skin; which are the mouth's."""
    depth = (tip_depth + top) / MM  # as if the air were tissue
    outline = needle_outline(case.needle, depth, case.injection.pull_back)
    mouth = slice(outline.parts.index("mouth"), outline.parts.index("film") + 1)
    return MM * np.array(outline.radius), -MM * np.array(outline.height) - top, mouth


def _mirrored_patch(ax: Axes, r: Array, z: Array, **style: object) -> Patch:
    corners = np.column_stack([np.append(r, -r[::-1]), np.append(z, z[::-1])])
    look = {"ec": DARK, "lw": 0.6, "zorder": 6} | style
    return ax.add_patch(Polygon(corners, closed=True, **look))
