"""What the needle crushed: compaction of the mineral around the tip, in a half section (mm)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Patch, Polygon

from sim.case import Case
from sim.figures.scale import ColourScale, scale_bar
from sim.figures.section import GONE, STEEL
from sim.figures.style import DARK, WIDTHS, heading, label, legend_below, say
from sim.needles.tip import tip_profile
from sim.outcome import Array
from sim.results.crushed import Crushed
from sim.results.metrics import MM
from sim.results.record import Record

AHEAD, BEHIND, BESIDE = 1.0, 2.0, 2.5  # needle radii shown before the tip, behind its shoulder, off
LEAST = 0.01  # compaction that is painted
PANEL = 1.9  # inches of height per needle


def crushed_figure(records: Sequence[Record]) -> Figure:
    """Draw the plastic volume strain around each needle where it stopped, the tip to the right.

    One colour scale, up to the strain that closes the pores; each needle on its own spatial scale,
    or a thin one could not be seen beside a thick one.
    """
    figure, axes = plt.subplots(
        len(records), 1, figsize=(WIDTHS[2], PANEL * len(records) + 0.9), squeeze=False
    )
    closed = max(record.case.nodule.mineral.densification_strain for record in records)
    scale = ColourScale(LEAST, closed, extend="both")
    for ax, record in zip(axes[:, 0], records, strict=True):
        ax.set_title(heading(record.name, WIDTHS[2]))
        if record.crushed is None:
            say(ax, "the nodule was not entered")
            ax.set_axis_off()
            continue
        _panel(ax, record, scale)
        ax.set_ylabel("radius (mm)")
        ax.set_xlabel("depth (mm)")
    scale.bar(figure, axes, "compaction, plastic\nvolume strain (–)", aspect=15, panchor=False)
    entries: dict[str, Artist] = {
        "needle": Patch(fc=STEEL, ec=DARK, lw=0.6),
        "its cone in the computation, where larger": Patch(ec=DARK, lw=0.6, **GONE),
        "nodule's surface": Patch(fill=False, ec=DARK, lw=1.3),
    }
    legend_below(figure, entries)
    return figure


def _panel(ax: Axes, record: Record, scale: ColourScale) -> None:
    """Paint the zone inside the nodule, and the needle over it."""
    case, zone = record.case, record.crushed
    nodule, radius = case.nodule, 0.5 * MM * case.needle.outer_diameter
    tip = record.metrics["insertion.reached_depth_mm"]
    depth, r, compaction = _continued(zone, MM * nodule.depth)
    look = {"norm": scale.norm, "cmap": scale.colours, "extend": scale.extend}
    painted = ax.contourf(depth, r, compaction, scale.levels, **look)
    painted.set_rasterized(True)
    size = MM * nodule.height, MM * nodule.diameter
    surface = Ellipse((MM * nodule.centre_depth, 0.0), *size, fill=False, ec=DARK, lw=1.3)
    ax.add_patch(surface)
    painted.set_clip_path(surface)
    shoulder = tip - radius / math.tan(zone.half_angle)
    cone = [(tip, 0.0), (shoulder, radius), (0.0, radius), (0.0, 0.0)]
    ax.add_patch(Polygon(cone, ec=DARK, lw=0.6, zorder=5, **GONE))
    ax.add_patch(Polygon(_outline(case, tip), ec=DARK, lw=0.6, zorder=6, fc=STEEL))
    behind = min(shoulder, tip - MM * tip_profile(case.needle).length) - BEHIND * radius
    ax.set_aspect("equal", anchor="W")
    ax.set_xlim(max(behind, 0.0), tip + AHEAD * radius)
    ax.set_ylim(0.0, BESIDE * radius)
    scale_bar(ax, at=(0.97, 0.9))
    label(ax, "axis", (tip + AHEAD * radius, 0.0), (-3, 3), ha="right")


def _continued(zone: Crushed, top: float) -> tuple[Array, Array, Array]:
    """Depth and radius (mm) and compaction; as in the topmost row up to the depth `top`."""
    tables = np.maximum(-zone.z, top), zone.r, -zone.volume_strain
    depth, r, compaction = (np.vstack([table[:1], table]) for table in tables)
    depth[0] = np.minimum(depth[0], top)
    return depth, r, compaction


def _outline(case: Case, tip: float) -> Array:
    """Depths and radii (mm) of half the needle, from its point at depth `tip` to the skin."""
    profile = tip_profile(case.needle)
    along = np.column_stack([profile.start, profile.end]).ravel()
    radii = np.column_stack([profile.narrow, profile.wide]).ravel()
    face = np.column_stack([tip - MM * along, MM * radii])
    return np.vstack([[tip, 0.0], face, [0.0, MM * profile.radius], [0.0, 0.0]])
