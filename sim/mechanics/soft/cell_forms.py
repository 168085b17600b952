"""Elliptic grid and weak forms of the crack opened by a rigid body (`cell_problem`).

Elliptic coordinates (xi, eta) of the undeformed body, X = a cosh(xi) cos(eta),
Y = a sinh(xi) sin(eta), map the quarter outside a crack of length 2a to a rectangle with the
crack's face at xi = 0 and its tip in the corner. They are conformal, dX^2 + dY^2 =
h^2 (dxi^2 + deta^2), smooth out the field at the tip, and distance grows exponentially with xi:
cracks of a/R = 0.005 and a boundary 40 R away need no finer grid than others. With the
displacement (u, v),

    D = (l1 - l2)^2 = ((u_xi - v_eta)^2 + (u_eta + v_xi)^2) / h^2,

from which incompressibility makes l1 = 1/l2 = (sqrt(D + 4) + sqrt(D))/2. So W is an increasing
convex function of D, and D a convex quadratic of the displacement; only the constraint is not
convex, det = h^2, which a pressure enforces (Taylor-Hood, Q2-Q1).

Contact is a penalty per eta on the crack's face. Beyond the outer boundary, an ellipse that is
nearly a circle of radius b, the linear elastic exterior acts as springs 2 mu/b, exact for the
growth of a hole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import ufl
from dolfinx import fem, mesh
from mpi4py import MPI
from numpy.typing import NDArray

from sim import forms

Array = NDArray[np.float64]

FACE, FAR, AHEAD, MIDDLE = 1, 2, 3, 4  # the rectangle's sides
GRADING_OUT, GRADING_AROUND = 1.0, 1.5  # finer towards the face; towards the tip
SMOOTHING = 1e-10  # added to D, whose root has no derivative at 0
CONTACT_ROUNDING = 5e-4  # of the contact law's kink / R
RING = (0.3, 1.3)  # of sqrt(xi^2 + eta^2), over which the J integral's weight falls from 1 to 0


@dataclass(frozen=True)
class Parameters:
    """What changes from solution to solution."""

    half_length: fem.Constant  # a / R
    exponent: fem.Constant  # Ogden's alpha
    stiffness: fem.Constant  # of the contact, mu per R and eta


@dataclass(frozen=True)
class CellForms:
    """Forms of the quarter; the scalars are those of the whole cell."""

    residual: fem.Form
    tangent: fem.Form
    energy: fem.Form  # U / (mu R^2)
    release: fem.Form  # J / (mu R)
    pressure: fem.Form  # mean contact pressure / mu
    sunk: fem.Form  # mean of pressure times the depth to which the face sinks in


def elliptic_grid(outwards: int, around: int) -> tuple[mesh.Mesh, mesh.MeshTags, Array]:
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


def cell_forms(
    state: fem.Function, sides: mesh.MeshTags, parameters: Parameters, axes: tuple[float, float]
) -> CellForms:
    """Return the forms for displacement and pressure in `state`.

    Parameters
    ----------
    state : Function
        Displacement (u, v) / R and pressure / mu on the (xi, eta) grid.
    sides : MeshTags
        Of the grid.
    parameters : Parameters
    axes : pair of float
        Half axes of the rigid body / R, along and across the crack.
    """
    grid = state.function_space.mesh
    dx = ufl.Measure("dx", domain=grid, metadata={"quadrature_degree": 6})
    ds = ufl.Measure("ds", domain=grid, subdomain_data=sides, metadata={"quadrature_degree": 8})
    xi, eta = ufl.SpatialCoordinate(grid)
    a, k = parameters.half_length, parameters.stiffness
    c, s = a * ufl.cosh(xi), a * ufl.sinh(xi)
    place = ufl.as_vector([c * ufl.cos(eta), s * ufl.sin(eta)])
    map_ = ufl.as_matrix(
        [[s * ufl.cos(eta), -c * ufl.sin(eta)], [c * ufl.sin(eta), s * ufl.cos(eta)]]
    )
    h2 = s**2 + (a * ufl.sin(eta)) ** 2
    u, p = ufl.split(state)
    g = ufl.grad(u)
    stretch = ((g[0, 0] - g[1, 1]) ** 2 + (g[0, 1] + g[1, 0]) ** 2) / h2
    energy, slope = _ogden(stretch, parameters.exponent)

    x = place + u
    overlap = 1.0 - ufl.sqrt((x[0] / axes[0]) ** 2 + (x[1] / axes[1]) ** 2)
    root = ufl.sqrt(overlap**2 + CONTACT_ROUNDING**2)
    traction = 0.5 * k * (overlap + root)
    contact = 0.25 * k * (overlap * (overlap + root) + CONTACT_ROUNDING**2 * ufl.ln(overlap + root))
    stored = energy * h2 * dx + ufl.dot(u, u) * ds(FAR)  # springs: ds is d(eta), b d(eta) long
    lagrangian = stored + p * (ufl.det(map_ + g) - h2) * dx + contact * ds(FACE)
    space = state.function_space
    residual = ufl.derivative(lagrangian, state, ufl.TestFunction(space))
    tangent = ufl.derivative(residual, state, ufl.TrialFunction(space))
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
    asked = (
        residual,
        tangent,
        4.0 * stored,
        2.0 * flux * h2 * dx,
        mean * traction * ds(FACE),
        mean * traction**2 / k * ds(FACE),
    )
    return CellForms(*(forms.form(each) for each in asked))


def _ogden(d: ufl.core.expr.Expr, exponent: fem.Constant) -> tuple[ufl.core.expr.Expr, ...]:
    """Return W / mu and dW/dD / mu of D = (l1 - l2)^2."""
    root = ufl.sqrt(d + SMOOTHING)
    larger = 0.5 * (ufl.sqrt(d + 4.0 + SMOOTHING) + root)
    up, down = larger**exponent, larger ** (-exponent)
    energy = 2.0 / exponent**2 * (up + down - 2.0)
    slope = (up - down) / (exponent * (larger**2 - larger**-2))
    return energy, slope
