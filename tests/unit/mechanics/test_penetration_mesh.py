"""The sheared grid: its face is the cone, its cells are sound, a step takes in the right volume."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.mechanics.elastoplastic import Solid
from sim.mechanics.foam import Foam
from sim.mechanics.penetration_mesh import cone_grid


@pytest.mark.parametrize("degrees", [5.55, 20.0, 45.0])
def test_face_wall_and_volume(degrees: float) -> None:
    angle = math.radians(degrees)
    grid = cone_grid(angle, 0.25, 0.3, 2.0, 10.0)
    assert grid.steps == 7
    for row in (0, 3, grid.steps):
        r, z = grid.points[grid.face(row)].T
        assert r[0] == 0.0
        assert r[-1] == 1.0
        np.testing.assert_allclose(z + row * 0.3, (r - 1.0) / math.tan(angle), atol=1e-12)
        np.testing.assert_array_equal(grid.points[grid.shaft(row), 0], np.ones(2 * row))
    top = grid.points[: grid.columns]
    np.testing.assert_array_equal(top[top[:, 0] >= 1.0, 1], 0.0)
    solid = Solid(grid.points, grid.cells, Foam(1.0, 0.3, 1.0, 1.0))
    np.testing.assert_allclose(solid.weight[grid.swallowed(2)].sum(), math.pi * 0.3, rtol=1e-12)
    bottom = grid.points[:, 1].min() + 1.0 / math.tan(angle)
    np.testing.assert_allclose(bottom, -(7 * 0.3 + 10.0))
