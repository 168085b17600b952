"""A crack opened by a rigid circle: plane strain, finite strain, incompressible, one-term Ogden.

The cell problem of Shergold & Fleck (2004, Proc. R. Soc. A 460:3037). A crack of length 2a in an
unbounded solid with the strain energy W = 2 mu/alpha^2 (l1^alpha + l2^alpha + l3^alpha - 3) is
wedged open by a circle of radius R without friction. Everything here is in units of R and mu.

Elliptic coordinates (xi, eta) of the undeformed body, X = a cosh(xi) cos(eta),
Y = a sinh(xi) sin(eta), map the quarter outside the crack to a rectangle with the crack's face at
xi = 0 and its tip in the corner. They are conformal, dX^2 + dY^2 = h^2 (dxi^2 + deta^2), smooth
out the field at the tip, and distance grows exponentially with xi: cracks of a/R = 0.005 and a
boundary 40 R away need no finer grid than others. With the displacement (u, v),

    D = (l1 - l2)^2 = ((u_xi - v_eta)^2 + (u_eta + v_xi)^2) / h^2,

from which incompressibility makes l1 = 1/l2 = (sqrt(D + 4) + sqrt(D))/2. So W is an increasing
convex function of D, and D a convex quadratic of the displacement; only the constraint is not
convex, det = h^2, which a pressure enforces (Taylor-Hood, Q2-Q1).

Contact with the circle is a penalty per eta on the crack's face. The face sinks in by about 1e-3 R;
its mean, weighted with the pressure (so that the energy is right to first order), is taken off R in
what is returned. Beyond the outer boundary, an ellipse that is nearly a circle of radius b, the
linear elastic exterior acts as springs 2 mu/b, exact for the growth of a hole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import basix.ufl
import numpy as np
import ufl
from dolfinx import fem, mesh
from dolfinx.fem import petsc as fem_petsc
from mpi4py import MPI
from numpy.typing import NDArray
from petsc4py import PETSc

Array = NDArray[np.float64]

FACE, FAR, AHEAD, MIDDLE = 1, 2, 3, 4  # the rectangle's sides
GRADING_OUT, GRADING_AROUND = 1.0, 1.5  # finer towards the face; towards the tip
SMOOTHING = 1e-10  # added to D, whose root has no derivative at 0
RING = (0.3, 1.3)  # of sqrt(xi^2 + eta^2), over which the J integral's weight falls from 1 to 0
CONTACT_STIFFNESS = 1e3  # of the penalty, in mean contact pressures per R
CONTACT_ROUNDING = 5e-4  # of the contact law's kink / R
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
        self._mesh, sides, self._outwards = _rectangle(*counts)
        element = basix.ufl.element("Lagrange", "quadrilateral", 2, shape=(2,))
        multiplier = basix.ufl.element("Lagrange", "quadrilateral", 1)
        space = fem.functionspace(self._mesh, basix.ufl.mixed_element([element, multiplier]))
        self._displacements, self._dofs = space.sub(0).collapse()
        self._state = fem.Function(space)
        self._half_length, self._exponent, self._stiffness = (
            fem.Constant(self._mesh, value)
            for value in (half_length, 2.0, CONTACT_STIFFNESS * pressure)
        )
        self._fixed = [
            fem.dirichletbc(
                PETSc.ScalarType(0.0),
                fem.locate_dofs_topological(space.sub(0).sub(axis), 1, sides.find(side)),
                space.sub(0).sub(axis),
            )
            for axis, side in ((1, AHEAD), (0, MIDDLE))
        ]
        self._path: list[CellState] = []  # the last two of this material
        self._write_forms(sides, axes)
        self._matrix = fem_petsc.create_matrix(self._tangent)
        self._vector = fem_petsc.create_vector(self._residual)
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
        a = float(self._half_length)
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
        self._stiffness.value = CONTACT_STIFFNESS * opening.wall_pressure
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
        self._half_length.value, self._exponent.value = half_length, exponent
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
            float(self._half_length),
            float(self._exponent),
            self.deformed,
            self._state.x.array.copy(),
            float(self._stiffness),
        )

    def restore(self, state: CellState) -> None:
        """Go back to `state`."""
        self._half_length.value, self._exponent.value = state.half_length, state.exponent
        self._stiffness.value = state.stiffness
        self._stretch_grid()
        self._state.x.array[:] = state.values
        self._path = [state]

    def reading(self) -> Opening:
        """Return the present state in units of the radius reached, the mean overlap taken off."""
        energy, release, force, sunk = (fem.assemble_scalar(form) for form in self._readings)
        radius = 1.0 - sunk / force
        return Opening(
            float(self._half_length) / radius, energy / radius**2, release / radius, force / radius
        )

    def _stretch_grid(self) -> None:
        farthest = math.asinh(self._resolution.reach / float(self._half_length))
        self._mesh.geometry.x[:, 0] = farthest * self._outwards

    def _rings(self) -> Array:
        """Mean square radius of the undeformed ring at the nodes' xi, less the crack's."""
        return 0.5 * float(self._half_length) ** 2 * np.sinh(2.0 * self.nodes[:, 0])

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
        fem_petsc.assemble_vector(b, self._residual)
        fem_petsc.set_bc(b, self._fixed, x, -1.0)

    def _assemble_tangent(self, snes: PETSc.SNES, x: PETSc.Vec, a: PETSc.Mat, p: PETSc.Mat) -> None:
        x.copy(self._state.x.petsc_vec)
        a.zeroEntries()
        fem_petsc.assemble_matrix(a, self._tangent, bcs=self._fixed)
        a.assemble()

    def _write_forms(self, sides: mesh.MeshTags, axes: tuple[float, float]) -> None:
        dx = ufl.Measure("dx", domain=self._mesh, metadata={"quadrature_degree": 6})
        ds = ufl.Measure(
            "ds", domain=self._mesh, subdomain_data=sides, metadata={"quadrature_degree": 8}
        )
        xi, eta = ufl.SpatialCoordinate(self._mesh)
        a, k = self._half_length, self._stiffness
        c, s = a * ufl.cosh(xi), a * ufl.sinh(xi)
        place = ufl.as_vector([c * ufl.cos(eta), s * ufl.sin(eta)])
        map_ = ufl.as_matrix(
            [[s * ufl.cos(eta), -c * ufl.sin(eta)], [c * ufl.sin(eta), s * ufl.cos(eta)]]
        )
        h2 = s**2 + (a * ufl.sin(eta)) ** 2
        u, p = ufl.split(self._state)
        g = ufl.grad(u)
        stretch = ((g[0, 0] - g[1, 1]) ** 2 + (g[0, 1] + g[1, 0]) ** 2) / h2
        energy, slope = _ogden(stretch, self._exponent)

        x = place + u
        overlap = 1.0 - ufl.sqrt((x[0] / axes[0]) ** 2 + (x[1] / axes[1]) ** 2)
        root = ufl.sqrt(overlap**2 + CONTACT_ROUNDING**2)
        traction = 0.5 * k * (overlap + root)
        contact = (
            0.25 * k * (overlap * (overlap + root) + CONTACT_ROUNDING**2 * ufl.ln(overlap + root))
        )
        stored = energy * h2 * dx + ufl.dot(u, u) * ds(FAR)  # springs: ds is d(eta), b d(eta) long
        lagrangian = stored + p * (ufl.det(map_ + g) - h2) * dx + contact * ds(FACE)
        space = self._state.function_space
        residual = ufl.derivative(lagrangian, self._state, ufl.TestFunction(space))
        self._residual = fem.form(residual)
        self._tangent = fem.form(ufl.derivative(residual, self._state, ufl.TrialFunction(space)))
        # J = int (x_,1 . P - W e_1) . grad q, the Eshelby tensor against the weight's gradient: a
        # face on the frictionless circle moves along it and adds nothing.
        f = (map_ + g) * map_.T / h2
        cofactor = ufl.as_matrix([[f[1, 1], -f[1, 0]], [-f[0, 1], f[0, 0]]])
        stress = 2.0 * slope * (f - cofactor)
        ring = (ufl.sqrt(xi**2 + eta**2) - RING[0]) / (RING[1] - RING[0])
        ring = ufl.min_value(ufl.max_value(ring, 0.0), 1.0)
        weight = ufl.dot(map_, ufl.grad(1.0 - ring**2 * (3.0 - 2.0 * ring))) / h2
        flux = ufl.dot(f[:, 0], ufl.dot(stress, weight)) + (p - energy) * weight[0]
        mean = 2.0 / math.pi  # of a quarter turn
        self._readings = [
            fem.form(form)
            for form in (
                4.0 * stored,
                2.0 * flux * h2 * dx,
                mean * traction * ds(FACE),
                mean * traction**2 / k * ds(FACE),
            )
        ]


def _rectangle(outwards: int, around: int) -> tuple[mesh.Mesh, mesh.MeshTags, Array]:
    """Return the (xi, eta) grid with unit xi, its sides, and the graded xi of its vertices."""
    grid = mesh.create_rectangle(
        MPI.COMM_SELF, [[0.0, 0.0], [1.0, 1.0]], [outwards, around], mesh.CellType.quadrilateral
    )
    where = {FACE: (0, 0.0), FAR: (0, 1.0), AHEAD: (1, 0.0), MIDDLE: (1, 1.0)}
    facets = {
        side: mesh.locate_entities_boundary(
            grid, 1, lambda x, axis=axis, at=at: np.isclose(x[axis], at)
        )
        for side, (axis, at) in where.items()
    }
    entities = np.concatenate(list(facets.values()))
    values = np.concatenate([np.full(len(f), side, np.int32) for side, f in facets.items()])
    order = np.argsort(entities)
    sides = mesh.meshtags(grid, 1, entities[order], values[order])
    x = grid.geometry.x
    x[:, 1] = 0.5 * math.pi * x[:, 1] ** GRADING_AROUND
    return grid, sides, np.sinh(GRADING_OUT * x[:, 0]) / math.sinh(GRADING_OUT)


def _ogden(d: ufl.core.expr.Expr, exponent: fem.Constant) -> tuple[ufl.core.expr.Expr, ...]:
    """Return W / mu and dW/dD / mu of D = (l1 - l2)^2."""
    root = ufl.sqrt(d + SMOOTHING)
    larger = 0.5 * (ufl.sqrt(d + 4.0 + SMOOTHING) + root)
    up, down = larger**exponent, larger ** (-exponent)
    energy = 2.0 / exponent**2 * (up + down - 2.0)
    slope = (up - down) / (exponent * (larger**2 - larger**-2))
    return energy, slope
