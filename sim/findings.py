"""What is said of an insertion: its outcome and why, its events, where the models end."""

from __future__ import annotations

import numpy as np

from sim.case import Case
from sim.mechanics.failure import OUTCOMES, Utilisation, held_depth
from sim.mechanics.loads import path_loads, turning_point_loads
from sim.needles.tip import tip_profile
from sim.outcome import Event, Outcome
from sim.walk import InsertionModels, Walk

BOWED = 2.0  # amplification of the bending moment from which on a yielding needle has buckled
SMALL_STRAIN = 0.1  # of the fat under the nodule
DRIFT = 0.05  # change of the mineral's resistance per radius at the end of its computation
NOTHING = 1e-9  # N
SUDDEN = 1e-3  # of the hand's limit: rounding
BACKWARDS = 1e-9  # m, of the hand's travel that is no rounding

ASSUMPTIONS = (
    "Quasi-static, rate-independent; the needle stays on the nodule's axis and straight until it "
    "fails. Soft tissue alone props it sideways until its tip is one outer diameter deep in the "
    "mineral, whose bearing holds it from then on.",
    "The tip is axisymmetric: cones, cylinders and steps; a bevel is the cone of its length with "
    "an open lumen.",
    "Mineral: a crushing foam that does not crack, on a nodule supported from below; of the "
    "pressure of a bore's wall that holds, a stated share stays on the shaft.",
    "Soft tissue: a crack opened in an Ogden solid, no dimple before puncture.",
)


def outcome_of(case: Case, path: Walk, decided_by: str | None) -> tuple[Outcome, str]:
    """Name the outcome and say in one sentence what decided.

    A needle that yields in bending has buckled when most of its bending comes from the axial force
    on the bowed shape, and has been bent when its side force and eccentricity alone account for it.
    """
    technique, steel, use = case.technique, case.needle.steel, path.use
    force, torque = path.loads.total.force[-1], path.loads.total.torque[-1]
    force = 0.0 if abs(force) < NOTHING else force
    sudden = force > (1.0 + SUDDEN) * technique.force_limit
    rise = f", where it rises to {force:.3g} N at once" if sudden else ""
    where = f"at {1e3 * path.loads.depth[-1]:.2f} mm below the skin"
    if decided_by is None:
        return "reached_target", f"the tip reached the target {where} with {force:.3g} N"
    outcome = OUTCOMES[decided_by]
    if decided_by == "bending" and use.amplification[-1] >= BOWED:
        outcome = "buckled"
    tilt = np.degrees(technique.incidence_angle)
    reason = {
        "stalled": f"the axial force met the hand's limit of {technique.force_limit:.3g} N{rise}",
        "torque_limit": f"the torque met its limit with {torque:.3g} N m",
        "buckled": f"{force:.3g} N bowed the free needle out (ideal buckling load "
        f"{use.buckling_load[-1]:.3g} N)",
        "bent": f"{force:.3g} N off the axis bent the needle past its yield strength of "
        f"{1e-6 * steel.yield_strength:.0f} MPa",
        "blunted": _blunted(case, use),
        "deflected": f"the tip slid off a surface tilted by {tilt:.3g} degrees",
    }[outcome]
    return outcome, f"{reason}, {where}"


def _blunted(case: Case, use: Utilisation) -> str:
    if use.ratio["folding"][-1] >= use.ratio["blunting"][-1]:
        return "the mineral's pressure folded the point over"
    hardness = 1e-9 * case.needle.steel.hardness
    return f"the mineral's solid is as hard as the steel ({hardness:.2g} GPa)"


def events_of(case: Case, path: Walk, outcome: Outcome) -> tuple[Event, ...]:
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


def warnings_of(case: Case, models: InsertionModels, path: Walk) -> tuple[str, ...]:
    """Where this result leaves the models' domain of validity."""
    notes = []
    layer, pushed = models.support.layer, float(path.displacement.max())
    if pushed > SMALL_STRAIN * layer:
        notes.append(
            f"The nodule is pushed {1e3 * pushed:.2g} mm into {1e3 * layer:.2g} mm of fat: past "
            "small strain; the fat stiffens by Hencky's law until the nodule rests on the fascia."
        )
    back = np.diff(path.loads.depth + path.displacement)
    if np.any(back < -BACKWARDS):
        z = path.loads.depth[int(back.argmin())]
        notes.append(
            f"With the tip at {1e3 * z:.2f} mm the force drops and the nodule springs back: there "
            "the force curve runs backwards and the hand would feel a jump."
        )
    if models.resistance.drift > DRIFT:
        notes.append(
            f"The mineral's resistance still changes by {models.resistance.drift:.0%} per needle "
            "radius where its computation ends; beyond it is taken as steady."
        )
    deflection = path.use.tip_deflection
    astray = float(deflection[np.isfinite(deflection)].max())
    if astray > case.needle.outer_diameter:
        notes.append(
            f"insertion.tip_deflection_mm: the tip is {1e3 * astray:.2g} mm off the axis before "
            "the mineral holds it, more than an outer diameter: an upper estimate, since nothing "
            "but soft tissue is taken to hold it there, and not carried on; the path stays the "
            "axis."
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
    field = case.nodule.density_field
    if field.kind == "random":
        notes.append(
            f"insertion.outcome: of one random density (seed {field.seed}); another seed can end "
            "otherwise."
        )
    if case.technique.thread_lead is not None:
        notes.append(
            "insertion: the thread draws the needle in, which counts as negative friction; the "
            "hand pushes with what is left."
        )
    if case.needle.stylet is not None:
        rubbed = path_loads(case, models.resistance, path.loads.depth, debris=True).total
        notes.append(
            "insertion.peak_force_N: the bore behind the cannula's mouth presses on nothing, for a "
            "flat face pushes no mineral aside; did debris press there like the wall behind the "
            f"stylet's cone, it would be {rubbed.force.max():.3g} N and "
            f"{1e3 * rubbed.torque.max():.3g} N mm."
        )
    if case.technique.motion == "oscillating" and case.technique.rotation_speed > 0.0:
        pushing = turning_point_loads(case, models.resistance, path.loads.depth).total.force
        notes.append(
            "insertion.peak_force_N: an oscillating hand that holds its thrust and rests where the "
            "twist turns round; one that held its speed would push there with up to "
            f"{pushing.max():.3g} N."
        )
    return tuple(notes)
