"""Insertion: one needle, pushed or drilled along the axis until it arrives or something gives way.

`prepare` solves the two finite element problems (the mineral's resistance, the nodule's support);
`evaluate` is closed-form along the path and costs milliseconds. The tip's path is walked in the
nodule's own frame, where the forces do not depend on how far the nodule has moved; the hand travels
that depth plus the push-away (two springs in series).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import trapezoid
from scipy.optimize import brentq

from sim.case import Case
from sim.mechanics import lumen
from sim.mechanics.failure import (
    OUTCOMES,
    Utilisation,
    fragment_risk,
    held_depth,
    utilisation,
)
from sim.mechanics.loads import PathLoads, path_loads
from sim.mechanics.pushaway import NoduleSupport, nodule_support
from sim.mechanics.resistance import ResistanceCurve, mineral_resistance
from sim.needles.tip import tip_profile
from sim.outcome import Event, ForceCurve, InsertionResult, Outcome

Array = NDArray[np.float64]
type Progress = Callable[[str, float], None]  # (stage, fraction done)

STEPS = 400  # along the whole path, and as many again while the tip enters the nodule
BOWED = 2.0  # amplification of the bending moment from which on a yielding needle has buckled
TOLERANCE = 1e-9  # m, of the depth at which the needle stops
SMALL_STRAIN = 0.1  # of the fat under the nodule
DRIFT = 0.05  # change of the mineral's resistance per radius at the end of its computation

ASSUMPTIONS = (
    "Quasi-static, rate-independent; the needle stays on the nodule's axis and straight until it "
    "fails; soft tissue props it sideways before the mineral holds it.",
    "The tip is a closed cone up to the outer diameter (a bevel: the cone of its length); a hollow "
    "tip's lumen counts as plugged.",
    "Mineral: crushing foam on a nodule supported from below, size-free, no cracks; of "
    "the pressure of a bore's wall that holds, a stated share stays on the shaft.",
    "Soft tissue: planar crack as wide as the needle, neo-Hookean wall, no dimple before puncture.",
)


@dataclass(frozen=True)
class InsertionModels:
    """What the finite element problems found; reusable while mineral, tip and tissue stay."""

    resistance: ResistanceCurve
    support: NoduleSupport


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
    angle = tip_profile(case.needle).half_angle
    resistance = mineral_resistance(
        case.nodule.mineral, angle, case.mesh.penetration_size, cache_dir
    )
    show("push-away of the nodule", 0.8)
    support = nodule_support(case)
    show("insertion", 1.0)
    return InsertionModels(resistance, support)


def _show_nothing(stage: str, fraction: float) -> None:
    pass


def evaluate(case: Case, models: InsertionModels, steps: int = STEPS) -> InsertionResult:
    """Walk the path in `steps` and return what happens on it; see `insert`.

    The margins are taken over the whole way to the target, also where the needle stops before: they
    say how far each mechanism is from deciding, in multiples of the loads. So is the skin's
    puncture force: what the skin asks for, also of a needle that does not get through.
    """
    start = time.process_time()
    depth, top = _depths(case, steps), case.nodule.depth
    planned = _Path.walk(case, models, depth)
    reached, decided_by = _stop(case, models, planned)
    path = planned
    if decided_by is not None:
        path = _Path.walk(case, models, np.append(depth[depth < reached], reached))
    outcome, reason = _outcome(case, path, decided_by)
    walked, total = path.loads.depth, path.loads.total
    inside = float(np.clip(reached - top, 0.0, case.nodule.height))
    entering = (walked >= top) & (walked <= top + tip_profile(case.needle).length)
    turn = case.technique.rotation_speed / case.technique.axial_speed  # rad per m
    bending = path.use.ratio["bending"]
    core = float(lumen.core_length(case.needle, case.nodule, models.resistance, reached - top))
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
        lumen_plugged=_plugged(case, models, core),
        fragment_risk=fragment_risk(case, outcome, reached, float(path.use.weakest[-1])),
        crushed=None,
        events=_events(case, path, outcome),
        notes=ASSUMPTIONS + _warnings(case, models, path),
        statistics=models.resistance.statistics
        | {"path_points": float(depth.size), "evaluate_cpu_s": time.process_time() - start},
    )


@dataclass(frozen=True)
class _Path:
    """Everything along the path, per depth of the tip."""

    loads: PathLoads
    use: Utilisation
    displacement: Array  # m, of the nodule

    @classmethod
    def walk(cls, case: Case, models: InsertionModels, depth: Array) -> _Path:
        loads = path_loads(case, models.resistance, depth)
        on_nodule = models.support.displacement(
            loads.mineral.force,
            depth - case.nodule.depth,
            loads.skin.force,
            loads.subcutis.force,
        )
        return cls(loads, utilisation(case, loads), on_nodule)


def _depths(case: Case, steps: int) -> Array:
    """Depths from the skin to the target, finer where the tip enters the nodule, all kinks in."""
    target, top = case.target_depth, case.nodule.depth
    length = tip_profile(case.needle).length
    edges = [0.0, case.tissue.skin.thickness, top, held_depth(case), top + case.nodule.height]
    points = np.concatenate(
        [
            np.linspace(0.0, target, steps + 1),
            np.linspace(top, top + length, steps + 1),
            [edge for z in edges for edge in (np.nextafter(z, 0.0), z, z + length)],
        ]
    )
    return np.unique(points[points <= target])


def _stop(case: Case, models: InsertionModels, planned: _Path) -> tuple[float, str | None]:
    """Depth at which the first ratio reaches 1, and its name; the target and None if none does."""
    depth, governing = planned.loads.depth, planned.use.governing()
    over = np.flatnonzero(governing >= 1.0)
    if over.size == 0:
        return case.target_depth, None

    def excess(z: float) -> float:
        return _Path.walk(case, models, np.array([z])).use.governing()[0] - 1.0

    first = over[0]
    reached = depth[first]
    if first > 0 and reached - depth[first - 1] > TOLERANCE:  # else a jump, as at the contact
        reached = brentq(excess, depth[first - 1], depth[first], xtol=TOLERANCE)
    beyond = min(reached + 2.0 * TOLERANCE, depth[first])  # past a jump, where there is one
    ratio = _Path.walk(case, models, np.array([beyond])).use.ratio
    return float(reached), max(OUTCOMES, key=lambda name: ratio[name][0])


def _outcome(case: Case, path: _Path, decided_by: str | None) -> tuple[Outcome, str]:
    """Name the outcome and say in one sentence what decided.

    A needle that yields in bending has buckled when most of its bending comes from the axial force
    on the bowed shape, and has been bent when its side force and eccentricity alone account for it.
    """
    technique, steel, use = case.technique, case.needle.steel, path.use
    force, torque = path.loads.total.force[-1], path.loads.total.torque[-1]
    where = f"at {1e3 * path.loads.depth[-1]:.2f} mm below the skin"
    if decided_by is None:
        return "reached_target", f"the tip reached the target {where} with {force:.3g} N"
    outcome = OUTCOMES[decided_by]
    if decided_by == "bending" and use.amplification[-1] >= BOWED:
        outcome = "buckled"
    tilt = np.degrees(technique.incidence_angle)
    reason = {
        "stalled": f"the axial force met the hand's limit of {technique.force_limit:.3g} N",
        "torque_limit": f"the torque met its limit with {torque:.3g} N m",
        "buckled": f"{force:.3g} N bowed the free needle out (ideal buckling load "
        f"{use.buckling_load[-1]:.3g} N)",
        "bent": f"{force:.3g} N off the axis bent the needle past its yield strength of "
        f"{1e-6 * steel.yield_strength:.0f} MPa",
        "blunted": f"the mineral's solid is as hard as the steel ({1e-9 * steel.hardness:.2g} GPa)",
        "deflected": f"the tip slid off a surface tilted by {tilt:.3g} degrees",
    }[outcome]
    return outcome, f"{reason}, {where}"


def _margins(use: Utilisation) -> dict[str, float]:
    """Limit / demand, smallest over the path; inf where there is no demand."""
    largest = {name: float(ratio.max()) for name, ratio in use.ratio.items()}
    return {name: 1.0 / ratio if ratio > 0.0 else np.inf for name, ratio in largest.items()}


def _plugged(case: Case, models: InsertionModels, core: float) -> bool:
    """Whether the core of mineral in the lumen stays there when the syringe pushes on it."""
    kept = lumen.retention(case.needle, case.nodule.mineral, models.resistance, core)
    return core > 0.0 and kept > case.injection.pressure_limit


def _events(case: Case, path: _Path, outcome: Outcome) -> tuple[Event, ...]:
    """Events in their order."""
    depth, top, length = path.loads.depth, case.nodule.depth, tip_profile(case.needle).length
    marks = {
        "skin_puncture": min(case.tissue.skin.thickness, top, length),  # the crack is at its widest
        "nodule_contact": top,
        "tip_held": held_depth(case),
        "tip_buried": top + length,
    }
    passed = {name: z for name, z in marks.items() if z <= depth[-1]} | {outcome: depth[-1]}
    at = {name: int(np.searchsorted(depth, z)) for name, z in passed.items()}
    force = path.loads.total.force
    return tuple(
        Event(float(depth[i]), name, float(force[i]))
        for name, i in sorted(at.items(), key=lambda item: item[1])
    )


def _warnings(case: Case, models: InsertionModels, path: _Path) -> tuple[str, ...]:
    """Where this result leaves the models' domain of validity."""
    notes = []
    layer, pushed = models.support.layer, float(path.displacement.max())
    if pushed > SMALL_STRAIN * layer:
        notes.append(
            f"The nodule is pushed {1e3 * pushed:.2g} mm into {1e3 * layer:.2g} mm of fat: past "
            "small strain; the fat stiffens by Hencky's law until the nodule rests on the fascia."
        )
    if np.any(np.diff(path.loads.depth + path.displacement) < -TOLERANCE):
        notes.append(
            "The nodule springs back where the tip leaves it: there the force curve runs backwards "
            "and the hand would feel a jump."
        )
    if models.resistance.drift > DRIFT:
        notes.append(
            f"The mineral's resistance still changes by {models.resistance.drift:.0%} per needle "
            "radius where its computation ends; beyond it is taken as steady."
        )
    angle = tip_profile(case.needle).half_angle
    if models.resistance.half_angle > angle * (1.0 + 1e-9):
        notes.append(
            f"The mineral's normal resistance was computed for a cone of "
            f"{np.degrees(models.resistance.half_angle):.3g} degrees half-angle and is used for "
            f"{np.degrees(angle):.3g}; friction uses the latter."
        )
    if path.use.ratio["splitting"].max() >= 1.0:
        z = path.loads.depth[int(np.argmax(path.use.ratio["splitting"] >= 1.0))]
        notes.append(f"The nodule is expected to split with the tip at {1e3 * z:.2f} mm.")
    if case.technique.motion == "oscillating" and case.technique.rotation_speed > 0.0:
        notes.append("Oscillating rotation counts with its mean speed; turning points push.")
    return tuple(notes)
