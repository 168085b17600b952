"""A smooth rigid cone with its shaft pressed into an elastoplastic half-space: press-replace.

Each step moves the tip down by one cell row (Engin 2012; Tehrani 2016): the cells the needle has
taken in become void and the rest finds its equilibrium, then the face of the cone is pressed along
its normal by the travel of one row. The axial force is the mean of the reactions right after the
replacement and at the end of the press; the end alone is too high by half the step's elastic rise.

The cone starts just buried in virgin material. Its face pushes the nodes on it along the normal and
leaves them free along the face (smooth). The shaft is a rigid wall that pushes and never pulls: a
node of the wall may not come back further in than where the shoulder left it. The node at the
shoulder itself is held during the press, for the face moves away from it: pressing it along with
the face bulges the wall by a share of the step, which must fall far below the elastic recovery
(1 % of the radius) before the wall's pressure converges.

Simplifications: small strain, so the pressed material does not move along with the needle; smooth
contact (friction multiplies the normal force by statics); the far field is the elastic one of a
cylindrical cavity, the bottom is held.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import SolverError
from sim.mechanics.elastoplastic import State
from sim.mechanics.equilibrium import EquilibriumSolver
from sim.mechanics.foam import Foam
from sim.mechanics.penetration_mesh import ConeGrid
from sim.mechanics.springs import Springs

Array = NDArray[np.float64]

CONTACT_STIFFNESS = 1e3  # of contacts and rigid supports, in units of Young's modulus x radius
MAX_CUTS = 3  # halvings of a press that finds no equilibrium


@dataclass(frozen=True)
class Reading:
    """Reactions of one step, in units of (stress of the law) x (needle radius)^2."""

    travel: float  # of the tip since burial, in needle radii
    cone_force: float  # axial
    shaft_force: float  # radial, summed around the shaft


def penetrate(grid: ConeGrid, law: Foam, solver: EquilibriumSolver) -> Iterator[Reading]:
    """Press the cone down the grid's path, one row a step; yields from the second row on.

    Raises
    ------
    SolverError
        When a step fails after its press was halved `MAX_CUTS` times.
    """
    solid = solver.solid
    supports = _supports(grid, law)
    present = np.ones(len(solid.cells), dtype=bool)
    state = solid.unloaded()
    released = pressed = np.zeros_like(state.u)
    floor = np.empty(0)
    for row in range(grid.steps):
        if row > 0:
            present[grid.swallowed(row - 1)] = False
            wall = grid.shaft(row)[-2:]
            floor = np.concatenate([floor, state.u[wall, 0]])
        contact = _Contact(grid, supports, CONTACT_STIFFNESS * law.youngs_modulus, state, floor)
        readings = []
        try:
            if row > 0:
                after = solver.solve(state, contact.at(0.0), present, _followed(grid, released))
                released, state = after.u - state.u, after
                readings.append(contact.reactions(state, 0.0))
            after = _press(solver, contact, present, state, _followed(grid, pressed))
        except SolverError as error:
            depth = 1.0 / math.tan(grid.half_angle) + row * grid.row_height
            raise SolverError(
                f"penetration of a {math.degrees(grid.half_angle):.3g} degree cone stopped with "
                f"the tip {depth:.3g} radii deep (step {row} of {grid.steps}): {error}"
            ) from error
        pressed, state = after.u - state.u, after
        readings.append(contact.reactions(state, grid.row_height))
        if row > 0:
            cone, shaft = np.mean(readings, axis=0)
            yield Reading(row * grid.row_height, float(cone), float(shaft))


@dataclass(frozen=True)
class _Contact:
    """Needle and mineral with the tip on one row; `floor` are the wall's places, top first."""

    grid: ConeGrid
    supports: Springs
    stiffness: float
    start: State
    floor: Array

    @property
    def row(self) -> int:
        return len(self.floor) // 2

    def at(self, advance: float) -> Springs:
        """Springs after the needle has gone `advance` further down."""
        sine, cosine = math.sin(self.grid.half_angle), math.cos(self.grid.half_angle)
        face = self.grid.face(self.row)
        normal = (cosine, -sine)
        push = np.full(len(face), advance * sine)
        push[-1] = 0.0  # the face leaves the shoulder's node as soon as it moves on
        return Springs.joined(
            Springs.along(face, normal, self.stiffness, self.start.u[face] @ normal + push),
            Springs.along(
                self.grid.shaft(self.row), (1.0, 0.0), self.stiffness, self.floor, unilateral=True
            ),
            self.supports,
        )

    def reactions(self, state: State, advance: float) -> tuple[float, float]:
        """Axial force on the cone and radial force on the shaft."""
        count = self.grid.radius_column + 1
        force = self.at(advance).force(state.u)
        cone = math.sin(self.grid.half_angle) * force[:count].sum()
        return cone, force[count : count + 2 * self.row].sum()


def _press(
    solver: EquilibriumSolver,
    contact: _Contact,
    present: NDArray[np.bool_],
    state: State,
    guess: Array,
) -> State:
    """Press by one row; in 2, 4, ... parts where the whole finds no equilibrium."""

    def pressed(parts: int) -> State:
        after = state
        for part in range(1, parts + 1):
            springs = contact.at(contact.grid.row_height * part / parts)
            after = solver.solve(after, springs, present, guess / parts)
        return after

    for cut in range(MAX_CUTS):
        with suppress(SolverError):
            return pressed(2**cut)
    return pressed(2**MAX_CUTS)


def _followed(grid: ConeGrid, increment: Array) -> Array:
    """The increment seen one cell row above: in the needle's frame little changes in a step."""
    moved = np.zeros_like(increment)
    moved[2 * grid.columns : -grid.columns] = increment[: -3 * grid.columns]
    return moved


def _supports(grid: ConeGrid, law: Foam) -> Springs:
    """Axis, held bottom, and the elastic rest of the mineral around the outer wall."""
    axis, bottom, wall = grid.boundary()
    rigid = CONTACT_STIFFNESS * law.youngs_modulus
    heights = np.abs(np.diff(grid.points[wall[::2], 1]))
    share = np.zeros(len(wall))  # of the wall's height, by Simpson's rule
    share[:-2:2] += heights / 6.0
    share[1::2] += heights * 4.0 / 6.0
    share[2::2] += heights / 6.0
    cavity = 2.0 * law.shear_modulus * 2.0 * math.pi * share  # 2 G / r per area
    return Springs.joined(
        Springs.along(axis, (1.0, 0.0), rigid),
        Springs.along(bottom, (0.0, 1.0), rigid),
        Springs.along(wall, (1.0, 0.0), cavity),
    )
