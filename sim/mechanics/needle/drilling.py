"""Cutting edges and threads of a needle that turns in mineral.

Edges follow Teale (1965, Int. J. Rock Mech. Min. Sci. 2:57): the energy that removes a unit of
volume is the same whether thrust or torque delivers it. Pushing alone spends e = F_push / A, the
cone factor times the mineral's strength, and no other constant enters:

    F v + T omega = e A v = F_push v.

An edge at radius r moves with v along and omega r around; what it needs tangentially is mu_c times
its share of the thrust times the tangential share of its own velocity, so that

    T = mu_c F / A int_A r omega r / sqrt(v^2 + omega^2 r^2) dA,

which is Teale's mu_c F D / 3 for omega r >> v and fades with omega: pushing is the limit
omega -> 0 of thrust and torque alike. Both depend on omega / v only.

Oscillating twist: the hand is taken to hold its thrust, not its speed. As the resistance depends
on omega / v only, the tip then advances in proportion to abs(omega) and rests where the twist
turns round, and thrust and mean torque are those of continuous rotation at the mean abs(omega) and
the mean v. A hand that held its speed instead would have to push at every turning point
(`sim.mechanics.loads.turning_point_loads`).

A thread of lead l on the shaft is a power screw: it draws the needle in with a force F and asks for
the torque of a square thread that raises a load,

    T = F d/2 (l + pi mu d) / (pi d - mu l)       (Shigley, Mechanical Engineering Design, ch. 8).

It carries what resists the needle up to the force that strips the mineral between its ridges: the
shear strength sigma_c / sqrt(3), at the mean density, on half of the cylinder it is engaged with
(the other half is the ridges' own width). The hand carries the rest.

Left out: wear of the edges, clogging by debris, and the relief of the bore's wall where material is
cut away instead of pushed aside (the shaft keeps the same share of the wall's pressure as when
pushed).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.case import Mineral, Technique
from sim.mechanics.needle.contact import Engagement, turning_moment

Array = NDArray[np.float64]

RIDGES = 0.5  # share of the pitch that is mineral


@dataclass(frozen=True)
class Cutting:
    """What turning edges make of a push, (n,)."""

    thrust_ratio: Array  # thrust / thrust of the same tip only pushed
    torque: Array  # N m


@dataclass(frozen=True)
class Thread:
    """What a thread on the shaft takes over, (n,)."""

    pull: Array  # N, axial, towards the tip
    torque: Array  # N m


def cut(pushed: ArrayLike, part: Engagement, technique: Technique) -> Cutting:
    """Return thrust and torque of turning edges.

    Parameters
    ----------
    pushed : float or (k, n) array
        Normal pressure (Pa) on the faces of a tip that only pushes.
    part : Engagement
        What of the tip is in the mineral.
    technique : Technique
        `cutting_coefficient` is mu_c; 0 stands for smooth faces, which only push.
    """
    pushed = np.asarray(pushed)
    thrust = (pushed * part.areas).sum(axis=0)
    moment = turning_moment(part.wide, technique) - turning_moment(part.narrow, technique)
    torque = technique.cutting_coefficient * (pushed * moment).sum(axis=0)  # at the push's thrust
    spent = thrust + torque * technique.rotation_speed / technique.axial_speed
    ratio = np.divide(thrust, spent, out=np.ones_like(thrust), where=spent > 0.0)
    return Cutting(ratio, ratio * torque)


def thread(mineral: Mineral, part: Engagement, technique: Technique, resistance: Array) -> Thread:
    """Return what the thread takes over of the axial `resistance` (N) against the needle, (n,).

    Raises
    ------
    ValueError
        If the thread locks: a lead of pi d / mu or more.
    """
    if technique.thread_lead is None:
        return Thread(np.zeros_like(resistance), np.zeros_like(resistance))
    diameter = 2.0 * part.profile.radius
    shear = mineral.crushing_strength / math.sqrt(3.0)
    capacity = RIDGES * math.pi * diameter * part.wall[-1] * shear
    pull = np.minimum(resistance, capacity)
    lever = screw_torque(1.0, diameter, technique.thread_lead, mineral.friction)
    return Thread(pull, pull * lever)


def screw_torque(load: float, diameter: float, lead: float, friction: float) -> float:
    """Return the torque (N m) of a square thread that draws `load` (N) along by turning.

    Raises
    ------
    ValueError
        If it locks: a lead of pi d / mu or more.
    """
    circumference = math.pi * diameter
    if friction * lead >= circumference:
        raise ValueError(
            f"a thread of lead {lead:g} m on {diameter:g} m locks at mu = {friction:g}"
        )
    return (
        0.5
        * load
        * diameter
        * (lead + friction * circumference)
        / (circumference - friction * lead)
    )
