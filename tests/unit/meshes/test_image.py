"""Cell densities are means over the cells."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from meshes.image import cell_density


def test_a_quadratic_density_is_averaged_exactly():
    corners = np.random.default_rng(2).uniform(0.0, 1e-2, (50, 4, 3))
    centre = corners.mean(axis=1)

    def density(points):
        return 1000.0 + 2e4 * points[:, 0] - 3e6 * points[:, 1] * points[:, 2]

    # int y z / V over a tetrahedron = (16 mean(y) mean(z) + sum_i y_i z_i) / 20
    y_z = (16.0 * centre[:, 1] * centre[:, 2] + (corners[..., 1] * corners[..., 2]).sum(1)) / 20.0
    exact = 1000.0 + 2e4 * centre[:, 0] - 3e6 * y_z
    assert cell_density(SimpleNamespace(density=density), corners) == pytest.approx(exact)
