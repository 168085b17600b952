"""Skin, subcutis and nodule as one linear elastic body in (r, z), each with its own moduli.

P2 triangles (no locking up to nu = 0.48), perfectly bonded layers, the fascia fixed, rollers at the
far side, the skin's surface free. One factorisation serves every load. Small strain, isotropic.
"""

from __future__ import annotations

import numpy as np
import ufl
from dolfinx import default_scalar_type, fem
from dolfinx.fem import petsc
from dolfinx.mesh import Mesh, MeshTags
from numpy.typing import NDArray
from petsc4py import PETSc

from meshes.pushaway import REGIONS
from sim import forms
from sim.case import Case
from sim.errors import SolverError

Array = NDArray[np.float64]

AXIS = 1e-8  # radius, over the depth of the fascia, that counts as the axis


class ElasticTissue:
    """Skin, subcutis and nodule as one elastic body, factorised once; loads are per 2 pi."""

    def __init__(self, case: Case, mesh: Mesh, tags: MeshTags) -> None:
        self._dx = ufl.Measure("dx", mesh, subdomain_data=tags, metadata={"quadrature_degree": 4})
        self.space = fem.functionspace(mesh, ("Lagrange", 2, (2,)))
        self._supports = _supports(self.space, case.mesh.domain_radius, case.tissue.depth)
        energy = forms.form(_elastic_energy(case, self.space, self._dx))
        self._matrix = petsc.assemble_matrix(energy, self._supports)
        self._matrix.assemble()
        self._solver = PETSc.KSP().create(mesh.comm)
        self._solver.setOperators(self._matrix)
        self._solver.setType("preonly")
        self._solver.getPC().setType("lu")
        self._solver.getPC().setFactorSolverType("mumps")

    def __enter__(self) -> ElasticTissue:
        return self

    def __exit__(self, *raised: object) -> None:
        self._solver.destroy()
        self._matrix.destroy()

    def nodule_load(self) -> Array:
        """Return a unit downward force spread evenly over the nodule, as a vector."""
        v, r = ufl.TestFunction(self.space), ufl.SpatialCoordinate(self.space.mesh)[0]
        inside = self._dx(REGIONS["nodule"])
        volume = 2.0 * np.pi * fem.assemble_scalar(forms.form(r * inside))
        return self.vector(-v[1] * r * inside) / volume

    def vector(self, form: ufl.Form) -> Array:
        """Assemble a linear form without its entries on the supports."""
        assembled = petsc.assemble_vector(forms.form(form))
        petsc.set_bc(assembled, self._supports)
        values = assembled.array.copy()
        assembled.destroy()
        return values

    def solve(self, load: Array) -> Array:
        """Return the displacements (m) under a load (N).

        Raises
        ------
        SolverError
            When they are not finite.
        """
        force, answer = self._matrix.createVecLeft(), self._matrix.createVecRight()
        force.array[:] = load
        self._solver.solve(force, answer)
        values = answer.array.copy()
        force.destroy()
        answer.destroy()
        if not np.all(np.isfinite(values)):
            raise SolverError("the push-away problem has no solution: its matrix is singular")
        return values

    def along_axis(self, displacement: Array) -> tuple[Array, Array]:
        """Return depth and downward displacement (m) of edge ends and middles on the axis."""
        vertical, parents = self.space.sub(1).collapse()
        points = vertical.tabulate_dof_coordinates()
        on_axis = np.flatnonzero(points[:, 0] < AXIS * np.ptp(points[:, 1]))
        order = on_axis[np.argsort(-points[on_axis, 1])]
        return -points[order, 1], -displacement[np.asarray(parents)[order]]


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
