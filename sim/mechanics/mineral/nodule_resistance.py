"""The resistance curve of a nodule for a needle: its mineral, its tip, its rind.

A density that varies does not enter here: the stresses follow the strength of the place
(`sim.mechanics.strength`), to 0.1 % away from and 3 % across a jump. A rind does: it breaks.
"""

from __future__ import annotations

import math
from pathlib import Path

from sim.case import Case
from sim.mechanics.mineral.ground import Ground, Rind
from sim.mechanics.mineral.resistance import ResistanceCurve, mineral_resistance, resistance_along
from sim.needles.tip import tip_profile

BEYOND = 4.0  # radii the buried tip goes on below a rind, until the force is steady


def nodule_resistance(case: Case, cache_dir: Path | None = None) -> ResistanceCurve:
    """Return the curve of ``case.nodule`` for ``case.needle``, from the cache where it is there.

    Parameters
    ----------
    case : Case
    cache_dir : Path, optional
        Folder instead of the user's cache.

    Raises
    ------
    SolverError
        When the finite element run fails.
    """
    profile, nodule, size = tip_profile(case.needle), case.nodule, case.mesh.penetration_size
    mineral, capsule = nodule.mineral, nodule.capsule
    if capsule is None:
        return mineral_resistance(mineral, profile.half_angle, size, cache_dir)
    radius = float(profile.face_ends()[1][0])  # of the first face: it breaks the rind
    rind = Rind(capsule.thickness / radius, capsule.strength_ratio, capsule.fracture_strain)
    depth = rind.thickness + 1.0 / math.tan(profile.half_angle) + BEYOND
    return resistance_along(mineral, profile.half_angle, size, Ground(rind=rind), depth, cache_dir)


def problem(case: Case) -> tuple[float, ...]:
    """Everything the curve depends on: two cases with the same have the same curve."""
    mineral, capsule = case.nodule.mineral, case.nodule.capsule
    profile = tip_profile(case.needle)
    values = [
        mineral.youngs_modulus / mineral.crushing_strength,
        mineral.poisson_ratio,
        mineral.foam_shape,
        mineral.hardening_ratio,
        mineral.densification_strain,
        profile.half_angle,
        case.mesh.penetration_size,
    ]
    if mineral.densification == "compaction":
        values += [mineral.porosity, mineral.strength_decay]
    if capsule is not None:
        radius = float(profile.face_ends()[1][0])
        values += [
            capsule.thickness / radius,
            capsule.strength_ratio,
            capsule.fracture_strain,
        ]
    return tuple(round(value, 9) for value in values)
