"""How far the nodule gives way under the needle's force.

The needle pushes on all of the elastic tissue (`elastic_tissue`): the mineral takes its force at
the tip, skin and fat take theirs (crack, pressure and friction) spread evenly over the track that
the needle has made in them. The displacement is the nodule's mean, so that the local indentation,
which the penetration problem already holds, is not counted twice.

One solution serves every load. By Betti's theorem the nodule's mean displacement under a unit axial
force at a point of the track equals the displacement of that point under a unit force spread evenly
over the nodule: the latter's displacements along the axis are the influence of every point. The
holding fingers act on the nodule's mean displacement; their springs k stand beside the tissue's
stiffness K without a further solution, exactly so in linear elasticity.

Past small strain the fat under the nodule stiffens until the nodule rests on the fascia. Its share
K of the stiffness follows a layer in confined compression whose stress is linear in the logarithmic
strain (Hencky's law): F = k u + K g ln(1 / (1 - u/g)), with g the thickness of the layer and F the
force on the nodule plus what is transmitted of the forces on skin and fat. For u << g this is
F = (k + K) u.

Left out: inertia and viscosity (slow push), failure of the bond between nodule and fat, the
fascia's own give, the skin's dimple before it is punctured; the track's width, which matters to its
own displacement but not to the nodule's; the concentration of a layer's force at the tip while the
tip is still in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meshes.pushaway import pushaway_mesh
from sim.case import Case
from sim.errors import SolverError
from sim.mechanics.tissue.elastic_tissue import ElasticTissue

Array = NDArray[np.float64]

NEWTON_STEPS = 50


@dataclass(frozen=True)
class NoduleSupport:
    """What holds the nodule: the tissue around it and the operator's fingers.

    The arrays are rows of one table, by the depth of the tip.
    """

    penetration: Array  # (k,) m, tip below the nodule's top, increasing
    stiffness: Array  # (k,) N/m, of the tissue: force on the mineral / nodule's mean displacement
    layer: float  # m, subcutis between the nodule and the fascia
    spring: float  # N/m, of the holding fingers; inf: fixed
    skin_share: Array  # (k,) displacement by a force on the skin / by the same on the mineral
    fat_share: Array  # (k,) ... by a force on the subcutis

    def displacement(
        self,
        force: Array,
        penetration: Array,
        skin_drag: Array | float = 0.0,
        fat_drag: Array | float = 0.0,
    ) -> Array:
        """Return the nodule's displacement (m) with the tip at `penetration` (m).

        Inverts F(u) of the module's docstring by Newton's method in y = -ln(1 - u/g): F is
        concave in y, so the iteration rises to the root from the linear answer below it.

        Parameters
        ----------
        force : (n,) array
            Axial force of the needle on the mineral (N).
        penetration : (n,) array
            Tip below the nodule's top (m).
        skin_drag, fat_drag : (n,) array
            Axial force of the needle on skin and subcutis (N).
        """
        if np.isinf(self.spring):
            return np.zeros_like(force)

        def row(values: Array) -> Array:
            return np.interp(penetration, self.penetration, values)

        force = force + row(self.skin_share) * skin_drag + row(self.fat_share) * fat_drag
        force = np.maximum(force, 0.0)
        tissue, fingers = self.layer * row(self.stiffness), self.layer * self.spring
        y = force / (tissue + fingers)
        for _ in range(NEWTON_STEPS):
            change = force - tissue * y + fingers * np.expm1(-y)
            change /= tissue + fingers * np.exp(-y)
            y += change
            if np.all(change <= 1e-12 * (1.0 + y)):
                return -self.layer * np.expm1(-y)
        raise SolverError(f"no equilibrium of the nodule under {force.max():.3g} N")


def nodule_support(case: Case, refinement: float = 1.0) -> NoduleSupport:
    """Solve for the tissue's stiffness against a push on the nodule and a drag on skin and fat.

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
    layer = case.tissue.depth - nodule.depth - nodule.height
    if np.isinf(spring):
        nothing = np.zeros(1)
        return NoduleSupport(nothing, np.full(1, np.inf), layer, spring, nothing, nothing)
    mesh, tags = pushaway_mesh(case.tissue, nodule, case.mesh.domain_radius, refinement)
    with ElasticTissue(case, mesh, tags) as problem:
        depth, influence = problem.along_axis(problem.solve(problem.nodule_load()))
    return _table(case, depth, influence, layer, spring)


def _table(
    case: Case, depth: Array, influence: Array, layer: float, spring: float
) -> NoduleSupport:
    """Turn displacement per force along the axis, at edge ends and middles, into a table."""
    nodule, skin = case.nodule, case.tissue.skin.thickness
    ends = depth[::2]
    top, bottom = nodule.depth, nodule.depth + nodule.height
    middle, length = depth[1::2], np.diff(ends)
    # Simpson's rule is exact for the quadratic elements
    integral = length / 6.0 * (influence[:-2:2] + 4.0 * influence[1::2] + influence[2::2])
    outside = (middle < top) | (middle > bottom)
    skin_edges, fat_edges = outside & (middle < skin), outside & (middle > skin)
    compliance = np.interp(np.clip(ends, top, bottom), ends, influence[::2])

    def share(edges: NDArray[np.bool_]) -> Array:
        """Mean influence of the track in the layer / influence at the tip."""
        passed = np.concatenate([[0.0], np.cumsum(length * edges)])
        total = np.concatenate([[0.0], np.cumsum(integral * edges)])
        first = influence[2 * np.flatnonzero(edges)[0]]  # as long as the tip has not entered it
        return np.divide(total, passed, np.full_like(total, first), where=passed > 0) / compliance

    return NoduleSupport(
        ends - top, 1.0 / compliance, layer, spring, share(skin_edges), share(fat_edges)
    )
