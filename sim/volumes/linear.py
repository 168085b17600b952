"""Sparse linear systems on the nodes of a mesh, through PETSc.

Which solver
------------
Symmetric: CHOLMOD for a half plane on one process, CG with BoomerAMG for all else; LU or Cholesky
factors fill up in 3-D. With flow: BiCGStab with ILU(0) of each rank's block, its nodes in the order
of falling pressure, which makes the convective part triangular.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from petsc4py import PETSc
from scipy.sparse import csr_array

from sim.errors import SolverError
from sim.volumes.control_volume import Edges

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Method = Literal["cholesky", "amg_cg", "ilu_bicgstab"]

RELATIVE_TOLERANCE = 1e-12  # of the iterative solvers; the mass balance follows it
MAX_ITERATIONS = 300
BOOMERAMG = {"coarsen_type": "HMIS", "interp_type": "ext+i", "P_max": 4, "strong_threshold": 0.5}
PLANAR = 3  # a triangulation of a plane has fewer than three edges per node (Euler)
WORN = 1.5, 4  # a hierarchy is made anew after this many times its first iterations, plus these


def symmetric(edges: Edges) -> Method:
    """Return the method for symmetric positive definite matrices on `edges`."""
    planar = edges.partition is None and len(edges.tail) < PLANAR * edges.nodes
    return "cholesky" if planar else "amg_cg"


class LinearSystem:
    """A matrix on the nodes with its preconditioner or factors; ``close`` it after use.

    Parameters
    ----------
    diagonal : (n,)
        Its mean is taken as the unit of the whole matrix, far from a solver's absolute thresholds.
    forward, backward : (m,)
        Entries at (tail, head) and (head, tail) of each edge.
    held : (h,)
        Nodes where the solution is 0: their rows and columns are left out.
    method : Method
        The first two ask for a symmetric positive definite matrix.
    potential : (n,), optional
        The rank's own nodes are ordered as it falls.
    """

    def __init__(
        self,
        edges: Edges,
        diagonal: Array,
        forward: Array,
        backward: Array,
        held: Index,
        method: Method,
        potential: Array | None = None,
    ) -> None:
        self._edges, self._method = edges, method
        self._free = np.ones(edges.nodes)
        self._free[held] = 0.0
        self._order = np.arange(edges.owned)
        if potential is not None:
            self._order = np.argsort(-potential[: edges.owned], kind="stable")
        self._unit = edges.total(diagonal) / edges.total(np.ones(edges.nodes))
        kept = self._free[edges.tail] * self._free[edges.head] / self._unit
        local = edges.matrix(self._scaled(diagonal), kept * forward, kept * backward)
        self._matrix = _petsc_matrix(edges, local, self._order)
        self._solution, self._right = self._matrix.createVecs()
        self._solver = _solver(self._matrix, method)
        self._first_iterations = 0  # of the preconditioner at hand
        self._last_iterations = 0
        self.iterations = 0

    def set_diagonal(self, diagonal: Array) -> None:
        """Replace the matrix's diagonal (n,).

        Factors follow at the next solve; an AMG hierarchy is kept as long as it serves.
        """
        self._right.array[:] = self._scaled(diagonal)[self._order]
        self._matrix.setDiagonal(self._right)
        if self._method == "amg_cg":
            factor, more = WORN
            serves = self._last_iterations <= factor * self._first_iterations + more
            self._solver.getPC().setReusePreconditioner(serves)
            if not serves:
                self._first_iterations = 0

    def solve(
        self, right: Array, guess: Array | None = None, tolerance: float = RELATIVE_TOLERANCE
    ) -> Array:
        """Return the solution (n,) of one right-hand side (n,), starting from `guess` (n,) or 0.

        `tolerance` is that of the residual over the right-hand side; a direct method needs none.

        Raises
        ------
        SolverError
            When the solver does not converge or the matrix is singular.
        """
        order = self._order
        self._right.array[:] = (right * self._free)[order] / self._unit
        self._solution.array[:] = 0.0 if guess is None else (guess * self._free)[order]
        self._solver.setTolerances(tolerance, 0.0, max_it=MAX_ITERATIONS)
        self._solver.solve(self._right, self._solution)
        self._last_iterations = self._solver.getIterationNumber()
        self._first_iterations = self._first_iterations or self._last_iterations
        self.iterations += self._last_iterations
        solution = np.zeros(self._edges.nodes)
        solution[order] = self._solution.array
        reason = self._solver.getConvergedReason()
        if reason <= 0 or not np.isfinite(self._edges.total(solution)):
            raise SolverError(f"linear solver found no solution (PETSc reason {reason})")
        return self._edges.updated(solution)

    def _scaled(self, diagonal: Array) -> Array:
        return np.where(self._free > 0.0, diagonal / self._unit, 1.0)

    def close(self) -> None:
        """Free what PETSc holds; Python's garbage collector does not."""
        for item in (self._solver, self._matrix, self._solution, self._right):
            item.destroy()


def _petsc_matrix(edges: Edges, local: csr_array, order: Index) -> PETSc.Mat:
    """Return the rows of this rank's own nodes in `order`, their columns in global numbers."""
    rows = local[order]
    if edges.partition is None:
        comm, numbers = PETSc.COMM_SELF, np.empty_like(order)
        numbers[order] = np.arange(len(order))
    else:
        comm, numbers = edges.partition.comm, edges.partition.numbers(order)
    shape = (edges.owned, int(numbers.max()) + 1)
    rows = csr_array((rows.data, numbers[rows.indices], rows.indptr), shape)
    rows.sort_indices()
    sizes = (edges.owned, PETSc.DETERMINE)
    csr = (rows.indptr.astype(PETSc.IntType), rows.indices.astype(PETSc.IntType), rows.data)
    return PETSc.Mat().createAIJ((sizes, sizes), csr=csr, comm=comm)


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
        solver.setNormType(PETSc.KSP.NormType.UNPRECONDITIONED)
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
        preconditioner.setType("bjacobi")  # its blocks: one per rank, ILU(0)
    return solver
