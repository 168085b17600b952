"""CT volumes and label maps: a NIfTI file, another format of ITK, or the folder of a DICOM series.

Coordinates are the patient's, as ITK gives them for either format: x to the left, y to the back
(posterior), z to the head (superior), here in m. A voxel's value belongs to its centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from sim.errors import ConfigError

Array = NDArray[np.float64]

MOST_VOXELS = 100_000_000  # a CT of both hands; 2 GB of memory
LEAST_SIDE = 8  # voxels along each side
SPACING = (2e-5, 5e-3)  # m: micro-CT to thick slices
POSITION = "0020|0032"  # DICOM's tag of a slice's place (mm)
ANISOTROPY = 5.0  # largest / smallest spacing: beyond it a slice hides what lies between two


@dataclass(frozen=True, eq=False)
class Lattice:
    """Where the voxels' centres lie: ``origin + direction @ (spacing * index)``."""

    origin: Array  # (3,) m
    spacing: Array  # (3,) m
    direction: Array  # (3, 3) columns: unit vectors along the axes of the array

    def points(self, index: Array) -> Array:
        """Return the places (n, 3), m, of indices (n, 3), whole or not."""
        return self.origin + (index * self.spacing) @ self.direction.T

    def index(self, points: Array) -> Array:
        """Return the indices (n, 3), not whole, of places (n, 3), m."""
        return (points - self.origin) @ self.direction / self.spacing

    def same_as(self, other: Lattice) -> bool:
        """Tell whether two lattices agree to a hundredth of a voxel."""
        corners = np.array([[0.0, 0.0, 0.0], [100.0, 0.0, 0.0], [0.0, 100.0, 0.0], [0, 0, 100.0]])
        apart = np.abs(self.points(corners) - other.points(corners)).max()
        return bool(apart <= 0.01 * self.spacing.min())


@dataclass(frozen=True, eq=False)
class Volume:
    """Values on a lattice."""

    values: NDArray[np.float32]  # (i, j, k)
    lattice: Lattice


def read_volume(path: Path, key: str) -> Volume:
    """Read a volume from a file or from the folder of one DICOM series.

    Parameters
    ----------
    path : Path
        A file in a format of ITK (``.nii``, ``.nii.gz``, ``.nrrd``, ``.mha`` ...) or a folder.
    key : str
        Key of the configuration that the path comes from, for messages.

    Raises
    ------
    ConfigError
        If it cannot be read, is no volume of one value per voxel, is too large or too small, has a
        spacing that looks wrong, strongly anisotropic voxels, missing slices or values that are
        no numbers.
    """
    if not path.exists():
        raise ConfigError(key, str(path), f"there is no such file; paths start at {Path.cwd()}")
    try:
        reader = _series_reader(path, key) if path.is_dir() else _file_reader(path)
        if isinstance(reader, sitk.ImageFileReader):
            reader.ReadImageInformation()  # the header alone: a huge image is refused unread
            _refuse_size(reader.GetSize(), str(path), key)
        image = reader.Execute()
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].removeprefix("sitk::ERROR: ")
        raise ConfigError(
            key, str(path), f"it cannot be read as an image ({reason}); give NIfTI or DICOM"
        ) from error
    _refuse_size(image.GetSize(), str(path), key)
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise ConfigError(key, str(path), "it holds colours or vectors; give one value per voxel")
    if isinstance(reader, sitk.ImageSeriesReader):
        _refuse_missing_slices(reader, str(path), key)
    lattice = Lattice(
        1e-3 * np.array(image.GetOrigin()),
        1e-3 * np.array(image.GetSpacing()),
        np.array(image.GetDirection()).reshape(3, 3),
    )
    _refuse_spacing(lattice.spacing, str(path), key)
    values = sitk.GetArrayFromImage(image).astype(np.float32).transpose(2, 1, 0)
    if not np.isfinite(values).all():
        raise ConfigError(key, str(path), "some voxels hold no number; replace NaN by air (-1000)")
    return Volume(values, lattice)


def read_labels(path: Path, label: int | None, volume: Volume, key: str) -> NDArray[np.bool_]:
    """Read which voxels of `volume` a label map marks: those of value `label`, or any but 0.

    Raises
    ------
    ConfigError
        As `read_volume`; also if the map does not lie on the volume's voxels or marks nothing.
    """
    labels = read_volume(path, key)
    same_shape = labels.values.shape == volume.values.shape
    if not same_shape or not labels.lattice.same_as(volume.lattice):
        raise ConfigError(
            key,
            str(path),
            "its size, spacing, origin or direction is not that of the CT volume; resample it to "
            "the volume's grid (nearest neighbour)",
        )
    marked = labels.values != 0.0 if label is None else labels.values == label
    if not marked.any():
        there = ", ".join(f"{value:g}" for value in np.unique(labels.values)[:8])
        wanted = "label" if label is None else f"label {label}"
        raise ConfigError(key, str(path), f"it is empty: no voxel has the {wanted}, only {there}")
    return marked


def _file_reader(path: Path) -> sitk.ImageFileReader:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    return reader


def _series_reader(path: Path, key: str) -> sitk.ImageSeriesReader:
    sitk.ProcessObject.GlobalWarningDisplayOff()  # what matters is raised here
    series = sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(path))
    if len(series) != 1:
        found = f"{len(series)} DICOM series" if series else "no DICOM series"
        raise ConfigError(
            key, str(path), f"the folder holds {found}; give one that holds the slices of one"
        )
    reader = sitk.ImageSeriesReader()
    names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(path), series[0])
    reader.SetFileNames(names)
    reader.MetaDataDictionaryArrayUpdateOn()
    first = _file_reader(Path(names[0]))
    first.ReadImageInformation()
    _refuse_size((*first.GetSize()[:2], len(names)), str(path), key)
    return reader


def _refuse_size(size: tuple[int, ...], given: str, key: str) -> None:
    count = "x".join(map(str, size))
    if len(size) != 3 or min(size) < LEAST_SIDE:
        raise ConfigError(
            key, given, f"it has {count} voxels; give a volume of at least {LEAST_SIDE} a side"
        )
    if np.prod(size, dtype=float) > MOST_VOXELS:
        raise ConfigError(
            key, given, f"it has {count} voxels, more than {MOST_VOXELS:,}; crop it to the nodule"
        )


def _refuse_spacing(spacing: Array, given: str, key: str) -> None:
    low, high = SPACING
    text = " x ".join(f"{1e3 * step:.4g}" for step in spacing) + " mm"
    if spacing.min() < low or spacing.max() > high:
        raise ConfigError(
            key,
            given,
            f"its voxels measure {text}, not {1e3 * low:g} to {1e3 * high:g} mm; the unit of its "
            "spacing must be mm",
        )
    if spacing.max() > ANISOTROPY * spacing.min():
        raise ConfigError(
            key,
            given,
            f"its voxels measure {text}: too anisotropic (above {ANISOTROPY:g} to 1), the surface "
            "between two slices would be guessed; reconstruct thinner slices",
        )


def _refuse_missing_slices(reader: sitk.ImageSeriesReader, given: str, key: str) -> None:
    """DICOM: the slices' positions must be evenly spaced; ITK only takes the mean."""
    slices = range(len(reader.GetFileNames()))
    if not all(reader.HasMetaDataKey(k, POSITION) for k in slices):
        raise ConfigError(
            key, given, "its slices do not say where they lie; export the series with positions"
        )
    texts = [reader.GetMetaData(k, POSITION).split("\\") for k in slices]
    steps = np.linalg.norm(np.diff(np.array(texts, dtype=float), axis=0), axis=1)
    if np.ptp(steps) > 0.05 * np.median(steps):
        raise ConfigError(
            key,
            given,
            f"its slices lie {steps.min():.3g} to {steps.max():.3g} mm apart; some are missing or "
            "of another series",
        )
