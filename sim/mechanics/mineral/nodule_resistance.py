"""The resistance curve of a nodule for a needle: its mineral, its tip, its rind.

A density that varies does not enter here: the stresses follow the strength of the place
(`sim.mechanics.strength`), to 0.1 % away from and 3 % across a jump. A rind does: it breaks.

A rind multiplies the entry's force by what it adds to a computed entry from the free surface. That
entry itself is too weak, by a ring as wide as 0.8 cells of the face along the surface (a ring that
the depth of the contact makes small: first order in the cell, 25 % of the force half way in); in
the quotient with the same computation without a rind this cancels. A rind breaks cell by cell, so
forces are averaged over the passage of one cell: real splinters are of a size that is not known.
A tip that leaves the nodule meets no rind on the far side.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.case import Case, Mineral
from sim.mechanics.mineral.ground import Ground, Rind
from sim.mechanics.mineral.resistance import (
    ResistanceCurve,
    evaluate,
    mineral_resistance,
    resistance_along,
)
from sim.needles.tip import tip_profile

Array = NDArray[np.float64]

BEYOND = 4.0  # radii the buried tip goes on below a rind, until the force is steady
RIND_SIZE = 0.2  # finest cells / R for a rind, whose splinters are no finer


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
    curve = mineral_resistance(mineral, profile.half_angle, size, cache_dir)
    if capsule is None:
        return curve
    radius = float(profile.face_ends()[1][0])  # of the first face: it breaks the rind
    rind = Rind(capsule.thickness / radius, capsule.strength_ratio, capsule.fracture_strain)
    return _covered(curve, *_rise(mineral, curve.half_angle, max(size, RIND_SIZE), rind, cache_dir))


def _rise(
    mineral: Mineral, half_angle: float, size: float, rind: Rind, cache_dir: Path | None
) -> tuple[Array, Array]:
    """Depths of the tip (in R), and force through a rind / force where there is none."""
    buried = 1.0 / math.tan(half_angle)
    depth = rind.thickness + buried + BEYOND
    covered, bare = (
        resistance_along(mineral, half_angle, size, Ground(rind=r), depth, cache_dir)
        for r in (rind, replace(rind, strength_ratio=1.0))
    )
    step = covered.depth[2] - covered.depth[1]
    cell = np.ones(max(1, round(size * buried / step)))
    force, without = (np.convolve(c.normal_factor[1:], cell, "same") for c in (covered, bare))
    return covered.depth[1:], force / without


def _covered(curve: ResistanceCurve, depth: Array, rise: Array) -> ResistanceCurve:
    """Return the curve of a uniform mineral with its force raised by `rise` at `depth`."""
    depths = np.unique(np.concatenate([curve.depth, depth]))
    factor, wall = evaluate(curve, depths)
    raised = factor * np.interp(depths, depth, rise, right=1.0)
    return replace(curve, depth=depths, normal_factor=raised, wall_pressure=wall)


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
        float(mineral.densification == "compaction"),
        mineral.porosity if mineral.densification == "compaction" else 0.0,
        mineral.strength_decay if mineral.densification == "compaction" else 0.0,
        profile.half_angle,
        case.mesh.penetration_size,
    ]
    if capsule is not None:
        radius = float(profile.face_ends()[1][0])
        values += [capsule.thickness / radius, capsule.strength_ratio, capsule.fracture_strain]
    return tuple(round(value, 9) for value in values)
