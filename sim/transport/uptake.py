"""What is kept of a transport run: masses per step, fields at chosen times, balances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.dissolution.reaction import State
from sim.flow.stage import Stage
from sim.outcome import UptakeHistory
from sim.transport.marching import Advance, Taken
from sim.volumes.control_volume import Edges

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The nodes at a milestone, (n,) each."""

    time: float  # s from the start of the injection
    drug: Array  # kg/m3 of pore liquid
    dissolved: Array  # kg/m3 of pore liquid, beyond that of the tissue's own liquid
    mineral: Array  # kg


class Recorder:
    """Collects accepted steps.

    Parameters
    ----------
    edges : Edges
        For sums over the mesh.
    pores : dict
        Name -> liquid that each node holds in that region (n,), m3; swelling is spread over a
        node's regions in proportion.
    start : State
    times : (k,)
        When to keep the nodes (s, ascending, the first one 0): ends of steps.
    highest : float
        Largest concentration of drug that can be (kg/m3): what was injected, or there before.
    """

    def __init__(
        self,
        edges: Edges,
        pores: dict[str, Array],
        start: State,
        times: Array,
        highest: float,
    ) -> None:
        self.times, self.highest = times, highest
        self._edges = edges
        self._begun = start
        self.time, self.state = 0.0, start
        self.exposure = np.zeros_like(start.drug)
        self.entered = self.consumed = self.removed = 0.0
        self.dissolved_entered = self.dissolved_lost = 0.0
        self.lost = np.zeros(3)  # kg of drug: cleared, left the domain, out along the track
        self.range_violation = 0.0  # kg/m3, of the drug below 0 or above the highest
        self.taken: list[Taken] = []
        self.snapshots = [self._snapshot()]
        self.refill(pores, start)
        self._rows = [self._row()]

    def refill(self, pores: dict[str, Array], state: State) -> None:
        """Go on with other pore volumes, where a phase begins that has them."""
        whole = sum(pores.values())
        self._share = {name: own / whole for name, own in pores.items()}
        self.state = state

    def add(self, advance: Advance) -> None:
        """Take in one accepted step."""
        self.time += advance.duration
        self.state = advance.state
        self.exposure += advance.exposure
        self.entered += advance.entered
        self.consumed += advance.consumed
        self.removed += advance.removed
        self.dissolved_entered += advance.dissolved_entered
        self.dissolved_lost += advance.dissolved_lost
        lost = advance.lost
        self.lost += (lost.cleared, lost.left_domain, lost.through_track)
        drug = advance.state.drug
        outside = self._edges.largest(np.maximum(-drug, drug - self.highest))
        self.range_violation = max(self.range_violation, outside)
        self.taken.append(advance.taken)
        self._rows.append(self._row())
        kept = len(self.snapshots)
        if kept < len(self.times) and self.time >= self.times[kept] * (1.0 - 1e-9):
            self.snapshots.append(self._snapshot())

    def mass(self, region: str) -> float:
        """Drug in a region now (kg)."""
        if region not in self._share:
            return 0.0
        return self._total(self._share[region] * self.state.capacity * self.state.drug)

    @property
    def dissolved(self) -> float:
        """Dissolved mineral in the tissue now (kg), beyond that of the tissue's own liquid."""
        return self._total(self.state.capacity * self.state.dissolved)

    @property
    def mineral(self) -> float:
        """Mineral left (kg)."""
        return self._total(self.state.mineral)

    @property
    def gone(self) -> float:
        """Mineral that left the tissue (kg): carried away dissolved, or removed at once."""
        return self.dissolved_lost + self.removed

    @property
    def steps(self) -> int:
        """Steps so far."""
        return len(self.taken)

    @property
    def fallbacks(self) -> int:
        """Steps so far that backward Euler made in place of SDIRK2."""
        return sum(taken.method == "euler" for taken in self.taken)

    @property
    def drug_error(self) -> float:
        """Imbalance of the drug / what there was and what entered."""
        had = self._total(self._begun.capacity * self._begun.drug) + self.entered
        has = self._total(self.state.capacity * self.state.drug)
        return _relative(has + float(self.lost.sum()) + self.consumed, had)

    @property
    def calcium_error(self) -> float:
        """Imbalance of mineral, left and dissolved and gone / what there was and what entered."""
        begun = self._begun
        had = self._total(begun.mineral + begun.capacity * begun.dissolved)
        return _relative(self.mineral + self.dissolved + self.gone, had + self.dissolved_entered)

    def history(self) -> UptakeHistory:
        """Return the masses at every step."""
        return UptakeHistory(*np.array(self._rows).T)

    def _total(self, values: Array) -> float:
        return self._edges.total(values)

    def _snapshot(self) -> Snapshot:
        return Snapshot(self.time, self.state.drug, self.state.dissolved, self.state.mineral)

    def _row(self) -> tuple[float, ...]:
        tissue = [self.mass(name) for name in ("nodule", "skin", "subcutis")]
        calcium = (self.mineral, self.dissolved, self.gone)
        return (self.time, *tissue, *self.lost, self.mass("bore"), self.consumed, *calcium)


def water_error(edges: Edges, stages: Sequence[Stage]) -> float:
    """Return the imbalance of the liquid / what entered: it swells the tissue or leaves."""
    entered = sum(s.duration * edges.total(np.maximum(s.supply, 0.0)) for s in stages)
    kept = sum(s.duration * edges.total(s.swelling + np.maximum(-s.supply, 0.0)) for s in stages)
    return _relative(kept, entered)


def _relative(have: float, expected: float) -> float:
    return abs(have - expected) / expected if expected else abs(have)
