"""How deep a needle is put in: which of its points is brought to the nodule's centre.

* ``mouth``: the middle of the tube's lowest opening, on the axis, is at the centre when the drug is
  injected. The opening is a cannula's square end, its stylet withdrawn, or the lumen's ellipse in a
  bevel, whose middle is half the bevel's length above the tip. The tip goes no deeper than `SPARE`
  above the nodule's far side: where the needle would have to, its mouth stays above the centre.
* ``tip``: the point of the tip is at the centre, wherever the mouth is. It is a run's own default.
"""

from __future__ import annotations

import math

from sim.case import Case, Needle
from sim.needles.tip import cone_half_angle

SPARE = 0.2e-3  # m, of mineral left beyond the tip: the smallest layer that is meshed


def mouth_above_tip(needle: Needle) -> float:
    """Return the distance (m) along the axis from the tip to the middle of the tube's opening."""
    if needle.stylet is not None:
        return needle.stylet.protrusion
    return 0.25 * needle.outer_diameter / math.tan(cone_half_angle(needle.tip))


def depth_of_aimed_mouth(case: Case) -> float:
    """Return the depth (m) of the tip for a mouth at the nodule's centre.

    A needle that is pulled back before the injection goes deeper by as much.
    """
    nodule = case.nodule
    asked = nodule.centre_depth + mouth_above_tip(case.needle) + case.injection.pull_back
    deepest = nodule.depth + nodule.height - SPARE
    return min(asked, max(deepest, nodule.centre_depth))
