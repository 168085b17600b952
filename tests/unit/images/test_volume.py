"""Geometry is kept from file to memory, and files that cannot be used are refused by name."""

from __future__ import annotations

import locale

import numpy as np
import pytest
import SimpleITK as sitk

from sim.errors import ConfigError
from sim.images import volume as volumes
from sim.images.phantom import Phantom
from sim.images.volume import read_labels, read_volume

KEY = "nodule.image.path"
SHAPE = (9, 10, 12)
SMALL = Phantom(spacing=(1e-3, 1e-3, 1.5e-3), noise=5.0)


def image(spacing=(0.5, 0.5, 1.0), shape=SHAPE, value=0):
    made = sitk.GetImageFromArray(np.full(shape[::-1], value, dtype=np.int16))
    made.SetSpacing(spacing)
    return made


@pytest.fixture
def refused(tmp_path):
    """Return the message with which an image is refused."""

    def message(made, name="made.nii.gz"):
        path = tmp_path / name
        sitk.WriteImage(made, str(path))
        with pytest.raises(ConfigError) as caught:
            read_volume(path, KEY)
        assert caught.value.key == KEY
        assert caught.value.given == str(path)
        return caught.value.allowed

    return message


@pytest.mark.parametrize("name", ["ct.nii.gz", "ct.mha", "ct.nrrd"])
def test_a_place_in_the_patient_is_kept(tmp_path, name):
    SMALL.write(tmp_path / name)
    volume = read_volume(tmp_path / name, KEY)
    assert volume.values.shape == tuple(SMALL.size)
    assert volume.lattice.spacing == pytest.approx(SMALL.spacing)
    assert volume.lattice.direction == pytest.approx(SMALL.direction, abs=1e-6)
    heavy = np.argwhere(volume.values > 600.0)
    assert volume.lattice.points(heavy).mean(axis=0) == pytest.approx(SMALL.centre, abs=0.5e-3)
    places = volume.lattice.points(heavy)
    assert volume.lattice.index(places) == pytest.approx(heavy)


def write_series(folder, volume, skip=()):
    """Write a volume as the slices of a DICOM series, some left out."""
    before = locale.setlocale(locale.LC_ALL)
    folder.mkdir()
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    across = volume.GetDirection()
    axes = "\\".join(f"{across[k]:.9g}" for k in (0, 3, 6, 1, 4, 7))
    for k in range(volume.GetSize()[2]):
        if k in skip:
            continue
        slice_ = volume[:, :, k]
        place = volume.TransformIndexToPhysicalPoint((0, 0, k))
        for tag, value in {
            "0008|0060": "CT",
            "0020|000e": "1.2.3.4.5",
            "0008|0018": f"1.2.3.4.5.{k + 1}",
            "0020|0032": "\\".join(f"{x:.9g}" for x in place),
            "0020|0037": axes,
            "0020|0013": str(k),
            "0018|0050": f"{volume.GetSpacing()[2]:g}",
        }.items():
            slice_.SetMetaData(tag, value)
        writer.SetFileName(str(folder / f"{k:03d}.dcm"))
        writer.Execute(slice_)
    locale.setlocale(locale.LC_ALL, before)  # GDCM leaves it at C: files would be read as ASCII


def test_a_dicom_series_is_the_volume_it_was_made_from(tmp_path):
    values = np.round(SMALL.hounsfield()).astype(np.int16)
    write_series(tmp_path / "series", SMALL.image(values))
    volume = read_volume(tmp_path / "series", KEY)
    assert (volume.values == values).all()
    for part in ("origin", "spacing"):
        assert getattr(volume.lattice, part) == pytest.approx(
            np.array(getattr(SMALL, part)), abs=1e-7
        )
    assert volume.lattice.direction == pytest.approx(SMALL.direction, abs=1e-6)


def test_missing_slices_are_noticed(tmp_path):
    write_series(tmp_path / "series", image(shape=(9, 9, 14)), skip=(4, 5))
    with pytest.raises(ConfigError, match="some are missing"):
        read_volume(tmp_path / "series", KEY)


def test_a_folder_without_a_series(tmp_path):
    with pytest.raises(ConfigError, match="no DICOM series"):
        read_volume(tmp_path, KEY)


def test_no_such_file(tmp_path):
    with pytest.raises(ConfigError, match="no such file; paths start at /"):
        read_volume(tmp_path / "not.nii", KEY)


def test_not_an_image(tmp_path):
    path = tmp_path / "text.nii.gz"
    path.write_text("no image")
    with pytest.raises(ConfigError, match="cannot be read as an image"):
        read_volume(path, KEY)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"shape": (20, 20, 2)}, "it has 20x20x2 voxels; give a volume of at least 8 a side"),
        ({"spacing": (5e-4, 5e-4, 1e-3)}, "the unit of its spacing must be mm"),
        ({"spacing": (40.0, 40.0, 90.0)}, "voxels measure 40 x 40 x 90 mm, not 0.02 to 5 mm"),
        ({"spacing": (0.4, 0.4, 3.0)}, "too anisotropic (above 5 to 1)"),
    ],
)
def test_images_that_make_no_sense(refused, options, words):
    assert words in refused(image(**options))


def test_a_huge_image_is_refused_before_it_is_read(refused, monkeypatch):
    monkeypatch.setattr(volumes, "MOST_VOXELS", 1000)
    monkeypatch.setattr(sitk.ImageFileReader, "Execute", lambda self: pytest.fail("it was read"))
    assert "crop it to the nodule" in refused(image())


def test_colours_and_holes(refused):
    assert "one value per voxel" in refused(sitk.Compose(image(), image()))
    empty = sitk.GetImageFromArray(np.full(SHAPE[::-1], np.nan, dtype=np.float32))
    assert "some voxels hold no number" in refused(empty, "made.mha")


def test_label_maps(tmp_path):
    ct, map_ = tmp_path / "ct.nii.gz", tmp_path / "labels.nii.gz"
    SMALL.write(ct, map_)
    volume = read_volume(ct, KEY)
    marked = read_labels(map_, None, volume, "nodule.image.labels")
    assert (marked == (SMALL.voxels[0] >= 0.5)).all()
    assert (marked == read_labels(map_, 1, volume, "nodule.image.labels")).all()
    with pytest.raises(ConfigError, match="no voxel has the label 7, only 0, 1"):
        read_labels(map_, 7, volume, "nodule.image.labels")
    Phantom(spacing=(1e-3, 1e-3, 1e-3)).write(ct)
    with pytest.raises(ConfigError, match="resample it to the volume's grid"):
        read_labels(map_, None, read_volume(ct, KEY), "nodule.image.labels")
