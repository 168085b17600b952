"""Drug, dissolved and solid mineral from the mesh of one round to that of the next.

Another depth of the tip is another mesh. Values are sampled within their bounds (`triangles`), then
one factor per quantity restores its total exactly, and values that would pass their bound stay at
it: `lambda` is the root of ``sum w min(bound, lambda x) = total``. Its distance from 1 tells what
sampling alone would have lost. Of the mineral it is what is gone that is carried, for then mineral
that nothing has reached stays as it was; no more can be gone than was there before the first round.

Where the needle stood there are no nodes: its share of the mineral is carried as one number, so
that nodes and number together keep the mineral (the number also holds the little by which the
polygons of the nodule's rim differ from mesh to mesh). As the needle comes out, its place takes the
values next to it; where it goes in, liquid and mineral make room.

Between rounds the pores follow the mineral that is left; the drug in each node's pores stays in
them. A mesh that has not changed is passed through, bit by bit where the pores have not changed
either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from meshes.axisymmetric import REGIONS
from meshes.outline import needle_outline
from sim.domain.domain import Domain
from sim.materials.density import original_density
from sim.outcome import TissueState
from sim.treatment.triangles import Triangles

Array = NDArray[np.float64]

HOLE = (2000, 8)  # places along the needle and rings across it, of equal area


@dataclass(frozen=True)
class Carried:
    """The state at the start of a round, on its own mesh."""

    state: TissueState
    corrections: dict[str, float]  # lambda - 1 of drug, dissolved and mineral


def untouched(domain: Domain) -> TissueState:
    """Return the state before the first round: all of the mineral, and nothing in the pores."""
    cv, whole = domain.cv, _whole(domain)
    nothing = np.zeros(cv.edges.nodes)
    before = cv.weighted_volume({"nodule": _original(domain)})  # the needle came
    packed = float(np.sum(before - cv.volumes["nodule"] * whole))
    displaced = packed + _in_hole(domain, _everything)
    return TissueState(
        points=cv.points,
        cells=cv.cells,
        cell_regions=cv.cell_regions,
        porosity=cv.per_cell(domain.porosity),
        capacity=sum(domain.pores().values()),
        concentration=nothing,
        dissolved=nothing,
        mineral=whole,
        whole=whole,
        displaced_mineral=displaced,
        displaced_whole=displaced,
    )


def carried(before: TissueState, domain: Domain) -> Carried:
    """Return `before` on the mesh of `domain`, whose nodule holds what earlier rounds left.

    Both are in the half plane (r, z), around the same axis.
    """
    cv = domain.cv
    capacity = sum(domain.pores().values())
    now = replace(
        before,
        points=cv.points,
        cells=cv.cells,
        cell_regions=cv.cell_regions,
        porosity=cv.per_cell(domain.porosity),
        capacity=capacity,
    )
    if np.array_equal(before.points, cv.points) and np.array_equal(before.cells, cv.cells):
        opened = before.capacity / capacity
        state = replace(
            now, concentration=before.concentration * opened, dissolved=before.dissolved * opened
        )
        return Carried(state, corrections(1.0, 1.0, 1.0))

    at_nodes = Triangles(before.points, before.cells).node_weights(cv.points)
    was = cv.weighted_volume(_porosity_before(before, domain))
    opened = 1.0 + (was - cv.weighted_volume(domain.porosity)) / capacity
    solutes = Solutes(before, lambda old: (at_nodes @ old) * opened, capacity)
    drug, dissolved = solutes.kept(before.concentration), solutes.kept(before.dissolved)

    volume, whole, left = cv.volumes["nodule"], _whole(domain), ShareLeft.of(before)
    in_hole = _in_hole(domain, lambda points: 1.0 - left.at(points))
    gone, factor = conserving(
        np.append(whole * (1.0 - left.at(cv.points)), in_hole),
        np.append(volume, 1.0),
        removed_mineral(before),
        np.append(whole, _in_hole(domain, _everything)),
    )
    mineral = whole - gone[:-1]
    displaced = total_mineral(before) - float(volume @ mineral)
    state = replace(
        now,
        concentration=drug[0],
        dissolved=dissolved[0],
        mineral=mineral,
        whole=whole,
        displaced_mineral=displaced,
        displaced_whole=displaced + float(gone[-1]),
    )
    return Carried(state, corrections(drug[1], dissolved[1], factor))


@dataclass(frozen=True, eq=False)
class Solutes:
    """How what is in the liquid is handed on."""

    before: TissueState
    sample: Callable[[Array], Array]  # nodal values of the last round -> of the next
    capacity: Array  # (n,) m3 of liquid then

    def kept(self, old: Array) -> tuple[Array, float]:
        """Return concentrations (n,) that keep the mass of the `old` ones, and the factor.

        What is counted from the tissue's own liquid may be negative: that part is kept by itself.
        The factor is that of the larger part.
        """
        sign = 1.0 if self.before.capacity @ old >= 0.0 else -1.0
        more, factor = self._part(np.maximum(sign * old, 0.0))
        less, _ = self._part(np.maximum(-sign * old, 0.0))
        return sign * (more - less), factor

    def _part(self, old: Array) -> tuple[Array, float]:
        bound = np.full(len(self.capacity), old.max())
        return conserving(self.sample(old), self.capacity, float(self.before.capacity @ old), bound)


def corrections(drug: float, dissolved: float, mineral: float) -> dict[str, float]:
    """Return by how much the factors that keep the totals differ from 1."""
    return {"drug": drug - 1.0, "dissolved": dissolved - 1.0, "mineral": mineral - 1.0}


def conserving(x: Array, weights: Array, total: float, bound: Array) -> tuple[Array, float]:
    """Return ``min(bound, lambda x)`` whose weighted sum is `total`, and lambda.

    The sum is concave in lambda and piecewise linear: Newton's steps rise to the root and end there
    after finitely many. Where even all bounds together fall short of the total, they give way.

    Parameters
    ----------
    x, weights, bound : (n,) arrays
        None negative.
    total : float
    """
    if not x @ weights > 0.0:
        return x, 1.0
    free = np.ones(len(x), dtype=bool)
    while True:
        room = total - float(weights[~free] @ bound[~free])
        rising = float(weights[free] @ x[free])
        if rising <= 0.0 or room <= 0.0:  # the bounds cannot be kept
            factor = total / float(weights @ x)
            return factor * x, factor
        factor = room / rising
        below = free & (factor * x <= bound)
        if np.array_equal(below, free):
            return np.where(free, factor * x, bound), factor
        free = below


def total_mineral(state: TissueState) -> float:
    """Return the mineral (kg) in the nodule, with what stood where the needle is."""
    return float(nodule_of(state).integrals(1.0) @ state.mineral) + state.displaced_mineral


def removed_mineral(state: TissueState) -> float:
    """Return the mineral (kg) that is gone since before the first round."""
    in_nodule = nodule_of(state).integrals(1.0) @ (state.whole - state.mineral)
    return float(in_nodule) + state.displaced_whole - state.displaced_mineral


def nodule_of(state: TissueState) -> Triangles:
    """Return the nodule's part of the state's mesh."""
    return Triangles(state.points, state.cells[state.cell_regions == REGIONS["nodule"]])


@dataclass(frozen=True, eq=False)
class ShareLeft:
    """Share of the mineral left, at the nodes of a round's mesh."""

    nodule: Triangles
    share: Array  # (n,), 0 to 1; 0 outside of the nodule

    @classmethod
    def of(cls, state: TissueState) -> ShareLeft:
        """Return what `state` has of what was there before the first round."""
        nothing = np.zeros_like(state.whole)
        share = np.divide(state.mineral, state.whole, out=nothing, where=state.whole > 0.0)
        return cls(nodule_of(state), share)

    def at(self, points: Array) -> Array:
        """Return the share (k,) at points (k, 2) in m."""
        return np.minimum(self.nodule.node_weights(points) @ self.share, 1.0)


def _original(domain: Domain) -> Array:
    """Apparent density (c,) before the first round and before any needle; read in the nodule."""
    r, z = domain.cv.centres.T
    return original_density(domain.case.nodule, r, -z)


def _whole(domain: Domain) -> Array:
    """The same at the nodes (n,), as the needle has packed it."""
    cv = domain.cv
    packed = _original(domain) * domain.packed_density / domain.density
    mass, volume = cv.weighted_volume({"nodule": packed}), cv.volumes["nodule"]
    return np.divide(mass, volume, out=np.zeros_like(mass), where=volume > 0.0)


def _porosity_before(before: TissueState, domain: Domain) -> dict[str, float | Array]:
    """Porosity during the last round on the new mesh: the nodule's from the cells of the old."""
    cv, inside = domain.cv, before.cell_regions == REGIONS["nodule"]
    own = cv.cell_regions == cv.regions["nodule"]
    nodule = np.zeros(len(cv.cells))
    nodule[own] = before.porosity[inside][nodule_of(before).cells_at(cv.centres[own])]
    return domain.porosity | {"nodule": nodule}


def _in_hole(domain: Domain, share: Callable[[Array], Array]) -> float:
    """A `share` (k,) at points (k, 2) of the mineral (kg) that would be where the needle is."""
    if domain.pose is None:
        return 0.0
    case, nodule = domain.case, domain.case.nodule
    outline = needle_outline(case.needle, -domain.pose.tip[1], case.injection.pull_back)
    along, across = HOLE
    step = nodule.height / along
    depth = nodule.depth + step * (np.arange(along) + 0.5)
    needle = np.interp(-depth, outline.height, outline.radius, left=0.0)
    off_centre = (depth - nodule.centre_depth) / (0.5 * nodule.height)
    rim = 0.5 * nodule.diameter * np.sqrt(1.0 - off_centre**2)
    radius = np.minimum(needle, rim)
    r = radius[:, None] * np.sqrt((np.arange(across) + 0.5) / across)
    at = np.column_stack((r.ravel(), -np.repeat(depth, across)))
    density = share(at) * original_density(nodule, at[:, 0], -at[:, 1])
    rings = np.repeat(np.pi * radius**2 * step / across, across)
    return float(rings @ density)


def _everything(points: Array) -> Array:
    return np.ones(len(points))
