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
MARGIN = 6  # voxels kept around it
BLUR = 2.5  # reach of the scanner's blur / largest spacing
RING = (2.0, 4.0)  # where the surroundings are taken, in largest spacings
TOUCHING = np.ones((3, 3, 3), dtype=bool)


@dataclass(frozen=True, eq=False)
class Segment:
    """The nodule in a box cut out of the volume."""

    corner: NDArray[np.int64]  # (3,) index of the box's first voxel in the volume
    coverage: Array  # (i, j, k) share of each voxel that is nodule
    density: Array  # (i, j, k) kg/m3, without blur; outside the nodule that of its nearest voxel
    level: float  # kg/m3 at the surface
    volume: float  # m3
    mineral: float  # kg


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
    cut = tuple(
        slice(max(s.start - MARGIN, 0), min(s.stop + MARGIN, n))
        for s, n in zip(box, mask.shape, strict=True)
    )
    mask, rho = mask[cut], density[cut].astype(np.float64)
    level, around = _level(rho, mask, spacing, threshold)
    if labels is None and threshold is None:
        mask = _component(rho > level, spacing, gap)
    mask = ndimage.binary_fill_holes(mask)
    others = (rho > level) & ~ndimage.binary_dilation(mask)
    corner = np.array([s.start for s in cut])
    _refuse(mask, corner, density.shape, key, given)

    coverage = mask.astype(np.float64)
    if labels is None:
        at_surface = ndimage.binary_dilation(mask) & ~ndimage.binary_erosion(mask) & ~others
        share = np.clip((rho - around) / (2.0 * (level - around)), 0.0, 1.0)
        coverage[at_surface] = share[at_surface]
    voxel = float(spacing.prod())
    whole = _folded(rho, mask, others, around, spacing)
    volume = float(coverage.sum()) * voxel
    mineral = float((whole[mask] - around).sum()) * voxel + around * volume
    nearest = ndimage.distance_transform_edt(
        ~mask, sampling=spacing, return_distances=False, return_indices=True
    )
    return Segment(corner, coverage, whole[tuple(nearest)], level, volume, mineral)


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


def _level(rho: Array, mask: Mask, spacing: Array, threshold: float | None) -> tuple[float, float]:
    """Return the density at the surface and that of the surroundings (kg/m3)."""
    near, far = RING
    apart = ndimage.distance_transform_edt(~mask, sampling=spacing) / spacing.max()
    ring = (apart > near) & (apart <= far) & (rho < START)
    around = float(np.median(rho[ring])) if ring.any() else 0.0
    if threshold is not None:
        return threshold, around
    level = around
    for _ in range(20):  # the rim that is below the level does not count to the inside
        before, level = level, 0.5 * (around + float(np.median(rho[mask & (rho > level)])))
        if level - before < 1.0:
            break
    return level, around


def _folded(rho: Array, mask: Mask, others: Mask, around: float, spacing: Array) -> Array:
    """Return the density with what was blurred out of the mask put back into it."""
    apart, nearest = ndimage.distance_transform_edt(
        ~(mask | others), sampling=spacing, return_indices=True
    )
    spilled = (apart > 0.0) & (apart <= BLUR * spacing.max()) & mask[tuple(nearest)]
    whole = rho.copy()
    np.add.at(whole, tuple(nearest[:, spilled]), rho[spilled] - around)
    return whole


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
