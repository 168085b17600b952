"""A CT volume of the nodule in HU at one effective energy, and how it is written.

``HU = 1000 (mu - mu_water) / mu_water`` at the energy at which water attenuates as it does the
tube's beam behind the body; air counts as nothing, so it is -1000. A voxel holds the mean over its
volume, blurred by a Gaussian, with Gaussian noise that is drawn for each voxel.

Axes of the file, as ITK has them: x to the patient's left, y to the back, z to the head. The skin
above the nodule faces the front, as `sim.images` takes it: (x, y, z) of the file are (x, depth, y)
of the simulation, from where the needle enters.

Simplifications: reconstruction is taken to be perfect: no beam hardening, no metal (the needle is
out), no streaks; noise is white.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from sim.case import Case
from sim.imaging.attenuation import WATER, Material
from sim.imaging.contents import ABOVE, BELOW, BESIDE, METAL, filling, mixed
from sim.imaging.revolved import Revolved
from sim.imaging.states import NODULE, State, Term
from sim.results.files import written

Array = NDArray[np.float64]

CALIBRATION = 998.2  # kg/m3, the phantom's water at 20 degC: 0 HU
PARTS = 2  # into which each side of a voxel is divided
LOWEST, HIGHEST = -1024, 32767  # what a voxel of 16 bits is let to hold
MM = 1e3


@dataclass(frozen=True, eq=False)
class Volume:
    """CT numbers and the nodule's share of each voxel, [x, depth, y]; lengths in m."""

    hounsfield: NDArray[np.int16]
    nodule: Array
    origin: tuple[float, float, float]  # centre of the first voxel
    spacing: tuple[float, float, float]

    def thicker(self, slices: int) -> Volume:
        """Return the mean over each `slices` adjacent slices along the last axis."""
        a, b, c = self.hounsfield.shape
        means = [
            values.reshape(a, b, c // slices, slices).mean(axis=3)
            for values in (self.hounsfield, self.nodule)
        ]
        x, depth, y = self.spacing
        origin = (*self.origin[:2], self.origin[2] + 0.5 * (slices - 1) * y)
        return Volume(means[0], means[1], origin, (x, depth, slices * y))


def hounsfield(contents: Mapping[Material, Array], energy: float) -> Array:
    """Return CT numbers (HU) of voxels that hold `contents` (kg/m3) at an energy (keV)."""
    mu = sum(float(m.mass_attenuation(np.array(energy))) * mass for m, mass in contents.items())
    water = CALIBRATION * float(WATER.mass_attenuation(np.array(energy)))
    return 1e3 * (mu - water) / water


def per_density(energy: float, apatite: Material, solid_density: float) -> float:
    """Return HU per kg/m3 of mineral in the place of water at an energy (keV)."""
    at = np.array(energy)
    own = apatite.mass_attenuation(at) - WATER.attenuation(at) / solid_density
    return float(1e3 * own / (CALIBRATION * WATER.mass_attenuation(at)))


@dataclass(frozen=True, eq=False)
class Grid:
    """Voxels around a nodule, and the middles of their parts; lengths in m."""

    counts: tuple[int, int, int]  # voxels along x, depth and y
    spacing: tuple[float, float, float]
    slices: int  # of the volume in one that is scored

    @classmethod
    def around(cls, case: Case, voxel: float, thickness: float, slices: int) -> Grid:
        """Return the voxels of a case.

        `voxel` is their size in a slice's plane, `thickness` that of the slices that are scored;
        one of those lies on the needle's axis.
        """
        reach = 0.5 * case.nodule.diameter + BESIDE
        scored = 2 * int(np.ceil(reach / thickness - 0.5)) + 1
        rows = int(np.ceil((ABOVE + case.tissue.depth + BELOW) / voxel))
        counts = (2 * int(np.ceil(reach / voxel)) + 1, rows, scored * slices)
        return cls(counts, (voxel, voxel, thickness / slices), slices)

    @property
    def origin(self) -> tuple[float, float, float]:
        """Centre of the first voxel."""
        (a, _, c), (x, depth, y) = self.counts, self.spacing
        return -0.5 * (a - 1) * x, 0.5 * depth - ABOVE, -0.5 * (c - 1) * y

    @property
    def x(self) -> Array:
        """Across."""
        return self._parts(0)

    @property
    def depth(self) -> Array:
        """Below the skin's surface."""
        return self._parts(1)

    @property
    def y(self) -> Array:
        """Along the slices."""
        return self._parts(2)

    def _parts(self, axis: int) -> Array:
        step, first = self.spacing[axis], self.origin[axis] - 0.5 * self.spacing[axis]
        return first + (np.arange(self.counts[axis] * PARTS) + 0.5) * step / PARTS


def scan(
    state: State,
    grid: Grid,
    energy: float,
    blur: float,
    deviation: float,
    noise: np.random.Generator,
) -> Volume:
    """Return the volume of a state.

    Parameters
    ----------
    state : State
    grid : Grid
    energy : float
        keV.
    blur : float
        Standard deviation of the scanner's spread (m), in all directions.
    deviation : float
        Of the noise (HU) in a slice that is scored.
    """
    own = sum(_sampled(term, grid) for term in state.terms)
    nothing = np.zeros((*own.shape[:-1], METAL + 1))
    contents = mixed(state.case, -grid.depth, 1.0, own, nothing)
    x, depth, y = grid.spacing
    width = [PARTS * blur / step for step in (depth, x, y)]
    clean = ndimage.gaussian_filter(hounsfield(contents, energy), width, mode="nearest")
    values = _coarser(clean)
    values += noise.normal(scale=deviation * np.sqrt(grid.slices), size=values.shape)
    values = np.clip(np.round(values), LOWEST, HIGHEST).astype(np.int16)
    shares = _coarser(own[..., NODULE])
    return Volume(values.transpose(1, 0, 2), shares.transpose(1, 0, 2), grid.origin, grid.spacing)


def write_nifti(
    path: Path, values: NDArray[np.int16], origin: tuple[float, ...], spacing: tuple[float, ...]
) -> None:
    """Write values [x, y, z] of a volume; origin and spacing in m, the axes are the patient's."""
    image = sitk.GetImageFromArray(values.transpose(2, 1, 0))
    image.SetSpacing([MM * step for step in spacing])
    image.SetOrigin([MM * place for place in origin])
    with written(path) as aside:
        sitk.WriteImage(image, str(aside))


@lru_cache(maxsize=16)  # the states of a treatment share terms
def _sampled(term: Term, grid: Grid) -> Array:
    """Means (z, x, y, 3) of a term's fields; along y of tetrahedra, else at the points."""
    x, z, y = grid.x, -grid.depth, grid.y
    found = np.zeros((len(z), len(x), len(y), 3))
    if isinstance(term.body, Revolved):
        radius = np.hypot(x[:, None], y)
        for row, height in enumerate(z):
            cut = term.body.cut(height)
            found[row] = cut.with_axis(filling(cut, term.fill)).at(radius)
        return found
    step = y[1] - y[0]
    for n, place in enumerate(y):
        slab = (place - 0.5 * step, place + 0.5 * step)
        found[:, :, n] = term.body.lines(x, z[::-1], slab)[::-1] / step
    return found


def _coarser(fine: Array) -> Array:
    a, b, c = (n // PARTS for n in fine.shape)
    return fine.reshape(a, PARTS, b, PARTS, c, PARTS).mean(axis=(1, 3, 5))
