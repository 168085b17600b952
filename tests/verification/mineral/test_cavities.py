"""Spherical and cylindrical cavities by the penetration's own finite elements against Hill."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.mechanics.mineral.closed_forms import cylindrical_cavity, spherical_cavity
from sim.mechanics.mineral.elastoplastic import Solid
from sim.mechanics.mineral.equilibrium import EquilibriumSolver
from sim.mechanics.mineral.foam import Foam
from sim.mechanics.mineral.hardening import Capped
from sim.mechanics.mineral.springs import Springs
from tests.conftest import Check

OUTER = 12.0  # radii; the infinite rest is an elastic spring
RADIAL, ACROSS = 24, 4  # cells


def grid(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates (rows, columns) of first (fast) and second (slow), and 9-node cells."""
    columns = len(first)
    corner = 2 * np.arange(len(second) // 2)[:, None] * columns + 2 * np.arange(columns // 2)
    table = np.arange(3)[:, None] * columns + np.arange(3)
    one, two = np.meshgrid(first, second)
    return np.stack([one, two], axis=-1), corner.reshape(-1, 1) + table.reshape(1, -1)


def expanded(
    law: Foam, displacement: float, kind: str, length: float, parts: int = 4
) -> tuple[float, float]:
    """Pressure in a cavity of radius `length` whose wall moved by `displacement` x its radius.

    With it the number of Newton iterations.
    """
    distance = np.geomspace(1.0, OUTER, 2 * RADIAL + 1)
    if kind == "sphere":
        polar, cells = grid(distance, np.linspace(0.0, 0.5 * math.pi, 2 * ACROSS + 1))
        points = np.stack(
            [polar[..., 0] * np.sin(polar[..., 1]), polar[..., 0] * np.cos(polar[..., 1])], -1
        )
        far, area = 4.0 * law.shear_modulus / OUTER, 2.0 * math.pi
    else:
        points, cells = grid(distance, np.linspace(0.0, 1.0, 3))
        far, area = 2.0 * law.shear_modulus / OUTER, 2.0 * math.pi
    directions = points / np.linalg.norm(points, axis=-1, keepdims=True)
    if kind == "cylinder":
        directions = np.broadcast_to([1.0, 0.0], points.shape)
    shape = points.shape[:2]
    nodes = np.arange(points[..., 0].size).reshape(shape)
    points, directions = length * points.reshape(-1, 2), directions.reshape(-1, 2)
    solid = Solid(points, cells, law)
    rigid = 1e4 * law.youngs_modulus * length
    inner, outer = nodes[:, 0], nodes[:, -1]
    share = _areas(points, outer, kind, length)
    strength = np.ones(len(cells))

    def springs(grown: float) -> Springs:
        k = len(inner)
        held = Springs.along(nodes[0], (0.0, 1.0) if kind == "cylinder" else (1.0, 0.0), rigid)
        other = Springs.along(nodes[-1], (0.0, 1.0), rigid)
        wall = Springs(
            inner,
            directions[inner],
            np.full(k, rigid),
            np.full(k, grown * length),
            np.zeros(k, dtype=bool),
        )
        rest = Springs(
            outer, directions[outer], far / length * share, np.zeros(k), np.zeros(k, dtype=bool)
        )
        return Springs.joined(wall, rest, held, other)

    state = solid.unloaded()
    with EquilibriumSolver(solid, tolerance=1e-10) as solver:
        for part in range(1, parts + 1):
            load = springs(displacement * part / parts)
            state = solver.solve(state, load, strength)
    force = load.force(state.u)[: len(inner)].sum()
    return force / (area * length**2), float(solver.effort.iterations)


def _areas(points: np.ndarray, wall: np.ndarray, kind: str, length: float) -> np.ndarray:
    """Area that each node of the outer wall stands for, Simpson's rule in each cell."""
    simpson = np.zeros(len(wall))
    for offset, weight in enumerate((1.0, 4.0, 1.0)):
        simpson[offset : len(wall) - 2 + offset : 2] += weight / 6.0
    cells = (len(wall) - 1) // 2
    if kind == "cylinder":
        return simpson * 2.0 * math.pi * OUTER * length**2 / cells
    return simpson * 2.0 * math.pi * OUTER * length * points[wall, 0] * 0.5 * math.pi / cells


@pytest.mark.parametrize("rigidity", [100.0, 1000.0])
@pytest.mark.parametrize("plastic_radius", [1.5, 3.0, 6.0])
def test_sphere(rigidity: float, plastic_radius: float, check: Check) -> None:
    law = Foam(rigidity, 0.3, 0.0, 1.0)
    pressure, displacement = spherical_cavity(law, plastic_radius)
    found, _ = expanded(law, displacement, "sphere", 1.0)
    what = f"spherical cavity, E/Y = {rigidity:g}, plastic radius {plastic_radius}: pressure"
    check(what, abs(found / pressure - 1.0), "≤", 0.01)


@pytest.mark.parametrize("plastic_radius", [2.0, 5.0])
def test_cylinder(plastic_radius: float, check: Check) -> None:
    law = Foam(300.0, 0.4999, 0.0, 1.0)
    pressure, displacement = cylindrical_cavity(law, plastic_radius)
    found, _ = expanded(law, displacement, "cylinder", 1.0)
    what = f"cylindrical cavity, plastic radius {plastic_radius}: pressure"
    check(what, abs(found / pressure - 1.0), "≤", 0.005)


def test_other_units(check: Check) -> None:
    """Millimetres and megapascals instead of metres and pascals."""
    si = Foam(1.2e9, 0.25, 1.62, 9.3e6, Capped(0.5, 0.67))
    mm = Foam(1.2e3, 0.25, 1.62, 9.3, Capped(0.5, 0.67))
    here, steps = expanded(si, 0.2, "sphere", 1e-3)
    there, other = expanded(mm, 0.2, "sphere", 1.0)
    assert steps == other
    check("cavity in m and Pa against mm and MPa", abs(here / (1e6 * there) - 1.0), "≤", 1e-9)
