"""The sheared grid: its face is the cone, its cells are sound, a field survives its travel."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.mechanics.mineral.elastoplastic import Solid
from sim.mechanics.mineral.foam import Foam
from sim.mechanics.mineral.penetration_mesh import ConeGrid, Extent, cone_grid

HEIGHT = 0.3


def grid(degrees: float) -> ConeGrid:
    return cone_grid(math.radians(degrees), 0.25, HEIGHT, Extent(1.5, 0.9, 8.0), 10.0)


@pytest.mark.parametrize("degrees", [2.5, 5.55, 20.0, 60.0, 90.0])
def test_face_wall_and_volume(degrees: float) -> None:
    window, cot = grid(degrees), 1.0 / math.tan(math.radians(degrees))
    r, z = window.points[window.face].T
    assert r[0] == 0.0
    assert r[-1] == 1.0
    np.testing.assert_allclose(z, r * cot, atol=1e-12)
    wall = window.points[window.wall]
    np.testing.assert_array_equal(wall[:, 0], np.ones(10))
    np.testing.assert_allclose(wall[:, 1] - cot, 0.15 * np.arange(10, 0, -1))
    below = window.points[window.bottom, 1] - cot * np.minimum(window.points[window.bottom, 0], 1.0)
    np.testing.assert_allclose(below, -8.0)
    solid = Solid(window.points, window.cells, Foam(1.0, 0.3, 1.0, 1.0))
    volume = math.pi * (100.0 * 8.0 + 99.0 * 1.5)
    np.testing.assert_allclose(solid.weight.sum(), volume, rtol=1e-12)
    np.testing.assert_allclose(solid.weight[window.top_row].sum(), math.pi * 99.0 * HEIGHT)


@pytest.mark.parametrize("degrees", [5.55, 90.0])
def test_a_field_at_rest_is_seen_one_row_higher(degrees: float) -> None:
    """Nodes carry quadratic fields along the needle, Gauss points linear ones; exact but below."""
    window = grid(degrees)
    cot = 1.0 / math.tan(window.half_angle)

    def place(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return points[..., 0], cot * np.minimum(points[..., 0], 1.0) - points[..., 1]

    r, zeta = place(window.points)
    moved = window.shift_nodes @ (r**3 + zeta**2)
    known = zeta < 8.0 - HEIGHT
    np.testing.assert_allclose(moved[known], (r**3 + (zeta + HEIGHT) ** 2)[known], atol=1e-11)
    solid = Solid(window.points, window.cells, Foam(1.0, 0.3, 1.0, 1.0))
    r, zeta = place(solid.places)
    known = zeta + HEIGHT < zeta.max()
    moved = window.moved(r * zeta)
    np.testing.assert_allclose(moved[known], (r * (zeta + HEIGHT))[known], atol=1e-11)
    even = zeta < 0.6  # rows of one height: no arithmetic at all
    assert set(window.moved(r)[even]) <= set(r.ravel())


def test_table_of_a_field() -> None:
    window = grid(20.0)
    solid = Solid(window.points, window.cells, Foam(1.0, 0.3, 1.0, 1.0))
    zeta = np.minimum(solid.places[..., 0], 1.0) / math.tan(window.half_angle)
    zeta -= solid.places[..., 1]
    filled = window.table(np.ones_like(zeta)) > 0.0
    expected = np.where(filled, window.gauss_zeta[:, None], 0.0)
    np.testing.assert_allclose(window.table(zeta), expected, atol=1e-12)
    inside = (window.gauss_zeta[:, None] < 0.0) & (window.gauss_r < 1.0)
    np.testing.assert_array_equal(filled, ~inside)
