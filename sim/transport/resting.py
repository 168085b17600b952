"""Time steps without flow: diffusion and clearance by SDIRK2 (Alexander 1977).

Two stages with gamma = 1 - 1/sqrt(2), L-stable, second order; both have the matrix of a backward
Euler step of gamma times the duration, so where the second stage undershoots, the first one is
kept as such a step (an M-matrix: it cannot undershoot). Each new step size costs one Cholesky
factorisation. The local error ``(1/6 - 3 gamma^2 + 2 gamma^3) h^3 c'''`` is estimated by the
second divided difference of the three rates at hand and smoothed by the same matrix.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import diags_array

from sim.transport.species import Species, Step
from sim.volumes.linear import LinearSystem

Array = NDArray[np.float64]

GAMMA = 1.0 - 1.0 / math.sqrt(2.0)
ERROR_CONSTANT = 2.0 * abs(1.0 / 6.0 - 3.0 * GAMMA**2 + 2.0 * GAMMA**3)


class RestingStepper:
    """Steps of one `Species` without flow; ``close`` it after use.

    Parameters
    ----------
    floor : float
        Smallest admissible concentration (kg/m3, negative and tiny).
    """

    def __init__(self, species: Species, floor: float) -> None:
        self.species, self.floor = species, floor
        self._free = species.free
        self._operator = species.operator[self._free][:, self._free]
        self._capacity = species.capacity[self._free]
        self._unit = self._capacity.mean()
        self._system: LinearSystem | None = None
        self._duration = 0.0
        self.factorisations = self.fallbacks = 0

    def step(self, before: Array, duration: float) -> tuple[Step, float]:
        """Advance by `duration` (s), or by gamma times it where the second stage undershoots.

        Returns
        -------
        Step
            Its duration tells which of the two it was.
        float
            Estimated error of the step (kg, summed over the nodes).
        """
        self._factor(duration)
        c = before[self._free]
        inertia = self._capacity / (GAMMA * duration)
        first = self._solve(inertia * c)
        rate_first = (first - c) / (GAMMA * duration)
        second = self._solve(inertia * c + (1.0 - GAMMA) / GAMMA * self._capacity * rate_first)
        rate_second = (second - c - (1.0 - GAMMA) * duration * rate_first) / (GAMMA * duration)
        rate_start = -(self._operator @ c) / self._capacity
        curvature = (rate_second - rate_first) / (1.0 - GAMMA) - (rate_first - rate_start) / GAMMA
        local = self._solve(inertia * (ERROR_CONSTANT * duration * curvature))
        error = float(self._capacity @ np.abs(local))
        if second.min() < self.floor:
            self.fallbacks += 1
            taken = GAMMA * duration
            return Step(taken, self._spread(first), self._spread(taken * first)), error
        integral = duration * ((1.0 - GAMMA) * first + GAMMA * second)
        return Step(duration, self._spread(second), self._spread(integral)), error

    def _factor(self, duration: float) -> None:
        if duration == self._duration:
            return
        self.close()
        inertia = self._capacity / (GAMMA * duration)
        matrix = (self._operator + diags_array(inertia)).tocsr()
        self._system = LinearSystem(matrix * (GAMMA * duration / self._unit), "cholesky")
        self._duration = duration
        self.factorisations += 1

    def _solve(self, right: Array) -> Array:
        return self._system.solve(right * (GAMMA * self._duration / self._unit))

    def _spread(self, values: Array) -> Array:
        full = np.zeros(self._free.size)
        full[self._free] = values
        return full

    def close(self) -> None:
        """Free the factors."""
        if self._system is not None:
            self._system.close()
            self._system = None
