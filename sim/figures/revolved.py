"""Bodies of a cut-away made by turning what lies in the half plane (r, z) about its axis.

The quarter from -90 to 0 degrees is open: its two faces are half planes, and what is seen in it is
turned about it alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from sim.figures.cut import mesh_of, rim
from sim.figures.section import ABOVE, STEEL, contour, tip_depth
from sim.figures.style import DARK, THRESHOLD
from sim.outcome import Array
from sim.results.record import Record

OPEN, KEPT = (-90.0, 0.0), (0.0, 270.0)  # degrees
STEP = 3.0  # degrees, of a facet
NEAR = 0.01  # mm by which lines and liquid stand before a face, so that it does not hide them
LINE, FINE = 3.0, 1.5  # pixels
RINGS = 1.0  # mm between the lines of equal height on the threshold's surface
NODULE, GLASS = "#8a9099", 0.12  # colour and opacity of what is seen through


@dataclass(frozen=True)
class Body:
    """Something to be seen."""

    mesh: pv.PolyData
    colour: str | tuple[float, ...] | None  # None: of its point data `drug`
    opacity: float = 1.0
    width: float | None = None  # of a line, pixels; None: a surface
    lit: bool = True
    shine: float = 0.0


def revolve(profile: Array, edges: NDArray[np.int64], angles: tuple[float, float]) -> pv.PolyData:
    """Return the surface (mm) that edges (m, 2) between points (n, 2), (r, z), trace."""
    turns = np.radians(np.linspace(*angles, round((angles[1] - angles[0]) / STEP) + 1))
    points = np.concatenate([at(profile, turn) for turn in turns])
    start = len(profile) * np.arange(len(turns) - 1)[:, None, None]
    quads = np.stack(
        np.broadcast_arrays(
            edges[:, 0] + start[..., 0], edges[:, 1] + start[..., 0],
            edges[:, 1] + start[..., 0] + len(profile), edges[:, 0] + start[..., 0] + len(profile),
        ), axis=-1,
    ).reshape(-1, 4)  # fmt: skip
    return pv.PolyData.from_regular_faces(points, quads)


def chain(points: int) -> NDArray[np.int64]:
    """Return the edges (points - 1, 2) of a line through consecutive points."""
    return np.column_stack([np.arange(points - 1), np.arange(1, points)])


def at(profile: Array, turn: float, before: float = 0.0) -> Array:
    """Return points (n, 3) of the half plane at an angle (rad), moved out of it by `before`."""
    r, z = profile.T
    ahead = before if turn < -1.0 else -before  # into the open quarter, from either face
    x = r * np.cos(turn) - ahead * np.sin(turn)
    return np.column_stack([x, r * np.sin(turn) + ahead * np.cos(turn), z])


def faces() -> Array:
    """Return the angles (2,) of the faces, rad."""
    return np.radians(OPEN)


def lines(profile: Array, edges: NDArray[np.int64]) -> list[pv.PolyData]:
    """Return edges (m, 2) between points (n, 2), (r, z), as they are on both faces."""
    cells = np.column_stack([np.full(len(edges), 2), edges]).ravel()
    return [pv.PolyData(at(profile, turn, NEAR), lines=cells) for turn in faces()]


def bodies(record: Record, drug: Array, radius: float) -> list[Body]:
    """Return the faces with `drug` (n,) up to `radius` (mm), the nodule and the threshold."""
    case, fields = record.case, record.fields
    threshold = case.injection.threshold_fraction * case.drug.concentration
    grid = mesh_of(fields)
    grid.point_data["drug"] = drug
    shown = grid.clip("x", origin=(radius, 0.0, 0.0)).extract_surface(algorithm=None).triangulate()
    found = []
    for turn in faces():
        face = shown.copy()
        face.points = at(np.asarray(shown.points)[:, :2], turn)
        found.append(Body(face, None, lit=False))
    edges = _nodule(record)
    found += [Body(line, DARK, width=LINE, lit=False) for line in lines(fields.points, edges)]
    found.append(Body(revolve(fields.points, edges, OPEN), NODULE, opacity=GLASS))
    if drug.max() > threshold:
        level = grid.contour([threshold], scalars="drug")
        profile, ends = np.asarray(level.points)[:, :2], level.lines.reshape(-1, 3)[:, 1:]
        found += [Body(line, THRESHOLD, width=LINE, lit=False) for line in lines(profile, ends)]
        found += level_surface(revolve(profile, ends, OPEN))
    return found


def level_surface(surface: pv.PolyData) -> list[Body]:
    """Return the threshold's surface: thin, with lines of equal height on it."""
    if not surface.n_cells:
        return []
    surface.point_data["height"] = np.asarray(surface.points)[:, 2]
    low, high = np.ceil(surface.bounds.z_min / RINGS), np.floor(surface.bounds.z_max / RINGS)
    rings = surface.contour(RINGS * np.arange(low, high + 1.0), scalars="height")
    drawn = [Body(rings, THRESHOLD, width=FINE, lit=False)] if rings.n_cells else []
    return [Body(surface, THRESHOLD, opacity=GLASS), *drawn]


def needle(record: Record, liquid: tuple[float, ...]) -> list[Body]:
    """Return the needle, cut like the tissue, and the `liquid` that fills it."""
    tip = tip_depth(record)
    if tip is None:
        return []
    radius, depth, mouth = contour(record.case, tip, ABOVE)
    outer = np.column_stack([radius, -depth])
    edges = chain(len(outer))
    wet = (edges[:, 0] >= mouth.start) & (edges[:, 1] < mouth.stop)
    lumen = 0.5e3 * record.case.needle.inner_diameter
    bore = np.vstack([outer[mouth], [[lumen, outer[mouth][-1, 1]], [lumen, ABOVE]]])
    around = np.vstack([bore, [[0.0, ABOVE], [0.0, bore[0, 1]]]])
    steel = np.vstack([outer, [[0.0, ABOVE]]])
    found = [
        Body(revolve(outer, edges[~wet], KEPT), STEEL, shine=0.6),
        Body(revolve(outer, edges[wet], KEPT), liquid, lit=False),
    ]
    for turn in faces():
        for polygon, colour, before in ((steel, STEEL, NEAR), (around, liquid, 2.0 * NEAR)):
            plane = pv.PolyData(
                at(polygon, turn, before), faces=[len(polygon), *range(len(polygon))]
            ).triangulate()
            found.append(Body(plane, colour, lit=False))
    edge = chain(len(steel))
    found += [Body(line, DARK, width=FINE, lit=False) for line in lines(steel, edge)]
    return found


def _nodule(record: Record) -> NDArray[np.int64]:
    """Return the edges (m, 2) between the nodule and what is around it, steel and axis left out."""
    fields = record.fields
    own, _ = rim(fields.cells[fields.cell_regions == fields.regions["nodule"]])
    whole, _ = rim(fields.cells)
    outer = {tuple(edge) for edge in whole.tolist()}
    return np.array([edge for edge in own.tolist() if tuple(edge) not in outer])
