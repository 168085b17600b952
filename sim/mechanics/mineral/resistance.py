"""Resistance of a mineral to a cone with shaft, dimensionless and kept on disk.

In a uniform rate-independent mineral penetration has no length but the needle's radius R and no
stress but the crushing strength sigma_c: one finite element run per (E/sigma_c, Poisson's ratio,
alpha, hardening law, half-angle) serves every needle size and strength. A given strength along the
path (`resistance_along`) is a run of its own.

While the cone enters, and until a cone that began buried has built up the zone around it, the force
goes with the contact area and the mean strength on it, with the factor found after. Only the entry
through a rind is computed, for what the rind adds to it (`nodule_resistance`).
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.cache import Value, cached
from sim.case import Mineral
from sim.mechanics.mineral.crushed_zone import CrushedZone
from sim.mechanics.mineral.foam import Foam
from sim.mechanics.mineral.ground import UNIFORM, Ground
from sim.mechanics.mineral.hardening import hardening_of
from sim.mechanics.mineral.penetration_run import Run, run_penetration
from sim.version import versions

Array = NDArray[np.float64]


SMALLEST_ANGLE = math.radians(2.5)  # of the cone that is run
ENTRY = np.linspace(0.0, 1.0, 21)  # depths of entry / length of the cone


@dataclass(frozen=True, eq=False)
class ResistanceCurve:
    """Normal force on cone and shaft against depth; lengths / R, stresses / sigma_c."""

    depth: Array  # tip below the mineral's free surface, from 0
    normal_factor: Array  # axial force of the normal pressure on the cone / (sigma_c pi R^2)
    wall_pressure: Array  # mean radial pressure on the shaft behind the cone / sigma_c
    half_angle: float  # rad, of the cone that was run
    steady_factor: float  # normal_factor at the end, kept beyond it
    steady_wall_pressure: float  # local pressure on shaft that is added, over the last part
    drift: float  # larger of their changes per R over the last part / steady_factor
    crushed: CrushedZone  # around the needle at the end
    statistics: dict[str, float]


def mineral_resistance(
    mineral: Mineral, half_angle: float, size: float, cache_dir: Path | None = None
) -> ResistanceCurve:
    """Curve of a uniform mineral for a cone, from the cache or by finite elements.

    Parameters
    ----------
    mineral : Mineral
    half_angle : float
        Of the needle's (equivalent) cone, rad; the smallest that is run is 2.5 degrees.
    size : float
        Element size on the needle's path / R.
    cache_dir : Path, optional
        Folder instead of the user's cache.

    Raises
    ------
    PenetrationStopped
        When the finite element run fails.
    """
    return _kept(_law(mineral), half_angle, size, UNIFORM, cache_dir=cache_dir)


def resistance_along(
    mineral: Mineral,
    half_angle: float,
    size: float,
    ground: Ground,
    depth: float,
    cache_dir: Path | None = None,
) -> ResistanceCurve:
    """Curve of a mineral whose strength varies along the path.

    Parameters
    ----------
    mineral, half_angle, size, cache_dir
        As of `mineral_resistance`.
    ground : Ground
        Strength / that of `mineral` and rind; lengths in R.
    depth : float
        Of the tip at the end of the path / R.

    Raises
    ------
    PenetrationStopped
        When the finite element run fails.
    """
    return _kept(_law(mineral), half_angle, size, ground, depth, cache_dir)


def evaluate(curve: ResistanceCurve, s: ArrayLike) -> tuple[Array, Array]:
    """Normal factor and wall pressure with the tip at depth `s` (in R).

    During entry the factor is interpolated per contact area. Beyond the computed depth the factor
    is the steady one, and the shaft that is added carries the steady pressure.
    """
    s = np.asarray(s, dtype=float)
    buried = 1.0 / math.tan(curve.half_angle)
    per_area = curve.normal_factor[1:] / _contact_area(curve.depth[1:], buried)
    factor = np.interp(s, curve.depth[1:], per_area) * _contact_area(s, buried)
    wall = np.interp(s, curve.depth, curve.wall_pressure)
    end = curve.depth[-1]
    beyond = s > end
    share = (end - buried) / np.where(beyond, s - buried, 1.0)  # of the shaft that was computed
    added = share * curve.wall_pressure[-1] + (1.0 - share) * curve.steady_wall_pressure
    return np.where(beyond, curve.steady_factor, factor), np.where(beyond, added, wall)


def compute_resistance(
    law: Foam,
    half_angle: float,
    size: float,
    ground: Ground = UNIFORM,
    depth: float | None = None,
) -> ResistanceCurve:
    """Run the finite elements; `law` has the strength 1, the rest as of `run_penetration`."""
    return curve_of(run_penetration(law, half_angle, size, ground, depth), ground)


def curve_of(run: Run, ground: Ground = UNIFORM) -> ResistanceCurve:
    """Return the curve that a run in `ground` has found."""
    factor, wall, drift = run.steadiness
    buried = 1.0 / math.tan(run.half_angle)
    depth = np.array([r.depth for r in run.readings])
    normal = np.array([r.cone_force for r in run.readings]) / math.pi
    shaft = np.array([r.shaft_force for r in run.readings]) / (2.0 * math.pi)
    mean_wall = np.where(depth > buried, shaft / np.maximum(depth - buried, 1e-9), 0.0)
    entry = buried * ENTRY[ENTRY * buried < depth[0]] if run.lead_in > 0.0 else np.zeros(1)
    mean_wall = np.concatenate([np.zeros(entry.size), mean_wall])
    known = max(depth[0], min(run.lead_in, depth[-1]))  # what lies before is not read off
    depth, normal = np.concatenate([entry, depth]), np.concatenate([0.0 * entry, normal])
    engaged = ground.engaged(run.half_angle, depth)
    leading = depth < known
    after = np.count_nonzero(leading)
    normal[leading] = normal[after] * engaged[leading] / engaged[after]
    return ResistanceCurve(
        depth=depth,
        normal_factor=normal,
        wall_pressure=mean_wall,
        half_angle=run.half_angle,
        steady_factor=factor,
        steady_wall_pressure=wall,
        drift=drift,
        crushed=run.zone,
        statistics=run.statistics,
    )


def _law(mineral: Mineral) -> Foam:
    return Foam(
        youngs_modulus=mineral.youngs_modulus / mineral.crushing_strength,
        poisson_ratio=mineral.poisson_ratio,
        shape=mineral.foam_shape,
        strength=1.0,
        hardening=hardening_of(mineral),
    )


def _kept(
    law: Foam,
    half_angle: float,
    size: float,
    ground: Ground,
    depth: float | None = None,
    cache_dir: Path | None = None,
) -> ResistanceCurve:
    """Curve from the cache, or computed and put there."""
    angle = max(half_angle, SMALLEST_ANGLE)
    key: dict[str, Value] = {
        "code": versions("resistance"),
        "law": asdict(law),
        "half_angle": angle,
        "size": size,
        "ground": ground.described(),
        "depth": depth,
    }

    def build(path: Path) -> None:
        _write(path, compute_resistance(law, angle, size, ground, depth))

    with cached("resistance", key, ".npz", build, cache_dir) as path:
        return _read(path)


def _contact_area(s: Array, buried: float) -> Array:
    """Projected area of the cone in contact / that of the needle."""
    return np.clip(s / buried, 0.0, 1.0) ** 2


def _write(path: Path, curve: ResistanceCurve) -> None:
    arrays = {name: getattr(curve, name) for name in CURVE_ARRAYS}
    zone = {name: getattr(curve.crushed, name) for name in ZONE_ARRAYS}
    scalars = {name: getattr(curve, name) for name in CURVE_SCALARS}
    text = json.dumps(scalars | {"bore": curve.crushed.bore})
    np.savez_compressed(path, **arrays, **zone, scalars=np.array(text))


def _read(path: Path) -> ResistanceCurve:
    with np.load(path, allow_pickle=False) as file:
        scalars = json.loads(str(file["scalars"]))
        bore = scalars.pop("bore")
        zone = CrushedZone(scalars["half_angle"], *(file[name] for name in ZONE_ARRAYS), bore=bore)
        arrays = {name: file[name] for name in CURVE_ARRAYS}
    return ResistanceCurve(**arrays, **scalars, crushed=zone)


CURVE_ARRAYS = ("depth", "normal_factor", "wall_pressure")
CURVE_SCALARS = ("half_angle", "steady_factor", "steady_wall_pressure", "drift", "statistics")
ZONE_ARRAYS = ("r", "zeta", "volume_strain", "plastic_strain", "tension")
