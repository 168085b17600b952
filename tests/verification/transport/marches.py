"""Injection and rest of one solute without mineral, for closed forms."""

from collections.abc import Iterator

import numpy as np

from sim.dissolution.reaction import State
from sim.flow.stage import Stage
from sim.transport.marching import Advance, Control, injection_steps, resting_steps
from sim.transport.species import Species

Array = np.ndarray


def at_start(species: Species, c: Array) -> State:
    nothing = np.zeros_like(c)
    return State(species.capacity, c, nothing, nothing, c)


def injected(
    species: Species, pressure: Array, c: Array, time: float, dose: float, tolerance: float
) -> Iterator[Advance]:
    """Steps of an injection at concentration 1, from concentrations `c`."""
    growth = np.zeros_like(c)
    stage = Stage(time, pressure, species.edge_flow, species.supply, growth, 1.0)
    control = Control(1.0, dose, tolerance)
    return injection_steps(lambda _: (species,), (stage,), at_start(species, c), None, control)


def rested(
    species: Species, c: Array, time: float, dose: float, tolerance: float
) -> Iterator[Advance]:
    """Steps of a rest from concentrations `c`."""
    control = Control(1.0, dose, tolerance)
    return resting_steps(lambda _: (species,), at_start(species, c), time, None, control)
