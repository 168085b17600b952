"""A sphere of mineral in soft tissue as a chain of concentric shells: all of it in one dimension.

Lengths in units of the nodule's radius, masses of the drug in units of its concentration there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sim.dissolution.reaction import Reaction, State
from sim.flow.stage import Stage
from sim.transport.marching import Control, Taken, injection_steps, resting_steps
from sim.transport.species import Species
from sim.transport.uptake import Recorder
from sim.volumes.control_volume import Edges

Array = np.ndarray
INLET, DIFFUSIVITY, CLEARANCE = 1.0, 0.05, 0.3
INNER, OUTER, POROSITY, SOFT_POROSITY, DENSITY = 0.1, 4.0, 0.5, 0.2, 6.0


@dataclass(frozen=True)
class Chain:
    """Shells around a cavity; `flow` (volume per time) enters at the first one."""

    radius: Array
    flow: float = 1.0
    swelling: float = 0.0  # share of the flow that swells the nodule

    @property
    def edges(self) -> Edges:
        first = np.arange(self.radius.size - 1)
        return Edges(self.radius.size, first, first + 1)

    @property
    def bulk(self) -> tuple[Array, Array]:
        """Volumes of the shells in the nodule and outside of it."""
        faces = np.concatenate(
            ([INNER], 0.5 * (self.radius[1:] + self.radius[:-1]), [self.radius[-1]])
        )
        inside = np.diff(4.0 / 3.0 * np.pi * np.minimum(faces, 1.0) ** 3)
        return inside, np.diff(4.0 / 3.0 * np.pi * faces**3) - inside

    @property
    def pores(self) -> dict[str, Array]:
        inside, outside = self.bulk
        nothing = np.zeros_like(inside)
        return {
            "nodule": POROSITY * inside,
            "skin": nothing,
            "subcutis": SOFT_POROSITY * outside,
        }

    @property
    def share(self) -> Array:
        return self.pores["nodule"] / sum(self.pores.values())

    @property
    def mineral(self) -> Array:
        return DENSITY * self.bulk[0]

    def stage(self, duration: float, flows: bool = True, inlet: float = INLET) -> Stage:
        supply = np.zeros(self.radius.size)
        growth = np.zeros_like(supply)
        if flows:
            inside = self.bulk[0]
            growth = self.swelling * self.flow * inside / inside.sum()
            supply[0] = self.flow
            supply[-1] = growth.sum() - self.flow
        passing = np.cumsum(supply - growth)[:-1]
        return Stage(duration, -self.radius, passing, supply, growth, inlet)

    def solutes(self, reaction: Reaction | None) -> Callable[[Stage | None], tuple[Species, ...]]:
        count = 2 if reaction is not None and reaction.dissolves else 1

        def of(stage: Stage | None) -> tuple[Species, ...]:
            at = stage or self.stage(0.0, flows=False)
            between = 4.0 * np.pi / (1.0 / self.radius[:-1] - 1.0 / self.radius[1:])
            porosity = np.where(self.radius[1:] <= 1.0, POROSITY, SOFT_POROSITY)
            drug = Species(
                self.edges, sum(self.pores.values()), porosity * DIFFUSIVITY * between,
                CLEARANCE * self.pores["subcutis"], np.array([self.radius.size - 1]),
                at.edge_flow, at.supply,
            )  # fmt: skip
            slower = replace(drug, diffusion=0.7 * drug.diffusion)
            return (drug, slower)[:count]

        return of

    def at_start(self, drug: Array | None = None) -> State:
        nothing = np.zeros(self.radius.size)
        c = nothing if drug is None else drug
        return State(sum(self.pores.values()), c, nothing, self.mineral, c)

    def treated(
        self,
        reaction: Reaction | None,
        injected: float = 1.0,
        rested: float = 4.0,
        tolerance: float = 2e-3,
        replay: tuple[tuple[Taken, ...], tuple[Taken, ...]] | None = None,
    ) -> tuple[Recorder, int]:
        """Injection with a pause in it, and rest; the steps of the injection are counted."""
        stages = (
            self.stage(0.4 * injected),
            self.stage(0.2 * injected, flows=False),
            self.stage(0.4 * injected),
        )
        dose = self.flow * 0.8 * injected * INLET
        during, after = (
            np.array([0.0, 0.3 * injected, injected]),
            rested * 0.5 ** np.arange(3)[::-1],
        )
        state, times = self.at_start(), np.concatenate((during, injected + after))
        recorder = Recorder(self.edges, self.pores, state, times, INLET)
        control = Control(INLET, dose, tolerance, tuple(during), replay and replay[0])
        for step in injection_steps(self.solutes(reaction), stages, state, reaction, control):
            recorder.add(step)
        count = recorder.steps
        control = replace(control, milestones=tuple(after), replay=replay and replay[1])
        rest = resting_steps(self.solutes(reaction), recorder.state, rested, reaction, control)
        for step in rest:
            recorder.add(step)
        return recorder, count


def chain(shells: int = 80, **how: float) -> Chain:
    """Shells that grow outwards, with a node on the nodule's surface."""
    inside = np.geomspace(INNER, 1.0, shells // 2)
    outside = np.geomspace(1.0, OUTER, shells - shells // 2 + 1)[1:]
    return Chain(np.concatenate((inside, outside)), **how)
