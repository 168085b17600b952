"""Resistance of a mineral to a cone with shaft, dimensionless and kept on disk.

In a uniform rate-independent mineral penetration has no length but the needle's radius R and no
stress but the crushing strength sigma_c: one finite element run per (E/sigma_c, Poisson's ratio,
alpha, hardening law, half-angle) serves every needle size and strength.

While the cone enters, indentation is self-similar: the force goes with the contact area, here with
the factor of the cone just buried.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.cache import Value, cached
from sim.case import Mineral
from sim.mechanics.elastoplastic import Solid
from sim.mechanics.equilibrium import EquilibriumSolver
from sim.mechanics.foam import Foam
from sim.mechanics.hardening import hardening_of
from sim.mechanics.penetration import Reading, penetrate
from sim.mechanics.penetration_mesh import cone_grid

Array = NDArray[np.float64]

MODEL_VERSION = "press-replace 3"  # part of the cache's key: raise it when results change

SMALLEST_ANGLE = math.radians(3.0)  # of the cone that is run
ROWS_PER_COLUMN = {True: 4, False: 1}  # the face moves by size / 4 a step: foam, von Mises
SMALLEST_SLENDERNESS = 2.0  # blunter cones than cot = 2 keep its row height
FEWEST_STEPS = 18
TRAVEL = {True: 2.5, False: 12.0}  # longest way past burial, in radii: foam, von Mises; the foam
TRAVEL_PER_CONE = {True: 0.3, False: 0.0}  # is steady soon, in proportion to the cone's length
OUTER = {True: 10.0, False: 30.0}  # radius of the domain: foam, von Mises
STEADY = 0.02  # relative change per radius below which the run ends
WINDOW = 1.0  # radii over which it is judged


@dataclass(frozen=True)
class ResistanceCurve:
    """Normal force on cone and shaft against depth; lengths / R, stresses / sigma_c."""

    depth: Array  # tip below the mineral's free surface, from 0
    normal_factor: Array  # axial force of the normal pressure on the cone / (sigma_c pi R^2)
    wall_pressure: Array  # mean radial pressure on the shaft behind the cone / sigma_c
    half_angle: float  # rad, of the cone that was run
    steady_factor: float  # normal_factor at the end, kept beyond it
    steady_wall_pressure: float  # local pressure on shaft that is added, over the last part
    drift: float  # larger of their changes per R over the last part / steady_factor
    statistics: dict[str, float]


def mineral_resistance(
    mineral: Mineral, half_angle: float, size: float, cache_dir: Path | None = None
) -> ResistanceCurve:
    """Curve of a mineral for a cone, from the cache or by finite elements.

    Parameters
    ----------
    mineral : Mineral
    half_angle : float
        Of the needle's (equivalent) cone, rad; the smallest that is run is 3 degrees.
    size : float
        Element size on the needle's path / R.
    cache_dir : Path, optional
        Folder instead of the user's cache.

    Raises
    ------
    SolverError
        When the finite element run fails.
    """
    law = Foam(
        youngs_modulus=mineral.youngs_modulus / mineral.crushing_strength,
        poisson_ratio=mineral.poisson_ratio,
        shape=mineral.foam_shape,
        strength=1.0,
        hardening=hardening_of(mineral),
    )
    angle = max(half_angle, SMALLEST_ANGLE)
    key: dict[str, Value] = {"law": asdict(law), "half_angle": angle, "size": size}
    path = cached(
        "resistance",
        key | {"version": MODEL_VERSION},
        ".json",
        lambda aside: _write(aside, compute_resistance(law, angle, size)),
        _readable,
        cache_dir,
    )
    return _read(path)


def evaluate(curve: ResistanceCurve, s: ArrayLike) -> tuple[Array, Array]:
    """Normal factor and wall pressure with the tip at depth `s` (in R).

    During entry the factor is exactly proportional to the contact area. Beyond the computed depth
    the factor is the steady one, and the shaft that is added carries the steady pressure.
    """
    s = np.asarray(s, dtype=float)
    buried = 1.0 / math.tan(curve.half_angle)
    entered = np.clip(s / buried, 0.0, 1.0) ** 2
    factor = np.interp(np.maximum(s, buried), curve.depth, curve.normal_factor) * entered
    wall = np.interp(s, curve.depth, curve.wall_pressure)
    end = curve.depth[-1]
    beyond = s > end
    share = (end - buried) / np.where(beyond, s - buried, 1.0)  # of the shaft that was computed
    added = share * curve.wall_pressure[-1] + (1.0 - share) * curve.steady_wall_pressure
    return factor, np.where(beyond, added, wall)


def compute_resistance(law: Foam, half_angle: float, size: float) -> ResistanceCurve:
    """Run the finite elements; `law` has the strength 1. Stops once force and wall are steady."""
    clock = time.process_time()
    buried = 1.0 / math.tan(half_angle)
    foam = law.shape > 0.0
    travel = TRAVEL[foam] + TRAVEL_PER_CONE[foam] * buried
    height = size / ROWS_PER_COLUMN[foam] * max(buried, SMALLEST_SLENDERNESS)
    height = min(height, travel / FEWEST_STEPS)
    grid = cone_grid(half_angle, size, height, travel, OUTER[foam])
    window = max(FEWEST_STEPS // 3, math.ceil(WINDOW / height))
    readings: list[Reading] = []
    solid = Solid(grid.points, grid.cells, law)
    with EquilibriumSolver(solid) as solver:
        for reading in penetrate(grid, law, solver):
            readings.append(reading)
            if len(readings) > window and _steadiness(readings, window)[2] < STEADY:
                break
        effort = solver.effort
    factor, wall, drift = _steadiness(readings, window)
    travel = np.array([r.travel for r in readings])
    normal = np.array([r.cone_force for r in readings]) / math.pi
    mean_wall = np.array([r.shaft_force for r in readings]) / (2.0 * math.pi * travel)
    entry = np.linspace(0.0, 1.0, 21)
    return ResistanceCurve(
        depth=np.concatenate([buried * entry, buried + travel]),
        normal_factor=np.concatenate([normal[0] * entry**2, normal]),
        wall_pressure=np.concatenate([np.zeros(entry.size), mean_wall]),
        half_angle=half_angle,
        steady_factor=factor,
        steady_wall_pressure=wall,
        drift=drift,
        statistics={
            "penetration_cells": float(len(grid.cells)),
            "penetration_steps": float(len(readings)),
            "penetration_iterations": float(effort.iterations),
            "penetration_factorizations": float(effort.factorizations),
            "penetration_cpu_s": time.process_time() - clock,
        },
    )


def _steadiness(readings: list[Reading], window: int) -> tuple[float, float, float]:
    """Cone factor, pressure on newly added shaft, and the larger change of both per R / factor."""
    half = window // 2
    last = readings[-1 - 2 * half :]
    travel = np.array([r.travel for r in last])
    cone = np.array([r.cone_force for r in last]) / math.pi
    shaft = np.array([r.shaft_force for r in last]) / (2.0 * math.pi)
    early, late = (
        (shaft[b] - shaft[a]) / (travel[b] - travel[a]) for a, b in ((0, half), (half, -1))
    )
    factor = float(cone[-1])
    wall = float((shaft[-1] - shaft[0]) / (travel[-1] - travel[0]))
    cone_drift = abs(cone[-1] - cone[0]) / (factor * (travel[-1] - travel[0]))
    wall_drift = abs(late - early) / (factor * (travel[-1] - travel[half]))
    return factor, max(wall, 0.0), float(max(cone_drift, wall_drift))


def _write(path: Path, curve: ResistanceCurve) -> None:
    arrays = {name: value.tolist() for name, value in asdict(curve).items() if name in _ARRAYS}
    path.write_text(json.dumps(asdict(curve) | arrays))


def _read(path: Path) -> ResistanceCurve:
    curve = ResistanceCurve(**json.loads(path.read_text()))
    return replace(curve, **{name: np.array(getattr(curve, name)) for name in _ARRAYS})


def _readable(path: Path) -> bool:
    try:
        curve = _read(path)
    except (ValueError, TypeError):
        return False
    return all(np.all(np.isfinite(getattr(curve, name))) for name in _ARRAYS)


_ARRAYS = ("depth", "normal_factor", "wall_pressure")
