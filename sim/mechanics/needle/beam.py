"""Straight beam-columns by Hermite elements: buckling and bending, many at once.

Cubic elements (Euler-Bernoulli) with the geometric stiffness of an axial force that keeps its
direction and is linear in each element, on a Winkler foundation that may begin and end anywhere,
with springs at both ends. Positions run from the tip to the hub. The axial force counts positive in
compression; deflections are small. m beams share a mesh of n elements and differ in the
foundation, the axial force and the load. A node has two unknowns, deflection (m) and slope (rad).
(Przemieniecki 1968, Theory of Matrix Structural Analysis, ch. 5 and 15.)
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray
from petsc4py import PETSc
from scipy.linalg import solveh_banded
from slepc4py import SLEPc

from sim.errors import SolverError

Array = NDArray[np.float64]

TOLERANCE = 1e-10  # relative, of a buckling load
SUBSPACE = 10  # of Lanczos' vectors
BAND = 4  # diagonals of a beam's matrix from the main one on

_SHAPES = [Polynomial(c) for c in ([1, 0, -3, 2], [0, 1, -2, 1], [0, 0, 3, -2], [0, 0, -1, 1])]


def _products(order: int, weight: Polynomial) -> Array:
    """Powers' coefficients of the integral from 0 to xi of N_i^(order) N_j^(order) weight."""
    derived = [shape.deriv(order) for shape in _SHAPES]
    powers = np.zeros((8, 4, 4))
    for i, j in np.ndindex(4, 4):
        integral = (derived[i] * derived[j] * weight).integ().coef
        powers[: len(integral), i, j] = integral
    return powers


_ONE, _XI = Polynomial([1.0]), Polynomial([0.0, 1.0])
_VALUES = _products(0, _ONE)  # (8, 4, 4)
_FALLING, _RISING = (_products(1, weight).sum(axis=0) for weight in (_ONE - _XI, _XI))
_CURVATURES = _products(2, _ONE).sum(axis=0)


@dataclass(frozen=True)
class Ends:
    """Springs (N/m, N m/rad) on deflection and slope; 0: free, inf: fixed."""

    tip: tuple[float, float] = (0.0, 0.0)
    hub: tuple[float, float] = (math.inf, math.inf)


@dataclass(frozen=True)
class Beams:
    """m beams: elements' stiffness and what a unit of axial load takes off it, (m, n, 4, 4)."""

    nodes: Array  # (n + 1,) m, from the tip
    stiffness: Array
    geometric: Array
    ends: Ends = Ends()

    @cached_property
    def bands(self) -> tuple[Array, Array]:
        """Lower bands of both assembled matrices, (m, 2n + 2, 4): unknown, then diagonal."""
        return _bands(self, self.stiffness, 1.0), _bands(self, self.geometric, 0.0)


def bending_stiffness(nodes: Array, rigidity: Array) -> Array:
    """Return (n, 4, 4) for the bending stiffness EI (n,), N m2, of each element."""
    h = np.diff(nodes)
    return _scaled(h, (rigidity / h**3)[:, None, None] * _CURVATURES)


def geometric_stiffness(nodes: Array, axial: Array) -> Array:
    """Return (m, n, 4, 4) for the axial force (m, n + 1), N, at the nodes."""
    h = np.diff(nodes)
    first, second = ((axial[:, i : h.size + i] / h)[..., None, None] for i in (0, 1))
    return _scaled(h, first * _FALLING + second * _RISING)


def foundation_stiffness(nodes: Array, low: Array, high: Array, modulus: float) -> Array:
    """Return (m, n, 4, 4) for a foundation of `modulus` (N/m2) from `low` to `high` (m,), m."""
    h = np.diff(nodes)
    start, end = (
        np.vander(np.clip((x[:, None] - nodes[:-1]) / h, 0.0, 1.0).ravel(), 8, increasing=True)
        for x in (low, np.maximum(low, high))
    )
    inside = np.tensordot(end - start, _VALUES, axes=1).reshape(low.size, h.size, 4, 4)
    return _scaled(h, modulus * h[:, None, None] * inside)


def _scaled(h: Array, elements: Array) -> Array:
    """Turn slopes per element length into slopes."""
    one = np.ones_like(h)
    scale = np.stack([one, h, one, h], axis=-1)
    return elements * (scale[:, :, None] * scale[:, None, :])


def critical_load(beams: Beams) -> Array:
    """Return the factor (m,) on the axial load at which each beam buckles; inf without load.

    The largest mu = 1 / factor of G x = mu K x by Lanczos' method, K factorised by Cholesky's.

    Raises
    ------
    SolverError
        When an eigenvalue is not found.
    """
    size = 2 * len(beams.nodes)
    first, rows, columns = _pattern(size)
    lower, upper = np.maximum(rows, columns), np.minimum(rows, columns)
    k, g = (bands[:, upper, lower - upper] for bands in beams.bands)
    entries = np.zeros((2, len(rows)))  # of the two matrices, which do not copy them
    matrices = [
        PETSc.Mat().createAIJWithArrays((size, size), (first, columns, own), comm=PETSc.COMM_SELF)
        for own in entries
    ]
    start, solver = matrices[0].createVecRight(), SLEPc.EPS().create(PETSc.COMM_SELF)
    start.setArray(np.random.default_rng(0).standard_normal(size))  # no mode is orthogonal to it
    solver.setOperators(*matrices)
    solver.setProblemType(SLEPc.EPS.ProblemType.GHEP)
    solver.setWhichEigenpairs(SLEPc.EPS.Which.LARGEST_REAL)
    solver.setDimensions(1, SUBSPACE)
    solver.setTolerances(TOLERANCE, 500)
    inner = solver.getST().getKSP()
    inner.setType(PETSc.KSP.Type.PREONLY)
    inner.getPC().setType(PETSc.PC.Type.CHOLESKY)
    largest = np.empty(len(k))
    try:
        for i in range(len(k)):
            entries[:] = g[i], k[i]
            for matrix in matrices:
                matrix.assemble()  # tells the solver that they have changed
            solver.setOperators(*matrices)
            solver.setInitialSpace(start)
            solver.solve()
            if solver.getConverged() < 1:
                raise SolverError(
                    f"buckling load of beam {i}: no eigenvalue after "
                    f"{solver.getIterationNumber()} restarts, reason {solver.getConvergedReason()}"
                )
            largest[i] = solver.getEigenvalue(0).real
    finally:
        for thing in (solver, start, *matrices):
            thing.destroy()
    return np.divide(1.0, largest, out=np.full_like(largest, np.inf), where=largest > 0.0)


@functools.cache
def _pattern(size: int) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Compressed rows of a banded matrix: first entry of each row, row and column of each entry."""
    row, column = np.indices((size, size))
    near = np.abs(row - column) < BAND
    first = np.concatenate([[0], np.cumsum(near.sum(axis=1))]).astype(np.int32)
    return first, row[near].astype(np.int32), column[near].astype(np.int32)


def deflection(beams: Beams, axial: Array, load: Array) -> Array:
    """Return nodal deflections and slopes (m, 2n + 2) under a nodal load of the same shape.

    Parameters
    ----------
    beams : Beams
    axial : (m,) array
        Factor on the axial load, below the critical one.
    load : (m, 2n + 2) array
        Forces (N) and moments (N m) on deflections and slopes.
    """
    stiffness, geometric = beams.bands
    left = stiffness - axial[:, None, None] * geometric
    right = np.array(load)
    right[:, _fixed(beams)] = 0.0
    stacked = left.reshape(-1, BAND).T  # one system: no band reaches into the next beam
    shape = solveh_banded(stacked, right.ravel(), True, True, lower=True, check_finite=False)
    return shape.reshape(load.shape)


def moments(beams: Beams, axial: Array, shape: Array) -> Array:
    """Return the bending moment (m, n + 1), N m, at the nodes from the elements' equilibrium.

    Where a moment is applied the larger one of both sides counts.

    Parameters
    ----------
    beams, axial
        As in `deflection`; the load acts at the nodes.
    shape : (m, 2n + 2) array
        The deflection.
    """
    m, n = beams.stiffness.shape[:2]
    nodal = shape.reshape(m, n + 1, 2)
    local = np.concatenate([nodal[:, :-1], nodal[:, 1:]], axis=2)

    held, turned = (
        np.einsum("mnsi,mni->smn", elements[:, :, 1::2], local)
        for elements in (beams.stiffness, beams.geometric)
    )
    ends = held - axial[:, None] * turned
    hubward, tipward = np.zeros((2, m, n + 1))
    hubward[:, :-1], tipward[:, 1:] = -ends[0], ends[1]
    return np.where(np.abs(hubward) > np.abs(tipward), hubward, tipward)


def _springs(beams: Beams) -> list[tuple[int, float]]:
    last = 2 * len(beams.nodes) - 2
    springs = (*beams.ends.tip, *beams.ends.hub)
    return list(zip((0, 1, last, last + 1), springs, strict=True))


def _fixed(beams: Beams) -> list[int]:
    return [unknown for unknown, spring in _springs(beams) if math.isinf(spring)]


def _bands(beams: Beams, elements: Array, diagonal: float) -> Array:
    """Lower bands (m, 2n + 2, 4) of the assembled matrix; `diagonal` of what is held.

    Springs belong to the matrix that is not singular where they are fixed (`diagonal` 1).
    """
    m, n = elements.shape[:2]
    bands = np.zeros((m, 2 * n + 2, BAND))
    for column in range(4):
        for row in range(column, 4):
            entries = slice(column, column + 2 * n, 2)
            bands[:, entries, row - column] += elements[:, :, row, column]
    for unknown, spring in _springs(beams):
        if math.isinf(spring):
            bands[:, unknown] = 0.0
            for offset in range(1, min(BAND, unknown + 1)):
                bands[:, unknown - offset, offset] = 0.0
            bands[:, unknown, 0] = diagonal
        else:
            bands[:, unknown, 0] += diagonal * spring
    return bands
