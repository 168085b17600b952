"""Time steps while liquid flows: implicit upwinding, corrected to Crank-Nicolson's central fluxes.

Low order: backward Euler with upwinded convection, free of overshoot at any step. High order:
central convective fluxes, averaged over the step, evaluated twice with the corrected solution;
their excess over the low-order fluxes passes Zalesak's limiter. Diffusion stays backward Euler:
averaging it explicitly brings noise as soon as D dt / h^2 exceeds 1. For the same reason an edge is
corrected for no longer than its smaller end takes to be flushed once: a volume flushed 1e4 times in
a step multiplies rounding errors by that number, and is too small for upwinding to matter.

A Darcy flow descends its potential, so with the nodes in the order of falling pressure the
convective matrix is triangular, and ILU(0) solves it almost exactly in one iteration.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import diags_array

from sim.transport.limiter import Neighbours, limited
from sim.transport.species import Species, Step
from sim.volumes.linear import LinearSystem

Array = NDArray[np.float64]

CORRECTIONS = 2


class InjectionStepper:
    """Steps of one `Species` with flow; ``close`` it after use.

    Parameters
    ----------
    potential : (n,)
        The flow's pressure, for the order of the unknowns.
    inlet : float
        Concentration of the liquid that enters (kg/m3).
    """

    def __init__(self, species: Species, potential: Array, inlet: float) -> None:
        self.species = species
        self.neighbours = Neighbours.of(species.edges)
        free = np.flatnonzero(species.free)
        self._order = free[np.argsort(-potential[free], kind="stable")]
        # in units of the mean capacity, far from a solver's absolute thresholds
        self._unit = species.capacity.mean()
        self._supplied = np.maximum(species.supply, 0.0) * inlet
        matrix = (species.operator + diags_array(species.capacity)).tocsr()
        self._diagonal = species.operator.diagonal()
        ordered = matrix[self._order][:, self._order] / self._unit
        self._system = LinearSystem(ordered, "ilu_bicgstab")
        self._duration = 0.0
        inner = np.ones(species.edges.nodes, dtype=bool)
        inner[species.absorbing] = False
        tail, head = species.edges.tail, species.edges.head
        smaller = np.minimum(species.capacity[tail], species.capacity[head])
        flow = np.abs(species.edge_flow)
        self._flushing = np.divide(smaller, flow, out=np.full_like(flow, np.inf), where=flow > 0.0)
        self._flushing[~(inner[tail] & inner[head])] = 0.0

    @property
    def iterations(self) -> int:
        """Linear iterations so far."""
        return self._system.iterations

    def step(self, before: Array, duration: float) -> Step:
        """Advance the concentrations `before` (n,) by `duration` (s)."""
        species = self.species
        low = self.low_order(before, duration)
        upwinded = self._upwind(low)
        corrected = np.minimum(duration, self._flushing)
        after = low
        for _ in range(CORRECTIONS):
            central = self._central(0.5 * (before + after))
            excess = (central - upwinded) * corrected
            passed = limited(species.edges, self.neighbours, excess, low, before, species.capacity)
            after = low - species.edges.divergence(passed) / species.capacity
        return Step(duration, after, duration * low)

    def low_order(self, before: Array, duration: float) -> Array:
        """Return the upwinded backward-Euler solution after `duration` (s)."""
        species, order = self.species, self._order
        if duration != self._duration:
            diagonal = species.capacity / duration + self._diagonal
            self._system.set_diagonal(diagonal[order] / self._unit)
            self._duration = duration
        right = species.capacity / duration * before + self._supplied
        low = np.zeros_like(before)
        low[order] = self._system.solve(right[order] / self._unit, guess=before[order])
        return low

    def _upwind(self, c: Array) -> Array:
        edges, flow = self.species.edges, self.species.edge_flow
        return np.maximum(flow, 0.0) * c[edges.tail] + np.minimum(flow, 0.0) * c[edges.head]

    def _central(self, c: Array) -> Array:
        edges = self.species.edges
        return 0.5 * self.species.edge_flow * (c[edges.tail] + c[edges.head])

    def close(self) -> None:
        """Free the solver."""
        self._system.close()
