"""How near the needle, the hand and the nodule are to giving way: demand / limit along the path.

* buckling, bending: the free length as a beam-column (`stability`). Its tip is held sideways by
  what it has entered: soft layers as Winkler springs, k = 0.65 E/(1 - nu^2) (E D^4/EI)^(1/12) per
  length (Vesic 1961), each at the height of its middle; mineral by the crater's wall, whose full
  pressure is taken to be mobilised by a drift as long as the advance, k = Q/d with the opening
  force Q at the penetration d (assumption); rigidly from one outer diameter on (assumption).
  Until then the tip carries, besides the eccentricity of its force, a side force
  H = F_n (zeta cot(beta) + tan(i)), F_n being the axial force of the mineral's pressure: a bevel's
  face leans sideways with F_n cot(beta), of which the share zeta is not taken by the wall behind
  it; a surface tilted by i turns the resultant of a uniform pressure on any tip that crosses it
  onto its own normal (divergence theorem).
* blunting: the mineral's solid phase, of indentation hardness 3 sigma_solid (Tabor 1951), against
  the steel's hardness.
* splitting: the needle wedges a meridional crack open. K = Q / (pi c)^(3/2) for a penny-shaped
  crack of radius c opened by opposed forces Q at its centre (Tada, Paris & Irwin, Stress Analysis
  of Cracks Handbook). K falls as the crack grows until the free surface is near, so the nodule
  splits when K at half its (mean) radius reaches K_IC (the half is an assumption). A split nodule
  does not stop the needle: a margin, not an outcome.
* operator, torque: the hand's limits; the cannula's own torsional yield where that is less.
* slip: a tip that only touches the nodule's surface slides off when the tilt i leaves the friction
  cone, tan(i) > mu.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.case import Case, Nodule
from sim.mechanics import stability
from sim.mechanics.loads import PathLoads
from sim.mechanics.stability import Column, Push
from sim.needles.section import section

Array = NDArray[np.float64]

CONSTRAINT = 3.0  # indentation hardness / strength
OUTCOMES = {
    "operator": "stalled",
    "buckling": "buckled",
    "bending": "bent",
    "blunting": "blunted",
    "torque": "torque_limit",
    "slip": "deflected",
}


@dataclass(frozen=True)
class Utilisation:
    """Demand / limit per depth, and what the needle does meanwhile; arrays of one shape."""

    ratio: dict[str, Array]  # keys of OUTCOMES and "splitting"
    buckling_load: Array  # N
    amplification: Array  # bending moment / the same on the undeflected needle
    tip_deflection: Array  # m, lateral

    def governing(self) -> Array:
        """Largest ratio of those that end an insertion."""
        return np.max([self.ratio[name] for name in OUTCOMES], axis=0)


def utilisation(case: Case, loads: PathLoads) -> Utilisation:
    """Return demand / limit of every mechanism with the tip at ``loads.depth``."""
    technique, needle, nodule = case.technique, case.needle, case.nodule
    mineral, total = nodule.mineral, loads.total
    penetration = loads.depth - nodule.depth
    column = Column(section(needle), needle.steel)
    push = _push(case, loads, column)
    buckling_load = stability.critical_load(column, push.length, push.support)
    tube_torque = section(needle, with_stylet=False).yield_torque(needle.steel.yield_strength)
    touching = penetration > 0.0
    at_surface = (penetration >= 0.0) & (loads.depth < held_depth(case))
    ratio = {
        "operator": total.force / technique.force_limit,
        "torque": total.torque / min(technique.torque_limit, tube_torque),
        "buckling": total.force / buckling_load,
        "bending": stability.yield_utilisation(column, push),
        "blunting": touching * CONSTRAINT * mineral.solid_strength / needle.steel.hardness,
        "splitting": wedge_intensity(loads.mineral.opening, nodule) / mineral.fracture_toughness,
        "slip": at_surface * math.tan(technique.incidence_angle) / max(mineral.friction, 1e-9),
    }
    return Utilisation(
        ratio,
        buckling_load,
        stability.amplification(column, push),
        stability.tip_deflection(column, push),
    )


def held_depth(case: Case) -> float:
    """Depth (m) from which on the mineral holds the tip laterally."""
    return case.nodule.depth + case.needle.outer_diameter


def wedge_intensity(opening: Array, nodule: Nodule) -> Array:
    """Return the stress intensity (Pa m^0.5) of the nodule's crack under `opening` (N)."""
    mean_radius = 0.5 * math.sqrt(nodule.diameter * nodule.height)
    return opening / (0.5 * math.pi * mean_radius) ** 1.5


def _push(case: Case, loads: PathLoads, column: Column) -> Push:
    needle, technique, total = case.needle, case.technique, loads.total
    held = loads.depth >= held_depth(case)
    in_mineral = np.clip(loads.depth - case.nodule.depth, 0.0, case.nodule.height)
    length = np.maximum(needle.free_length - in_mineral, needle.outer_diameter)
    side = math.tan(technique.incidence_angle)
    if needle.tip.kind == "bevel":
        side += technique.side_force_ratio / math.tan(needle.tip.angle)
    return Push(
        axial=total.force,
        eccentric=total.tip * technique.tip_eccentricity * needle.outer_diameter,
        side=np.where(held, 0.0, loads.mineral.normal * side),
        length=length,
        support=np.where(held, np.inf, _lateral_support(case, loads, column, length)),
    )


def _lateral_support(case: Case, loads: PathLoads, column: Column, length: Array) -> Array:
    """Lateral stiffness (N/m) of the entered layers at the tip, before the mineral holds it."""
    penetration = loads.depth - case.nodule.depth
    support = np.divide(
        loads.mineral.opening, penetration, out=np.zeros_like(length), where=penetration > 0.0
    )
    skin, width = case.tissue.skin.thickness, 2.0 * column.section.outer_radius
    for layer, top, bottom in (
        (case.tissue.skin, 0.0, min(skin, case.nodule.depth)),
        (case.tissue.subcutis, skin, max(skin, case.nodule.depth)),
    ):
        e = layer.youngs_modulus
        modulus = 0.65 * e / (1.0 - layer.poisson_ratio**2)
        modulus *= (e * width**4 / column.stiffness) ** (1.0 / 12.0)
        inside = np.clip(loads.depth - top, 0.0, bottom - top)
        lever = np.maximum(1.0 - (loads.depth - top - 0.5 * inside) / length, 0.0)
        support += modulus * inside * lever**2
    return support
