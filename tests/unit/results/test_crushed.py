"""The crushed zone's file gives back in millimetres what the computation had in radii."""

from __future__ import annotations

import math

import numpy as np
import pytest
import pyvista as pv

from sim.mechanics.mineral.crushed_zone import CrushedZone
from sim.results.crushed import read_crushed, write_crushed
from tests.full_disk import full_disk

R, TIP, TENSILE = 0.2e-3, 5e-3, 0.1


@pytest.fixture
def zone():
    r, zeta = np.linspace(0.1, 5.0, 12), np.linspace(-3.0, 4.0, 9)
    near = np.exp(-r) * np.exp(-(zeta[:, None] ** 2))
    return CrushedZone(math.radians(20.0), r, zeta, -near, 2.0 * near, near, 1.01)


def test_file_holds_the_fields_at_their_places(tmp_path, zone):
    grid = pv.read(write_crushed(tmp_path, zone, R, TIP, TENSILE))
    assert grid.field_data["bore_radius_mm"][0] == pytest.approx(0.202, rel=1e-12)
    r, z = grid.points[:, 0] / (1e3 * R), (grid.points[:, 1] + 1e3 * TIP) / (1e3 * R)
    outside = (r > 1.0) | (z < np.minimum(r, 1.0) / math.tan(zone.half_angle))
    assert outside.sum() > 50
    there = zone.at(r[outside], z[outside])
    stored = {name: grid[name][outside] for name in grid.point_data}
    np.testing.assert_allclose(stored["plastic_volume_strain"], there.volume_strain, atol=1e-6)
    np.testing.assert_allclose(stored["plastic_strain"], there.plastic_strain, atol=1e-6)
    np.testing.assert_array_equal(stored["damage"], there.tension > TENSILE)
    assert 0.0 < stored["damage"].mean() < 1.0


def test_nothing_is_shown_inside_the_needle(tmp_path, zone):
    grid = pv.read(write_crushed(tmp_path, zone, R, TIP, TENSILE))
    assert (grid.cell_data["vtkGhostType"] > 0).any()
    shown = grid.cast_to_unstructured_grid().extract_cells(grid.cell_data["vtkGhostType"] == 0)
    r, z = shown.points[:, 0] / (1e3 * R), (shown.points[:, 1] + 1e3 * TIP) / (1e3 * R)
    ahead = z <= np.minimum(r, 1.0) / math.tan(zone.half_angle) + 1e-6
    assert np.all(ahead | (r > 1.0))
    assert (r < 0.5).any()
    assert z.max() > 1.0 / math.tan(zone.half_angle)


def test_nothing_is_left_aside(tmp_path, zone):
    write_crushed(tmp_path, zone, R, TIP, TENSILE)
    assert [path.name for path in tmp_path.iterdir()] == ["crushed_zone.vts"]


def test_a_full_disk_leaves_no_part_of_the_file(tmp_path, zone):
    with full_disk(), pytest.raises(OSError, match="No space left"):
        write_crushed(tmp_path, zone, R, TIP, TENSILE)
    assert not list(tmp_path.iterdir())


def test_what_is_read_back_has_the_tables_shape(tmp_path, zone):
    write_crushed(tmp_path, zone, R, TIP, TENSILE)
    back = read_crushed(tmp_path)
    np.testing.assert_array_equal(back.volume_strain, zone.volume_strain)
    np.testing.assert_array_equal(back.plastic_strain, zone.plastic_strain)
    np.testing.assert_array_equal(back.damage, zone.tension > TENSILE)
    np.testing.assert_allclose(back.r, 1e3 * R * zone.r + 0.0 * back.r, rtol=1e-12)
    assert np.all(np.diff(back.z, axis=0) < 0.0)
    assert (back.bore, back.half_angle) == (pytest.approx(0.202), zone.half_angle)
