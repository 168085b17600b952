"""Time steps of a poroelastic body fed by a syringe, or closed.

Within a step, conductances (strained fat, the film's gap, cracks) and stiffness depend on the
step's own end: a fixed point in the logarithms of the conductances, relaxed by Aitken's rule
(Irons and Tuck 1969). The step's error is that of backward Euler, half the change of the swelling
over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import SolverError
from sim.flow.biot import PoreStep
from sim.flow.poro_body import Condition, PorousBody
from sim.flow.syringe import Syringe

Array = NDArray[np.float64]
# cavity's pressure (Pa), inflow (m3/s) -> a and b of the inflow a - b p near them
type Feed = Callable[[float, float], tuple[float, float]]

FIXED_POINT = 0.01  # relative change of the pressures
FEED_ERROR = 1e-3  # of the flow that the needle lets through without a tissue behind it
TOLERATED = 0.1  # the same where cracks run on: their law is then met with a step's delay
ITERATIONS = 12
FIRST_RELAXATION, LEAST, MOST = 0.5, 0.1, 1.0
SAFETY, GROWTH = 0.85, 2.0
CLOSED = 1e-3  # share of its pores that a node may not fall below


@dataclass(frozen=True, eq=False)
class Moment:
    """The end of a step, and what led there."""

    time: float  # s
    volume: float  # m3 that has entered through the mouth
    step: PoreStep
    condition: Condition
    inflow: float  # m3/s from the needle during the step
    cavity: float  # Pa
    film_flow: Array  # (f,) m3/s
    opening: float  # m, of the widest crack
    unsettled: float  # change of the pressures in the last iteration / largest; 0: found
    solves: int


@dataclass(frozen=True)
class Pace:
    """How time steps are chosen."""

    first: float  # s
    smallest: float  # s
    patient: float  # s, below which a step is taken although its conductances are unsettled
    volume: float  # m3, least that a step's error is compared to; else what has entered
    tolerance: float  # error of a step / that volume
    cracking: float  # the same while a crack is open,
    running: float  # but in steps no shorter than this (s): a crack that runs outpaces any step


def resting(body: PorousBody) -> Moment:
    """Return the moment before the injection."""
    nodes, edges = body.biot.cv.edges.nodes, len(body.biot.cv.edges.tail)
    none = PoreStep(0.0, body.biot.at_rest, np.zeros(edges), np.zeros(nodes), np.zeros(nodes))
    return Moment(0.0, 0.0, none, body.at_rest, 0.0, 0.0, np.empty(0), 0.0, 0.0, 0)


def steady(rate: float) -> Feed:
    """Return the feed of a given flow (m3/s); 0: the mouth is closed."""
    return lambda cavity, inflow: (rate, 0.0)


def driven(syringe: Syringe) -> Feed:
    """Return the feed of a syringe: its rate, or less where its largest pressure asks for it."""

    def feed(cavity: float, inflow: float) -> tuple[float, float]:
        if syringe.flow(cavity)[0] >= syringe.rate:
            return syringe.rate, 0.0
        # Newton's step of R Q + K Q |Q| = p_max - p in Q: exact where the tissue lets little in
        slope = syringe.resistance + 2.0 * syringe.inertia * abs(inflow)
        return (
            syringe.pressure_limit + syringe.inertia * inflow * abs(inflow)
        ) / slope, 1.0 / slope

    return feed


def advance(body: PorousBody, before: Moment, duration: float, feed: Feed) -> Moment:
    """Take one step of `duration` (s).

    Raises
    ------
    SolverError
        When the system cannot be solved, needle and tissue do not agree on a flow, or the tissue is
        compressed by more than its pores hold, which is beyond small strain.
    """
    start, condition = before.step.state, before.condition
    cavity, inflow = before.cavity, before.inflow
    pressure, residual, relaxation = start.pressure, None, FIRST_RELAXATION
    for solves in range(1, ITERATIONS + 1):  # noqa: B007
        given, leak = feed(cavity, inflow)
        conductance = body.take(condition)
        step = body.biot.step(start, duration, conductance, given * body.share, leak * body.share)
        cavity = float(body.share @ step.state.pressure)
        inflow = given - leak * cavity
        target, opening = body.condition(step.state, before.condition.cracks, condition.cracks)
        last, residual = residual, target.logarithms - condition.logarithms
        change = np.abs(step.state.pressure - pressure).max() / np.abs(step.state.pressure).max()
        settled = min(change / relaxation, np.abs(residual).max()) <= FIXED_POINT
        pressure = step.state.pressure
        if last is not None:
            turned = residual - last
            relaxation = -relaxation * float(last @ turned) / max(float(turned @ turned), 1e-300)
            relaxation = min(max(relaxation, LEAST), MOST)
        film_flow = body.film_flow(condition, pressure)
        condition = condition.moved(relaxation * residual, target.cracks)
        given, leak = feed(cavity, inflow)
        fed = abs(given - leak * cavity - inflow) <= FEED_ERROR * abs(given)
        if fed and settled:
            break
    if not fed:
        raise SolverError("poroelastic flow: no flow that both needle and tissue take")
    left = 1.0 + body.biot.swollen(step.state) / body.pores
    if left.min() < CLOSED:
        where = body.biot.cv.points[left.argmin()]
        raise SolverError(f"poroelastic flow: the pores close at r, z = {where} m")
    unsettled = 0.0 if settled else float(change)
    return Moment(
        time=before.time + duration,
        volume=before.volume + inflow * duration,
        step=step,
        condition=condition,
        inflow=inflow,
        cavity=cavity,
        film_flow=film_flow,
        opening=opening,
        unsettled=unsettled,
        solves=solves,
    )


def march(
    body: PorousBody, start: Moment, feed: Feed, pace: Pace, longest: Callable[[Moment], float]
) -> Iterator[Moment]:
    """Yield steps until `longest` (s, the most that the next step may take) is 0.

    Raises
    ------
    SolverError
        When a step fails and would fall below the smallest.
    """
    before, size = start, pace.first
    while (left := longest(before)) > 0.0:
        size = left if size >= left else min(size, max(0.5 * left, pace.smallest))
        try:
            moment = advance(body, before, size, feed)
        except SolverError as error:
            size = _cut(size, 0.5, pace, before, str(error))
            continue
        if moment.unsettled > TOLERATED and size > pace.patient:
            size = _cut(size, 0.5, pace, before, "cracks run on")
            continue
        change = moment.step.swelling - before.step.swelling
        error = 0.5 * size * float(np.abs(change).sum())
        tolerance = pace.cracking if moment.opening > 0.0 else pace.tolerance
        allowed = tolerance * max(moment.volume, pace.volume)
        factor = SAFETY * np.sqrt(allowed / max(error, 1e-3 * allowed))
        running = pace.running if moment.opening > 0.0 else 0.0
        if error > 2.0 * allowed and size > running:
            size = _cut(size, max(factor, 0.1), pace, before, f"its error is {error:.2g} m3")
            size = max(size, running)
            continue
        yield moment
        shortest = min(running, GROWTH * size)
        before, size = moment, max(size * min(GROWTH, factor), shortest)
        if moment.unsettled > TOLERATED:
            size = min(size, pace.patient)


def _cut(size: float, factor: float, pace: Pace, before: Moment, reason: str) -> float:
    if size <= pace.smallest:
        raise SolverError(
            f"poroelastic flow: step of {size:.2g} s at {before.time:.4g} s with the mouth at "
            f"{before.cavity:.4g} Pa: {reason}"
        )
    return max(factor * size, pace.smallest)
