"""Step-size control: generators of accepted steps.

Errors are masses, measured against the dose of the whole injection: measured against what is left
in the tissue they would ask for ever smaller steps as the drug is cleared.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.errors import SolverError
from sim.transport.injecting import InjectionStepper
from sim.transport.resting import RestingStepper
from sim.transport.species import Step

Array = NDArray[np.float64]

SMALLEST = 1e-9  # step / duration of the phase
SAFETY = 0.85
STEADY = 1.3  # a step that may grow by less keeps its size, and its factors


def injection_steps(
    stepper: InjectionStepper, start: Array, duration: float, dose: float, tolerance: float
) -> Iterator[Step]:
    """Yield steps that end exactly at `duration` (s).

    The error of a step is that of backward Euler, half the change of the rate over it: the
    limiter falls back to that order at the front.

    Parameters
    ----------
    start : (n,)
        Concentration at the beginning (kg/m3).
    dose : float
        Mass to be injected (kg).
    tolerance : float
        Largest error of a step / dose.

    Raises
    ------
    SolverError
        When the step size falls below a billionth of the duration.
    """
    capacity, allowed = stepper.species.capacity, tolerance * dose
    time, size, c = 0.0, tolerance * duration, start
    rate: Array | None = None
    while time < duration:
        left = duration - time
        size = left if size >= left else min(size, 0.5 * left)
        try:
            step = stepper.step(c, size)
        except SolverError:  # a smaller step has a heavier diagonal
            size = _shrunk(size, 0.5, duration)
            continue
        new_rate = (step.concentration - c) / size
        change = 0.0 if rate is None else float(capacity @ np.abs(new_rate - rate))
        error = 0.5 * size * change
        factor = SAFETY * np.sqrt(allowed / max(error, 0.1 * allowed))
        if error > 2.0 * allowed:
            size = _shrunk(size, factor, duration)
            continue
        time = duration if size == left else time + size
        c, rate = step.concentration, new_rate
        yield step
        size *= min(1.5, factor)


def resting_steps(
    stepper: RestingStepper,
    start: Array,
    duration: float,
    first: float,
    dose: float,
    tolerance: float,
) -> Iterator[Step]:
    """Yield steps that end exactly at `duration` (s); the first one tried is `first` (s).

    Parameters and errors as for `injection_steps`; the error is of third order.
    """
    allowed = tolerance * dose
    time, size, c = 0.0, first, start
    while time < duration:
        left = duration - time
        size = left if size >= left else size
        step, error = stepper.step(c, size)
        factor = SAFETY * np.cbrt(allowed / max(error, 1e-3 * allowed))
        if error > allowed:
            size = _shrunk(size, factor, duration)
            continue
        time = duration if step.duration == left else time + step.duration
        c = step.concentration
        yield step
        if factor > STEADY or factor < 1.0:
            size *= min(4.0, factor)


def _shrunk(size: float, factor: float, duration: float) -> float:
    size *= max(0.2, min(0.7, factor))
    if size < SMALLEST * duration:
        raise SolverError(f"transport: time step below {SMALLEST:g} of its phase")
    return size
