"""The core of mineral that an open tube takes up: its length, its grip, when it plugs the lumen.

A hypodermic without stylet displaces only its annulus at first. Behind the heel of its opening,
where the tube is closed all around, a core as long as the further advance stands in the lumen and
rubs on its wall. Over a bore d_i and a length l the friction amounts to the pressure

    g(l) = 4 mu chi w(l) sigma_c l / d_i

on the bore, with the wall pressure w sigma_c of the same finite element curve as on the outside
(mean over the length l) and the share chi of it that stays. The tip is then resisted by

    N sigma_c (annulus) + min(g, N sigma_c) (bore),

N being that of a rubbed tip, and once the core carries the closed tip's pressure N sigma_c it stays
where it is: the lumen is plugged, the core grows no further, and the tip counts as closed.

Simplifications: the lumen's wall is pressed like the shaft's (this decides whether a lumen plugs: a
core that the mouth cut without squeezing it would not rub); the friction's pressure does not widen
the core (no Janssen growth; a crushing foam hardly swells sideways, so plugging comes late rather
than early); the core is neither shorter nor denser than the bore it was cut from; its mineral is as
strong as the mineral ahead; steady cone factor N; the share of the tip's area that is open is the
same at every depth of its entry; its friction on the face is taken to grow with the core's share of
the force, though a core that still slides in the bore does not rub on the bevel (an upper estimate
until it plugs).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from sim.case import Mineral, Needle, Nodule
from sim.mechanics.mineral import resistance
from sim.mechanics.mineral.cone_contact import normal_share
from sim.mechanics.mineral.resistance import ResistanceCurve
from sim.needles.tip import tip_profile

Array = NDArray[np.float64]


def open_share(needle: Needle) -> float:
    """Share of the tip's area that is lumen; 0 with a stylet or a closed point."""
    if needle.stylet is not None or needle.tip.kind != "bevel":
        return 0.0
    return (needle.inner_diameter / needle.outer_diameter) ** 2


def closed_share(
    needle: Needle, nodule: Nodule, curve: ResistanceCurve, penetration: ArrayLike
) -> Array:
    """Return the force on the tip / force on a closed one, with the tip `penetration` (m) deep."""
    share = open_share(needle)
    core = core_length(needle, nodule, curve, penetration)
    full = closed_pressure(nodule.mineral, curve)
    filled = core_pressure(needle, nodule.mineral, curve, core) / full
    return 1.0 - share + share * np.minimum(filled, 1.0)


def core_length(
    needle: Needle, nodule: Nodule, curve: ResistanceCurve, penetration: ArrayLike
) -> Array:
    """Return the length (m) of the core with the tip `penetration` (m) below the nodule's top."""
    if open_share(needle) == 0.0:
        return np.zeros_like(np.asarray(penetration, dtype=float))
    longest = min(plug_length(needle, nodule.mineral, curve, nodule.height), nodule.height)
    return np.clip(np.asarray(penetration) - _heel(needle), 0.0, longest)


@lru_cache(maxsize=4)  # a stop is searched for with many short paths
def plug_length(needle: Needle, mineral: Mineral, curve: ResistanceCurve, longest: float) -> float:
    """Return the length (m) from which on a core plugs the lumen; inf if not by `longest`."""

    full = closed_pressure(mineral, curve)

    def excess(length: float) -> float:
        return float(core_pressure(needle, mineral, curve, length)) - full

    return brentq(excess, 0.0, longest, xtol=1e-14 * longest) if excess(longest) > 0.0 else math.inf


def closed_pressure(mineral: Mineral, curve: ResistanceCurve) -> float:
    """Return N, the steady pressure on a closed, rubbed tip / crushing strength."""
    return normal_share(mineral.foam_shape, mineral.friction) * curve.steady_factor


def core_pressure(
    needle: Needle, mineral: Mineral, curve: ResistanceCurve, length: ArrayLike
) -> Array:
    """Return the core's friction per bore area / crushing strength, ``4 mu chi w l / d_i``."""
    length = np.asarray(length, dtype=float)
    return (
        4.0
        * mineral.friction
        * _kept_wall(needle, mineral, curve, length)
        * length
        / (needle.inner_diameter)
    )


def retention(needle: Needle, mineral: Mineral, curve: ResistanceCurve, length: float) -> float:
    """Return the pressure (Pa) in the lumen that blows a core of `length` (m) out.

    The core slides on the lumen's wall or shears along it (von Mises), whichever comes first; what
    the mineral ahead of the mouth adds is left out.
    """
    rubbing = mineral.friction * _kept_wall(needle, mineral, curve, np.asarray(length))
    shear = min(float(rubbing), 1.0 / math.sqrt(3.0)) * mineral.crushing_strength
    return 4.0 * shear * length / needle.inner_diameter


def _kept_wall(needle: Needle, mineral: Mineral, curve: ResistanceCurve, length: Array) -> Array:
    """Mean pressure / crushing strength that stays on a wall of `length`."""
    buried = 1.0 / math.tan(curve.half_angle)
    _, wall = resistance.evaluate(curve, buried + 2.0 * length / needle.outer_diameter)
    return mineral.wall_pressure_ratio * wall


def _heel(needle: Needle) -> float:
    """Distance (m) from the tip to the heel of the opening, behind which the lumen is closed."""
    wall = 0.5 * (needle.outer_diameter - needle.inner_diameter)
    return max(tip_profile(needle).length - wall / math.tan(needle.tip.angle), 0.0)
