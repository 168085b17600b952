"""What a round leaves, as the next one's needle meets it.

The needle of a later round goes in where the last one did, or beside it. The half plane (r, z) has
room for one axis: when the entry is shifted, everything is averaged on rings around the new axis
(simplification), each quantity's total kept. On the new axis itself such a ring has one radius, the
shift, so the insertion meets exactly what the old field holds along its line; that the nodule ends
nearer to the skin off its centre is left out, its outline stays centred under the needle. Rings
that pass the nodule's rim take the values of its nearest nodes.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from meshes.axisymmetric import REGIONS
from sim.case import MineralLeft, Nodule
from sim.materials.density import LEAST, at_density
from sim.outcome import TissueState
from sim.treatment.transfer import Carried, ShareLeft, Solutes, conserving, corrections, nodule_of
from sim.treatment.triangles import Triangles

Array = NDArray[np.float64]

ANGLES = 12  # on half a ring, the other half mirrors it


def nodule_left(nodule: Nodule, state: TissueState, spacing: float) -> Nodule:
    """Return `nodule` as `state` leaves it.

    Its mineral is the mean of what is left, and the share left is tabulated on a regular grid.

    Parameters
    ----------
    nodule : Nodule
        Before this or the first round.
    state : TissueState
    spacing : float
        Of the grid, at most (m).
    """
    volume = nodule_of(state).integrals(1.0)
    mean = float(volume @ state.mineral) / float(volume @ state.whole)
    original = nodule.mineral.density if nodule.left is None else nodule.left.original
    density = max(mean * original, min(LEAST * nodule.mineral.solid_density, original))
    r = _grid(0.0, 0.5 * nodule.diameter, spacing)
    depth = _grid(nodule.depth, nodule.depth + nodule.height, spacing)
    at = np.column_stack((np.tile(r, len(depth)), -np.repeat(depth, len(r))))
    share = ShareLeft.of(state).at(at).reshape(len(depth), len(r))
    left = MineralLeft(r, depth, share, original)
    return replace(nodule, mineral=at_density(nodule.mineral, density), left=left)


def around(state: TissueState, shift: float) -> Carried:
    """Return `state` averaged around an axis `shift` (m) beside its own, on the same mesh."""
    mesh, nodule = Triangles(state.points, state.cells), nodule_of(state)
    inside = state.cell_regions == REGIONS["nodule"]
    centres = state.points[state.cells[inside]].mean(axis=1)
    porosity = state.porosity.copy()
    porosity[inside] = np.mean(
        [state.porosity[inside][nodule.cells_at(ring)] for ring in _rings(centres, shift)], axis=0
    )
    capacity = state.capacity + mesh.integrals(porosity) - mesh.integrals(state.porosity)
    weights = sum(mesh.node_weights(ring) for ring in _rings(state.points, shift)) / ANGLES
    solutes = Solutes(state, lambda old: weights @ old, capacity)
    drug, dissolved = solutes.kept(state.concentration), solutes.kept(state.dissolved)

    left, volume = ShareLeft.of(state), nodule.integrals(1.0)
    gone = state.whole * (1.0 - sum(left.at(ring) for ring in _rings(state.points, shift)) / ANGLES)
    removed = float(volume @ (state.whole - state.mineral))
    gone, factor = conserving(gone, volume, removed, state.whole)
    moved = replace(
        state,
        porosity=porosity,
        capacity=capacity,
        concentration=drug[0],
        dissolved=dissolved[0],
        mineral=state.whole - gone,
    )
    return Carried(moved, corrections(drug[1], dissolved[1], factor))


def _rings(points: Array, shift: float) -> list[Array]:
    """Points (n, 2) on the ring of each point around the new axis, one angle after the other."""
    angles = (np.arange(ANGLES) + 0.5) * math.pi / ANGLES
    r, z = points.T
    away = r**2 + shift**2 + np.multiply.outer(2.0 * shift * np.cos(angles), r)
    return [np.column_stack((np.sqrt(np.maximum(row, 0.0)), z)) for row in away]


def _grid(start: float, end: float, spacing: float) -> Array:
    return np.linspace(start, end, 1 + math.ceil((end - start) / spacing))
