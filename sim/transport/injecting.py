"""Time steps while liquid flows: implicit upwinding, corrected to Crank-Nicolson's central fluxes.

Low order: backward Euler with upwinded convection, free of overshoot at any step. High order:
central convective fluxes, averaged over the step, evaluated twice with the corrected solution;
their excess over the low-order fluxes passes Zalesak's limiter. Diffusion stays backward Euler:
averaging it explicitly brings noise as soon as D dt / h^2 exceeds 1. For the same reason an edge is
corrected for no longer than its smaller end takes to be flushed once: a volume flushed 1e4 times in
a step multiplies rounding errors by that number, and is too small for upwinding to matter.

Where tissue swells, the pore volume C grows from C0 to C1 during the step: ``(C1 c1 - C0 c0) / dt =
supply - L c1``. Each row of the matrix ``C1 / dt + L`` then sums up to ``C0 / dt`` and what enters
or is cleared at its node, so the step stays free of overshoot, whether the tissue swells
or sinks, and keeps a uniform concentration.

A Darcy flow descends its potential, so with the nodes in the order of falling pressure the
convective matrix is triangular, and ILU(0) solves it almost exactly in one iteration.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.transport.limiter import passed, room
from sim.transport.species import Species, Step
from sim.volumes.nodal import NodalSystem

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
        self._potential = potential
        self._supplied = species.injected * inlet
        self._system: NodalSystem | None = None
        self._diagonal = np.empty(0)
        tail, head = species.edges.tail, species.edges.head
        smaller = np.minimum(species.capacity[tail], species.capacity[head])
        self._upstream = np.where(species.edge_flow > 0.0, tail, head)
        flow = np.abs(species.edge_flow)
        self._flushing = np.divide(smaller, flow, out=np.full_like(flow, np.inf), where=flow > 0.0)
        absorbs = np.zeros(species.edges.nodes, dtype=bool)
        absorbs[species.absorbing] = True
        self._flushing[absorbs[tail] | absorbs[head]] = 0.0

    @property
    def iterations(self) -> int:
        """Linear iterations so far."""
        return 0 if self._system is None else self._system.iterations

    def step(self, before: Array, duration: float, elapsed: float = 0.0) -> Step:
        """Advance `before` (n,) by `duration` (s), from `elapsed` seconds of the phase on."""
        edges, capacity = self.species.edges, self.species.capacity_at(elapsed + duration)
        low = self.low_order(before, duration, elapsed)
        gain, loss = room(edges, low, before, capacity)
        passing = self.species.edge_flow * np.minimum(duration, self._flushing)
        upwinded = low[self._upstream]
        after = low
        for _ in range(CORRECTIONS):
            both = before + after
            central = 0.25 * (both[edges.tail] + both[edges.head])
            sent = passed(edges, (central - upwinded) * passing, gain, loss)
            after = low - edges.divergence(sent) / capacity
        return Step(duration, after, duration * low)

    def low_order(self, before: Array, duration: float, elapsed: float = 0.0) -> Array:
        """Return the upwinded backward-Euler solution after `duration` (s)."""
        species = self.species
        diagonal = species.capacity_at(elapsed + duration) / duration + species.diagonal
        right = species.capacity_at(elapsed) / duration * before + self._supplied
        return self._prepared(diagonal).solve(right, before)

    def _prepared(self, diagonal: Array) -> NodalSystem:
        species = self.species
        if self._system is None:
            self._system = NodalSystem(
                species.edges,
                diagonal,
                -species.backward,
                -species.forward,
                species.absorbing,
                "ilu_bicgstab",
                self._potential,
            )
        elif species.edges.largest(np.abs(diagonal - self._diagonal)) > 0.0:  # on any rank
            self._system.set_diagonal(diagonal)
        self._diagonal = diagonal
        return self._system

    def close(self) -> None:
        """Free the solver."""
        if self._system is not None:
            self._system.close()
            self._system = None
