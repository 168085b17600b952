"""What lies in the section through the axis: skin, fascia, nodule and the needle (mm)."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.patches import Ellipse, Polygon

from sim.case import Case
from sim.figures.style import DARK, label
from sim.results.metrics import MM

STEEL = "#aeb6c0"


def draw_anatomy(ax: Axes, case: Case, half_width: float) -> None:
    """Outline skin, subcutis, fascia and nodule."""
    nodule, tissue = case.nodule, case.tissue
    skin, fascia = -MM * tissue.skin.thickness, -MM * tissue.depth
    for name, upper in {"skin": 0.0, "subcutis": skin}.items():
        ax.plot([-half_width, half_width], [upper] * 2, color=DARK, lw=0.6, zorder=4)
        label(ax, name, (-half_width, upper), (3, -2), va="top")
    ax.plot([-half_width, half_width], [fascia] * 2, color=DARK, lw=2.0, zorder=4)
    label(ax, "fascia", (-half_width, fascia), (3, 3))
    centre = (0.0, -MM * nodule.centre_depth)
    size = (MM * nodule.diameter, MM * nodule.height)
    ax.add_patch(Ellipse(centre, *size, fill=False, ec=DARK, lw=1.3, zorder=4))
    label(ax, "nodule", (0.5 * size[0], centre[1]), (-3, 0), ha="right", va="center")


def draw_needle(ax: Axes, case: Case, reached: float, top: float) -> None:
    """Draw the needle during the injection: tube to its mouth, void of the withdrawn stylet below.

    Parameters
    ----------
    reached : float
        Tip's depth (mm).
    top : float
        Height to which the tube is drawn (mm above the skin).
    """
    needle = case.needle
    outer, inner = MM * needle.outer_diameter / 2, MM * needle.inner_diameter / 2
    if needle.stylet is None:
        bevel = 2.0 * outer / math.tan(needle.tip.angle)
        heel = min(bevel - reached, top)
        wall = [(-outer, top), (-outer, -reached), (outer, heel), (outer, top)]
        _patch(ax, wall, fc=STEEL)
        return
    protrusion, radius = MM * needle.stylet.protrusion, MM * needle.stylet.diameter / 2
    mouth = protrusion - reached
    _patch(ax, [(-outer, top), (-outer, mouth), (outer, mouth), (outer, top)], fc=STEEL)
    _patch(ax, [(-inner, top), (-inner, mouth), (inner, mouth), (inner, top)], fc="white")
    cone = min(radius / math.tan(needle.tip.angle), protrusion) - reached
    void = [(-radius, mouth), (-radius, cone), (0.0, -reached), (radius, cone), (radius, mouth)]
    _patch(ax, void, fill=False, ls=":")


def _patch(ax: Axes, corners: list[tuple[float, float]], **style: object) -> None:
    ax.add_patch(Polygon(corners, closed=True, ec=DARK, lw=0.6, zorder=6, **style))
