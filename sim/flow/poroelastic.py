"""Injection into a poroelastic tissue: swelling, opening fat, cracking mineral.

The syringe's condition holds at the mouth: its flow while the hand's force allows it, else its
largest pressure through the needle. Once the plunger stops, the mouth is closed (the stopper's
friction holds it) and the tissue drains until the pressure is gone; the thousandth that is then
left of the swelling leaves in one last stage, so that every node has its own pore volume again.

Steps of the relaxation may err by more, for it ends at rest whatever they err by. Steps are joined
to stages of at least a hundredth of the ordered volume, with their mean flows. Barrel and needle do
not stretch. Air in the dead volume goes first, without pressure. In the half plane (r, z), on one
process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np

from sim.domain.domain import Domain
from sim.errors import SolverError
from sim.flow.dead_volume import drug_volume_left, portions
from sim.flow.poro_body import PorousBody
from sim.flow.poro_march import Moment, Pace, driven, march, resting, steady
from sim.flow.poro_stages import joined, released, stage, still
from sim.flow.stage import Injected, Stage, ending
from sim.flow.syringe import Syringe, syringe_and_needle

TOLERANCE = 2e-3  # error of a step / volume injected so far: 0.2 % of the whole volume,
CRACKING = 5e-4  # the same once a crack is open: it takes more as it grows, and grows by it
RUNNING = 1e-5  # step whose error is borne while a crack runs / shortest duration
LITTLE = 1e-4  # but at least this share of the volume ordered
FIRST = 1e-6  # first step / shortest duration of the injection
SMALLEST = 1e-10  # smallest step / the same
PATIENT = 1e-2  # step that is taken although its cracks are unsettled / the same
LAST = 0.01  # share of a portion that is pushed at the rate reached, to end at its volume
RISE = 1.5  # most that the flow may grow over a step without passing more than a portion
JOINED = 0.01  # least volume of a stage / volume ordered
COARSER = 5.0  # tolerance of the relaxation / the same of the injection
DRAINED = 1e-3  # share of the swelling at the plunger's stop that ends the relaxation


def inject_poroelastic(domain: Domain, plug: float = 0.0) -> Injected:
    """Inject into `domain` through a needle with a core of resistance `plug` (Pa s/m3) in it.

    Raises
    ------
    SolverError
        When a step cannot be taken at its smallest size; with what was reached before.
    """
    case = domain.case
    needle, drug, injection = case.needle, case.drug, case.injection
    syringe = syringe_and_needle(needle, drug, injection, plug)
    unhindered = syringe.flow(0.0)[0]
    shortest = injection.volume / unhindered if unhindered else injection.time_limit
    pace = Pace(
        first=FIRST * shortest,
        smallest=SMALLEST * shortest,
        patient=PATIENT * shortest,
        volume=LITTLE * injection.volume,
        tolerance=TOLERANCE,
        cracking=CRACKING,
        running=RUNNING * shortest,
    )
    stages: list[Stage] = []
    pushed: list[Moment] = []
    relaxed: list[Moment] = []
    displaced = time = 0.0
    with closing(PorousBody(domain)) as body:
        try:
            for portion in portions(needle, injection.volume) if unhindered else ():
                left = injection.time_limit - time
                if left <= 0.0:
                    break
                if not portion.liquid:
                    duration = min(portion.volume / unhindered, left)
                    stages.append(still(domain.cv.edges, duration))
                    time, displaced = time + duration, displaced + unhindered * duration
                    continue
                start = pushed[-1] if pushed else resting(body)
                inlet = portion.drug * drug.concentration
                for moment in _push(body, start, syringe, pace, portion.volume, left):
                    pushed.append(moment)
                    stages.append(stage(moment, inlet))
                    time += moment.step.duration
                    displaced += moment.inflow * moment.step.duration
            if pushed:
                for moment in _relax(body, pushed[-1], pace):
                    relaxed.append(moment)
                    stages.append(stage(moment, 0.0))
        except SolverError as error:
            raise SolverError(str(error), _history(pushed + relaxed)) from error
        stages = list(joined(stages, JOINED * injection.volume))
        if relaxed:
            swollen = sum(x.duration * x.swelling for x in stages)
            stages.append(released(body, relaxed[-1], swollen))
    durations = np.array([m.step.duration for m in pushed])
    inflow = np.array([m.inflow for m in pushed])
    injected = float(durations @ inflow)
    cavity = max((m.cavity for m in pushed), default=0.0)
    barrel = max((m.cavity + syringe.drop(m.inflow) for m in pushed), default=0.0)
    backflow = float(durations @ np.array([domain.backflow(m.film_flow) for m in pushed]))
    smeared = case.flow.hydrofracture == "smeared"
    opening = max((m.opening for m in pushed), default=0.0)
    unsettled = sum(m.unsettled > 0.0 for m in pushed) / max(len(pushed), 1)
    return Injected(
        stages=tuple(stages),
        displaced_volume=displaced,
        injected_volume=injected,
        duration=time,
        ended_by=ending(injection, displaced, injected),
        flow_rate=injected / durations.sum() if injected else 0.0,
        peak_pressure=cavity,
        plunger_force=syringe.force(barrel),
        conductance=pushed[-1].inflow / pushed[-1].cavity if pushed else 0.0,
        backflow_fraction=backflow / injected if injected else 0.0,
        retained_in_needle=drug.concentration * drug_volume_left(needle, displaced),
        fractured=opening > 0.0 if smeared else None,
        permeability=pushed[-1].condition.permeability if pushed else None,
        notes=_notes(domain, opening, unsettled),
        statistics={
            "poroelastic_steps": float(len(pushed) + len(relaxed)),
            "poroelastic_solves": float(sum(m.solves for m in pushed + relaxed)),
            "unsettled_share": unsettled,
            "relaxation_time_s": float(sum(m.step.duration for m in relaxed)),
            "barrel_pressure_Pa": barrel,
            "largest_opening_m": opening,
        },
    )


def _push(
    body: PorousBody,
    start: Moment,
    syringe: Syringe,
    pace: Pace,
    volume: float,
    time_left: float,
) -> Iterator[Moment]:
    """Yield the steps while `volume` (m3) passes, or until the time is up (s)."""
    end, full = start.time + time_left, start.volume + volume
    moment = start

    def longest(before: Moment) -> float:
        left = full - 0.5 * LAST * volume - before.volume
        if left <= 0.5 * LAST * volume:
            return 0.0
        rising = RISE * before.inflow if before.inflow > 0.0 else syringe.flow(0.0)[0]
        fastest = min(rising, syringe.rate)  # cracks that close may push liquid back for a step
        return max(0.0, min(left / fastest, end - before.time))

    for moment in march(body, start, driven(syringe), pace, longest):
        yield moment
    rate = moment.inflow
    stop = min(end, moment.time + (full - moment.volume) / rate)
    yield from march(body, moment, steady(rate), pace, lambda m: stop - m.time)


def _relax(body: PorousBody, start: Moment, pace: Pace) -> Iterator[Moment]:
    """Yield the steps with a closed mouth until the tissue has drained.

    Cracks that close do so with a step's delay, however long the step.
    """
    pace = replace(
        pace, patient=np.inf, tolerance=COARSER * pace.tolerance, cracking=COARSER * pace.tolerance
    )
    most = np.abs(body.biot.swollen(start.step.state)).sum()

    def longest(before: Moment) -> float:
        left = np.abs(body.biot.swollen(before.step.state)).sum()
        return np.inf if left > DRAINED * most else 0.0

    yield from march(body, start, steady(0.0), pace, longest)


def _history(moments: list[Moment]) -> dict[str, list[float]]:
    return {
        "time_s": [m.time for m in moments],
        "cavity_pressure_Pa": [m.cavity for m in moments],
        "flow_rate_m3_per_s": [m.inflow for m in moments],
    }


def _notes(domain: Domain, opening: float, unsettled: float) -> tuple[str, ...]:
    flow = domain.case.flow
    notes = [
        "infiltration: poroelastic at small strain; where the pressure exceeds the stiffness of "
        "fat, displacements are extrapolated"
    ]
    if flow.hydrofracture == "smeared":
        notes.append(
            f"infiltration.hydrofracture: smeared cracks opened by up to {1e6 * opening:.3g} um"
            if opening > 0.0
            else "infiltration.hydrofracture: smeared cracks allowed, none opened"
        )
    if unsettled:
        notes.append(
            f"infiltration: in {unsettled:.2g} of the poroelastic steps the conductances lag "
            "behind the strains by a step; the liquid's balance is exact"
        )
    return tuple(notes)
