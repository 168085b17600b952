"""What a closure of the mineral's dissolution is to the transport: a local change of each node.

A closure acts on what a control volume holds and knows nothing of its neighbours; `sim.transport`
moves what is dissolved, and splits each time step between the two. Everything a closure takes from
one of drug, dissolved mineral and mineral it books to another or names as gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class State:
    """What each node holds, (n,) each."""

    capacity: Array  # m3, pore volume
    drug: Array  # kg per m3 of pore liquid
    dissolved: Array  # kg of mineral per m3 of pore liquid, beyond that of the tissue's own liquid
    mineral: Array  # kg
    largest: Array  # kg/m3, drug's largest concentration so far


@dataclass(frozen=True, eq=False)
class Reacted:
    """A state after a reaction, and what left it, (n,) each."""

    state: State
    consumed: Array  # kg of drug
    removed: Array  # kg of mineral that is not dissolved but gone at once


class Reaction(Protocol):
    """A closure."""

    name: str
    rate: float  # 1/s, fastest relative change of a node; inf: at once
    dissolves: bool  # the mineral it takes is transported; otherwise it is gone
    tissue_liquid: float  # kg/m3 of dissolved mineral in the tissue's own liquid

    def react(self, state: State, duration: float) -> Reacted:
        """Return the state after `duration` (s) without transport."""

    def takes(self, dose: float) -> float:
        """Return how much mineral (kg) a dose (kg) can take: the measure of errors."""
