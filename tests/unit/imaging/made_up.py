"""A ball of known density: triangles of the half plane, or tetrahedra."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import Delaunay

from sim.case import Case
from sim.imaging.revolved import Revolved
from sim.imaging.states import MINERAL, NODULE, State, Term
from tests.unit.mechanics.patient import case

RADIUS = 5e-3


def sphere(density: float = 1600.0, **mineral: float) -> Case:
    """A case with a ball of mineral 10 mm across, 2 mm below the skin."""
    made = case(density=density, **mineral)
    return replace(made, nodule=replace(made.nodule, diameter=2 * RADIUS, height=2 * RADIUS))


def half_disc(rings: int) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, 2) of a half disc of radius 1 about the origin, and its triangles."""
    points = [(0.0, 0.0)]
    for ring in range(1, rings + 1):
        angles = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 3 * ring + 1)
        points += [(ring / rings * np.cos(a), ring / rings * np.sin(a)) for a in angles]
    points = np.array(points)
    cells = Delaunay(points).simplices
    corners = points[cells]
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return points, cells[np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) > 1e-9]


def ball(rings: int) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, 3) of a ball of radius 1 on shells, and its tetrahedra."""
    points = [np.zeros((1, 3))]
    for ring in range(1, rings + 1):
        count = 12 * ring**2
        n = np.arange(count) + 0.5
        z, turn = 1.0 - 2.0 * n / count, np.pi * (1.0 + np.sqrt(5.0)) * n
        flat = np.sqrt(1.0 - z**2)
        shell = np.column_stack((flat * np.cos(turn), flat * np.sin(turn), z))
        points.append(ring / rings * shell)
    points = np.concatenate(points)
    cells = Delaunay(points).simplices
    edges = points[cells][:, 1:] - points[cells][:, :1]
    return points, cells[np.abs(np.linalg.det(edges)) > 1e-9]


def state(of: Case, rings: int = 24, slope: float = 0.0) -> State:
    """The case's ball; its density is that of the mineral at its centre, and `slope` per m of z."""
    points, cells = half_disc(rings)
    corners = (points * RADIUS)[cells]
    values = np.zeros((*cells.shape, 3))
    values[..., NODULE] = 1.0
    values[..., MINERAL] = of.nodule.mineral.density + slope * corners[..., 1]
    body = Revolved(corners - (0.0, of.nodule.centre_depth), values)
    return State("before", "before", of, (Term(body, np.zeros(3)),))
