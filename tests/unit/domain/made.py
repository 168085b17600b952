"""Zones that no needle left, for tests of what crushing does."""

import math

import numpy as np

from sim.case import Case
from sim.mechanics.mineral.crushed_zone import CrushedZone


def even_zone(
    case: Case, volume_strain: float, plastic_strain: float, thickness: float = 0.2
) -> CrushedZone:
    """One strain from the needle's face to `thickness` (needle radii) beyond, no further."""
    r = np.array([0.5, 1.0 + thickness, 1.0 + thickness + 1e-6, 50.0])
    zeta = np.array([-100.0, thickness, thickness + 1e-6, 50.0])
    within = np.ones((4, 4))
    within[2:] = 0.0
    within[:, 2:] = 0.0
    return CrushedZone(
        half_angle=_half_angle(case),
        r=r,
        zeta=zeta,
        volume_strain=volume_strain * within,
        plastic_strain=plastic_strain * within,
        tension=0.0 * within,
        bore=1.0,
    )


def _half_angle(case: Case) -> float:
    tip = case.needle.tip
    return tip.angle if tip.kind == "trocar" else math.atan(0.5 * math.tan(tip.angle))


def fading_zone(case: Case, at_wall: float, reach: float = 0.1) -> CrushedZone:
    """Compaction that falls off exponentially over `reach` (needle radii) from the needle."""
    r = np.concatenate(([0.5], np.linspace(1.0, 2.0, 101), [50.0]))
    zeta = np.concatenate(([-100.0, 0.0], np.linspace(0.01, 1.0, 100), [50.0]))
    distance = np.maximum(np.maximum(r - 1.0, 0.0)[None], np.maximum(zeta, 0.0)[:, None])
    strain = at_wall * np.exp(-distance / reach)
    return CrushedZone(_half_angle(case), r, zeta, strain, np.abs(strain), 0.0 * strain, 1.0)
