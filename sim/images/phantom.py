"""A CT volume of a known ellipsoid, to check the way from an image to a mesh and to try it.

``./run python -m sim.images.phantom ct.nii.gz [labels.nii.gz]`` writes one. The ellipsoid lies in
fat, tilted against the voxels' axes, which are tilted against the patient's; its density falls
along one of its axes about the mean. Voxels hold the mean over their volume, blurred and noisy.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]

FINE = 4  # subdivisions of a voxel along each side


@dataclass(frozen=True)
class Phantom:
    """What is scanned and how; lengths in m, CT numbers in HU."""

    semi_axes: tuple[float, float, float] = (6e-3, 4.5e-3, 3.5e-3)
    density: float = 1200.0  # kg/m3, mean
    variation: float = 0.2  # of the density from the centre to the end of the first axis
    tilt: tuple[float, float, float] = (20.0, -15.0, 30.0)  # deg, of the ellipsoid in the patient
    centre: tuple[float, float, float] = (12e-3, -40e-3, 95e-3)  # m, in the patient
    spacing: tuple[float, float, float] = (0.4e-3, 0.4e-3, 0.8e-3)
    oblique: tuple[float, float, float] = (10.0, 25.0, -5.0)  # deg, of the voxels' axes
    blur: float = 0.3e-3  # m, standard deviation of the scanner's point spread
    noise: float = 40.0  # HU, standard deviation
    surroundings: float = -90.0  # HU, fat
    slope: float = 1.35  # HU per kg/m3
    intercept: float = 0.0
    seed: int = 1

    @property
    def volume(self) -> float:
        """Of the ellipsoid, m3."""
        return 4.0 / 3.0 * np.pi * float(np.prod(self.semi_axes))

    @property
    def mass(self) -> float:
        """Of its mineral, kg: the density's variation is odd about the centre."""
        return self.density * self.volume

    @property
    def axes(self) -> Array:
        """Columns: the ellipsoid's axes in the patient."""
        return Rotation.from_euler("xyz", self.tilt, degrees=True).as_matrix()

    @cached_property
    def direction(self) -> Array:
        """Columns: the voxels' axes in the patient."""
        return Rotation.from_euler("xyz", self.oblique, degrees=True).as_matrix()

    @property
    def size(self) -> NDArray[np.int64]:
        """Voxels along each axis: the longest semi-axis twice over and half as much around it."""
        return np.ceil(3.0 * max(self.semi_axes) / np.array(self.spacing)).astype(int)

    @property
    def origin(self) -> Array:
        """Centre of the first voxel, m."""
        return self.centre - self.direction @ (0.5 * (self.size - 1) * self.spacing)

    @cached_property
    def voxels(self) -> tuple[Array, Array]:
        """Each voxel's share of nodule, and its mineral (kg/m3), without blur; (i, j, k)."""
        steps = (np.arange(n * FINE) for n in self.size)
        index = (np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1) + 0.5) / FINE - 0.5
        places = self.origin + (index * self.spacing) @ self.direction.T
        own = (places - self.centre) @ self.axes / self.semi_axes
        inside = (own**2).sum(axis=-1) < 1.0
        mineral = self.density * (1.0 + self.variation * own[..., 0]) * inside
        return _coarser(inside.astype(float)), _coarser(mineral)

    def hounsfield(self) -> Array:
        """Return the CT numbers (i, j, k)."""
        share, mineral = self.voxels
        clean = (1.0 - share) * self.surroundings + self.intercept * share + self.slope * mineral
        seen = ndimage.gaussian_filter(clean, self.blur / np.array(self.spacing), mode="nearest")
        return seen + np.random.default_rng(self.seed).normal(scale=self.noise, size=seen.shape)

    def write(self, path: Path, labels: Path | None = None) -> None:
        """Write the CT volume, and the voxels that are at least half nodule as a label map."""
        sitk.WriteImage(self.image(np.round(self.hounsfield()).astype(np.int16)), str(path))
        if labels is not None:
            marked = (self.voxels[0] >= 0.5).astype(np.uint8)
            sitk.WriteImage(self.image(marked), str(labels))

    def image(self, values: NDArray[np.int16] | NDArray[np.uint8]) -> sitk.Image:
        """Return values (i, j, k) as an image of ITK, whose lengths are in mm."""
        image = sitk.GetImageFromArray(values.transpose(2, 1, 0))
        image.SetSpacing([1e3 * step for step in self.spacing])
        image.SetOrigin((1e3 * self.origin).tolist())
        image.SetDirection(self.direction.ravel().tolist())
        return image


def _coarser(fine: Array) -> Array:
    """Return the mean over each voxel's subdivisions."""
    a, b, c = (n // FINE for n in fine.shape)
    return fine.reshape(a, FINE, b, FINE, c, FINE).mean(axis=(1, 3, 5))


if __name__ == "__main__":
    paths = [Path(name) for name in sys.argv[1:3]]
    if not paths:
        sys.exit("usage: ./run python -m sim.images.phantom CT.nii.gz [LABELS.nii.gz]")
    phantom = Phantom()
    phantom.write(*paths)
    print(f"{1e9 * phantom.volume:.1f} mm3 of nodule, {1e6 * phantom.mass:.1f} mg of mineral")
