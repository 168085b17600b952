"""One penetration from start to end: its grid, how far it goes, and what it leaves.

Lengths are in needle radii, stresses on the law's scale (its strength is 1).
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.errors import SolverError
from sim.mechanics.mineral.crushed_zone import CrushedZone, crushed_zone
from sim.mechanics.mineral.elastoplastic import Solid
from sim.mechanics.mineral.equilibrium import EquilibriumSolver
from sim.mechanics.mineral.foam import Foam
from sim.mechanics.mineral.ground import UNIFORM, Ground
from sim.mechanics.mineral.penetration import Penetration, Reading
from sim.mechanics.mineral.penetration_mesh import ConeGrid, Extent, cone_grid

SMALLEST_SLENDERNESS = 2.0  # blunter cones than cot = 2 keep its row height
FEWEST_STEPS = 18
EVEN_ROWS = 16  # below the face
STEADY = 0.02  # relative change per radius below which a uniform run ends
WINDOW = 1.0  # radii over which it is judged
COLUMNS = {  # of what a run that stopped had reached
    "depth": "depth_per_R",
    "cone_force": "cone_force_per_sigma_c_R2",
    "friction_force": "cone_friction_per_sigma_c_R2",
    "shaft_force": "shaft_radial_force_per_sigma_c_R2",
}


@dataclass(frozen=True)
class Settings:
    """Choices that differ between crushing foams and incompressible paste."""

    rows_per_column: int  # the face moves by size / this a step
    travel: float  # longest way of a uniform run past burial
    travel_per_cone: float  # more of it, in proportion to the cone's length
    lead_in: float  # way past burial on which a cone wished in place builds its zone up
    lead_in_per_cone: float
    above: float  # shaft in the window
    outer: float  # radius of the domain, and its depth below the tip


FOAM = Settings(4, 4.0, 0.75, 0.5, 0.14, 2.0, 10.0)  # steady sooner, if it does not compact
PASTE = Settings(1, 12.0, 0.0, 0.0, 0.0, 6.0, 30.0)  # its force does grow with depth


@dataclass(frozen=True)
class Run:
    """Readings of a penetration and the zone around the needle at its end."""

    half_angle: float
    lead_in: float  # depth of the tip before which readings know that the cone began buried
    readings: tuple[Reading, ...]
    zone: CrushedZone
    window: int  # readings over which it is judged whether they are steady
    statistics: dict[str, float]

    @property
    def steadiness(self) -> tuple[float, float, float]:
        """As of the function of this name."""
        return steadiness(self.readings, self.window)


class PenetrationStopped(SolverError):
    """A step found no equilibrium; `partial` is the run up to there, None if too short to use."""

    def __init__(self, message: str, readings: Sequence[Reading], partial: Run | None) -> None:
        self.partial = partial
        columns = {title: [getattr(r, name) for r in readings] for name, title in COLUMNS.items()}
        super().__init__(message, {"step": np.arange(1.0, len(readings) + 1.0).tolist()} | columns)


def steadiness(readings: Sequence[Reading], window: int) -> tuple[float, float, float]:
    """Cone factor, pressure on newly added shaft, larger change of both per R / factor.

    Over the last `window` readings, or all there are (at least 3).
    """
    half = min(window, len(readings) - 1) // 2
    last = readings[-1 - 2 * half :]
    travel = np.array([r.depth for r in last])
    cone = np.array([r.cone_force for r in last]) / math.pi
    shaft = np.array([r.shaft_force for r in last]) / (2.0 * math.pi)
    early, late = (
        (shaft[b] - shaft[a]) / (travel[b] - travel[a]) for a, b in ((0, half), (half, -1))
    )
    factor = float(cone[-1])
    wall = float((shaft[-1] - shaft[0]) / (travel[-1] - travel[0]))
    cone_drift = abs(cone[-1] - cone[0]) / (factor * (travel[-1] - travel[0]))
    wall_drift = abs(late - early) / (factor * (travel[-1] - travel[half]))
    return factor, max(wall, 0.0), float(max(cone_drift, wall_drift))


def run_penetration(
    law: Foam,
    half_angle: float,
    size: float,
    ground: Ground = UNIFORM,
    depth: float | None = None,
    friction: float = 0.0,
) -> Run:
    """Press a cone from virgin mineral, just buried (from the free surface if there is a rind).

    Parameters
    ----------
    law : Foam
        Of strength 1.
    half_angle : float
        Of the cone, rad; pi/2 is a flat end.
    size : float
        Width of the cells on the path.
    ground : Ground
        Strength along the path.
    depth : float, optional
        Of the tip at the end; without it the run ends once force and wall are steady.
    friction : float
        Coulomb's coefficient on the cone's face.

    Raises
    ------
    PenetrationStopped
    """
    clock = time.process_time()
    settings = FOAM if law.shape > 0.0 else PASTE
    grid, travel = _window(settings, half_angle, size)
    height, buried = grid.row_height, grid.cone_length
    window = max(FEWEST_STEPS // 3, math.ceil(WINDOW / height))
    lead_in = buried + settings.lead_in + settings.lead_in_per_cone * buried
    start = buried - height  # the first press builds the force up
    if ground.rind:
        start = lead_in = 0.0
    end = buried + travel if depth is None else depth
    readings: list[Reading] = []

    def so_far() -> Run:
        return Run(
            half_angle,
            lead_in,
            tuple(readings),
            crushed_zone(penetration, max(lead_in, buried)),
            window,
            {
                "penetration_cells": float(len(grid.cells)),
                "penetration_steps": float(len(readings)),
                "penetration_iterations": float(solver.effort.iterations),
                "penetration_factorizations": float(solver.effort.factorizations),
                "penetration_cpu_s": time.process_time() - clock,
            },
        )

    with EquilibriumSolver(Solid(grid.points, grid.cells, law)) as solver:
        penetration = Penetration(grid, solver, start, ground, friction)
        try:
            if not ground.rind:
                penetration.advance()
            while len(readings) < 3 or penetration.tip < end - 1e-9:
                readings.append(penetration.advance())
                enough = depth is None and len(readings) > window
                if enough and steadiness(readings, window)[2] < STEADY:
                    break
        except SolverError as error:
            partial = so_far() if len(readings) > 2 else None
            raise PenetrationStopped(str(error), readings, partial) from error
        return so_far()


def _window(settings: Settings, half_angle: float, size: float) -> tuple[ConeGrid, float]:
    """The grid, and the longest way of a uniform run."""
    buried = 1.0 / math.tan(half_angle)
    travel = settings.travel + settings.travel_per_cone * buried
    height = size / settings.rows_per_column * max(buried, SMALLEST_SLENDERNESS)
    height = min(height, travel / FEWEST_STEPS)
    below = buried + settings.outer  # the tip's reach, at the shoulder's radius too
    extent = Extent(settings.above, EVEN_ROWS * height, below)
    return cone_grid(half_angle, size, height, extent, settings.outer), travel
