"""Cutting and friction in soft layers.

A sharp tip opens a planar mode-I crack (Shergold & Fleck 2004, Proc. R. Soc. A 460:3037). Where the
cone has the radius r the crack is 2r long (half length a = r, an assumption: the minimisation
of crack and strain energy over a comes with the full cell problem). The area of crack made per
advance is then 2 (r_outer - r_inner) and the cutting force J times that; over a layer's thickness
it spends exactly 2 R J per unit of thickness. It peaks when the layer holds as much of the cone as
it can: at 2 R J in a layer thicker than the cone is long.

The wall presses on cone and shaft like a hole of the crack's perimeter 4a opened to 2 pi a in an
incompressible neo-Hookean solid under plane strain,

    p = G (ln s + (1 - s^-2)/2),  s = pi/2,  p = 0.749 G,

from p = int W'(s)/(s^2 - 1) ds (Ogden 1984, Non-Linear Elastic Deformations, ch. 5). Its opening
work, p pi R^2 = 2.35 G R^2 per unit of length, compares with 2.81 G R^2 of the Shergold-Fleck cell
problem at a = R (one-term Ogden, alpha = 2) and 3.14 G R^2 of a linear elastic crack.

Left out: stiffening of skin (Ogden exponent), the layer's dimple before the crack starts, rates.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.case import SoftLayer
from sim.mechanics.contact import Engagement

Array = NDArray[np.float64]

HOLE_STRETCH = 0.5 * math.pi  # perimeter of the needle / perimeter of the crack it opens


def cutting_force(layer: SoftLayer, engagement: Engagement) -> Array:
    """Return the force (N) that extends the crack in `layer`."""
    return 2.0 * layer.toughness * (engagement.outer - engagement.inner)


def wall_pressure(layer: SoftLayer) -> float:
    """Return the pressure (Pa) of the cut wall on the needle."""
    s = HOLE_STRETCH
    return layer.shear_modulus * (math.log(s) + 0.5 * (1.0 - s**-2))
