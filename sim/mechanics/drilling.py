"""Cutting edges of a rotating tip in mineral: Teale's specific energy of rotary penetration.

Teale (1965, Int. J. Rock Mech. Min. Sci. 2:57): the energy that removes a unit of volume is the
same whether thrust or torque delivers it, e = F/A + omega T / (A v) with the rotation omega and the
axial speed v; a bit that cuts with thrust F needs the torque T = mu_c F D / 3 (uniform pressure on
its face). Pushing alone spends e = F_push / A, which gives

    F = F_push / (1 + omega mu_c D / (3 v)).

For omega -> 0 or mu_c = 0 the thrust is that of pushing. The law is made for many turns per
diameter of advance: its torque does not fade as omega -> 0. Left out: wear of the edges, clogging
by debris, and the relief of the bore's wall where material is cut away instead of pushed aside (the
shaft keeps the same share of the wall's pressure as when pushed).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.case import Technique

Array = NDArray[np.float64]


def thrust_ratio(diameter: Array, technique: Technique) -> Array:
    """Return thrust of a cutting tip of `diameter` (m) / thrust of the same tip only pushed."""
    turn = technique.rotation_speed / technique.axial_speed  # rad per m of advance
    return 1.0 / (1.0 + technique.cutting_coefficient * diameter * turn / 3.0)


def cutting_torque(thrust: Array, diameter: Array, technique: Technique) -> Array:
    """Return the torque (N m) of edges that cut over `diameter` (m) with `thrust` (N)."""
    if technique.rotation_speed == 0.0:
        return np.zeros_like(thrust)
    return technique.cutting_coefficient * thrust * diameter / 3.0
