"""Equilibrium of a solid on springs after an increment: a convex minimum, found by Newton's method.

What makes it robust: a first iteration with the elastic part of the tangent alone, contacts chosen
by an active set inside each linear solve, a line search on the energy's slope (which is
convex, so its root is safe), and a damped plastic term where the full step overshoots.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from petsc4py import PETSc

from sim.errors import SolverError
from sim.mechanics.mineral.elastoplastic import Response, Solid, State
from sim.mechanics.mineral.springs import Springs

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

MAX_ITERATIONS = 40
MAX_CONTACT_CHANGES = 5
SHORT_STEP = 0.35  # below it the plastic tangent was too soft


@dataclass
class Effort:
    """What the solver has spent."""

    increments: int = 0
    iterations: int = 0
    factorizations: int = 0


@dataclass(frozen=True)
class _Problem:
    """One increment."""

    start: State
    springs: Springs
    scale: Array  # (m, 4)
    elastic: Array  # (m, 324) matrices of the cells
    load: Array | float


class EquilibriumSolver:
    """Solver for increments of one solid; a context manager that frees its PETSc objects."""

    def __init__(self, solid: Solid, tolerance: float = 1e-4) -> None:
        """`tolerance`: norm of the unbalanced nodal forces / norm of the springs' forces."""
        self.solid, self.tolerance, self.effort = solid, tolerance, Effort()
        size = 2 * len(solid.points)
        self._data = np.zeros(len(solid.columns))
        starts, columns = (a.astype(PETSc.IntType) for a in (solid.starts, solid.columns))
        self._matrix = PETSc.Mat().createAIJWithArrays(
            (size, size), (starts, columns, self._data), comm=PETSc.COMM_SELF
        )
        self._matrix.setOption(PETSc.Mat.Option.SPD, True)
        self._right, self._left = self._matrix.createVecs()
        self._ksp = PETSc.KSP().create(PETSc.COMM_SELF)
        self._ksp.setOperators(self._matrix)
        self._ksp.setType(PETSc.KSP.Type.PREONLY)
        self._ksp.getPC().setType(PETSc.PC.Type.CHOLESKY)
        self._ksp.getPC().setFactorSolverType(PETSc.Mat.SolverType.MUMPS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for owned in (self._ksp, self._matrix, self._right, self._left):
            owned.destroy()

    def solve(
        self,
        start: State,
        springs: Springs,
        scale: Array,
        guess: Array | None = None,
        load: Array | float = 0.0,
    ) -> State:
        """Return the equilibrium that follows `start`.

        Parameters
        ----------
        start : State
        springs : Springs
            Supports and contacts with their targets at the end of the increment.
        scale : (m,) or (m, 4) array
            Strength of each cell or point / that of the law.
        guess : (n, 2) array, optional
            First guess of the displacement's increment.
        load : (n, 2) array, optional
            Given nodal forces.

        Raises
        ------
        SolverError
            When the unbalanced force does not fall below the tolerance.
        """
        scale = scale.reshape(len(self.solid.cells), -1) * np.ones(4)
        problem = _Problem(start, springs, scale, self.solid.elastic(scale), load)
        increment = np.zeros_like(start.u) if guess is None else guess
        response = self.solid.respond(start, increment, scale)
        residual, size = self._residual(response, problem)
        damping = 0.0
        self.effort.increments += 1
        for _ in range(MAX_ITERATIONS):
            if size < self.tolerance:
                return response.state
            direction = self._direction(problem, response, residual, damping)
            step, response = self._search(problem, increment, direction, residual)
            increment = increment + step * direction
            before = size
            residual, size = self._residual(response, problem)
            self.effort.iterations += 1
            if step < SHORT_STEP:
                damping *= 0.5
            elif damping == 0.0 or size < 0.3 * before:
                damping = 1.0
            else:
                damping = 0.5 * (1.0 + damping)
        raise SolverError(
            f"no equilibrium after {MAX_ITERATIONS} iterations: unbalanced force {size:.1e} of the "
            f"applied one, {len(response.returned.plastic)} points yielding"
        )

    def _residual(self, response: Response, problem: _Problem) -> tuple[Array, float]:
        """Unbalanced nodal forces, and their norm relative to that of the applied forces."""
        springs = problem.springs
        applied = springs.nodal(springs.force(response.state.u), len(self.solid.points))
        applied += problem.load
        residual = applied - response.force
        unbalanced = float(np.linalg.norm(residual))
        return residual, unbalanced / max(float(np.linalg.norm(applied)), np.finfo(float).tiny)

    def _direction(
        self, problem: _Problem, response: Response, residual: Array, damping: float
    ) -> Array:
        """Newton direction with the contacts that are closed at its end."""
        count, springs = len(self.solid.points), problem.springs
        body = self.solid.stiffness(response, problem.elastic, problem.scale, damping)
        blocks = springs.direction[:, :, None] * springs.direction[:, None, :]
        places = self.solid.node_blocks[springs.nodes]
        stretch = springs.stretch_force(response.state.u)
        body_force = residual - springs.nodal(springs.force(response.state.u), count)
        closed = ~springs.unilateral | (stretch > 0.0)
        tried: set[bytes] = set()
        while True:
            tried.add(closed.tobytes())
            self._data[:] = body
            stiffness = np.where(closed, springs.stiffness, 0.0)
            np.add.at(self._data, places, stiffness[:, None, None] * blocks)
            self._matrix.assemble()
            load = body_force + springs.nodal(np.where(closed, stretch, 0.0), count)
            self._left.array[:] = load.ravel()
            self._ksp.solve(self._left, self._right)
            self.effort.factorizations += 1
            direction = self._right.array.reshape(-1, 2).copy()
            ahead = stretch - springs.stiffness * springs.along_springs(direction)
            closed = ~springs.unilateral | (ahead > 0.0)
            if closed.tobytes() in tried or len(tried) >= MAX_CONTACT_CHANGES:
                return direction

    def _search(
        self, problem: _Problem, increment: Array, direction: Array, residual: Array
    ) -> tuple[float, Response]:
        """Step length at the root of the energy's slope, by regula falsi (Illinois)."""

        def at(step: float) -> tuple[float, Response]:
            response = self.solid.respond(
                problem.start, increment + step * direction, problem.scale
            )
            return -float(np.sum(self._residual(response, problem)[0] * direction)), response

        low, slope_low = 0.0, -float(np.sum(residual * direction))
        enough = 0.3 * abs(slope_low)
        high, (slope_high, response) = 1.0, at(1.0)
        step, slope = high, slope_high
        for _ in range(8):
            if slope <= enough and (slope >= -enough or step == 1.0):
                break
            step = low - slope_low * (high - low) / (slope_high - slope_low)
            previous, (slope, response) = slope, at(step)
            if slope < 0.0:
                low, slope_low = step, slope
                slope_high *= 0.5 if previous < 0.0 else 1.0
            else:
                high, slope_high = step, slope
                slope_low *= 0.5 if previous > 0.0 else 1.0
        return step, response
