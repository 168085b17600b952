"""A crack opened by a rigid circle: plane strain, finite strain, incompressible, one-term Ogden.

The cell problem of Shergold & Fleck (2004, Proc. R. Soc. A 460:3037). A crack of length 2a in an
unbounded solid with the strain energy W = 2 mu/alpha^2 (l1^alpha + l2^alpha + l3^alpha - 3) is
wedged open by a circle of radius R without friction. Everything here is in units of R and mu.

The grid and the forms are those of `cell_forms`. The contact is a penalty: the crack's face sinks
in by about 1e-3 R; its mean, weighted with the pressure (so that the energy is right to first
order), is taken off R in what is returned.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import basix.ufl
import numpy as np
from dolfinx import fem
from dolfinx.fem import petsc as fem_petsc
from mpi4py import MPI
from numpy.typing import NDArray
from petsc4py import PETSc

from sim.mechanics.soft.cell_forms import AHEAD, MIDDLE, Parameters, cell_forms, elliptic_grid

Array = NDArray[np.float64]

CONTACT_STIFFNESS = 1e3  # of the penalty, in mean contact pressures per R
PRESSURE_TOLERANCE = 0.03  # contact force against energies; other equilibria miss it by far
FIRST_STEPS, NEWTON_STEPS = 40, 15
FIRST_PRESSURE = 1.8  # mean over the circle / mu at the start, a/R = 0.5, neo-Hookean


@dataclass(frozen=True)
class Resolution:
    """Elements from the crack outwards and around a quarter; outer radius / R."""

    outwards: int = 24
    around: int = 12
    reach: float = 40.0


@dataclass(frozen=True)
class Opening:
    """An opened crack; lengths in R, stresses in mu."""

    half_length: float  # a / R, undeformed
    energy: float  # U / (mu R^2), strain energy per depth
    release: float  # J / (mu R) of one tip, by a domain integral
    pressure: float  # mean over the circle / mu, from the contact forces

    @property
    def wall_pressure(self) -> float:
        """Mean pressure / mu on the circle by the energies.

        2 pi R p = dU/dR at constant a, and U = mu R^2 f(a/R) makes that (2U + 2aJ)/R.
        """
        return (self.energy + self.half_length * self.release) / math.pi


@dataclass(frozen=True)
class CellState:
    """A solution to go on from."""

    half_length: float
    exponent: float
    deformed: Array  # (n, 2)
    values: Array
    stiffness: float


class CrackCell:
    """The quarter cell, in equilibrium or on its way; a context manager, it holds PETSc objects.

    Parameters
    ----------
    half_length : float
        a / R at the start, with a neo-Hookean solid and circles that stay circles as estimate;
        this finds its way for a/R up to about 0.7.
    resolution : Resolution, optional
    axes : pair of float
        Half axes of the rigid body along and across the crack; (1, 1) is the circle.
    pressure : float
        Estimate of the mean contact pressure / mu at the start.
    """

    def __init__(
        self,
        half_length: float = 0.5,
        resolution: Resolution | None = None,
        axes: tuple[float, float] = (1.0, 1.0),
        pressure: float = FIRST_PRESSURE,
    ) -> None:
        self._resolution = resolution or Resolution()
        counts = (self._resolution.outwards, self._resolution.around)
        self._mesh, sides, self._outwards = elliptic_grid(*counts)
        element = basix.ufl.element("Lagrange", "quadrilateral", 2, shape=(2,))
        multiplier = basix.ufl.element("Lagrange", "quadrilateral", 1)
        space = fem.functionspace(self._mesh, basix.ufl.mixed_element([element, multiplier]))
        self._displacements, self._dofs = space.sub(0).collapse()
        self._state = fem.Function(space)
        start = (half_length, 2.0, CONTACT_STIFFNESS * pressure)
        self._now = Parameters(*(fem.Constant(self._mesh, value) for value in start))
        self._fixed = [
            fem.dirichletbc(
                PETSc.ScalarType(0.0),
                fem.locate_dofs_topological(space.sub(0).sub(axis), 1, sides.find(side)),
                space.sub(0).sub(axis),
            )
            for axis, side in ((1, AHEAD), (0, MIDDLE))
        ]
        self._path: list[CellState] = []  # the last two of this material
        self._forms = cell_forms(self._state, sides, self._now, axes)
        self._matrix = fem_petsc.create_matrix(self._forms.tangent)
        self._vector = fem_petsc.create_vector(self._forms.residual)
        self._snes = self._newton()
        self._stretch_grid()
        hole = np.sqrt(1.0 + self._rings())
        eta = self.nodes[:, 1]
        self.place(np.stack([hole * np.cos(eta), hole * np.sin(eta)], axis=1))

    def __enter__(self) -> CrackCell:
        return self

    def __exit__(self, *_: object) -> None:
        for thing in (self._snes, self._matrix, self._vector):
            thing.destroy()

    @property
    def nodes(self) -> Array:
        """Elliptic coordinates (xi, eta) of the displacement's nodes, (n, 2)."""
        return self._displacements.tabulate_dof_coordinates()[:, :2]

    @property
    def undeformed(self) -> Array:
        """Places X / R of the nodes before the deformation, (n, 2)."""
        xi, eta = self.nodes.T
        a = float(self._now.half_length)
        return a * np.stack([np.cosh(xi) * np.cos(eta), np.sinh(xi) * np.sin(eta)], axis=1)

    @property
    def deformed(self) -> Array:
        """Places x / R of the nodes, (n, 2)."""
        return self.undeformed + self._state.x.array[self._dofs].reshape(-1, 2)

    def place(self, deformed: Array) -> None:
        """Put the nodes at `deformed` (n, 2), as the start of an iteration."""
        self._state.x.array[self._dofs] = (deformed - self.undeformed).ravel()

    def solve(self) -> Opening | None:
        """Find the equilibrium from the present estimate; None where the iteration fails."""
        trial = self._state.x.petsc_vec.copy()
        fem_petsc.set_bc(trial, self._fixed)
        self._snes.setTolerances(max_it=NEWTON_STEPS if self._path else FIRST_STEPS)
        self._snes.solve(None, trial)
        trial.copy(self._state.x.petsc_vec)
        trial.destroy()
        if self._snes.getConvergedReason() <= 0:
            return None
        opening = self.reading()
        if abs(opening.pressure / opening.wall_pressure - 1.0) > PRESSURE_TOLERANCE:
            return None
        self._now.stiffness.value = CONTACT_STIFFNESS * opening.wall_pressure
        self._path = [*self._path[-1:], self.state]
        return opening

    def step(self, half_length: float, exponent: float) -> Opening | None:
        """Change crack and material; None, and the state as before, where that finds no solution.

        The estimate extrapolates the last two cracks; the first step in a material moves every
        ring of the undeformed body by the area that it gains.
        """
        last = self._path[-1]
        if exponent != last.exponent:
            self._path = [last]
        path, rings = self._path, self._rings()
        self._now.half_length.value, self._now.exponent.value = half_length, exponent
        self._stretch_grid()
        if len(path) == 2 and path[0].exponent == exponent:
            before = path[0]
            ratio = math.log(half_length / last.half_length)
            ratio /= math.log(last.half_length / before.half_length)
            self._state.x.array[:] = last.values + ratio * (last.values - before.values)
            self.place(last.deformed + ratio * (last.deformed - before.deformed))
        else:
            x = last.deformed
            growth = 1.0 + (self._rings() - rings) / np.sum(x**2, axis=1)
            self.place(x * np.sqrt(np.maximum(growth, 0.1))[:, None])
        opening = self.solve()
        if opening is None:
            self.restore(last)
            self._path = path
        return opening

    @property
    def residual(self) -> float:
        """Norm of the last iteration's residual / (mu R^2)."""
        return float(self._snes.getFunctionNorm())

    @property
    def state(self) -> CellState:
        """The present state."""
        return CellState(
            float(self._now.half_length),
            float(self._now.exponent),
            self.deformed,
            self._state.x.array.copy(),
            float(self._now.stiffness),
        )

    def restore(self, state: CellState) -> None:
        """Go back to `state`."""
        self._now.half_length.value, self._now.exponent.value = state.half_length, state.exponent
        self._now.stiffness.value = state.stiffness
        self._stretch_grid()
        self._state.x.array[:] = state.values
        self._path = [state]

    def reading(self) -> Opening:
        """Return the present state in units of the radius reached, the mean overlap taken off."""
        forms = self._forms
        energy, release, pressure, sunk = (
            fem.assemble_scalar(form)
            for form in (forms.energy, forms.release, forms.pressure, forms.sunk)
        )
        radius = 1.0 - sunk / pressure
        return Opening(
            float(self._now.half_length) / radius,
            energy / radius**2,
            release / radius,
            pressure / radius,
        )

    def _stretch_grid(self) -> None:
        farthest = math.asinh(self._resolution.reach / float(self._now.half_length))
        self._mesh.geometry.x[:, 0] = farthest * self._outwards

    def _rings(self) -> Array:
        """Mean square radius of the undeformed ring at the nodes' xi, less the crack's."""
        return 0.5 * float(self._now.half_length) ** 2 * np.sinh(2.0 * self.nodes[:, 0])

    def _newton(self) -> PETSc.SNES:
        snes = PETSc.SNES().create(MPI.COMM_SELF)
        snes.setOptionsPrefix("crack_cell_")
        PETSc.Options()["crack_cell_snes_linesearch_type"] = "l2"
        snes.setType("newtonls")
        snes.setFromOptions()
        snes.setTolerances(rtol=1e-8, atol=1e-10)
        snes.setFunction(self._assemble_residual, self._vector)
        snes.setJacobian(self._assemble_tangent, self._matrix)
        snes.getKSP().setType("preonly")
        snes.getKSP().getPC().setType("lu")
        snes.getKSP().getPC().setFactorSolverType("mumps")
        return snes

    def _assemble_residual(self, snes: PETSc.SNES, x: PETSc.Vec, b: PETSc.Vec) -> None:
        x.copy(self._state.x.petsc_vec)
        b.set(0.0)
        fem_petsc.assemble_vector(b, self._forms.residual)
        fem_petsc.set_bc(b, self._fixed, x, -1.0)

    def _assemble_tangent(self, snes: PETSc.SNES, x: PETSc.Vec, a: PETSc.Mat, p: PETSc.Mat) -> None:
        x.copy(self._state.x.petsc_vec)
        a.zeroEntries()
        fem_petsc.assemble_matrix(a, self._forms.tangent, bcs=self._fixed)
        a.assemble()
