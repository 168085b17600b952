"""Bodies of a cut-away of a result in 3-D: the quarter in front of the mouth is left out.

The frame's origin is moved below the mouth's middle, so that the open quarter is x > 0, y < 0; the
needle leans towards x, within one of the faces.
"""

from __future__ import annotations

import numpy as np
import pyvista as pv

from sim.figures.cut import mesh_of, mouth, rim
from sim.figures.revolved import GLASS, LINE, NEAR, NODULE, Body, level_surface
from sim.figures.section import ABOVE, STEEL
from sim.figures.style import DARK, THRESHOLD
from sim.outcome import Array
from sim.results.record import Record

FLAT = 1e-3  # mm from a plane that still counts as on it
SIDE = 0.95  # of the largest distance from the middle: the tissue's outer surface


def bodies(record: Record, drug: Array, radius: float) -> list[Body]:
    """Return the faces with `drug` (n,) up to `radius` (mm), nodule, threshold and needle."""
    case, fields = record.case, record.fields
    threshold = case.injection.threshold_fraction * case.drug.concentration
    grid = mesh_of(fields)
    grid.points = grid.points - np.append(mouth(fields)[:2], 0.0)
    grid.point_data["drug"] = drug
    inside = fields.cell_regions == fields.regions["nodule"]
    grid.cell_data["nodule"] = inside
    found = []
    for normal, kept, (out, sign) in (("y", "x", (1, -1.0)), ("x", "-y", (0, 1.0))):
        plane = grid.slice(normal, origin=(0.0, 0.0, 0.0), generate_triangles=True)
        face = plane.clip(f"-{kept}".replace("--", ""), origin=(0.0, 0.0, 0.0))
        end = np.array([radius if kept == "x" else 0.0, -radius if kept == "-y" else 0.0, 0.0])
        face = face.clip(kept, origin=tuple(end)).triangulate()
        found.append(Body(face, None, lit=False))
        triangles = face.faces.reshape(-1, 4)[:, 1:]
        edges, _ = rim(triangles[face.cell_data["nodule"].astype(bool)])
        drawn = [(edges, face.points, DARK)]
        if drug.max() > threshold:
            level = face.contour([threshold], scalars="drug")
            drawn.append((level.lines.reshape(-1, 3)[:, 1:], level.points, THRESHOLD))
        for ends, points, colour in drawn:
            points = np.array(points)
            points[:, out] += sign * NEAR
            cells = np.column_stack([np.full(len(ends), 2), ends]).ravel()
            found.append(Body(pv.PolyData(points, lines=cells), colour, width=LINE, lit=False))
    surface = grid.extract_cells(inside).extract_surface(algorithm=None)
    found.append(Body(_in_quarter(surface), NODULE, opacity=GLASS))
    if drug.max() > threshold:
        level = grid.contour([threshold], scalars="drug")
        found += level_surface(_in_quarter(level))
    return found + _needle(grid)


def _in_quarter(surface: pv.PolyData) -> pv.PolyData:
    middle = (0.0, 0.0, 0.0)
    return surface.clip("-x", origin=middle).clip("y", origin=middle)


def _needle(grid: pv.UnstructuredGrid) -> list[Body]:
    """Return the surface of the hole in the mesh, and its rim carried on along the hole's axis."""
    skin = grid.extract_surface(algorithm=None)
    centres = np.asarray(skin.cell_centers().points)
    low, high = grid.bounds.z_min, grid.bounds.z_max
    middle = 0.5 * np.array([sum(grid.bounds[:2]), sum(grid.bounds[2:4])])
    away = np.hypot(*(centres[:, :2] - middle).T)
    outer = (centres[:, 2] < low + FLAT) | (centres[:, 2] > high - FLAT)
    outer |= away > SIDE * 0.5 * (grid.bounds.x_max - grid.bounds.x_min)
    wall = skin.extract_cells(np.flatnonzero(~outer)).extract_surface(algorithm=None)
    if not wall.n_cells:
        return []
    points = np.asarray(wall.points)
    _, _, ways = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    axis = ways[0] * np.sign(ways[0][2])
    opening = wall.extract_feature_edges(
        boundary_edges=True, feature_edges=False, manifold_edges=False
    )
    shaft = opening.extrude(axis * ABOVE / axis[2], capping=False)
    return [Body(wall, STEEL, shine=0.6), Body(shaft, STEEL, shine=0.6)]
