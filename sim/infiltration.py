"""The injection and the days after it: where the drug goes once the needle has stopped.

Chain: domain at the reached depth -> flow, driven by the syringe, as a row of stages -> transport
during the injection -> the pause with the needle in place -> rest until the round ends, all with
the chosen closure of the mineral's dissolution.

Simplifications beside those of the modules used: what is dissolved does not change the flow, and
the pores stay as they are until the next round; in (r, z) the nodule is centred on the needle's
axis; a needle that did not enter the nodule injects no deeper than its top, also where it slid past
it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sim.case import Case, Injection
from sim.dissolution.closure import closure
from sim.dissolution.reaction import Reaction, State
from sim.domain.axisymmetric import axisymmetric_domain
from sim.domain.domain import Domain
from sim.errors import SolverError
from sim.flow.poroelastic import inject_poroelastic
from sim.flow.rigid import inject_rigid
from sim.flow.stage import Injected, Stage
from sim.flow.syringe import plug_resistance
from sim.infiltration_findings import (
    Whereabouts,
    arrival_notes,
    drained_notes,
    nothing_injected,
    result_of,
)
from sim.outcome import Ending, InfiltrationResult, InsertionResult, TissueState
from sim.transport.marching import Control, injection_steps, resting_steps
from sim.transport.species import Species
from sim.transport.uptake import Recorder
from sim.treatment.transfer import Carried, carried, untouched

Array = NDArray[np.float64]
type Progress = Callable[[str, float], None]  # (stage, fraction done)

INJECTION_FIELDS = 6  # times at which the field is kept: evenly during the injection,
HALVINGS = 13  # and after it at the end of the round, at half of the way there, a quarter, ...
LEAST_DOSE = 0.01  # of the ordered one, for the measure of errors: next to nothing may get in


def infiltrate(
    case: Case,
    insertion: InsertionResult,
    progress: Progress | None = None,
    before: TissueState | None = None,
    until: float | None = None,
) -> InfiltrationResult:
    """Inject through the needle where `insertion` left it, and follow the drug.

    A mouth that is not in the tissue injects nothing: a note says so.

    Parameters
    ----------
    before : TissueState, optional
        What the last round left; `case.nodule` then tells the mineral left as well.
    until : float, optional
        When the round ends, from the start of its injection (s); else the schedule's follow-up
        after the injection.

    Returns
    -------
    InfiltrationResult
        With the tissue's state at the end, for the next round.

    Raises
    ------
    SolverError
        When the mesh, a linear system or a time step fails.
    """
    clock = Clock()
    show = progress or _show_nothing
    show("mesh", 0.0)
    depth = tip_depth(case, insertion)
    domain = axisymmetric_domain(case, depth, insertion.crushed)
    clock.stop("mesh")
    moved = Carried(untouched(domain), {}) if before is None else carried(before, domain)
    plug = _plug(case, insertion)
    result = follow(domain, plug, show, moved.state, until, clock)
    added = arrival_notes(case, insertion, depth, plug, result, moved.corrections)
    return replace(result, notes=(*result.notes, *added))


def follow(
    domain: Domain,
    plug: float = 0.0,
    progress: Progress | None = None,
    tissue: TissueState | None = None,
    until: float | None = None,
    clock: Clock | None = None,
) -> InfiltrationResult:
    """Inject into `domain` and follow the drug until the round ends.

    Parameters
    ----------
    plug : float
        Resistance of a core of mineral in the lumen (Pa s/m3).
    tissue : TissueState, optional
        What is in the tissue of `domain` before; None: all of the mineral, and nothing else.
    until : float, optional
        As in `infiltrate`.

    Raises
    ------
    SolverError
        As in `infiltrate`; also when tissue that deforms has not drained `until` the next round.
    """
    case, cv = domain.case, domain.cv
    show, clock = progress or _show_nothing, clock or Clock()
    show("flow", 0.0)
    injected = _inject(domain, plug)
    clock.stop("flow")

    start = _start(domain, tissue)
    reaction = _reaction(domain, tissue)
    flowing = sum(stage.duration for stage in injected.stages)
    end = _end(case, injected, flowing, until)
    times = _output_times(injected.duration, end)
    highest = max(case.drug.concentration, cv.edges.largest(start.drug))
    recorder = Recorder(cv.edges, domain.pores(), start, times, highest)
    control = _control(case, injected)
    solutes = _Solutes(domain, reaction)

    at_end = Whereabouts.of(recorder)
    pushing = replace(control, milestones=tuple(t for t in times if t < flowing))
    for advance in injection_steps(solutes, injected.stages, start, reaction, pushing):
        recorder.add(advance)
        if recorder.time <= injected.duration * (1.0 + 1e-9):
            at_end = Whereabouts.of(recorder)
        show("injection", recorder.time / flowing)
    pushed = recorder.steps
    clock.stop("injection")

    for pause, leaks in _pauses(case.injection, injected, flowing, end):
        begun, state = recorder.time, recorder.state
        solutes.open_track = leaks
        if leaks:  # clear liquid fills the place of the needle
            pores = domain.pores(open_track=True)
            state = _diluted(state, sum(pores.values()))
            recorder.refill(pores, state)
        resting = replace(control, milestones=tuple(t - begun for t in times if t > begun))
        for advance in resting_steps(solutes, state, pause, reaction, resting):
            recorder.add(advance)
            show("follow-up", recorder.time / end)
    clock.stop("follow_up")
    counted = {
        "nodes": cv.edges.total(np.ones(cv.edges.nodes)),
        "injection_steps": float(pushed),
        "resting_steps": float(recorder.steps - pushed),
        "resting_fallbacks": float(recorder.fallbacks),
    }
    result = result_of(domain, injected, recorder, at_end, tissue, counted | clock.spent)
    return replace(result, notes=(*result.notes, *drained_notes(case, injected, flowing, until)))


def ended_by(case: Case, insertion: InsertionResult) -> Ending:
    """Return what would end the injection of `infiltrate`, without following the drug."""
    domain = axisymmetric_domain(case, tip_depth(case, insertion), insertion.crushed)
    return _inject(domain, _plug(case, insertion)).ended_by


def tip_depth(case: Case, insertion: InsertionResult) -> float:
    """Return how deep (m) the tip is for the injection: no deeper than the top if it slid past."""
    if insertion.depth_in_nodule > 0.0:
        return insertion.reached_depth
    return min(insertion.reached_depth, case.nodule.depth)


@dataclass
class Clock:
    """CPU seconds by stage."""

    spent: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.process_time)

    def stop(self, stage: str) -> None:
        """Book what passed since the last stop to `stage`."""
        now = time.process_time()
        self.spent[f"{stage}_cpu_s"] = now - self._last
        self._last = now


class _Solutes:
    """The species of a stage: the drug and, where the mineral is dissolved, what it becomes."""

    def __init__(self, domain: Domain, reaction: Reaction | None) -> None:
        self.domain, self.open_track = domain, False
        self._free = [domain.case.drug.diffusivity]
        if reaction is not None and reaction.dissolves:
            self._free.append(domain.case.dissolution.complex_diffusivity)

    def __call__(self, stage: Stage | None) -> tuple[Species, ...]:
        return tuple(self.domain.species(stage, free, self.open_track) for free in self._free)


def _show_nothing(stage: str, fraction: float) -> None:
    pass


def _plug(case: Case, insertion: InsertionResult) -> float:
    """Resistance (Pa s/m3) of the core that stays in the lumen; 0 where it is blown out."""
    if insertion.core_retention <= case.injection.pressure_limit:
        return 0.0
    return plug_resistance(case.needle, case.drug, case.nodule.mineral, insertion.core_length)


def _inject(domain: Domain, plug: float) -> Injected:
    if domain.pose is None:
        return nothing_injected(domain)
    if domain.case.flow.kind == "rigid":
        return inject_rigid(domain, plug)
    return inject_poroelastic(domain, plug)


def _start(domain: Domain, tissue: TissueState | None) -> State:
    cv = domain.cv
    nothing = np.zeros(cv.edges.nodes)
    if tissue is None:
        capacity = sum(domain.pores().values())
        return State(capacity, nothing, nothing, domain.mineral(), nothing)
    mineral = tissue.mineral * cv.volumes["nodule"]
    drug = tissue.concentration
    return State(tissue.capacity, drug, tissue.dissolved, mineral, drug)


def _control(case: Case, injected: Injected) -> Control:
    inlet = case.drug.concentration
    dose = inlet * max(injected.injected_volume, LEAST_DOSE * case.injection.volume)
    return Control(inlet, dose, case.mesh.time_tolerance)


def _end(case: Case, injected: Injected, flowing: float, until: float | None) -> float:
    """Return when the round ends (s): not before the tissue has drained, `flowing` seconds long."""
    if until is None:
        return max(injected.duration + case.schedule.follow_up, flowing)
    if flowing > until:
        raise SolverError(
            f"poroelastic flow: the tissue drains for {flowing:.4g} s, and the next round begins "
            f"{until:.4g} s after this one; give a longer schedule.interval"
        )
    return until


def _output_times(duration: float, end: float) -> Array:
    during = np.linspace(0.0, duration, INJECTION_FIELDS if duration > 0.0 else 1)
    return np.append(during, duration + (end - duration) * 0.5 ** np.arange(HALVINGS, -1.0, -1.0))


def _pauses(
    injection: Injection, injected: Injected, flowing: float, end: float
) -> Iterator[tuple[float, bool]]:
    """Yield (duration in s, whether the needle is out and its way open) of each rest in a row."""
    leaves = injected.duration + injection.dwell
    if injection.track == "closes" or not injected.stages:
        yield end - flowing, False
        return
    if leaves > flowing:
        yield leaves - flowing, False
    yield end - max(leaves, flowing), True


def _diluted(state: State, capacity: Array) -> State:
    """Return `state` in more liquid, or in less: what a node holds stays in it."""
    share = state.capacity / capacity
    return replace(
        state, capacity=capacity, drug=share * state.drug, dissolved=share * state.dissolved
    )


def _reaction(domain: Domain, tissue: TissueState | None) -> Reaction | None:
    pores, volume = domain.pores(), domain.cv.volumes["nodule"]
    whole = domain.mineral() if tissue is None else tissue.whole * volume
    return closure(domain.case, whole, pores["nodule"] / sum(pores.values()))
