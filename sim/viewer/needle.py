"""The needle where it stands during the injection, as the injection is computed with it.

Its outline is that of the mesh: a bevel is a cone of its length, a withdrawn stylet leaves a void.
The tube is straight; where an image told the way of the needle it is not drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meshes.outline import needle_outline
from sim.figures.section import tip_depth
from sim.outcome import Array
from sim.results.metrics import MM
from sim.results.record import Record
from sim.units import to_si
from sim.viewer.surfaces import ANGLES, arc, strips

ABOVE = 4.0  # mm to which the tube is drawn above the skin


@dataclass(frozen=True, eq=False)
class Tube:
    """The needle's surface in the world of the pictures."""

    points: Array  # (p, 3) mm
    triangles: NDArray[np.int64]  # (t, 3)
    opening: NDArray[np.bool_]  # (t,) where liquid comes out


def tube(record: Record) -> Tube | None:
    """Return the needle's surface; None where it did not get anywhere, or on a way of an image's.

    Of needles in space, the place is the configuration's ``site``.
    """
    tip, case, site = tip_depth(record), record.case, record.site or {}
    if tip is None or record.image is not None:
        return None
    tilt = to_si(site["tilt"], "rad") if "tilt" in site else 0.0
    offset = [MM * to_si(site[f"offset_{axis}"], "m") if site else 0.0 for axis in "xy"]
    length = (tip / math.cos(tilt) + ABOVE) / MM  # as if the air were tissue
    outline = needle_outline(case.needle, length, case.injection.pull_back)
    radius, height = MM * np.array(outline.radius), MM * (np.array(outline.height) + length)
    number = np.arange(len(radius))
    triangles = strips(np.column_stack([number[:-1], number[1:]]), ANGLES)
    opening = np.repeat([part == "mouth" for part in outline.parts], 2 * (ANGLES - 1))
    turn = np.array(
        [[math.cos(tilt), math.sin(tilt), 0.0], [-math.sin(tilt), math.cos(tilt), 0.0], [0, 0, 1.0]]
    )
    upright = arc(radius, height, np.inf).reshape(-1, 3)
    return Tube(upright @ turn.T + (offset[0], -tip, -offset[1]), triangles, opening)


def stands(record: Record, time: float) -> bool:
    """Tell whether the needle is still in at a time (s) after the start of the injection."""
    ended = record.metrics["infiltration.injection_time_s"]
    return ended is None or time <= float(ended) + record.case.injection.dwell
