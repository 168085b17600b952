"""Insertion: one needle, pushed or drilled along the axis until it arrives or something gives way.

`prepare` solves the two finite element problems (the mineral's resistance, the nodule's support);
`evaluate` walks the path with them and costs a tenth of a second. The path is the tip's in the
nodule's own frame, where the forces do not depend on how far the nodule has moved; the hand travels
that depth plus the push-away (two springs in series).
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import trapezoid
from scipy.optimize import brentq

from sim.case import Case
from sim.findings import ASSUMPTIONS, events_of, outcome_of, warnings_of
from sim.mechanics.failure import OUTCOMES, Utilisation, fragment_risk
from sim.mechanics.mineral.nodule_resistance import nodule_resistance
from sim.mechanics.needle import lumen
from sim.mechanics.tissue.pushaway import nodule_support
from sim.needles.tip import tip_profile
from sim.outcome import ForceCurve, InsertionResult
from sim.walk import InsertionModels, Walk, path_depths

Array = NDArray[np.float64]
type Progress = Callable[[str, float], None]  # (stage, fraction done)

# Along the whole path, and as many again while the tip enters the nodule. Peaks lie at kinks, which
# are depths of their own: against 1600 steps the work moves by 1e-5, folding's margin by 8e-4.
STEPS = 200
JUMP = 1e-3  # by which a ratio falls short of 1 where a root was found: it jumps beyond
TOLERANCE = 1e-9  # m, of the depth at which the needle stops


def insert(case: Case, progress: Progress | None = None) -> InsertionResult:
    """Compute the insertion of ``case.needle``.

    Parameters
    ----------
    case : Case
    progress : callable, optional
        Called with the stage and the fraction of it that is done.

    Raises
    ------
    SolverError
        When a finite element problem has no solution.
    """
    return evaluate(case, prepare(case, progress))


def prepare(
    case: Case, progress: Progress | None = None, cache_dir: Path | None = None
) -> InsertionModels:
    """Solve for the mineral's resistance and the nodule's support.

    Parameters
    ----------
    case : Case
    progress : callable, optional
        As in `insert`.
    cache_dir : Path, optional
        Folder of the tabulated resistance curves instead of the user's.
    """
    show = progress or _show_nothing
    show("resistance of the mineral", 0.0)
    resistance = nodule_resistance(case, cache_dir)
    show("push-away of the nodule", 0.8)
    support = nodule_support(case)
    show("insertion", 1.0)
    return InsertionModels(resistance, support)


def _show_nothing(stage: str, fraction: float) -> None:
    pass


def evaluate(
    case: Case, models: InsertionModels, steps: int = STEPS, tolerance: float = TOLERANCE
) -> InsertionResult:
    """Walk the path in `steps` and return what happens on it; see `insert`.

    Where something gives way between two of them, the depth is found to `tolerance` (m).

    The margins are taken over the whole way to the target, also where the needle stops before: they
    say how far each mechanism is from deciding, in multiples of the loads. So is the skin's
    puncture force: what the skin asks for, also of a needle that does not get through.
    """
    start = time.process_time()
    depth, top = path_depths(case, steps), case.nodule.depth
    planned = Walk.along(case, models, depth)

    @functools.cache
    def at(z: float) -> Walk:
        return Walk.along(case, models, np.array([z]))

    reached, decided_by = _stop(planned, at, tolerance)
    path = planned if decided_by is None else planned.until(at(reached))
    outcome, reason = outcome_of(case, path, decided_by)
    walked, total = path.loads.depth, path.loads.total
    inside = float(np.clip(reached - top, 0.0, case.nodule.height))
    entering = (walked >= top) & (walked <= top + tip_profile(case.needle).length)
    turn = case.technique.rotation_speed / case.technique.axial_speed  # rad per m
    bending = path.use.ratio["bending"]
    core = float(lumen.core_length(case.needle, case.nodule, models.resistance, reached - top))
    grip = (case.needle, case.nodule.mineral, models.resistance)
    curve = ForceCurve(
        depth=walked,
        force=total.force,
        tip=total.tip,
        friction=total.shaft,
        torque=total.torque,
        buckling_load=path.use.buckling_load,
        bending_limit=np.divide(
            total.force, bending, out=np.full_like(bending, np.inf), where=bending > 0.0
        ),
        nodule_displacement=path.displacement,
        tip_deflection=path.use.tip_deflection,
        ratios=path.use.ratio,
    )
    return InsertionResult(
        outcome=outcome,
        decided_by=decided_by,
        reason=reason,
        reached_depth=reached,
        depth_in_nodule=inside,
        curve=curve,
        skin_puncture_force=float(planned.loads.skin.tip.max()),
        nodule_entry_force=float(total.force[entering].max()) if entering.any() else None,
        peak_force=float(total.force.max()),
        peak_torque=float(total.torque.max()),
        work=float(trapezoid(total.force + turn * total.torque, curve.travel)),
        margins=_margins(planned.use),
        nodule_displacement=float(path.displacement[-1]),
        tip_deflection=float(path.use.tip_deflection.max()),
        core_length=core,
        core_retention=lumen.retention(*grip, core),
        lumen_plugged=core > 0.0 and core >= lumen.plug_length(*grip, case.nodule.height),
        fragment_risk=fragment_risk(case, outcome, reached, float(path.use.weakest[-1])),
        crushed=models.resistance.crushed if inside > 0.0 else None,
        events=events_of(case, path, outcome),
        notes=ASSUMPTIONS + warnings_of(case, models, path),
        statistics=models.resistance.statistics
        | {"path_points": float(depth.size), "evaluate_cpu_s": time.process_time() - start},
    )


def _stop(planned: Walk, at: Callable[[float], Walk], tolerance: float) -> tuple[float, str | None]:
    """Depth at which the first ratio reaches 1, and its name; the target and None if none does.

    `at` evaluates depths other than the planned ones.
    """
    depth, governing = planned.loads.depth, planned.use.governing()
    over = np.flatnonzero(governing >= 1.0)
    if over.size == 0:
        return float(depth[-1]), None

    first = over[0]

    def excess(z: float) -> float:
        return at(z).use.governing()[0] - 1.0

    before, reached = float(depth[max(first - 1, 0)]), float(depth[first])
    if reached - before > tolerance and excess(before) < 0.0 < excess(reached):  # else a jump
        root = brentq(excess, before, reached, xtol=tolerance)
        close = min(root + 2.0 * TOLERANCE, reached)  # past a jump, where there is one
        reached = close if excess(close) > -JUMP else min(root + 2.0 * tolerance, reached)
    ratio = at(reached).use.ratio
    return reached, max(OUTCOMES, key=lambda name: ratio[name][0])


def _margins(use: Utilisation) -> dict[str, float]:
    """Limit / demand, smallest over the path; inf where there is no demand."""
    largest = {name: float(ratio.max()) for name, ratio in use.ratio.items()}
    return {name: 1.0 / ratio if ratio > 0.0 else np.inf for name, ratio in largest.items()}
