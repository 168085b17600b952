"""Time steps of the drug, of the mineral and of what is dissolved of it: accepted steps, in order.

Each step is split after Strang (1968): half a step of the local reaction, a step of the transport,
half a step of the reaction. The transport's matrices thus know nothing of the reaction, and their
factors are used again. Steps end exactly at every milestone; where a new size costs a factorisation
they are halved and doubled only, so that few sizes occur.

Errors are masses, measured against the dose (dissolved mineral: against what the dose can take);
measured against what is left in the tissue they would ask for ever smaller steps as the drug is
cleared. Three errors bound a step: the transport's of either solute, and the splitting's. The
latter is estimated from what the two halves of the reaction take: the first has not yet seen the
step's transport, so half their difference is the error of a splitting of first order. Strang's is
``z / (12 + z)`` of it, z = reaction rate x step: the ratio of the two leading commutators where z
is small, and 1 where the reaction is over within a step and nothing is gained by symmetry.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.dissolution.reaction import Reacted, Reaction, State
from sim.errors import SolverError
from sim.flow.stage import Stage
from sim.transport.phases import Injecting, Phase, Resting
from sim.transport.resting import GAMMA
from sim.transport.species import Losses, Species

Array = NDArray[np.float64]
type Solutes = Callable[[Stage | None], tuple[Species, ...]]  # the drug; then dissolved mineral

SMALLEST = 1e-9  # step / duration of the phase
FIRST = 1e-4  # first step tried / duration of the phase
SAFETY = 0.85
LARGEST_GROWTH = 1.5  # of a step that need not be doubled
FLOOR = 1e-10  # largest undershoot / injected concentration
PATIENCE = 16  # steps at the proven size after one that was twice as long has undershot
SNAP = 1e-12  # rounding of a time / duration of the phase


@dataclass(frozen=True)
class Taken:
    """How an accepted step was made: enough to make it again."""

    size: float  # s that was asked for
    method: Literal["corrected", "sdirk2", "euler"]


@dataclass(frozen=True)
class Control:
    """What bounds the steps."""

    inlet: float  # kg/m3, injected concentration
    dose: float  # kg, the measure of errors
    tolerance: float  # largest error of a step / dose
    milestones: tuple[float, ...] = ()  # s from the start, ascending: hit exactly
    replay: tuple[Taken, ...] | None = None  # steps of an earlier run, to be made again


@dataclass(frozen=True, eq=False)
class Advance:
    """An accepted step; masses in kg."""

    taken: Taken
    time: float  # s from the start of the injection, or of the rest, to the end of the step
    duration: float  # s
    state: State  # at its end
    exposure: Array  # (n,) kg s/m3, time integral of the drug's concentration
    entered: float  # drug
    lost: Losses  # drug
    consumed: float  # drug
    dissolved_entered: float  # dissolved mineral; < 0: what enters holds less than tissue's liquid
    dissolved_lost: float
    removed: float  # mineral that was taken away without being dissolved


def injection_steps(
    solutes: Solutes,
    stages: Sequence[Stage],
    start: State,
    reaction: Reaction | None,
    control: Control,
) -> Iterator[Advance]:
    """Yield the steps of the injection; they end exactly at the end of each stage.

    Parameters
    ----------
    solutes : callable
        Returns the `Species` of a stage: of the drug and, where the reaction dissolves any, of the
        dissolved mineral. Pore volume and swelling are set here.

    Raises
    ------
    SolverError
        When a step size falls below a billionth of the duration; with the last good state.
    """
    ends = np.cumsum([0.0, *(stage.duration for stage in stages)])
    march = _March(start, reaction, control, float(ends[-1]), control.tolerance * ends[-1])
    for stage, (begin, end) in zip(stages, pairwise(ends), strict=True):
        species = tuple(
            replace(one, capacity=march.state.capacity, swelling=stage.swelling)
            for one in solutes(stage)
        )
        inlets = (stage.inlet, -_tissue_liquid(reaction))[: len(species)]
        with closing(Injecting(species, stage.pressure, inlets)) as phase:
            yield from march.through(phase, inlets, begin, end)


def resting_steps(
    solutes: Solutes,
    start: State,
    duration: float,
    reaction: Reaction | None,
    control: Control,
) -> Iterator[Advance]:
    """Yield the steps without flow, which end exactly at `duration` (s); else as the injection."""
    march = _March(start, reaction, control, duration, FIRST * duration)
    species = tuple(replace(one, capacity=start.capacity) for one in solutes(None))
    floor = FLOOR * control.inlet
    floors = (-floor, -_tissue_liquid(reaction) - floor)[: len(species)]
    with closing(Resting(species, floors)) as phase:
        yield from march.through(phase, (0.0,) * len(species), 0.0, duration)


def _tissue_liquid(reaction: Reaction | None) -> float:
    return 0.0 if reaction is None else reaction.tissue_liquid


@dataclass(frozen=True, eq=False)
class _Tried:
    advance: Advance
    error: float  # / the allowed one
    undershoots: bool


class _March:
    """Where a run of steps stands."""

    def __init__(
        self,
        start: State,
        reaction: Reaction | None,
        control: Control,
        duration: float,
        first: float,
    ) -> None:
        self.state, self.reaction, self.control = start, reaction, control
        self.duration, self.size, self.time = duration, first, 0.0
        self._replay = None if control.replay is None else iter(control.replay)
        self._proven = first  # last size that was accepted
        self._waiting = 0  # steps until the size may grow again
        self._nothing = np.zeros_like(start.drug)

    def through(
        self, phase: Phase, inlets: Sequence[float], begin: float, end: float
    ) -> Iterator[Advance]:
        """Yield the steps of a phase from time `begin` to `end` (s)."""
        apart = SNAP * self.duration  # a milestone at a phase's beginning may differ by rounding
        inner = [t for t in self.control.milestones if begin + apart < t < end - apart]
        for milestone in (*inner, end):
            self._fit(phase, milestone - self.time)
            self._waiting = 0
            while self.time < milestone:
                tried = self._again(phase, inlets, begin) or self._new(
                    phase, inlets, begin, milestone - self.time
                )
                time = self.time + tried.advance.duration
                self.time = milestone if abs(time - milestone) < SNAP * self.duration else time
                self.state = tried.advance.state
                phase.accept()
                yield replace(tried.advance, time=self.time)

    def _again(self, phase: Phase, inlets: Sequence[float], begin: float) -> _Tried | None:
        """Make a recorded step; None where there is no record."""
        if self._replay is None:
            return None
        taken = next(self._replay)
        return self._try(phase, inlets, begin, taken.size, taken.method == "euler")

    def _new(self, phase: Phase, inlets: Sequence[float], begin: float, left: float) -> _Tried:
        """Make a step of a size that the errors allow."""
        while True:
            size = self.size if left > self.size - SNAP * self.duration else left
            try:
                tried = self._try(phase, inlets, begin, size, euler=False)
                if tried.undershoots and size > self._proven:  # go back, and stay there for now
                    self.size, self._waiting = self._proven, PATIENCE
                    continue
                if tried.undershoots:
                    tried = self._try(phase, inlets, begin, size, euler=True)
            except SolverError as failure:  # a smaller step has a heavier diagonal
                self._shrink(size, 0.5, str(failure))
                continue
            factor = SAFETY * max(tried.error, 1e-6) ** (-1.0 / phase.order)
            if tried.error > phase.slack:
                self._shrink(size, factor, f"error {tried.error:.3g} times the allowed one")
                continue
            if size == self.size:  # not a remainder before a milestone
                self._proven = size
                self._waiting = max(self._waiting - 1, 0)
                if factor >= phase.growth and not self._waiting:
                    self._grow(phase, factor, left)
            return tried

    def _fit(self, phase: Phase, left: float) -> None:
        """Make the steps equal that are left to the milestone, in a number that suits the phase."""
        if left > SNAP * self.duration:
            count = max(math.ceil(left / self.size - 1e-9), 1)
            size = left / (2 ** math.ceil(math.log2(count)) if phase.doubles else count)
            if count * abs(size - self.size) > 0.5 * SNAP * self.duration:  # not mere rounding
                self.size = size

    def _grow(self, phase: Phase, factor: float, left: float) -> None:
        """Let the next steps be longer, after one of the present size of the time `left`."""
        count = left / self.size
        if not phase.doubles:
            left -= self.size
            self.size *= min(factor, LARGEST_GROWTH)
            self._fit(phase, left)
        elif round(count) % 2 == 0 or abs(count - round(count)) > 1e-6:
            self.size *= 2.0

    def _try(
        self, phase: Phase, inlets: Sequence[float], begin: float, size: float, euler: bool
    ) -> _Tried:
        duration = GAMMA * size if euler else size
        elapsed = self.time - begin
        first = self._react(self.state, 0.5 * duration)
        attempt = phase.attempt(_solutes(first.state)[: len(inlets)], size, elapsed, euler)
        arrived = [step.concentration for step in attempt.steps]
        moved = replace(
            first.state,
            capacity=phase.species[0].capacity_at(elapsed + duration),
            drug=arrived[0],
            dissolved=arrived[-1] if len(arrived) > 1 else first.state.dissolved,
        )
        second = self._react(moved, 0.5 * duration)
        largest = np.maximum(second.state.largest, second.state.drug)
        edges = phase.species[0].edges
        inflow = edges.total(phase.species[0].injected) * duration
        lost = [
            s.losses(step.integral) for s, step in zip(phase.species, attempt.steps, strict=True)
        ]
        advance = Advance(
            taken=Taken(size, "euler" if euler else phase.method),
            time=self.time + duration,
            duration=duration,
            state=replace(second.state, largest=largest),
            exposure=attempt.steps[0].integral,
            entered=inlets[0] * inflow,
            lost=lost[0],
            consumed=edges.total(first.consumed + second.consumed),
            dissolved_entered=sum(inlets[1:]) * inflow,
            dissolved_lost=sum(one.total for one in lost[1:]),
            removed=edges.total(first.removed + second.removed),
        )
        takes = np.inf  # also where the dose can take nothing
        if self.reaction is not None:
            takes = self.reaction.takes(self.control.dose) or np.inf
        scales = (self.control.dose, takes)
        errors = [error / scale for error, scale in zip(attempt.errors, scales, strict=False)]
        if self.reaction is not None and self.reaction.rate > 0.0:
            halves = (
                self.state.mineral - first.state.mineral,
                moved.mineral - second.state.mineral,
            )
            unequal = 0.5 * edges.total(np.abs(halves[1] - halves[0])) / takes
            errors.append(unequal / (1.0 + 12.0 / (self.reaction.rate * duration)))
        return _Tried(advance, max(errors) / self.control.tolerance, attempt.undershoots)

    def _react(self, state: State, duration: float) -> Reacted:
        if self.reaction is None:
            return Reacted(state, self._nothing, self._nothing)
        return self.reaction.react(state, duration)

    def _shrink(self, size: float, factor: float, why: str) -> None:
        self.size = size * (0.5 if factor > 0.35 else 0.25)
        if self.size < SMALLEST * self.duration:
            raise SolverError(
                f"transport: time step below {SMALLEST:g} of its phase at {self.time:.6g} s: {why}",
                {
                    "pore_volume_m3": self.state.capacity,
                    "drug_kg_per_m3": self.state.drug,
                    "dissolved_kg_per_m3": self.state.dissolved,
                    "mineral_kg": self.state.mineral,
                },
            )


def _solutes(state: State) -> tuple[Array, Array]:
    return state.drug, state.dissolved
