"""How near the needle, the hand and the nodule are to giving way: demand / limit along the path.

* buckling, bending: the free length as a beam in its tissue (`stability`). The mineral holds the
  tip from one outer diameter on (assumption): shallower, soft layers alone prop the needle. Besides
  the moment of its force the tip carries the side force H = F_n (zeta cot(beta) + tan(i)), F_n
  being the axial force of the mineral's pressure: a bevel's face leans sideways with
  F_n cot(beta), of which the share zeta is not taken by the wall behind it (assumption, 0 to 0.2; a
  held bevel on an elastic bearing leaves 0.06 to 0.19, tests/verification/needle); a surface tilted
  by i turns the resultant of a uniform pressure onto its own normal (divergence theorem) while the
  point's face crosses it. The free tip is the severe bound: a crater's wall that held it from the
  start would leave the free length less than a twentieth of this side force.
* blunting: the mineral's solid phase, of indentation hardness 3 sigma_solid (Tabor 1951), against
  the steel's hardness; or the point folds over (`point`) under the mineral's pressure on a closed
  tip.
* splitting, which needs both a crack and its growth. Start: hoop tension of a thick-walled
  cylinder around the bore, p (b^2 + R^2)/(b^2 - R^2) (Lame), p being the mean pressure in the bore,
  against the tensile strength. Growth: the needle wedges a meridional crack open,
  K = Q / (pi c)^(3/2) for a penny-shaped crack of radius c opened by opposed forces Q at its centre
  (Tada, Paris & Irwin, Stress Analysis of Cracks Handbook). K falls as the crack grows until the
  free surface is near, so the nodule splits when K at half its (mean) radius reaches K_IC (the half
  is an assumption). A split nodule does not stop the needle: a margin, not an outcome.
* bearing: the foundation's pressure on the held needle, as long as it does not buckle, against the
  pressure that indents the mineral, the tip's own. Not an outcome: past it the mineral yields
  locally and the needle is held over a longer piece. Under a side force at the tip the moment is
  even less than the elastic one up to a ratio of 1.3 (rigid-plastic foundation); further on the tip
  wanders sideways.
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
from sim.mechanics.loads import PathLoads, opening
from sim.mechanics.needle import stability
from sim.mechanics.needle.contact import Engagement, engage
from sim.mechanics.needle.point import folding
from sim.mechanics.needle.stability import Push, held_depth
from sim.needles.section import section
from sim.needles.tip import tip_profile
from sim.outcome import Outcome

__all__ = ["OUTCOMES", "Utilisation", "fragment_risk", "held_depth", "utilisation"]

Array = NDArray[np.float64]

CONSTRAINT = 3.0  # indentation hardness / strength
OUTCOMES: dict[str, Outcome] = {
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

    ratio: dict[str, Array]  # OUTCOMES, "folding" (part of blunting), "splitting", "bearing"
    buckling_load: Array  # N
    amplification: Array  # bending moment / the same without axial force
    tip_deflection: Array  # m, lateral
    weakest: Array  # m, distance from the tip of the section that yields first

    def governing(self) -> Array:
        """Largest ratio of those that end an insertion."""
        return np.max([self.ratio[name] for name in OUTCOMES], axis=0)


def utilisation(case: Case, loads: PathLoads) -> Utilisation:
    """Return demand / limit of every mechanism with the tip at ``loads.depth``."""
    technique, needle, nodule = case.technique, case.needle, case.nodule
    mineral, total = nodule.mineral, loads.total
    penetration = loads.depth - nodule.depth
    part = engage(tip_profile(needle), loads.depth, nodule.depth, nodule.depth + nodule.height)
    pressure = _over(loads.mineral.normal, part.area * loads.closed)
    held = loads.depth >= held_depth(case)
    tilt = math.tan(technique.incidence_angle)
    point = tip_profile(needle).face_ends()[0][0]
    crossing = np.where((penetration > 0.0) & (penetration < point), tilt, 0.0)
    share = technique.side_force_ratio if needle.tip.kind == "bevel" else 0.0
    column = stability.column(case, loads)
    euler = column.euler_load()
    push = Push(
        eccentric=total.tip * technique.tip_eccentricity * needle.outer_diameter,
        side=loads.mineral.normal * (share / math.tan(needle.tip.angle) + crossing),
        place=np.maximum(penetration - nodule.height, 0.0),
    )
    buckling_load = column.buckling_load(euler)
    bending, weakest = stability.yield_utilisation(column, push, euler)
    bent = stability.bow(column, push, np.minimum(column.force, stability.NEARLY * euler))
    straight = stability.bow(column, push, np.zeros_like(column.force))
    stable = column.force < stability.NEARLY * euler
    growth = _over(np.abs(bent.moment).max(axis=1), np.abs(straight.moment).max(axis=1), 1.0)
    fold = folding(needle.tip, share, crossing, pressure, penetration, needle.steel.yield_strength)
    hard = (penetration > 0.0) * CONSTRAINT * mineral.solid_strength / needle.steel.hardness
    bearing = stability.bearing_pressure(column, bent)
    tube_torque = section(needle, with_stylet=False).yield_torque(needle.steel.yield_strength)
    ratio = {
        "operator": total.force / technique.force_limit,
        "torque": total.torque / min(technique.torque_limit, tube_torque),
        "buckling": column.force / buckling_load,
        "bending": bending,
        "blunting": np.maximum(hard, fold),
        "slip": ((penetration >= 0.0) & ~held) * tilt / max(mineral.friction, 1e-9),
        "folding": fold,
        "splitting": _splitting(loads.mineral.opening, part, nodule),
        "bearing": np.where(stable, _over(bearing, pressure), 0.0),
    }
    return Utilisation(
        ratio,
        buckling_load,
        np.where(stable, growth, np.inf),
        np.where(stable, np.abs(bent.deflection[:, 0]), np.inf),
        weakest,
    )


def fragment_risk(case: Case, outcome: Outcome, depth: float, weakest: float) -> str:
    """Return why steel may stay behind in the nodule, or "" when it should not.

    Steel is at risk where the needle fails with its tip held by the mineral: what is worked loose
    then is a bent shaft or a folded point, and few bends break hard-drawn steel. (Retained
    fragments of standard needles: Helm et al. 2023, J. Drugs Dermatol. 22(12):e47. Needles of 30G
    break after 4 to 9 bends of 90 degrees, bench test of 2023.)

    Parameters
    ----------
    case : Case
    outcome : Outcome
        What ended the insertion.
    depth : float
        Of the tip (m), where it ended.
    weakest : float
        Distance from the tip of the section that yields first (m), see `Utilisation`.
    """
    if outcome not in ("bent", "buckled", "blunted") or depth < held_depth(case):
        return ""
    inside = min(depth - case.nodule.depth, case.nodule.height)
    held = f"with {1e3 * inside:.2g} mm of it held in the nodule"
    if outcome == "blunted":
        return f"The point gives way {held}; pulling back on a folded point can tear it off."
    place = (
        "outside the skin, where its stump can be gripped" if weakest > depth else "in the tissue"
    )
    return (
        f"The needle yields {1e3 * weakest:.2g} mm behind its tip, {place}, {held}; bent to and "
        "fro there to free it, it breaks within few cycles (a 30G after 4 to 9 bends of 90 "
        "degrees)."
    )


def wedge_intensity(force: Array, nodule: Nodule) -> Array:
    """Return the stress intensity (Pa m^0.5) of the nodule's crack opened by `force` (N)."""
    mean_radius = 0.5 * math.sqrt(nodule.diameter * nodule.height)
    return force / (0.5 * math.pi * mean_radius) ** 1.5


def hoop_tension(pressure: Array, bore: float, nodule: Nodule) -> Array:
    """Return the hoop stress (Pa) at the wall of a bore of radius `bore` (m) under `pressure`."""
    outer = 0.5 * nodule.diameter
    return pressure * (outer**2 + bore**2) / (outer**2 - bore**2)


def _splitting(force: Array, part: Engagement, nodule: Nodule) -> Array:
    """The smaller one of the ratios of growth and start of a crack that `force` (N) opens."""
    bore, mineral = part.profile.radius, nodule.mineral
    pressure = _over(force, opening(1.0, 1.0, part))
    start = hoop_tension(pressure, bore, nodule) / mineral.tensile_strength
    return np.minimum(start, wedge_intensity(force, nodule) / mineral.fracture_toughness)


def _over(above: Array, below: Array, without: float = 0.0) -> Array:
    """Quotient, and `without` where there is nothing to divide by."""
    return np.divide(above, below, out=np.full_like(above, without), where=below > 0.0)
