"""Forces on the needle along its path, layer by layer, with the tip at given depths.

Depths are in the nodule's own frame: the needle is resisted where its tip is in the tissue, however
far the nodule has moved meanwhile. Penetration is quasi-static and rate-independent.

Mineral: every face of the tip is met by the dimensionless pressure N of the tabulated cone, on its
projected area. N of a crushing foam hardly depends on the angle (default stone: 1.31 at 90 degrees,
1.34 at 45 and 20, 1.37 at 11, 1.40 at 5.5), so steps and rounded points take the cone's. The first
face is compared with the curve as it enters (self-similar indentation; a brittle rind shows there),
every face at equal travel since then, in units of its own radius. Where a face leaves the nodule
again, the pressure acts on the area still inside. A face that follows another one (a cannula's
mouth behind its stylet) meets mineral as if fresh, and a rind as broken. Friction shears the layer
on a face besides, which then yields under less pressure (`cone_contact.normal_share`, confirmed by
finite elements with friction).

The bore's wall holds where the tip left it; `wall_pressure_ratio` of its pressure stays. Behind a
step the wall carries none: a flat face crushes what is ahead and pushes nothing aside (the same
finite element problem finds 0.00 sigma_c at 90 and 0.02 at 80 degrees, 0.85 at 20). Where the
density varies, stresses go with the strength of the place: its mean over a face's area and over a
wall's length.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.case import Case, SoftLayer, Technique, Tissue
from sim.mechanics.mineral import resistance
from sim.mechanics.mineral.cone_contact import normal_share
from sim.mechanics.mineral.resistance import ResistanceCurve
from sim.mechanics.needle import drilling, lumen
from sim.mechanics.needle.contact import (
    Engagement,
    engage,
    face_friction,
    wall_friction,
)
from sim.mechanics.soft import cutting
from sim.mechanics.strength import local_strength
from sim.needles.tip import STEP, Profile, tip_profile

Array = NDArray[np.float64]

ENTERING = 1e-3  # of the first face's length: the least that is looked up


@dataclass(frozen=True)
class LayerLoad:
    """Forces of one layer on the needle, per depth; arrays of one shape."""

    crack: Array  # N, axial, extension of the crack (soft layers)
    normal: Array  # N, axial, pressure on the tip
    drag: Array  # N, axial, friction on the tip
    shaft: Array  # N, axial, friction on the shaft, less the pull of a thread on it
    torque: Array  # N m, friction, cutting edges and thread
    opening: Array  # N, by which the needle pushes the two halves of the layer apart

    @property
    def tip(self) -> Array:
        """Axial force on the tip (N)."""
        return self.crack + self.normal + self.drag

    @property
    def force(self) -> Array:
        """Axial force on the needle (N)."""
        return self.tip + self.shaft

    def __add__(self, other: LayerLoad) -> LayerLoad:
        names = [field.name for field in fields(self)]
        return LayerLoad(**{n: getattr(self, n) + getattr(other, n) for n in names})


@dataclass(frozen=True)
class PathLoads:
    """Forces on the needle with its tip at `depth`; arrays of one shape."""

    depth: Array  # m, of the tip below the skin's surface, in the nodule's own frame
    skin: LayerLoad
    subcutis: LayerLoad
    mineral: LayerLoad
    closed: Array  # force of the mineral on the tip / on a tip without a lumen

    @cached_property
    def total(self) -> LayerLoad:
        """Sum over the layers."""
        return self.skin + self.subcutis + self.mineral


def path_loads(
    case: Case, curve: ResistanceCurve, depth: Array, *, debris: bool = False
) -> PathLoads:
    """Return the forces with the tip at each `depth` (m, nodule's frame).

    Parameters
    ----------
    case : Case
    curve : ResistanceCurve
        Dimensionless resistance of the nodule's mineral.
    depth : (n,) array
    debris : bool
        Whether crushed mineral presses on the wall behind a step as on that behind the cone: the
        other bound of no pressure there.

    Raises
    ------
    ValueError
        If the shaft's thread locks (`drilling.screw_torque`).
    """
    profile, technique, nodule = tip_profile(case.needle), case.technique, case.nodule
    top, bottom = nodule.depth, nodule.depth + nodule.height
    edge_radius = min(case.needle.tip.edge_radius, profile.radius)
    skin, subcutis = (
        sum(
            (
                _soft(layer, engage(profile, depth, *piece), edge_radius, technique)
                for piece in outside(start, end, top, bottom)
            ),
            start=_nothing(depth),
        )
        for layer, start, end in _layers(case.tissue)
    )
    part = engage(profile, depth, top, bottom)
    closed = lumen.closed_share(case.needle, nodule, curve, depth - top)
    mineral = _mineral(case, curve, part, depth, closed, debris)
    resisted = (skin + subcutis + mineral).force
    thread = drilling.thread(nodule.mineral, part, technique, resisted)
    mineral = replace(
        mineral, shaft=mineral.shaft - thread.pull, torque=mineral.torque + thread.torque
    )
    return PathLoads(depth, skin, subcutis, mineral, closed)


def turning_point_loads(case: Case, curve: ResistanceCurve, depth: Array) -> PathLoads:
    """Return the forces where an oscillating needle turns round while the hand keeps its speed.

    It rests in rotation and is pushed. `path_loads` takes the other bound: a hand that keeps its
    thrust, and waits there.
    """
    technique = replace(case.technique, rotation_speed=0.0, thread_lead=None)
    return path_loads(replace(case, technique=technique), curve, depth)


def _layers(tissue: Tissue) -> list[tuple[SoftLayer, float, float]]:
    skin = tissue.skin.thickness
    return [(tissue.skin, 0.0, skin), (tissue.subcutis, skin, tissue.depth)]


def outside(start: float, end: float, top: float, bottom: float) -> list[tuple[float, float]]:
    """Return the parts of a layer (m) above and below the nodule that spans [top, bottom]."""
    pieces = [(start, min(end, top)), (max(start, bottom), end)]
    return [(a, b) for a, b in pieces if a < b]


def _nothing(depth: Array) -> LayerLoad:
    return LayerLoad(*(np.zeros_like(depth) for _ in range(6)))


def _soft(
    layer: SoftLayer, part: Engagement, edge_radius: float, technique: Technique
) -> LayerLoad:
    pressure = cutting.face_pressure(layer, part)
    wall = cutting.wall_pressure(layer, part.profile.wide[:, None])
    drag = face_friction(pressure, layer.friction, part, technique)
    shaft = wall_friction(wall, layer.friction, part, technique)
    return LayerLoad(
        crack=cutting.crack_force(layer, part, edge_radius),
        normal=cutting.spread_force(layer, part),
        drag=drag.force,
        shaft=shaft.force,
        torque=drag.torque + shaft.torque,
        opening=opening(pressure, wall, part),
    )


def _mineral(
    case: Case,
    curve: ResistanceCurve,
    part: Engagement,
    depth: Array,
    closed: Array,
    debris: bool,
) -> LayerLoad:
    """Forces of the nodule, a thread's apart; `closed` is the share of the tip that is filled."""
    technique, nodule, mineral = case.technique, case.nodule, case.nodule.mineral
    strength = local_strength(nodule)
    factor, wall_factor = _dimensionless(curve, part.profile, depth - nodule.depth)
    rubbed = normal_share(mineral.foam_shape, mineral.friction)
    pushed = rubbed * factor * closed * strength.on_faces(part, depth)
    pressed = ((part.profile.angle < STEP) | debris)[:, None]
    wall = pressed * wall_factor * mineral.wall_pressure_ratio * strength.on_walls(part, depth)
    edges = drilling.cut(pushed, part, technique)
    pressure = pushed * edges.thrust_ratio
    drag = face_friction(pressure, mineral.friction, part, technique)
    shaft = wall_friction(wall, mineral.friction, part, technique)
    normal = (pressure * part.areas).sum(axis=0)
    return LayerLoad(
        crack=np.zeros_like(normal),
        normal=normal,
        drag=drag.force,
        shaft=shaft.force,
        torque=drag.torque + shaft.torque + edges.torque,
        opening=opening(pressure, wall, part),
    )


def _dimensionless(
    curve: ResistanceCurve, profile: Profile, penetration: Array
) -> tuple[Array, Array]:
    """Pressure on the faces and mean pressure on the walls / crushing strength, (k, n).

    The curve's cone may be blunter than the needle's: while the first face enters, both are
    compared at equal shares of their length.
    """
    buried = 1.0 / math.tan(curve.half_angle)
    end, radius = (a[:, None] for a in profile.face_ends())
    entered = np.where(end == end[0], np.clip(penetration / end, ENTERING, 1.0), 1.0)
    travel = np.maximum(penetration - end, 0.0) / radius
    factor, _ = resistance.evaluate(curve, buried * entered + travel)
    travel = np.clip(penetration - profile.end[:, None], 0.0, profile.walls[:, None])
    _, wall = resistance.evaluate(curve, buried + travel / profile.wide[:, None])
    return factor / entered**2, wall


def opening(pressure: Array | float, wall: Array | float, part: Engagement) -> Array:
    """Return pressure times the area of the needle's section in the plane of the axis, (n,)."""
    faces = (part.wide**2 - part.narrow**2) / np.tan(part.profile.angle[:, None])
    walls = 2.0 * part.profile.wide[:, None] * part.wall
    return (pressure * faces + wall * walls).sum(axis=0)
