"""Closed surfaces: measures, formats, refusals, and the signed distance on a grid."""

from __future__ import annotations

import numpy as np
import pytest
import pyvista as pv

from sim.errors import ConfigError
from sim.images.nodule import grid_points, signed_distance
from sim.images.surface import level_surface, read_surface

KEY = "nodule.image.path"
CENTRE = (30.0, -20.0, 10.0)


def ball(radius=5.0, centre=CENTRE):
    return pv.Sphere(radius=radius, center=centre, theta_resolution=90, phi_resolution=90)


def box():
    return pv.Cube(center=CENTRE, x_length=4.0, y_length=6.0, z_length=8.0).triangulate()


def saved(mesh, path):
    mesh.save(path)
    return path


@pytest.mark.parametrize("name", ["a.stl", "a.vtp", "a.ply"])
def test_volume_and_centroid_are_kept_whatever_the_orientation(tmp_path, name):
    for mesh in (box(), box().flip_faces()):
        surface = read_surface(saved(mesh, tmp_path / name), 1e-3, KEY)
        assert surface.volume == pytest.approx(192e-9, rel=1e-6)
        assert surface.centroid == pytest.approx(1e-3 * np.array(CENTRE), rel=1e-6)


def test_the_unit_of_the_coordinates(tmp_path):
    path = saved(box(), tmp_path / "a.stl")
    assert read_surface(path, 1e-2, KEY).volume == pytest.approx(192e-6, rel=1e-6)


def test_the_largest_part_or_all(tmp_path):
    path = saved(box().merge(ball(1.0, (40.0, 0.0, 0.0))), tmp_path / "a.vtp")
    largest, both = (read_surface(path, 1e-3, KEY, all_parts=all_) for all_ in (False, True))
    assert largest.volume == pytest.approx(192e-9, rel=1e-6)
    assert both.volume == pytest.approx(192e-9 + 4.0 / 3.0 * np.pi * 1e-9, rel=1e-4)


@pytest.mark.parametrize(
    ("mesh", "words"),
    [
        (box().remove_cells([0]), "it is not watertight (3 open edges)"),
        (box().merge(pv.Plane(center=CENTRE, i_size=4, j_size=6).triangulate()), "not watertight"),
    ],
)
def test_open_surfaces_are_refused_with_what_to_do(tmp_path, mesh, words):
    with pytest.raises(ConfigError, match="close its holes") as caught:
        read_surface(saved(mesh.extract_surface(algorithm=None), tmp_path / "a.vtp"), 1e-3, KEY)
    assert words in caught.value.allowed


def test_what_is_no_surface(tmp_path):
    text = tmp_path / "a.stl"
    text.write_text("hello")
    grid = saved(pv.ImageData(dimensions=(3, 3, 3)), tmp_path / "a.vti")
    for path in (text, grid, tmp_path / "nothing.stl"):
        with pytest.raises(ConfigError):
            read_surface(path, 1e-3, KEY)


def test_a_level_surface_is_closed_at_the_grids_border():
    surface = level_surface(np.ones((4, 5, 6)), 0.5)
    assert surface.polydata().n_open_edges == 0
    cut = 0.5**3 * 4 * (3 + 4 + 5)  # along the edges; the corners a little more
    assert surface.volume == pytest.approx(4 * 5 * 6 - cut, abs=1.0)
    assert surface.centroid == pytest.approx([1.5, 2.0, 2.5])


def test_signed_distance_of_a_ball(tmp_path):
    surface = read_surface(saved(ball(), tmp_path / "a.stl"), 1e-3, KEY)
    corner, spacing, shape = grid_points(surface, finest=0.2e-3)
    assert spacing == 0.2e-3
    levels = signed_distance(surface, corner, spacing, shape)
    places = corner + spacing * np.stack(np.indices(shape), axis=-1)
    exact = np.linalg.norm(places - 1e-3 * np.array(CENTRE), axis=-1) - 5e-3
    near = np.abs(exact) < 1.5 * spacing
    assert levels[near] == pytest.approx(exact[near], abs=5e-6)  # the ball is a polyhedron
    assert levels == pytest.approx(exact, abs=0.6 * spacing)
