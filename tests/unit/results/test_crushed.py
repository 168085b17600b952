"""The crushed zone's file gives back in millimetres what the computation had in radii."""

from __future__ import annotations

import math

import numpy as np
import pytest
import pyvista as pv

from sim.mechanics.mineral.crushed_zone import CrushedZone
from sim.results.crushed import write_crushed

R, TIP = 0.2e-3, 5e-3


@pytest.fixture
def zone():
    r, zeta = np.linspace(0.1, 5.0, 12), np.linspace(-3.0, 4.0, 9)
    near = np.exp(-r) * np.exp(-(zeta[:, None] ** 2))
    return CrushedZone(math.radians(20.0), r, zeta, -near, 2.0 * near, 1.0 * (near > 0.3), 1.01)


def test_file_holds_the_fields_at_their_places(tmp_path, zone):
    grid = pv.read(write_crushed(tmp_path, zone, R, TIP))
    assert grid.field_data["bore_radius_mm"][0] == pytest.approx(0.202, rel=1e-12)
    r, z = grid.points[:, 0] / (1e3 * R), (grid.points[:, 1] + 1e3 * TIP) / (1e3 * R)
    outside = (r > 1.0) | (z < np.minimum(r, 1.0) / math.tan(zone.half_angle))
    assert outside.sum() > 50
    there = zone.at(r[outside], z[outside])
    for name in ("volume_strain", "plastic_strain", "damage"):
        stored = grid[name if name != "volume_strain" else "plastic_volume_strain"][outside]
        np.testing.assert_allclose(stored, getattr(there, name), atol=1e-6)


def test_nothing_is_left_aside(tmp_path, zone):
    write_crushed(tmp_path, zone, R, TIP)
    assert [path.name for path in tmp_path.iterdir()] == ["crushed_zone.vts"]
