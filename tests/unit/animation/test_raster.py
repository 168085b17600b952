"""Values at points become pixels as the solution's linear elements have them."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.tri import Triangulation

from sim.animation.raster import Raster

X, Y = np.linspace(-1.95, 1.95, 40), np.linspace(0.05, 2.95, 30)


@pytest.fixture(scope="module")
def mirrored():
    """Triangles of a strip beside the axis and their mirror, the axis' points twice."""
    r, y = (grid.ravel() for grid in np.meshgrid(np.linspace(0.0, 1.5, 6), np.linspace(0, 3, 7)))
    cells = Triangulation(r, y).triangles
    r[r == 0.0] = -1e-17  # as a mesh generator leaves the axis
    return Triangulation(np.append(-r, r), np.tile(y, 2), np.vstack([cells, cells + len(r)]))


def test_a_linear_field_is_exact_inside_and_nothing_outside(mirrored):
    raster = Raster(mirrored, X, Y)
    picture = raster(2.0 + np.abs(mirrored.x) - 3.0 * mirrored.y)
    x, y = np.meshgrid(X, Y)
    inside = np.abs(x) < 1.5
    np.testing.assert_allclose(picture[inside], (2.0 + np.abs(x) - 3.0 * y)[inside], atol=1e-5)
    assert np.isnan(picture[~inside]).all()


def test_rows_and_columns_are_not_mixed_up(mirrored):
    picture = Raster(mirrored, X, Y)(mirrored.y)
    assert picture.shape == (len(Y), len(X))
    np.testing.assert_allclose(picture[:, 20], Y, atol=1e-6)


def test_flat_triangles_of_a_section_do_no_harm():
    x, y = np.array([0.0, 1.0, 1.0, 0.0, 0.5]), np.array([0.0, 0.0, 1.0, 1.0, 0.0])
    mesh = Triangulation(x, y, [[0, 1, 2], [0, 2, 3], [0, 4, 1]])
    picture = Raster(mesh, np.array([0.25, 0.75]), np.array([0.5]))(x)
    np.testing.assert_allclose(picture, [[0.25, 0.75]], atol=1e-6)
