"""The surfaces a record is shown on, and from which nodes each of their points has its value.

World of the pictures, mm: x across, y up with the skin at 0, z towards the viewer. A half plane
(r, z) lies at x = r, y = z; of a record in space, (x, y, z) is shown at (x, z, -y).

A surface is cut once; a time step then only weighs node values. Both views show the tissue up to a
distance from the axis. The section is the plane through the axis (r-z, mirrored) or through the
mouth along the lean (3-D). The block is what lies behind a clip plane that faces the viewer: of
r-z records it is revolved, and its plane at a distance c from the axis is the half plane's part
r >= |c| drawn at x = ±sqrt(r² - c²): exact at the nodes, straight between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from sim.figures.cut import mesh_of, mouth
from sim.outcome import Array
from sim.results.fields import Fields

ANGLES = 73  # of a full turn, where something is revolved
ON_AXIS = 1e-9  # mm
SIDES = [[0, 1], [1, 2], [2, 0]]  # of a triangle, by its corners

type Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Surface:
    """Triangles with what they show: for each point the nodes it lies between and their shares."""

    points: Array  # (p, 3) mm, world of the pictures
    triangles: Index  # (t, 3)
    nodes: Index  # (p, k) of the record's mesh
    shares: Array  # (p, k), rows sum to 1
    cells: Index  # (t,) of the record's mesh
    regions: Index  # (t,) tags

    def of_nodes(self, values: Array) -> Array:
        """Return node values (n,) at the points (p,)."""
        return np.einsum("pk,pk->p", self.shares, values[self.nodes])

    def line_at(self, values: Array, level: float) -> Array:
        """Return the ends (s, 2, 3) of the line where values at the points (p,) are `level`."""
        above = values[self.triangles] > level
        count = above.sum(axis=1)
        crossed = (count == 1) | (count == 2)
        alone = np.argmax(above[crossed] == (count[crossed] == 1)[:, None], axis=1)
        turned = (alone[:, None] + np.arange(3)) % 3
        corners = np.take_along_axis(self.triangles[crossed], turned, axis=1)
        one, others = values[corners[:, :1]], values[corners[:, 1:]]
        share = ((level - one) / (others - one))[..., None]
        return (1.0 - share) * self.points[corners[:, :1]] + share * self.points[corners[:, 1:]]

    def borders(self) -> Index:
        """Return the edges (e, 2) between triangles of different regions, and those of one only.

        Where two mirrored halves meet is no border.
        """
        edges = np.sort(self.triangles[:, SIDES].reshape(-1, 2), axis=1)
        found, at, count = np.unique(edges, axis=0, return_inverse=True, return_counts=True)
        total = np.bincount(at, np.repeat(self.regions, 3))
        own = np.empty(len(found))
        own[at] = np.repeat(self.regions, 3)
        in_middle = np.abs(self.points[found, 0]).max(axis=1) < ON_AXIS
        between = (total != count * own) | ((count == 1) & ~in_middle)
        return found[between]

    def joined(self, other: Surface) -> Surface:
        """Return both as one surface, for two that have shares of equally many nodes."""
        more = len(self.points)
        return Surface(
            np.vstack([self.points, other.points]),
            np.vstack([self.triangles, other.triangles + more]),
            np.vstack([self.nodes, other.nodes]),
            np.vstack([self.shares, other.shares]),
            np.append(self.cells, other.cells),
            np.append(self.regions, other.regions),
        )


def section(fields: Fields, reach: float) -> Surface:
    """Return the full section, up to `reach` (mm) from the axis."""
    if fields.points.shape[1] == 2:
        return _face(_half_plane(fields, 0.0, reach), 0.0)
    plane = _grid(fields, reach).slice(
        normal=(0.0, 1.0, 0.0), origin=mouth(fields), generate_triangles=True
    )
    return _seen(fields, plane)


def block(fields: Fields, reach: float, clip: float) -> Surface:
    """Return the tissue behind the plane at z = `clip` (mm), up to `reach` from the axis."""
    if fields.points.shape[1] == 2:
        behind = _revolved(_half_plane(fields, max(-clip, 0.0), reach), clip)
        if abs(clip) >= reach:
            return behind
        return _face(_half_plane(fields, abs(clip), reach), clip).joined(behind)
    grid, plane = _grid(fields, reach), {"normal": (0.0, 1.0, 0.0), "origin": (0.0, -clip, 0.0)}
    face = grid.slice(generate_triangles=True, **plane)
    outside = grid.extract_surface(algorithm=None).triangulate().clip(invert=False, **plane)
    return _seen(fields, face).joined(_seen(fields, outside.triangulate()))


def arc(radius: Array, height: Array, clip: float) -> Array:
    """Revolve points (p,) about the axis as far as they lie behind z = `clip`.

    Returns
    -------
    array
        (p, ANGLES, 3), mm.
    """
    share = np.divide(clip, radius, out=np.full(len(radius), np.sign(clip)), where=radius > 0.0)
    reach = np.arcsin(np.clip(share, -1.0, 1.0))
    turn = np.pi - reach[:, None] + np.linspace(0.0, 1.0, ANGLES) * (np.pi + 2.0 * reach)[:, None]
    y = np.broadcast_to(height[:, None], turn.shape)
    return np.stack([radius[:, None] * np.cos(turn), y, radius[:, None] * np.sin(turn)], axis=-1)


def strips(lines: Index, across: int) -> Index:
    """Return the triangles (t, 3) between revolved points; `lines` (e, 2) join neighbours."""
    a, b = (across * lines[:, end, None] + np.arange(across - 1) for end in (0, 1))
    return np.stack([a, b, b + 1, a, b + 1, a + 1], axis=-1).reshape(-1, 3)


def _half_plane(fields: Fields, nearest: float, reach: float) -> Surface:
    """Return the half plane between two distances from the axis."""
    mesh = mesh_of(fields)
    mesh.cell_data["cell"] = np.arange(len(fields.cells))
    mesh.point_data["r"] = fields.points[:, 0]
    kept = mesh.clip_scalar(scalars="r", value=reach)
    if nearest > 0.0:
        kept = kept.clip_scalar(scalars="r", invert=False, value=nearest)
    flat = kept.extract_surface(algorithm=None).triangulate()
    cells = np.asarray(flat.cell_data["cell"])
    triangles = flat.faces.reshape(-1, 4)[:, 1:]
    points = np.asarray(flat.points, dtype=float)
    nodes, shares = _traced(fields, points[:, :2], triangles, cells)
    return Surface(points, triangles, nodes, shares, cells, fields.cell_regions[cells])


def _face(half: Surface, clip: float) -> Surface:
    """Return the clip plane of a half plane that was revolved: both its sides."""
    r, height, _ = half.points.T
    across = np.sqrt(np.maximum(r**2 - clip**2, 0.0))
    at = np.full(len(r), clip)
    right = np.column_stack([across, height, at])
    left = np.column_stack([-across, height, at])
    one, other = (
        Surface(points, half.triangles, half.nodes, half.shares, half.cells, half.regions)
        for points in (left, right)
    )
    return one.joined(other)


def _revolved(half: Surface, clip: float) -> Surface:
    """Return the edges of a half plane, but its axis, revolved as far as they are behind."""
    edges = np.sort(half.triangles[:, SIDES].reshape(-1, 2), axis=1)
    lines, first, count = np.unique(edges, axis=0, return_index=True, return_counts=True)
    kept = (count == 1) & (half.points[lines, 0].max(axis=1) > max(-clip, 0.0) + ON_AXIS)
    lines, cells = lines[kept], half.cells[first[kept] // 3]
    used, ends = np.unique(lines, return_inverse=True)
    r, height, _ = half.points[used].T
    triangles = strips(ends.reshape(-1, 2), ANGLES)
    of = np.repeat(used, ANGLES)
    cells = np.repeat(cells, 2 * (ANGLES - 1))
    regions = np.repeat(half.regions[first[kept] // 3], 2 * (ANGLES - 1))
    points = arc(r, height, clip).reshape(-1, 3)
    return Surface(points, triangles, half.nodes[of], half.shares[of], cells, regions)


def _grid(fields: Fields, reach: float) -> pv.UnstructuredGrid:
    """Return the mesh in space up to `reach` (mm) from the axis; it knows each cell's number."""
    mesh = mesh_of(fields)
    mesh.cell_data["cell"] = np.arange(len(fields.cells))
    mesh.point_data["r"] = np.hypot(*fields.points[:, :2].T)
    return mesh.clip_scalar(scalars="r", value=reach)


def _seen(fields: Fields, cut: pv.PolyData) -> Surface:
    """Return a cut through the mesh in space as a surface."""
    cells, triangles = np.asarray(cut.cell_data["cell"]), cut.faces.reshape(-1, 4)[:, 1:]
    own = np.asarray(cut.points, dtype=float)
    nodes, shares = _traced(fields, own, triangles, cells)
    points = own[:, [0, 2, 1]] * (1.0, 1.0, -1.0)
    return Surface(points, triangles, nodes, shares, cells, fields.cell_regions[cells])


def _traced(fields: Fields, points: Array, triangles: Index, cells: Index) -> tuple[Index, Array]:
    """Return the nodes (p, k) whose cell each point (p, d) lies in, and their shares."""
    cell = np.zeros(len(points), dtype=np.int64)
    cell[triangles.ravel()] = np.repeat(cells, 3)
    nodes = fields.cells[cell]
    origin, *corners = np.moveaxis(fields.points[nodes], 1, 0)
    basis = np.stack([corner - origin for corner in corners], axis=-1)
    others = np.linalg.solve(basis, (points - origin)[..., None])[..., 0]
    return nodes, np.column_stack([1.0 - others.sum(axis=1), others])
