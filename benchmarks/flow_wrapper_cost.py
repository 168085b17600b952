"""What the control-volume layer costs over hand-written dolfinx for one flow solve.

    ./run python -m benchmarks.flow_wrapper_cost

Both solve Darcy flow around the default 27G needle with a track of no width, from the same mesh to
the conductance. By hand: the P1 form, Dirichlet conditions, PETSc's Cholesky, and the conductance
from the residual at the mouth. By the layer: `control_volumes` (volumes, edges and facets included,
which the transport needs anyway) and `unit_flow`. CPU seconds, least of
repeats by turns.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem.petsc import apply_lifting, assemble_matrix, assemble_vector, set_bc
from petsc4py import PETSc

from meshes.axisymmetric import BOUNDARIES, REGIONS, InjectionMesh, injection_mesh
from meshes.outline import needle_outline
from sim.config import default_case
from sim.flow.darcy import unit_flow
from sim.volumes.control_volume import control_volumes

REPEATS = 40
LIMIT = 0.10


def by_hand(made: InjectionMesh, mobility: dict[str, float]) -> float:
    """Conductance from dolfinx and petsc4py alone."""
    mesh = made.mesh
    space = fem.functionspace(mesh, ("P", 1))
    coefficient = fem.Function(fem.functionspace(mesh, ("DG", 0)))
    for name, tag in REGIONS.items():
        coefficient.x.array[made.cell_tags.find(tag)] = mobility[name]
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    weight = 2.0 * np.pi * ufl.SpatialCoordinate(mesh)[0] * coefficient
    a = fem.form(weight * ufl.inner(ufl.grad(u), ufl.grad(v)) * ufl.dx)

    def nodes(name: str) -> np.ndarray:
        return fem.locate_dofs_topological(space, 1, made.facet_tags.find(BOUNDARIES[name]))

    mesh.topology.create_connectivity(1, 2)
    mouth = nodes("mouth")
    conditions = [
        fem.dirichletbc(1.0, mouth, space),
        fem.dirichletbc(0.0, nodes("outer"), space),
    ]
    matrix = assemble_matrix(a, bcs=conditions)
    matrix.assemble()
    right = matrix.createVecLeft()  # zeros: nothing is released inside
    apply_lifting(right, [a], bcs=[conditions])
    set_bc(right, conditions)
    matrix.setOption(PETSc.Mat.Option.SPD, True)
    solver = PETSc.KSP().create(mesh.comm)
    solver.setOperators(matrix)
    solver.setType("preonly")
    solver.getPC().setType("cholesky")
    solver.getPC().setFactorSolverType("cholmod")
    pressure = fem.Function(space)
    solver.solve(right, pressure.x.petsc_vec)
    residual = assemble_vector(fem.form(ufl.action(a_form(weight, u, v), pressure)))
    conductance = residual.array[mouth].sum()
    for item in (solver, matrix, right, residual):
        item.destroy()
    return float(conductance)


def a_form(weight: ufl.core.expr.Expr, u: ufl.Argument, v: ufl.Argument) -> ufl.Form:
    """Darcy's bilinear form."""
    return weight * ufl.inner(ufl.grad(u), ufl.grad(v)) * ufl.dx


def by_layer(made: InjectionMesh, mobility: dict[str, float]) -> float:
    """Conductance from this package."""
    cv = control_volumes(made.mesh, made.cell_tags, made.facet_tags, REGIONS, BOUNDARIES)
    return unit_flow(
        cv.edges, cv.conductances(mobility), cv.boundary("mouth"), cv.boundary("outer")
    ).conductance


def least_cpu(*runs: Callable[[], float]) -> list[tuple[float, float]]:
    """Return each run's result and its least CPU time (s), of repeats by turns."""
    spent: list[list[float]] = [[] for _ in runs]
    for _ in range(REPEATS):
        for run, times in zip(runs, spent, strict=True):
            start = time.process_time()
            run()
            times.append(time.process_time() - start)
    return [(run(), min(times)) for run, times in zip(runs, spent, strict=True)]


def main() -> int:
    """Print both costs and their ratio; return 1 when it passes the limit."""
    case = default_case("27G", "push", ["mesh.nodule_size=0.075 mm"])
    made = injection_mesh(case, needle_outline(case.needle, case.target_depth))
    viscosity = case.drug.viscosity
    mobility = {
        "skin": case.tissue.skin.permeability / viscosity,
        "subcutis": case.tissue.subcutis.permeability / viscosity,
        "nodule": case.nodule.mineral.permeability / viscosity,
    }
    (hand, hand_cpu), (layer, layer_cpu) = least_cpu(
        lambda: by_hand(made, mobility), lambda: by_layer(made, mobility)
    )
    print(f"nodes                       {made.mesh.topology.index_map(0).size_local}")
    print(f"by hand                     {hand_cpu:.3f} s  G = {hand:.9e} m3/(s Pa)")
    print(f"control volumes, unit_flow  {layer_cpu:.3f} s  G = {layer:.9e} m3/(s Pa)")
    print(f"difference of G             {abs(layer / hand - 1.0):.1e}")
    over = layer_cpu / hand_cpu - 1.0
    print(f"cost over hand-written      {100 * over:+.0f} %")
    print(f"limit                       {100 * LIMIT:+.0f} %")
    return int(over > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
