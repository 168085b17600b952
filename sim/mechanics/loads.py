"""Forces on the needle along its path, layer by layer, with the tip at given depths.

Depths are in the nodule's own frame: the needle is resisted where its tip is in the tissue, however
far the nodule has moved meanwhile. Penetration is quasi-static and rate-independent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.case import Case, Mineral, SoftLayer, Technique, Tissue
from sim.mechanics import cutting, drilling, resistance
from sim.mechanics.contact import (
    Cone,
    Engagement,
    cone_friction,
    engage,
    needle_cone,
    shaft_friction,
)
from sim.mechanics.resistance import ResistanceCurve

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LayerLoad:
    """Forces of one layer on the needle, per depth; arrays of one shape."""

    crack: Array  # N, axial, extension of the crack (soft layers)
    normal: Array  # N, axial, pressure on the cone
    drag: Array  # N, axial, friction on the cone
    shaft: Array  # N, axial, friction on the shaft
    torque: Array  # N m, friction and cutting edges
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

    @property
    def total(self) -> LayerLoad:
        """Sum over the layers."""
        return self.skin + self.subcutis + self.mineral


def path_loads(case: Case, curve: ResistanceCurve, depth: Array) -> PathLoads:
    """Return the forces with the tip at each `depth` (m, nodule's frame).

    Parameters
    ----------
    case : Case
    curve : ResistanceCurve
        Dimensionless resistance of the nodule's mineral.
    depth : (n,) array
    """
    cone, technique, nodule = needle_cone(case.needle), case.technique, case.nodule
    top, bottom = nodule.depth, nodule.depth + nodule.height
    skin, subcutis = (
        sum(
            (
                _soft(layer, cone, engage(cone, depth, *piece), technique)
                for piece in _outside(start, end, top, bottom)
            ),
            start=_nothing(depth),
        )
        for layer, start, end in _layers(case.tissue)
    )
    mineral = _mineral(
        nodule.mineral, curve, cone, engage(cone, depth, top, bottom), technique, depth - top
    )
    return PathLoads(depth, skin, subcutis, mineral)


def _layers(tissue: Tissue) -> list[tuple[SoftLayer, float, float]]:
    skin = tissue.skin.thickness
    return [(tissue.skin, 0.0, skin), (tissue.subcutis, skin, tissue.depth)]


def _outside(start: float, end: float, top: float, bottom: float) -> list[tuple[float, float]]:
    """The parts of [start, end] above and below the nodule that spans [top, bottom]."""
    pieces = [(start, min(end, top)), (max(start, bottom), end)]
    return [(a, b) for a, b in pieces if a < b]


def _nothing(depth: Array) -> LayerLoad:
    return LayerLoad(*(np.zeros_like(depth) for _ in range(6)))


def _soft(layer: SoftLayer, cone: Cone, part: Engagement, technique: Technique) -> LayerLoad:
    pressure = cutting.wall_pressure(layer)
    drag = cone_friction(pressure, layer.friction, cone, part, technique)
    shaft = shaft_friction(pressure, layer.friction, cone.radius, part.shaft, technique)
    return LayerLoad(
        crack=cutting.cutting_force(layer, part),
        normal=pressure * part.area,
        drag=drag.force,
        shaft=shaft.force,
        torque=drag.torque + shaft.torque,
        opening=_opening(pressure, pressure, cone, part),
    )


def _mineral(
    mineral: Mineral,
    curve: ResistanceCurve,
    cone: Cone,
    part: Engagement,
    technique: Technique,
    penetration: Array,
) -> LayerLoad:
    """Forces of the nodule: the dimensionless curve, the edges' relief, Coulomb friction.

    The curve's wall holds where the tip left it; `wall_pressure_ratio` of its pressure stays.

    The curve's cone may be blunter than the needle's. While the cone enters, both are compared at
    equal contact area (self-similar indentation); once buried, at equal travel since then. Where
    the cone leaves the nodule again, the pressure acts on the area still inside.
    """
    s, buried = np.maximum(penetration, 0.0) / cone.radius, 1.0 / math.tan(cone.half_angle)
    curve_buried = 1.0 / math.tan(curve.half_angle)
    entering = s < buried
    normal_factor, wall_factor = resistance.evaluate(
        curve, np.where(entering, s / buried * curve_buried, curve_buried + s - buried)
    )
    disc = math.pi * cone.radius**2
    contact = math.pi * np.maximum(part.outer, 1e-6 * cone.radius) ** 2
    diameter = 2.0 * part.outer
    pushed = mineral.crushing_strength * normal_factor * disc / contact
    pressure = pushed * drilling.thrust_ratio(diameter, technique)
    wall = mineral.crushing_strength * wall_factor * mineral.wall_pressure_ratio
    drag = cone_friction(pressure, mineral.friction, cone, part, technique)
    shaft = shaft_friction(wall, mineral.friction, cone.radius, part.shaft, technique)
    normal = pressure * part.area
    edges = drilling.cutting_torque(normal, diameter, technique)
    return LayerLoad(
        crack=np.zeros_like(normal),
        normal=normal,
        drag=drag.force,
        shaft=shaft.force,
        torque=drag.torque + shaft.torque + edges,
        opening=_opening(pressure, wall, cone, part),
    )


def _opening(pressure: Array | float, wall: Array | float, cone: Cone, part: Engagement) -> Array:
    """Pressure times the area of the needle's section in the plane of the axis."""
    section = (part.outer**2 - part.inner**2) / math.tan(cone.half_angle)
    return pressure * section + wall * 2.0 * cone.radius * part.shaft
