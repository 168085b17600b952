"""The needle's free length in its tissue: elastic stability and bending under the axial force.

A beam-column (`beam`) from the tip to the hub or grip, which clamps it or holds it by a spring:

* Sections: cannula and stylet share the curvature and the shortening; ahead of the cannula the
  stylet is alone. The piece in which a tip tapers counts with its full section.
* Tissue holds what is in it sideways as a Winkler foundation of Vesic's modulus (1961, J. Eng.
  Mech. Div. ASCE 87:35), k = 0.65 E/(1 - nu^2) (E D^4/EI)^(1/12) per length. It is that of a beam
  on a half-space, fit for the skin, too soft by up to a factor of two for a shaft deep in a body.
  The walls of a bore are taken to push back on both sides, as they do under the pressure that the
  needle left in them.
* The mineral holds nothing until the tip is one outer diameter deep (`held_depth`); then it holds
  all that is in it, about the needle's straight axis. So the deflection of the tip while it is
  free is an upper estimate (a crater resists sideways motion from the start) and not carried on.
* The axial force at the tip is all that is not shaft friction. Friction of a layer is spread evenly
  over the shaft in it; forces keep their direction as the needle bows.
* The tip's loads, the moment of its force at its eccentricity and a side force, act in one plane
  and in the same sense: at the tip, or where it has left the nodule, at the nodule's lower face.

Where Euler's load exceeds half of the squash load, that of the weakest section, Johnson's parabola
replaces it (Shigley's Mechanical Engineering Design, ch. 4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from sim.case import Case, Mineral, Needle, SoftLayer
from sim.mechanics.loads import PathLoads, outside
from sim.mechanics.needle.beam import (
    Beams,
    Ends,
    bending_stiffness,
    critical_load,
    deflection,
    foundation_stiffness,
    geometric_stiffness,
    moments,
)
from sim.needles.section import section
from sim.needles.tip import tip_profile

Array = NDArray[np.float64]

ELEMENTS = 40  # buckling load to 5e-4 (34G), else 1e-4; yield to 0.7 %, as peaks lie between nodes
FIRST = 0.25  # size of the element at the tip / outer diameter; they grow evenly to the hub
NEARLY = 1.0 - 1e-5  # of the buckling load: as far as bending is solved for
ROUNDS = 30  # of the search for the factor at yield, at most
SETTLED = 1e-6  # relative change at which that search ends; rounding leaves some 1e-7
FAR = 30.0  # times the change by itself: as far as that search looks ahead
TINY = 1e-30  # utilisation of an unloaded needle


@dataclass(frozen=True)
class Shaft:
    """Free length of a needle on a mesh of n elements from the tip to the hub."""

    nodes: Array  # (n + 1,) m
    rigidity: Array  # (n,) N m2, bending stiffness EI
    squash: Array  # (n,) N, axial force at yield
    yield_moment: Array  # (n,) N m


@dataclass(frozen=True)
class Column:
    """A shaft in its tissue, with the tip at m depths."""

    shaft: Shaft
    beams: Beams  # axial load 1 N where it is largest
    share: Array  # (m, n + 1) axial force at a node / the largest one
    force: Array  # (m,) N, the largest compression: that at the hub, but for the pull of a thread
    bearing: Array  # (m, n + 1) Pa/m, the mineral's pressure on the shaft / its deflection

    def euler_load(self) -> Array:
        """Return the elastic buckling load (m,) in terms of `force` (N)."""
        return critical_load(self.beams)

    def buckling_load(self, euler: Array) -> Array:
        """Return Euler's load or, for a stocky needle, Johnson's (N)."""
        squash = self.shaft.squash.min()
        return np.where(euler < 0.5 * squash, euler, squash * (1.0 - 0.25 * squash / euler))


@dataclass(frozen=True)
class Push:
    """What bends the needle, per depth; arrays (m,)."""

    eccentric: Array  # N m, moment of the tip's force about the axis
    side: Array  # N, lateral force on the tip
    place: Array  # m, distance from the tip at which they act


@dataclass(frozen=True)
class Bow:
    """The bent needle at m depths."""

    deflection: Array  # (m, n + 1) m
    moment: Array  # (m, n + 1) N m


@lru_cache(maxsize=16)
def shaft(needle: Needle) -> Shaft:
    """Return the free length of `needle`, its stylet in place."""
    nodes = _mesh(needle.free_length, FIRST * needle.outer_diameter)
    step = 0.0 if needle.stylet is None else needle.stylet.protrusion
    if step > 0.0:
        nodes[1 + np.argmin(np.abs(nodes[1:-1] - step))] = step
    whole, front = section(needle), section(needle)
    if needle.stylet is not None:
        rod = replace(
            needle, outer_diameter=needle.stylet.diameter, inner_diameter=0.0, stylet=None
        )
        front = section(rod)
    ahead = nodes[1:] <= step
    steel = needle.steel

    def pick(name: str) -> Array:
        return np.where(ahead, getattr(front, name), getattr(whole, name))

    return Shaft(
        nodes,
        steel.youngs_modulus * pick("second_moment"),
        steel.yield_strength * pick("area"),
        steel.yield_strength * pick("section_modulus"),
    )


def _mesh(length: float, first: float) -> Array:
    powers = np.arange(ELEMENTS)

    def excess(growth: float) -> float:
        return first * np.sum(growth**powers) - length

    if excess(1.0) >= 0.0:
        return np.linspace(0.0, length, ELEMENTS + 1)
    sizes = brentq(excess, 1.0, length / first) ** powers
    return np.append(0.0, length * np.cumsum(sizes) / sizes.sum())


def held_depth(case: Case) -> float:
    """Depth (m) from which on the mineral holds the tip laterally."""
    return case.nodule.depth + case.needle.outer_diameter


def column(case: Case, loads: PathLoads) -> Column:
    """Return the needle in its tissue with the tip at ``loads.depth``."""
    free, depth = shaft(case.needle), loads.depth
    *soft, mineral = _layers(case, loads, free.rigidity.max())
    axial = _axial_force(case, loads, free.nodes, [*soft, mineral])
    force = np.maximum(axial.max(axis=1), 0.0)
    share = np.divide(axial, force[:, None], out=np.ones_like(axial), where=force[:, None] > 0.0)
    ((low, high),) = mineral.pieces
    high = np.where(depth >= held_depth(case), high, low)
    touched = (free.nodes >= low[:, None]) & (free.nodes < high[:, None])
    stiffness = bending_stiffness(free.nodes, free.rigidity)
    stiffness = stiffness + foundation_stiffness(free.nodes, low, high, mineral.modulus)
    for layer in soft:
        for low, high in layer.pieces:
            if np.any(high > 0.0):
                stiffness += foundation_stiffness(free.nodes, low, high, layer.modulus)
    grip = case.technique.grip_stiffness
    hold = (math.inf, math.inf if grip is None else grip)
    return Column(
        free,
        Beams(free.nodes, stiffness, geometric_stiffness(free.nodes, share), Ends(hub=hold)),
        share,
        force,
        touched * mineral.modulus / case.needle.outer_diameter,
    )


@dataclass(frozen=True)
class _Layer:
    modulus: float  # N/m2, of the foundation
    friction: Array  # (m,) N, of the shaft in the layer
    pieces: list[tuple[Array, Array]]  # ends of each part of the layer, distance from the tip (m)


def _layers(case: Case, loads: PathLoads, rigidity: float) -> list[_Layer]:
    """Skin, subcutis, mineral."""
    skin, nodule = case.tissue.skin.thickness, case.nodule
    top, bottom = nodule.depth, nodule.depth + nodule.height

    return [
        _Layer(
            vesic_modulus(material, case.needle, rigidity),
            load.shaft,
            [(loads.depth - b, loads.depth - a) for a, b in between],
        )
        for material, load, between in (
            (case.tissue.skin, loads.skin, outside(0.0, skin, top, bottom)),
            (case.tissue.subcutis, loads.subcutis, outside(skin, case.tissue.depth, top, bottom)),
            (nodule.mineral, loads.mineral, [(top, bottom)]),
        )
    ]


def _axial_force(case: Case, loads: PathLoads, nodes: Array, layers: list[_Layer]) -> Array:
    """Axial force (m, n + 1), N, at the nodes."""
    behind = tip_profile(case.needle).length
    force = np.repeat(loads.total.force[:, None], nodes.size, axis=1)
    for layer in layers:
        rubbed = [
            (np.maximum(a, behind)[:, None], np.maximum(b, behind)[:, None])
            for a, b in layer.pieces
        ]
        extent = sum((b - a for a, b in rubbed), start=np.zeros((force.shape[0], 1)))
        ahead = sum((np.clip(b - nodes, 0.0, b - a) for a, b in rubbed), start=np.zeros_like(force))
        friction = layer.friction[:, None]
        force -= np.divide(friction * ahead, extent, out=np.zeros_like(force), where=extent > 0.0)
    return force


def vesic_modulus(layer: SoftLayer | Mineral, needle: Needle, rigidity: float) -> float:
    """Return the lateral stiffness of a layer per length of a shaft (N/m2)."""
    e, nu = layer.youngs_modulus, layer.poisson_ratio
    relative = e * needle.outer_diameter**4 / rigidity
    return 0.65 * e / (1.0 - nu**2) * relative ** (1.0 / 12.0)


def bow(column: Column, push: Push, force: Array) -> Bow:
    """Return the needle bent by `push` under the axial `force` (m,), N.

    The force must be below the elastic buckling load.
    """
    nodes, rows = column.shaft.nodes, np.arange(force.size)
    load = np.zeros((force.size, 2 * nodes.size))
    before = np.searchsorted(nodes[1:-1], push.place, side="right")
    share = (push.place - nodes[before]) / (nodes[before + 1] - nodes[before])
    for node, part in ((before, 1.0 - share), (before + 1, share)):  # by the lever rule
        load[rows, 2 * node] = part * push.side
        load[rows, 2 * node + 1] = -part * push.eccentric  # turns the tip as the side force does
    shape = deflection(column.beams, force, load)
    return Bow(shape[:, ::2], moments(column.beams, force, shape))


def bearing_pressure(column: Column, bent: Bow) -> Array:
    """Return the largest pressure (m,), Pa, of the mineral on the side of the needle it holds."""
    return (column.bearing * np.abs(bent.deflection)).max(axis=1)


def yield_utilisation(column: Column, push: Push, euler: Array) -> tuple[Array, Array]:
    """Return 1 / (factor on all loads at which an outer fibre yields) and where that is.

    The stress P/A + M c/I grows faster than the load. With the factor s on all loads,
    r = P/P_euler and p = P/P_squash, the moment is s M_1(s) and m = M_1(s) (1 - s r)/M_y hardly
    depends on s. So s solves s p + s m/(1 - s r) = 1 with m of the round before; the secant method
    speeds the rounds up.

    Returns
    -------
    utilisation : (m,) array
        Comparable with force / buckling load: both are inverse factors on the loads.
    distance : (m,) array
        Of the yielding section from the tip (m).
    """
    force = column.force
    r = (force / euler)[:, None]
    p = force[:, None] * column.share * _at_nodes(1.0 / column.shaft.squash)
    compliance = _at_nodes(1.0 / column.shaft.yield_moment)

    def demand(inverse: Array) -> Array:
        """1 / s of every section, with the moments at 1 / s = `inverse`."""
        factor = 1.0 / np.maximum(inverse, np.maximum(r[:, 0] / NEARLY, TINY))
        moment = bow(column, push, factor * force).moment
        m = np.abs(moment) * (1.0 - factor[:, None] * r) * compliance
        b = p + m + r
        return 0.5 * (b + np.sqrt(np.maximum(b**2 - 4.0 * p * r, 0.0)))

    inverse = demand(np.full_like(force, np.inf)).max(axis=1)
    before = change_before = np.zeros_like(force)
    for _ in range(ROUNDS):
        each = demand(inverse)
        change = each.max(axis=1) - inverse
        slope = change_before - change  # of the first round: a step of -inverse, not safe
        step = np.divide(change * (inverse - before), slope, out=change.copy(), where=slope != 0.0)
        safe = (np.abs(step) <= FAR * np.abs(change)) & (step > -inverse)
        before, change_before = inverse, change
        inverse = inverse + np.where(safe, step, change)
        if np.all(np.abs(change) <= SETTLED * inverse):
            break
    return inverse, column.shaft.nodes[each.argmax(axis=1)]


def _at_nodes(elements: Array) -> Array:
    """The larger one of the values (n,) of the two elements at each node, (n + 1,)."""
    return np.maximum(np.append(elements[0], elements), np.append(elements, elements[-1]))
