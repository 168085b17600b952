"""Time steps without flow: diffusion and clearance by SDIRK2 (Alexander 1977).

Two stages with gamma = 1 - 1/sqrt(2), L-stable, second order; both have the matrix of a backward
Euler step of gamma times the duration, so where the second stage leaves the range, the first one is
kept as such a step (an M-matrix: it stays in it). A new step size changes the diagonal
alone; in a half plane it costs one set of factors. The local error ``(1/6 - 3 gamma^2 + 2 gamma^3)
h^3 c'''`` is estimated by the second divided difference of the three rates at hand and smoothed by
the same matrix.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.transport.species import Species, Step
from sim.volumes.nodal import NodalSystem, symmetric

Array = NDArray[np.float64]

GAMMA = 1.0 - 1.0 / math.sqrt(2.0)
ESTIMATE = 1e-3  # relative tolerance of the solution that only smooths the error estimate
SAME = 1e-13  # sizes that differ by less share a matrix: differences of times have rounding errors
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
        self._free = np.ones(species.edges.nodes)
        self._free[species.absorbing] = 0.0
        self._system: NodalSystem | None = None
        self._duration = 0.0
        self.factorisations = self.fallbacks = 0

    def step(self, before: Array, duration: float) -> tuple[Step, float]:
        """Advance by `duration` (s), or by gamma times it where the second stage leaves the range.

        The range is from `floor` to the largest concentration before, and as much above it.

        Returns
        -------
        Step
            Its duration tells which of the two it was.
        float
            Estimated error of the step (kg, summed over the nodes).
        """
        species, system = self.species, self._prepared(duration)
        edges, capacity = species.edges, species.capacity
        c = before * self._free
        inertia = capacity / (GAMMA * duration)
        first = system.solve(inertia * c, c)
        rate_first = (first - c) / (GAMMA * duration)
        ahead = c + (1.0 - GAMMA) * duration * rate_first
        second = system.solve(inertia * ahead, first)
        rate_second = (second - ahead) / (GAMMA * duration)
        rate_start = edges.updated(-(species.operator @ c) * self._free / capacity)
        curvature = (rate_second - rate_first) / (1.0 - GAMMA) - (rate_first - rate_start) / GAMMA
        local = ERROR_CONSTANT * duration * curvature
        local = system.solve(inertia * local, local, ESTIMATE)
        error = edges.total(capacity * np.abs(local))
        least, most = -edges.largest(-second), edges.largest(second)
        if least < self.floor or most > edges.largest(c) - self.floor:
            return self._euler(first, duration), error
        integral = duration * ((1.0 - GAMMA) * first + GAMMA * second)
        return Step(duration, second, integral), error

    def euler(self, before: Array, duration: float) -> Step:
        """Advance by gamma times `duration` (s) with backward Euler, which stays in the range."""
        species, system = self.species, self._prepared(duration)
        c = before * self._free
        return self._euler(system.solve(species.capacity / (GAMMA * duration) * c, c), duration)

    def _euler(self, first: Array, duration: float) -> Step:
        taken = GAMMA * duration
        self.fallbacks += 1
        return Step(taken, first, taken * first)

    def _prepared(self, duration: float) -> NodalSystem:
        species = self.species
        if self._system is None or abs(duration - self._duration) > SAME * duration:
            diagonal = species.capacity / (GAMMA * duration) + species.diagonal
            if self._system is None:
                self._system = NodalSystem(
                    species.edges,
                    diagonal,
                    -species.backward,
                    -species.forward,
                    species.absorbing,
                    symmetric(species.edges),
                )
            else:
                self._system.set_diagonal(diagonal)
            self._duration = duration
            self.factorisations += 1
        return self._system

    def close(self) -> None:
        """Free the factors."""
        if self._system is not None:
            self._system.close()
            self._system = None
