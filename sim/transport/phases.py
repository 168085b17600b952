"""The two ways of transporting all solutes over one time step: with flow, and at rest.

A phase tries a step and says how large its errors are; `sim.transport.marching` decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.transport.injecting import InjectionStepper
from sim.transport.resting import RestingStepper
from sim.transport.species import Species, Step

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Attempt:
    """One try of a step, one entry per solute."""

    steps: tuple[Step, ...]
    errors: tuple[float, ...]  # kg
    undershoots: bool  # backward Euler has to make this step


class Phase(Protocol):
    """Steppers of all solutes."""

    species: tuple[Species, ...]
    method: Literal["corrected", "sdirk2"]
    order: int  # of the error in the step's size
    doubles: bool  # a new size is dear: sizes are halved and doubled only
    growth: float  # a step that may grow by less keeps its size
    slack: float  # an error of this times the allowed one is not worth another try

    def attempt(self, before: Sequence[Array], size: float, elapsed: float, euler: bool) -> Attempt:
        """Try a step of `size` (s) from `elapsed` seconds of the phase on."""

    def accept(self) -> None:
        """Note that the last attempt was accepted."""

    def close(self) -> None:
        """Free the steppers."""


class Injecting:
    """Backward Euler with flux correction while liquid moves.

    The error is half the change of the rate over a step: the limiter falls back to backward Euler
    at the front. A phase's first step has no rate to compare with.
    """

    method: Literal["corrected", "sdirk2"] = "corrected"
    order, doubles, growth, slack = 2, False, 1.2, 2.0

    def __init__(
        self, species: tuple[Species, ...], pressure: Array, inlets: Sequence[float]
    ) -> None:
        self.species = species
        self._steppers = [
            InjectionStepper(one, pressure, inlet)
            for one, inlet in zip(species, inlets, strict=True)
        ]
        self._rates: list[Array] | None = None
        self._new_rates: list[Array] = []

    @property
    def iterations(self) -> int:
        """Linear iterations so far."""
        return sum(stepper.iterations for stepper in self._steppers)

    def attempt(self, before: Sequence[Array], size: float, elapsed: float, euler: bool) -> Attempt:
        """Try a step; there is no undershoot."""
        pairs = list(zip(self._steppers, before, strict=True))
        steps = tuple(stepper.step(c, size, elapsed) for stepper, c in pairs)
        self._new_rates = [
            (
                stepper.species.capacity_at(elapsed + size) * step.concentration
                - stepper.species.capacity_at(elapsed) * c
            )
            / size
            for (stepper, c), step in zip(pairs, steps, strict=True)
        ]
        old = self._rates or self._new_rates
        errors = tuple(
            0.5 * size * one.edges.total(np.abs(new - was))
            for one, new, was in zip(self.species, self._new_rates, old, strict=True)
        )
        return Attempt(steps, errors, undershoots=False)

    def accept(self) -> None:
        """Keep the rates for the next step's error."""
        self._rates = self._new_rates

    def close(self) -> None:
        """Free the solvers."""
        for stepper in self._steppers:
            stepper.close()


class Resting:
    """SDIRK2 without flow, or the backward Euler step with the same matrix."""

    method: Literal["corrected", "sdirk2"] = "sdirk2"
    order, doubles, growth, slack = 3, True, 2.0, 1.0

    def __init__(self, species: tuple[Species, ...], floors: Sequence[float]) -> None:
        self.species = species
        self._steppers = [
            RestingStepper(one, floor) for one, floor in zip(species, floors, strict=True)
        ]

    @property
    def factorisations(self) -> int:
        """Matrices factored so far."""
        return sum(stepper.factorisations for stepper in self._steppers)

    def attempt(self, before: Sequence[Array], size: float, elapsed: float, euler: bool) -> Attempt:
        """Try a step; with `euler` it advances by gamma x `size` and cannot undershoot."""
        pairs = list(zip(self._steppers, before, strict=True))
        if euler:
            return Attempt(tuple(s.euler(c, size) for s, c in pairs), (0.0,) * len(pairs), False)
        steps, errors = zip(*(s.step(c, size) for s, c in pairs), strict=True)
        return Attempt(steps, errors, any(step.duration < size for step in steps))

    def accept(self) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Free the factors."""
        for stepper in self._steppers:
            stepper.close()
