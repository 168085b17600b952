"""Which voxels of a CT volume are the nodule, how much of each, and how dense the mineral is there.

A voxel at the nodule's surface holds mineral and soft tissue, and the scanner blurs the edge
further (partial volume). Both are undone without changing the mineral's mass:

- The surface lies where the density is halfway between the nodule's and its surroundings' (the
  medians), which is where the edge of a uniform body stays when it is blurred; or at a density
  given outright. Voxels next to the surface are covered in part, linearly in their density.
- What mineral the blur has carried out of the nodule goes back to the nearest voxel of it: the
  blurred edge is folded over at the surface, and for a straight edge the two parts add up to the
  density without blur. Other mineral nearby (bone) keeps its own half of the blur.

Simplifications: no correction of beam hardening or metal; cavities inside belong to the nodule,
with the density that they have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sim.errors import ConfigError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

START = 200.0  # kg/m3: mineral to look for before the level is known; about 300 HU
SPECK = 0.01  # of the largest component's voxels: smaller ones are noise
LEAST_VOXELS = 300  # of a nodule
BLUR = 3.0  # reach of the scanner's blur / largest spacing
RING = 2.0  # thickness of the surroundings beyond, where soft tissue is taken / largest spacing
AIR = -150.0  # kg/m3: what seems to hold less is no tissue; about -200 HU
LEAST_WEIGHT = 0.1  # of a voxel that a density is taken from
TOUCHING = np.ones((3, 3, 3), dtype=bool)


@dataclass(frozen=True, eq=False)
class Segment:
    """The nodule in a box cut out of the volume."""

    corner: NDArray[np.int64]  # (3,) index of the box's first voxel in the volume
    coverage: Array  # (i, j, k) share of each voxel that is nodule
    own: Array  # (i, j, k) the same with what was folded over: only in the nodule's voxels
    mineral: Array  # (i, j, k) kg/m3 of voxel, folded over likewise
    level: float  # kg/m3 at the surface
    volume: float  # m3
    mass: float  # kg of mineral

    def density(self, width: Array) -> Array:
        """Return the nodule's density (i, j, k), kg/m3, beyond it that of the nearest voxel.

        Parameters
        ----------
        width : (3,)
            Standard deviation (voxels) of the Gaussian that smooths it, inside the nodule alone.
        """
        weight = ndimage.gaussian_filter(self.own, width, mode="constant")
        known = weight > LEAST_WEIGHT
        nearest = ndimage.distance_transform_edt(
            ~known, return_distances=False, return_indices=True
        )
        mineral = ndimage.gaussian_filter(self.mineral, width, mode="constant")
        return (mineral / np.maximum(weight, LEAST_WEIGHT))[tuple(nearest)]


def segment(
    density: NDArray[np.float32],
    spacing: Array,
    *,
    labels: Mask | None = None,
    threshold: float | None = None,
    gap: float = 0.0,
    key: str = "nodule.image.path",
    given: object = None,
) -> Segment:
    """Find the nodule.

    Parameters
    ----------
    density : (i, j, k)
        Mineral in each voxel, kg/m3, from the calibration.
    spacing : (3,)
        Of the voxels, m.
    labels : (i, j, k), optional
        The voxels that are nodule; by default those above the surface's density.
    threshold : float, optional
        Density (kg/m3) at the surface; by default halfway between inside and outside.
    gap : float
        Components up to this distance (m) from one another form the nodule; 0: the largest alone.
    key, given
        Whom to blame in messages.

    Raises
    ------
    ConfigError
        If there is no nodule, it is cut off by the volume's border, or has too few voxels.
    """
    first = density > (START if threshold is None else threshold) if labels is None else labels
    mask = _component(first, spacing, gap)
    if not mask.any():
        raise ConfigError(
            key,
            given,
            f"it is empty: no voxel has more than {threshold or START:.0f} mg/cm3 of mineral "
            f"(largest {density.max():.0f}); check the calibration, or give a lower threshold",
        )
    box = ndimage.find_objects(mask.astype(np.uint8))[0]
    margin = np.ceil((BLUR + RING) * spacing.max() / spacing).astype(int)
    cut = tuple(
        slice(max(s.start - m, 0), min(s.stop + m, n))
        for s, m, n in zip(box, margin, mask.shape, strict=True)
    )
    mask, rho = mask[cut], density[cut].astype(np.float64)
    tissue = ndimage.gaussian_filter(rho, 1.0) > AIR  # without the noise
    level, around = _level(rho, mask, tissue, spacing, threshold)
    if labels is None and threshold is None:
        mask = _component((rho > level) & (mask | (rho <= START)), spacing, gap)
    mask = ndimage.binary_fill_holes(mask)
    others = (rho > level) & ~ndimage.binary_dilation(mask)
    corner = np.array([s.start for s in cut])
    _refuse(mask, corner, density.shape, key, given)

    coverage = mask.astype(np.float64)
    if labels is None:
        at_surface = ndimage.binary_dilation(mask) & ~ndimage.binary_erosion(mask) & ~others
        share = np.clip((rho - around) / (2.0 * (level - around)), 0.0, 1.0)
        coverage[at_surface] = share[at_surface]
    reached, home = _blurred(mask, others, spacing)
    reached &= tissue | mask
    home = tuple(home[:, reached])
    own, mineral = np.zeros_like(rho), np.zeros_like(rho)
    np.add.at(own, home, coverage[reached])
    np.add.at(mineral, home, (rho - around * (1.0 - coverage))[reached])
    voxel = float(spacing.prod())
    volume, mass = float(coverage.sum()) * voxel, float(mineral.sum()) * voxel
    return Segment(corner, coverage, own, mineral, level, volume, mass)


def _component(mask: Mask, spacing: Array, gap: float) -> Mask:
    """Return the largest component, with those that a chain of gaps leads to."""
    number, count = ndimage.label(mask, TOUCHING)
    if count <= 1:
        return mask
    sizes = np.bincount(number.ravel())
    sizes[0] = 0
    largest = int(sizes.argmax())
    own = number == largest
    if gap <= 0.0:
        return own
    near = ndimage.distance_transform_edt(~mask, sampling=spacing) <= 0.5 * gap
    clusters, _ = ndimage.label(near, TOUCHING)
    chosen = clusters == clusters[own][0]
    return mask & chosen & (sizes >= SPECK * sizes[largest])[number]


def _level(
    rho: Array, mask: Mask, tissue: Mask, spacing: Array, threshold: float | None
) -> tuple[float, float]:
    """Return the density at the surface and that of the surroundings (kg/m3)."""
    apart = ndimage.distance_transform_edt(~mask, sampling=spacing) / spacing.max()
    ring = (apart > BLUR) & (apart <= BLUR + RING) & tissue & (rho < START)
    around = float(np.median(rho[ring])) if ring.any() else 0.0
    if threshold is not None:
        return threshold, around
    level = around
    for _ in range(20):  # the rim that is below the level, or next to it, does not count
        before, body = level, mask & (rho > level)
        core = ndimage.binary_erosion(body)
        level = 0.5 * (around + float(np.median(rho[core if core.any() else body])))
        if level - before < 1.0:
            break
    return level, around


def _blurred(mask: Mask, others: Mask, spacing: Array) -> tuple[Mask, NDArray[np.int32]]:
    """Return where the mask's mineral may be seen, and each voxel's nearest mineral."""
    apart, nearest = ndimage.distance_transform_edt(
        ~(mask | others), sampling=spacing, return_indices=True
    )
    return (apart <= BLUR * spacing.max()) & mask[tuple(nearest)], nearest


def _refuse(
    mask: Mask, corner: NDArray[np.int64], size: tuple[int, ...], key: str, given: object
) -> None:
    occupied = np.argwhere(mask)
    if len(occupied) < LEAST_VOXELS:
        raise ConfigError(
            key,
            given,
            f"the nodule has {len(occupied)} voxels, fewer than {LEAST_VOXELS}; give an image of "
            "finer voxels or choose another component",
        )
    if (occupied.min(axis=0) + corner == 0).any() or (
        occupied.max(axis=0) + corner == np.array(size) - 1
    ).any():
        raise ConfigError(
            key,
            given,
            "the nodule is truncated: it touches the image's border; give a wider image, or a "
            "label map if it is bone that reaches the border",
        )
