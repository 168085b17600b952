"""Folding of a needle's point: a wedge or a cone that sideways pressure bends over.

The mineral presses with the uniform pressure p on all of the point that is in it, d deep. What is
not balanced across the axis is, by equilibrium alone,

* of a bevel's face the share zeta that the wall behind it does not take, spread over the face;
* at a surface tilted by i, while the point crosses it, tan(i) times the axial force, on the axis at
  the depth d (resultant of the uniform pressure, by the divergence theorem).

The moment at the distance x from the point meets the plastic moment of the section there:

* bevel: a wedge of the constant width w, thickness t = x tan(beta), M_p = sigma_y w t^2/4.
  With tau = tan(i) tan(beta), a = zeta + tau, b = zeta/2 + tau,

      M = p w d (a x - b d)   for x >= d,   largest ratio at x = 2 b d/a >= d:
      M/M_p = 2 p/(sigma_y tan^2(beta)) (zeta + tau)^2/(zeta + 2 tau), at any depth.

  With i = 0 that is 2 zeta p/(sigma_y tan^2(beta)), reached in every section x <= d.
* trocar: a cone of radius r = x tan(theta), M_p = sigma_y (4/3) r^3, without zeta:

      M = tan(i) p pi d^2 tan^2(theta) (x - d),   largest ratio at x = 3 d/2:
      M/M_p = (pi/9) tan(i) p/(sigma_y tan(theta)).

A rounded edge of radius rho makes no section thinner than 2 rho: shallower than that the ratio
grows with the depth. Simplifications: the width of a lancet's point shrinks towards its tip (with
w proportional to x the ratio to zeta is a third: constant width is the upper estimate); a trocar's
faces are not resolved; axial pressure, which acts along the middle of the section, and shear are
not counted against the plastic moment; the steel does not harden.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.case import Tip

Array = NDArray[np.float64]


def folding(
    tip: Tip,
    side_share: float,
    tilt: Array,
    pressure: Array,
    penetration: Array,
    yield_strength: float,
) -> Array:
    """Return the bending moment / plastic moment of the point's weakest section.

    Parameters
    ----------
    tip : Tip
    side_share : float
        zeta, of a bevel.
    tilt : array
        tan(i) while the point crosses the surface, else 0.
    pressure : array
        On the steel (Pa).
    penetration : array
        Of the point into the mineral (m); nothing happens at 0.
    yield_strength : float
        Pa.
    """
    slope = math.tan(tip.angle)
    depth = np.maximum(penetration, 0.0)
    if tip.kind == "bevel":
        skewed = tilt * slope
        a, b = side_share + skewed, 0.5 * side_share + skewed
        weakest = np.divide(2.0 * b * depth, a, out=np.zeros_like(depth), where=a > 0.0)
        x = np.maximum(weakest, 2.0 * tip.edge_radius / slope)
        moment = 4.0 * (a * x - b * depth) * depth
        return _ratio(moment, x**2) * pressure / (yield_strength * slope**2)
    x = np.maximum(1.5 * depth, tip.edge_radius / slope)
    moment = 0.75 * math.pi * tilt * (x - depth) * depth**2
    return _ratio(moment, x**3) * pressure / (yield_strength * slope)


def _ratio(moment: Array, section: Array) -> Array:
    return np.divide(moment, section, out=np.zeros_like(moment), where=section > 0.0)
