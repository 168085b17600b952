"""``nodule=image``: from texts to a nodule, each mistake refused by its key."""

from __future__ import annotations

import numpy as np
import pytest
import pyvista as pv
import SimpleITK as sitk

from sim.config.compose import compose
from sim.config.groups import GROUPS, leaves
from sim.config.infiltration import to_infiltration
from sim.config.store import plain
from sim.errors import ConfigError
from sim.images.catalogue import IMAGE
from sim.images.config import CHOICES, LIMITS, read_image
from sim.images.frame import DIRECTIONS, frame_above
from sim.images.phantom import Phantom
from sim.materials.value import Value
from sim.units import to_si

PHANTOM = Phantom(spacing=(0.7e-3, 0.7e-3, 0.9e-3), noise=20.0)
STONE = {f"nodule.{key}": value for key, value in leaves(plain(GROUPS["nodule"]["stone"]))}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files of a phantom, also with an axis turned round, and surfaces."""
    made = tmp_path_factory.mktemp("images")
    PHANTOM.write(made / "ct.nii.gz", made / "labels.nii.gz")
    flipped = sitk.Flip(sitk.ReadImage(str(made / "ct.nii.gz")), [False, False, True], False)
    sitk.WriteImage(flipped, str(made / "flipped.mha"))
    flat = sitk.Clamp(sitk.ReadImage(str(made / "ct.nii.gz")) * 3, upperBound=3071)
    sitk.WriteImage(flat, str(made / "saturated.nii.gz"))
    pv.Sphere(radius=4.0).save(made / "ball.stl")
    return made


@pytest.fixture
def read(folder, monkeypatch):
    monkeypatch.chdir(folder)

    def reading(path="ct.nii.gz", **given):
        image = dict(leaves(plain(IMAGE))) | {"path": path} | given
        return read_image(STONE | {f"nodule.image.{key}": text for key, text in image.items()})

    return reading


def test_no_image_no_nodule(read):
    assert read(path=None) is None


def test_what_the_image_measures_takes_the_place_of_the_ellipsoids(read):
    measured, nodule, _ = read()
    low, high = nodule.bounds
    assert high[2] == pytest.approx(-to_si(STONE["nodule.depth"], "m"))
    assert to_si(measured["nodule.height"], "m") == pytest.approx(high[2] - low[2], rel=1e-5)
    density = to_si(measured["nodule.mineral.density"], "kg/m**3")
    assert density == pytest.approx(nodule.mass / nodule.volume, rel=1e-5)
    reach = np.linalg.norm(nodule.surface.points[:, :2], axis=1).max()
    assert to_si(measured["nodule.diameter"], "m") == pytest.approx(2.0 * reach, rel=1e-5)
    assert nodule.surface.centroid[:2] == pytest.approx(0.0, abs=1e-9)
    assert len(measured) == 3


def test_the_way_back_to_the_image_is_the_way_there(read):
    _, nodule, _ = read(up="0.2 -1 0.4")
    middle = nodule.frame.to_image(nodule.surface.centroid[None])
    assert middle[0] == pytest.approx(PHANTOM.centre, abs=0.2e-3)
    assert nodule.frame.to_simulation(middle)[0] == pytest.approx(nodule.surface.centroid)
    assert np.linalg.det(nodule.frame.axes) == pytest.approx(1.0)
    up = np.array([0.2, -1.0, 0.4]) / np.linalg.norm([0.2, -1.0, 0.4])
    assert nodule.frame.axes[2] == pytest.approx(up)


def test_a_left_handed_array_is_the_same_nodule(read):
    (_, one, _), (_, other, _) = read(), read("flipped.mha")
    assert other.volume == pytest.approx(one.volume, rel=1e-4)
    assert np.array(other.bounds) == pytest.approx(np.array(one.bounds), abs=2e-6)
    places = np.random.default_rng(0).uniform(*one.bounds, size=(500, 3))
    near = np.abs(one.distance(places)) < 0.5e-3
    assert other.distance(places[near]) == pytest.approx(one.distance(places[near]), abs=6e-5)
    apart = other.density(places) - one.density(places)  # voxels as near to two others
    assert np.sqrt((apart**2).mean()) < 0.02 * PHANTOM.density


def test_the_density_lies_where_it_does_in_the_image(read):
    _, nodule, _ = read()
    own = 0.6 * np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]]) * PHANTOM.semi_axes
    ends = nodule.frame.to_simulation(PHANTOM.centre + own @ PHANTOM.axes.T)
    expected = PHANTOM.density * (1.0 + 0.6 * PHANTOM.variation * np.array([1.0, -1.0]))
    assert nodule.density(ends) == pytest.approx(expected, rel=0.04)
    assert nodule.inside(ends).all()


@pytest.mark.parametrize("up", DIRECTIONS)
def test_frames_are_right_handed_with_the_nodule_below_the_skin(up):
    surface = np.random.default_rng(1).uniform(0.0, 5e-3, (40, 3))
    frame = frame_above(surface, surface.mean(axis=0), np.array(DIRECTIONS[up]), 2e-3)
    assert frame.axes @ frame.axes.T == pytest.approx(np.eye(3))
    assert np.linalg.det(frame.axes) == pytest.approx(1.0)
    placed = frame.to_simulation(surface)
    assert placed[:, 2].max() == pytest.approx(-2e-3)
    assert placed.mean(axis=0)[:2] == pytest.approx(0.0, abs=1e-12)


def test_a_surface_has_the_density_of_the_configuration(read):
    measured, nodule, _ = read("ball.stl")
    assert to_si(measured["nodule.mineral.density"], "kg/m**3") == pytest.approx(1600.0)
    assert nodule.density(nodule.surface.centroid[None]) == pytest.approx(1600.0)
    assert to_si(measured["nodule.height"], "m") == pytest.approx(8e-3, rel=0.01)


def test_the_needles_path(read):
    depth = 8e-3
    _, nodule, straight = read()
    pose = straight.pose(nodule, depth)
    assert pose.tip == pytest.approx([0.0, 0.0, -depth], abs=1e-12)
    assert pose.axis == pytest.approx([0.0, 0.0, 1.0])
    _, _, through = read(direction="0 1 0.5")  # to the back and upwards
    pose = through.pose(nodule, depth)
    assert nodule.frame.axes.T @ pose.axis == pytest.approx(-np.array([0, 1, 0.5]) / 1.25**0.5)
    on_way = pose.tip + ((nodule.surface.centroid - pose.tip) @ pose.axis) * pose.axis
    assert on_way == pytest.approx(nodule.surface.centroid, abs=1e-9)
    _, _, aimed = read(entry="10 -60 92 mm")
    pose = aimed.pose(nodule, depth)
    start = nodule.frame.to_simulation(np.array([[0.010, -0.060, 0.092]]))[0]
    for place in (start, nodule.surface.centroid):
        away = np.cross(place - pose.tip, pose.axis)
        assert np.linalg.norm(away) < 1e-9
    _, _, given = read(entry="12 -60 93 mm", direction="posterior")
    x, y, _ = given.pose(nodule, depth).tip
    middle = nodule.frame.to_image(nodule.surface.centroid[None])[0]
    assert (x, y) == pytest.approx((0.012 - middle[0], 0.093 - middle[2]), abs=1e-9)


@pytest.mark.parametrize(
    ("given", "key", "words"),
    [
        ({"direction": "anterior"}, "direction", "does not lead down"),
        ({"entry": "12 -60 60 mm", "direction": "posterior"}, "direction", "misses the nodule by"),
    ],
)
def test_paths_that_miss(read, given, key, words):
    _, nodule, path = read(**given)
    with pytest.raises(ConfigError, match=words) as caught:
        path.pose(nodule, 8e-3)
    assert caught.value.key == f"nodule.image.{key}"
    assert caught.value.given == given[key]


@pytest.mark.parametrize(
    ("given", "key", "words"),
    [
        ({"path": ""}, "path", "give a CT volume"),
        ({"path": "nothing.nii"}, "path", "there is no such file"),
        ({"path": "ball.stl", "unit": "1 m"}, "path", "check the unit"),
        ({"path": "ball.stl", "labels": "labels.nii.gz"}, "labels", "has no label map"),
        ({"path": "saturated.nii.gz", "slope": 5}, "path", "end of the scale"),
        ({"slope": 0.3}, "slope", "above that of solid mineral"),
        ({"slope": None}, "slope", "give a value from 0.1 to 10"),
        ({"slope": "1.35 HU"}, "slope", "not a known unit"),
        ({"threshold": "2000 mg/cm**3"}, "path", "it is empty"),
        ({"threshold": 300}, "threshold", "the unit is missing"),
        ({"smoothing": "3 mm"}, "smoothing", "parts of the nodule that are thinner"),
        ({"label": 1.5}, "label", "give a whole number"),
        ({"component": "all"}, "component", "largest, cluster"),
        ({"up": "top"}, "up", "anterior"),
        ({"up": "0 0 0"}, "up", "three numbers"),
        ({"up": "0 1"}, "up", "three numbers"),
        ({"entry": "1 2 3"}, "entry", "a unit at the end"),
        ({"entry": ""}, "entry", "a unit at the end"),
        ({"entry": "1 2 mm"}, "entry", "a unit at the end"),
    ],
)
def test_mistakes_are_refused_by_key(read, given, key, words):
    with pytest.raises(ConfigError, match=words) as caught:
        read(**given)
    assert caught.value.key == f"nodule.image.{key}"


def asked(*overrides):
    return to_infiltration(compose("infiltration", ["nodule=image", *overrides]))


def test_an_infiltration_into_an_image(folder, monkeypatch):
    monkeypatch.chdir(folder)
    mesh = "mesh=solid_coarse"
    found = asked("nodule.image.path=ct.nii.gz", "site.geometry=3d", mesh, "nodule.depth=3 mm")
    shape, pose = found.solid
    assert shape.bounds[1][2] == pytest.approx(-3e-3)
    assert set(found.measured) == {
        "nodule.diameter",
        "nodule.height",
        "nodule.mineral.density",
    }
    assert found.case.nodule.mineral.density == pytest.approx(PHANTOM.density, rel=0.03)
    assert found.case.nodule.depth == 3e-3
    assert pose.tip[2] == pytest.approx(-found.case.nodule.centre_depth)
    for key, words, overrides in (
        ("nodule.image.path", "give a CT volume", []),
        ("site.geometry", "needs site.geometry=3d", ["nodule.image.path=ct.nii.gz"]),
        (
            "nodule.depth",
            "must end 0.2 mm above the fascia",
            ["nodule.image.path=ct.nii.gz", "site.geometry=3d", "nodule.depth=9 mm", mesh],
        ),
        (
            "site.tilt",
            "nodule.image.entry",
            ["nodule.image.path=ct.nii.gz", "site.geometry=3d", "site.tilt=5 deg", mesh],
        ),
        (
            "nodule.density_field.kind",
            "the image gives the density",
            [
                "nodule.image.path=ct.nii.gz",
                "site.geometry=3d",
                "nodule.density_field.kind=shell_core",
                "nodule.depth=3 mm",
                mesh,
            ],
        ),
    ):
        with pytest.raises(ConfigError, match=words) as caught:
            asked(*overrides)
        assert caught.value.key == key


def test_every_value_has_a_source_and_lies_in_its_limits():
    for key, value in IMAGE.items():
        if isinstance(value, Value):
            assert "assumption" in value.source
            assert value.confidence == "A"
            if key in LIMITS:
                number, (low, high) = to_si(value.text, LIMITS[key].unit), LIMITS[key].bounds
                assert low <= number <= high
            else:
                assert value.text in CHOICES[key]
