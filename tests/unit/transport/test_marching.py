"""Sizes of steps: none is as short as the rounding of a time, none stays small for good."""

import numpy as np

from sim.dissolution.reaction import State
from sim.flow.stage import Stage
from sim.transport.marching import Control, injection_steps, resting_steps
from sim.transport.species import Species
from sim.volumes.control_volume import Edges


def test_a_milestone_at_a_stages_beginning_needs_no_step_of_its_own() -> None:
    edges = Edges(3, np.array([0, 1]), np.array([1, 2]))
    nothing = np.zeros(3)
    flow, supply = np.ones(2), np.array([1.0, 0.0, -1.0])
    species = Species(edges, np.ones(3), np.zeros(2), nothing, np.empty(0, int), flow, supply)
    durations = (0.1, 0.2, 0.3)
    stages = [Stage(x, np.arange(3.0)[::-1], flow, supply, nothing, 1.0) for x in durations]
    ends = np.cumsum(durations)
    start = State(species.capacity, nothing, nothing, nothing, nothing)
    late, early = np.nextafter(ends[:2], np.inf), np.nextafter(ends[:2], 0.0)
    exactly = Control(1.0, 0.6, 1e-2, tuple(ends[:2]))
    expected = list(injection_steps(lambda _: (species,), stages, start, None, exactly))
    for milestones in (late, early):
        control = Control(1.0, 0.6, 1e-2, tuple(milestones))
        steps = list(injection_steps(lambda _: (species,), stages, start, None, control))
        assert len(steps) == len(expected)
        assert min(step.duration for step in steps) > 1e-6 * ends[-1]


def test_steps_grow_again_after_one_that_undershot() -> None:
    """A solute that is soon cleared: long steps undershoot as long as some of it is left."""
    edges = Edges(2, np.array([0]), np.array([1]))
    nothing, some, none = np.zeros(2), np.ones(2), np.zeros(1)
    clearance = np.full(2, 2e4)  # 1/s, two of which fit into the first step
    species = Species(edges, some, none, clearance, np.empty(0, int), none, nothing)
    control = Control(1.0, 1e3, 1e-2)
    start = State(some, some, nothing, nothing, some)
    steps = list(resting_steps(lambda _: (species,), start, 1.0, None, control))
    assert len(steps) < 100  # 1e4 of the first size
