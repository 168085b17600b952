"""Two-point transmissibilities between the nodes of a Delaunay mesh of tetrahedra.

The face between two Voronoi cells is normal to the edge that joins their nodes, so the flow through
it is ``A / L k (p_i - p_j)`` with the face's area A and the edge's length L. Each tetrahedron
holds the part of the face that is spanned by the middle of the edge and the circumcentres of
its two triangles and of itself (discrete exterior calculus, Hirani 2003). The parts are signed: a
circumcentre outside of its tetrahedron makes some negative, and its neighbour makes up for it
as long as the mesh is Delaunay and both conduct alike. For ``p = x`` the flows of every inner node
balance exactly.

P1 elements are no choice in 3-D: a quarter of their edges conduct backwards (Letniowski 1992).
gmsh's optimisation of tetrahedra must stay off, because it gives up the Delaunay property for
better angles: 1 % of the edges are then negative, against 0.01 % without it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PAIRS = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))  # local nodes of the six edges
_OTHERS = ((2, 3), (3, 1), (1, 2), (0, 3), (2, 0), (0, 1))  # (edge, others) turns as (0, 1, 2, 3)
_BLOCK = 200_000  # cells worked on at a time, for the memory's sake


def face_to_length(points: Array, cells: NDArray[np.integer]) -> Array:
    """Return the dual area over the length of each cell's edges, (c, 6), m, as in `PAIRS`.

    Parameters
    ----------
    points : (n, 3)
        Nodes, m.
    cells : (c, 4)
        Nodes of each tetrahedron.
    """
    ratios = np.empty((len(cells), len(PAIRS)))
    for start in range(0, len(cells), _BLOCK):
        block = slice(start, start + _BLOCK)
        ratios[block] = _ratios(points[cells[block]])
    return ratios


def _ratios(corners: Array) -> Array:
    """Return the ratios (c, 6) of tetrahedra given by their corners (c, 4, 3)."""
    a, b, c, d = corners.transpose(1, 0, 2)
    orientation = np.sign(_dot(b - a, np.cross(c - a, d - a)))
    centre = _circumcentre(corners)
    ratios = np.empty((len(corners), len(PAIRS)))
    for edge, ((i, j), (k, m)) in enumerate(zip(PAIRS, _OTHERS, strict=True)):
        along = corners[:, j] - corners[:, i]
        middle = 0.5 * (corners[:, i] + corners[:, j])
        first = _triangle_centre(corners[:, i], along, corners[:, k] - corners[:, i]) - middle
        second = _triangle_centre(corners[:, i], along, corners[:, m] - corners[:, i]) - middle
        # the corner opposite to the edge, in its normal plane: middle, first, centre, second
        twice = np.cross(first, centre - middle) + np.cross(centre - middle, second)
        ratios[:, edge] = 0.5 * orientation * _dot(along, twice) / _dot(along, along)
    return ratios


def _circumcentre(corners: Array) -> Array:
    """Return the circumcentres (c, 3) of tetrahedra."""
    a = corners[:, 0]
    u, v, w = (corners[:, i] - a for i in (1, 2, 3))
    vw, wu, uv = np.cross(v, w), np.cross(w, u), np.cross(u, v)
    weighted = _dot(u, u)[:, None] * vw + _dot(v, v)[:, None] * wu + _dot(w, w)[:, None] * uv
    return a + weighted / (2.0 * _dot(u, vw)[:, None])


def _triangle_centre(a: Array, u: Array, v: Array) -> Array:
    """Return the circumcentres (c, 3) of triangles with the corners a, a + u, a + v."""
    normal = np.cross(u, v)
    weighted = _dot(v, v)[:, None] * np.cross(normal, u) + _dot(u, u)[:, None] * np.cross(v, normal)
    return a + weighted / (2.0 * _dot(normal, normal)[:, None])


def _dot(a: Array, b: Array) -> Array:
    return np.einsum("ij,ij->i", a, b)
