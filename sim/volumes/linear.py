"""Sparse linear systems through PETSc, on one process or with rows on every rank.

Factors fill up in 3-D: on 120k nodes of tetrahedra MUMPS takes 110 s for a Darcy flow and CG with
BoomerAMG 2 s. In the half plane CHOLMOD wins: on 34k nodes it factors in 0.04 s and solves in 4 ms,
CG with BoomerAMG takes ten times that to an eighth of the digits.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray
from petsc4py import PETSc
from scipy.sparse import csr_array

from sim.errors import SolverError

Array = NDArray[np.float64]
Method = Literal["cholesky", "amg_cg", "ilu_bicgstab"]

RELATIVE_TOLERANCE = 1e-12  # of the iterative solvers; the mass balance follows it
MAX_ITERATIONS = 300
BOOMERAMG = {"coarsen_type": "HMIS", "interp_type": "ext+i", "P_max": 4, "strong_threshold": 0.5}
WORN = 1.5, 4  # a hierarchy is made anew after this many times its first iterations, plus these


class LinearSystem:
    """A matrix with its preconditioner or factors; ``close`` it after use.

    Parameters
    ----------
    matrix : csr_array
        This rank's rows, (r, unknowns on all ranks); kept by value. Its entries should be about 1:
        solvers have absolute thresholds.
    method : Method
        "cholesky" (CHOLMOD, one process alone) and "amg_cg" (BoomerAMG) for symmetric positive
        definite matrices; "ilu_bicgstab", with ILU(0) of each rank's own block, for any.
    comm : MPI.Intracomm
        The ranks that share the matrix.
    """

    def __init__(
        self, matrix: csr_array, method: Method, comm: MPI.Intracomm = MPI.COMM_SELF
    ) -> None:
        matrix = matrix.tocsr()
        matrix.sort_indices()
        index, rows = PETSc.IntType, (matrix.shape[0], PETSc.DETERMINE)
        csr = (matrix.indptr.astype(index), matrix.indices.astype(index), matrix.data)
        self._matrix = PETSc.Mat().createAIJ((rows, rows), csr=csr, comm=comm)
        self._solution, self._right = self._matrix.createVecs()
        self._solver = _solver(self._matrix, method)
        self._keeps_preconditioner = method == "amg_cg"
        self._most_iterations = 0  # for one solution with the present diagonal
        self._first_iterations: int | None = None  # the same when the preconditioner was new
        self.iterations = 0

    def set_diagonal(self, diagonal: Array) -> None:
        """Replace the diagonal (r,).

        Factors follow at the next solve; a hierarchy of BoomerAMG is kept as long as it serves.
        """
        self._right.array[:] = diagonal
        self._matrix.setDiagonal(self._right)
        if self._keeps_preconditioner:
            first = self._first_iterations or self._most_iterations
            serves = self._most_iterations <= WORN[0] * first + WORN[1]
            self._solver.getPC().setReusePreconditioner(serves)
            self._first_iterations = first if serves else None
            self._most_iterations = 0

    def solve(
        self, right: Array, guess: Array | None = None, tolerance: float = RELATIVE_TOLERANCE
    ) -> Array:
        """Return this rank's part (r,) of the solution.

        Parameters
        ----------
        right : (r,)
            Right-hand side.
        guess : (r,), optional
            Where an iteration starts; 0 if not given.
        tolerance : float
            At which residual / right-hand side it ends, both behind the preconditioner.

        Raises
        ------
        SolverError
            When the solver does not converge or the matrix is singular.
        """
        self._right.array[:] = right
        self._solution.array[:] = 0.0 if guess is None else guess
        self._solver.setTolerances(tolerance, 0.0, max_it=MAX_ITERATIONS)
        self._solver.solve(self._right, self._solution)
        iterations = self._solver.getIterationNumber()
        self._most_iterations = max(iterations, self._most_iterations)
        self.iterations += iterations
        reason = self._solver.getConvergedReason()
        if reason <= 0 or not np.isfinite(self._solution.sum()):
            raise SolverError(f"linear solver found no solution (PETSc reason {reason})")
        return self._solution.array.copy()

    def solve_many(self, right: Array) -> Array:
        """Return the solutions (r, k) of k right-hand sides (r, k); direct methods alone.

        All at once, a third of the time of one after the other.
        """
        sides = PETSc.Mat().createDense(
            (self._right.sizes, right.shape[1]),
            array=np.asfortranarray(right),
            comm=self._matrix.getComm(),
        )
        found = sides.duplicate()
        self._solver.matSolve(sides, found)
        solutions = found.getDenseArray().copy()
        sides.destroy()
        found.destroy()
        if not np.isfinite(solutions).all():
            raise SolverError("linear solver found no solution")
        return solutions

    def close(self) -> None:
        """Free what PETSc holds; Python's garbage collector does not."""
        for item in (self._solver, self._matrix, self._solution, self._right):
            item.destroy()


def _solver(matrix: PETSc.Mat, method: Method) -> PETSc.KSP:
    solver = PETSc.KSP().create(matrix.getComm())
    solver.setOperators(matrix)
    preconditioner = solver.getPC()
    if method == "cholesky":
        matrix.setOption(PETSc.Mat.Option.SPD, True)
        solver.setType("preonly")
        preconditioner.setType("cholesky")
        preconditioner.setFactorSolverType("cholmod")
    elif method == "amg_cg":
        solver.setType("cg")
        # about the error itself: the residual's own norm overlooks the smallest volumes
        solver.setNormType(PETSc.KSP.NormType.PRECONDITIONED)
        solver.setInitialGuessNonzero(True)
        preconditioner.setType("hypre")
        preconditioner.setHYPREType("boomeramg")
        options = PETSc.Options("pc_hypre_boomeramg_")
        for name, value in BOOMERAMG.items():
            options[name] = value
        preconditioner.setFromOptions()
    else:
        solver.setType("bcgs")
        solver.setInitialGuessNonzero(True)
        preconditioner.setType("bjacobi")  # a block per rank, its default solver is ILU(0)
    return solver
