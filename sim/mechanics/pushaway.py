"""How far the nodule gives way under the needle's force.

Linear elasticity of skin, subcutis and nodule in (r, z), P2 triangles (no locking up to nu = 0.48),
the fascia fixed, rollers at the far side, the skin's surface free. The needle's force is spread
over a ball of the nodule's material around the tip; the displacement is the nodule's mean, so that
the local indentation, which the penetration problem already holds, is not counted twice.

Past small strain the fat under the nodule stiffens until the nodule rests on the fascia. Its share
K of the stiffness follows a layer in confined compression whose stress is linear in the logarithmic
strain (Hencky's law): F = k u + K g ln(1 / (1 - u/g)), with g the thickness of the layer and k the
springs of the holding fingers. For u << g this is F = (k + K) u.

Left out: inertia and viscosity (slow push), failure of the bond between nodule and fat, the
fascia's own give, the skin's dimple before it is punctured, the drag of the shaft on skin and fat.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import ufl
from dolfinx import default_scalar_type, fem
from dolfinx.fem import petsc
from dolfinx.mesh import Mesh, MeshTags
from numpy.typing import NDArray
from petsc4py import PETSc

from meshes.pushaway import REGIONS, pushaway_mesh
from sim.case import Case
from sim.errors import SolverError

Array = NDArray[np.float64]

LOAD_RADIUS = 0.3  # of the loaded ball / the nodule's half height
DEPTHS = (0.1, 0.5, 0.9)  # of the tip / the nodule's height
NEWTON_STEPS = 50


@dataclass(frozen=True)
class NoduleSupport:
    """What holds the nodule: the tissue around it and the operator's fingers."""

    penetration: Array  # (k,) m, tip below the nodule's top
    stiffness: Array  # (k,) N/m, of the tissue against the nodule's mean displacement
    layer: float  # m, subcutis between the nodule and the fascia
    spring: float  # N/m, of the holding fingers; inf: fixed

    def displacement(self, force: Array, penetration: Array) -> Array:
        """Return the nodule's displacement (m) under `force` (N) of a tip at `penetration` (m).

        Inverts F(u) of the module's docstring by Newton's method in y = -ln(1 - u/g): F is
        concave in y, so the iteration rises to the root from the linear answer below it.
        """
        if np.isinf(self.spring):
            return np.zeros_like(force)
        tissue = self.layer * np.interp(penetration, self.penetration, self.stiffness)
        fingers = self.layer * self.spring
        force = np.maximum(force, 0.0)
        y = force / (tissue + fingers)
        for _ in range(NEWTON_STEPS):
            change = force - tissue * y + fingers * np.expm1(-y)
            change /= tissue + fingers * np.exp(-y)
            y += change
            if np.all(change <= 1e-12 * (1.0 + y)):
                return -self.layer * np.expm1(-y)
        raise SolverError(f"no equilibrium of the nodule under {force.max():.3g} N")


def nodule_support(case: Case, refinement: float = 1.0) -> NoduleSupport:
    """Solve for the tissue's stiffness against a push on the nodule at a few depths.

    Parameters
    ----------
    case : Case
    refinement : float
        Divides every element size.

    Raises
    ------
    SolverError
        When the displacement is not finite.
    """
    nodule = case.nodule
    spring = {"free": 0.0, "held": nodule.fixation_stiffness, "fixed": np.inf}[nodule.fixation]
    depths = nodule.height * np.array(DEPTHS)
    layer = case.tissue.depth - nodule.depth - nodule.height
    if np.isinf(spring):
        return NoduleSupport(depths, np.full_like(depths, np.inf), layer, spring)
    mesh, tags = pushaway_mesh(case.tissue, nodule, case.mesh.domain_radius, refinement)
    return NoduleSupport(depths, _tissue_stiffness(case, depths, mesh, tags), layer, spring)


def _tissue_stiffness(case: Case, depths: Array, mesh: Mesh, tags: MeshTags) -> Array:
    """Force / mean displacement of the nodule (N/m) with the tip at each of `depths`."""
    dx = ufl.Measure("dx", mesh, subdomain_data=tags, metadata={"quadrature_degree": 4})
    space = fem.functionspace(mesh, ("Lagrange", 2, (2,)))
    v, (r, z) = ufl.TestFunction(space), ufl.SpatialCoordinate(mesh)
    boundary = _supports(space, case.mesh.domain_radius, case.tissue.depth)
    matrix = petsc.assemble_matrix(fem.form(_elastic_energy(case, space, dx)), boundary)
    matrix.assemble()
    solver = PETSc.KSP().create(mesh.comm)
    solver.setOperators(matrix)
    solver.setType("preonly")
    solver.getPC().setType("lu")
    solver.getPC().setFactorSolverType("mumps")

    inside = dx(REGIONS["nodule"])
    mean = petsc.assemble_vector(fem.form(-v[1] * r * inside))  # downwards
    volume = fem.assemble_scalar(fem.form(r * inside))
    tip = fem.Constant(mesh, default_scalar_type(0.0))
    width = fem.Constant(mesh, default_scalar_type(LOAD_RADIUS * 0.5 * case.nodule.height))
    ball = ufl.exp(-(r**2 + (z - tip) ** 2) / (2.0 * width**2))
    load, total = fem.form(-v[1] * ball * r * inside), fem.form(ball * r * inside)
    answer = matrix.createVecRight()
    stiffness = np.empty_like(depths)
    for i, depth in enumerate(depths):
        tip.value = -(case.nodule.depth + depth)
        force = petsc.assemble_vector(load)
        petsc.set_bc(force, boundary)
        solver.solve(force, answer)
        push = 2.0 * np.pi * fem.assemble_scalar(total)
        stiffness[i] = push * volume / mean.dot(answer)
        force.destroy()
    for handle in (solver, matrix, mean, answer):
        handle.destroy()
    if not np.all(np.isfinite(stiffness) & (stiffness > 0.0)):
        raise SolverError(f"the push-away problem has no solution: stiffness {stiffness} N/m")
    return stiffness


def _elastic_energy(case: Case, space: fem.FunctionSpace, dx: ufl.Measure) -> ufl.Form:
    """Virtual work of linear elasticity with axial symmetry, divided by 2 pi."""
    mesh = space.mesh
    r = ufl.SpatialCoordinate(mesh)[0]
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)

    def strain(w: ufl.core.expr.Expr) -> ufl.core.expr.Expr:
        g = ufl.grad(w)
        shear = 0.5 * (g[0, 1] + g[1, 0])
        return ufl.as_matrix([[g[0, 0], 0, shear], [0, w[0] / r, 0], [shear, 0, g[1, 1]]])

    tissue, mineral = case.tissue, case.nodule.mineral
    materials = {"skin": tissue.skin, "subcutis": tissue.subcutis, "nodule": mineral}
    work = 0
    for name, material in materials.items():
        e, nu = material.youngs_modulus, material.poisson_ratio
        shear = fem.Constant(mesh, default_scalar_type(0.5 * e / (1.0 + nu)))
        lame = fem.Constant(mesh, default_scalar_type(e * nu / ((1.0 + nu) * (1.0 - 2.0 * nu))))
        stress = 2.0 * shear * strain(u) + lame * ufl.tr(strain(u)) * ufl.Identity(3)
        work += ufl.inner(stress, strain(v)) * r * dx(REGIONS[name])
    return work


def _supports(space: fem.FunctionSpace, width: float, depth: float) -> list[fem.DirichletBC]:
    """No radial displacement on the axis and at the far side, none at all on the fascia."""
    tolerance = 1e-8 * depth
    radial, _ = space.sub(0).collapse()
    zero, rest = fem.Function(radial), fem.Function(space)
    sides = fem.locate_dofs_geometrical(
        (space.sub(0), radial),
        lambda x: (x[0] < tolerance) | (x[0] > width - tolerance),
    )
    fascia = fem.locate_dofs_geometrical(space, lambda x: x[1] < tolerance - depth)
    return [fem.dirichletbc(zero, sides, space.sub(0)), fem.dirichletbc(rest, fascia)]
