"""Surfaces of a record: where they are, and that what they show is what the nodes have."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.outcome import NodalFields
from sim.results.fields import Fields
from sim.viewer import surfaces
from tests.unit.results import synthetic

REACH = 9.0  # mm
CASE = synthetic.case()


def as_read(made: NodalFields) -> Fields:
    """Return made-up fields in the units of a record, without the file."""
    own = {name: getattr(made, name) for name in Fields.__annotations__ if hasattr(made, name)}
    return Fields(**own | {"points": 1e3 * made.points})


HALF_PLANE = as_read(synthetic.field(CASE, 5e-3, 2.5e-3))
SPACE = as_read(synthetic.solid_field(CASE, 5e-3, 2.5e-3))
CLIPS = (-4.0, 0.0, 3.0)


def areas(surface: surfaces.Surface) -> np.ndarray:
    a, b, c = np.moveaxis(surface.points[surface.triangles], 1, 0)
    return 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)


def linear(fields: Fields, surface: surfaces.Surface) -> tuple[np.ndarray, np.ndarray]:
    """Return what a linear function of the place is by the nodes, and by the points."""
    x, y, z = surface.points.T
    if fields.points.shape[1] == 2:
        r, height = fields.points.T
        return surface.of_nodes(r - 3.0 * height), np.hypot(x, z) - 3.0 * y
    own = fields.points @ (1.0, 2.0, -3.0)
    return surface.of_nodes(own), x - 2.0 * z - 3.0 * y


@pytest.mark.parametrize("fields", [HALF_PLANE, SPACE], ids=["r-z", "3-D"])
def test_a_section_has_the_values_of_its_nodes(fields):
    cut = surfaces.section(fields, REACH)
    shown, true = linear(fields, cut)
    np.testing.assert_allclose(shown, true, atol=1e-5)
    assert np.abs(cut.points[:, 0]).max() == pytest.approx(REACH, abs=0.1)
    assert np.ptp(cut.points[:, 2]) < 1e-9


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("fields", [HALF_PLANE, SPACE], ids=["r-z", "3-D"])
def test_a_block_lies_behind_its_plane_and_has_the_values_of_its_nodes(fields, clip):
    cut = surfaces.block(fields, REACH, clip)
    shown, true = linear(fields, cut)
    of_use = np.unique(cut.triangles[areas(cut) > 1e-9])
    np.testing.assert_allclose(shown[of_use], true[of_use], atol=1e-5)
    assert cut.points[of_use, 2].max() == pytest.approx(clip, abs=1e-6)
    assert cut.points[of_use, 2].min() == pytest.approx(-REACH, abs=0.1)


@pytest.mark.parametrize("clip", CLIPS)
def test_a_blocks_face_is_as_large_as_the_chord_of_the_disc(clip):
    cut = surfaces.block(HALF_PLANE, REACH, clip)
    on_face = np.all(np.abs(cut.points[cut.triangles][..., 2] - clip) < 1e-9, axis=1)
    depth = 1e3 * CASE.tissue.depth
    whole = 2.0 * math.sqrt(REACH**2 - clip**2) * depth
    assert whole * 0.9 < areas(cut)[on_face].sum() <= whole * 1.001


def test_what_is_revolved_has_the_area_of_a_cylinder():
    radius, height = np.full(2, 2.0), np.array([0.0, 5.0])
    points = surfaces.arc(radius, height, np.inf).reshape(-1, 3)
    triangles = surfaces.strips(np.array([[0, 1]]), surfaces.ANGLES)
    a, b, c = np.moveaxis(points[triangles], 1, 0)
    area = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1).sum()
    assert area == pytest.approx(2.0 * math.pi * 2.0 * 5.0, rel=2e-3)


def test_borders_follow_the_nodule_and_leave_the_axis_out():
    cut = surfaces.section(HALF_PLANE, REACH)
    ends = cut.points[cut.borders()]
    nodule = CASE.nodule
    radius = np.hypot(
        ends[..., 0] / (500.0 * nodule.diameter),
        (ends[..., 1] + 1e3 * nodule.centre_depth) / (500.0 * nodule.height),
    )
    along = ends[(np.abs(radius - 1.0) < 0.15).all(axis=1)]
    around = np.linalg.norm(np.diff(along, axis=1), axis=-1).sum()
    assert around > 0.5 * math.pi * 500.0 * (nodule.diameter + nodule.height)
    assert not np.any(np.all(np.abs(ends[..., 0]) < 1e-9, axis=1))


def test_a_line_is_where_the_values_are_its_level():
    cut = surfaces.section(HALF_PLANE, REACH)
    values = np.hypot(cut.points[:, 0], cut.points[:, 1] + 6.0)
    ends = cut.line_at(values, 3.0)
    radius = np.hypot(ends[..., 0], ends[..., 1] + 6.0)
    np.testing.assert_allclose(radius, 3.0, atol=0.15)
    length = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).sum()
    assert length == pytest.approx(2.0 * math.pi * 3.0, rel=0.05)
    assert len(cut.line_at(values, 99.0)) == 0
