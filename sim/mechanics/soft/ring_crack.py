"""The steady ring crack in front of a blunt needle, in closed form.

A flat punch of radius R drives a mode-II crack around a column of tissue of the radius b < R
(Shergold & Fleck 2004, Proc. R. Soc. A 460:3037). The column is squeezed to the radius R in front
of the punch, the hole around it grows from b to R; the solid is incompressible, one-term Ogden.
Per length of crack the needle advances by 1 - (b/R)^2, the rest is the column squashed in front of
it, and with s = R/b

    F (1 - b^2/R^2) = 2 pi b J_IIC + U_hole + U_column,
    U_hole   = pi (R^2 - b^2) p - pi b^2 W(s),        W(s) = 2 mu/alpha^2 (s^alpha + s^-alpha - 2),
    U_column = pi b^2 2 mu/alpha^2 (2 s^alpha + s^(-2 alpha) - 3),
    p        = int_1^s W'(l) / (l^2 - 1) dl,          the pressure of the wall (Ogden 1984, ch. 5).

The smallest F over b is taken; its slope over J_IIC is 2 pi b / (1 - b^2/R^2). The balance follows
from the incompressible kinematics just described, derived here; it puts a flat punch at 2.2 to 2.6
times a sharp one for alpha = 9, against "two to three times" in the source. J_IIC = J_IC is an
assumption.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.integrate import cumulative_simpson

from sim.materials.soft_tissue import TOUGHNESS_RANGE
from sim.mechanics.soft.steady_crack import SteadyCrack

LOG_STRETCH = 14.0  # largest ln s tabulated; J_IIC / (mu R) passes 1e5 before
FINE_STEPS, ROWS = 4000, 400


@lru_cache(maxsize=16)
def ring_crack(exponent: float) -> SteadyCrack:
    """Return the table of a flat punch for the Ogden exponent alpha; units of mu and R."""
    # even steps of sqrt(ln s): the rows gather where the crack is almost as wide as the punch
    t = np.linspace(0.0, math.sqrt(LOG_STRETCH), FINE_STEPS + 1)[1:] ** 2
    slope = 2.0 / exponent * np.exp(-t) * np.sinh(exponent * t) / np.sinh(t)  # dp / d(ln s)
    pressure = cumulative_simpson(np.append(2.0, slope), x=np.append(0.0, t))
    b = np.exp(-t)
    factor = 2.0 / exponent**2
    up, down = np.exp(exponent * t), np.exp(-exponent * t)
    hoop, column = factor * (up + down - 2.0), factor * (2.0 * up + down**2 - 3.0)
    gap = -np.expm1(-2.0 * t)  # 1 - b^2
    stored = math.pi * (gap * pressure + b**2 * (column - hoop))
    column_slope = factor * exponent * 2.0 * (up - down**2)  # d column / d(ln s)
    stored_slope = math.pi * b * (2.0 * column - column_slope) - 2.0 * math.pi * b * (
        hoop + pressure
    )
    # dF/db = 0 solved for the toughness
    toughness = -(stored_slope * gap + 2.0 * b * stored) / (2.0 * math.pi * (1.0 + b**2))
    low, high = np.searchsorted(toughness, TOUGHNESS_RANGE["ring"])
    rows = np.unique(np.linspace(low, high, ROWS).astype(int))
    toughness, b, gap, stored, pressure = (a[rows] for a in (toughness, b, gap, stored, pressure))
    work = 2.0 * math.pi * b * toughness
    force = (work + stored) / gap
    return SteadyCrack(toughness, force, work / (gap * force), pressure, b)
