"""The cone that stands for a needle's tip, in contact and on meshes alike."""

from __future__ import annotations

import math

from sim.case import Tip


def cone_half_angle(tip: Tip) -> float:
    """Return the half-angle (rad) of the cone that stands for `tip`.

    A trocar has its own. A bevel of angle beta across a tube is as long as the cone with
    ``cot(theta) = 2 cot(beta)``.
    """
    return tip.angle if tip.kind == "trocar" else math.atan(0.5 * math.tan(tip.angle))
