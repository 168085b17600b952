"""Calcium scores of a CT volume, as clinics define them for coronary arteries.

- Agatston (Agatston et al. 1990, J. Am. Coll. Cardiol. 15:827): in each slice of 3 mm, every
  connected region (8 neighbours) of at least 130 HU and 1 mm2 counts its area (mm2) times 1, 2, 3
  or 4 for a peak of 130-199, 200-299, 300-399 or at least 400 HU; summed over slices that touch.
  Made for lesions of a few mm: in a nodule of stone nearly every region weighs 4.
- Volume (Callister et al. 1998, Radiology 208:807): the voxels of those regions (mm3), without
  their interpolation to cubes.
- Mass (Hong et al. 2002, Radiology 223:474; Ulzheimer & Kalender 2003, Eur. Radiol. 13:497): sum of
  HU times the calibration factor (mg/mm3 of apatite per HU), over the same voxels. The factor is
  that of porous apatite in water at the volume's energy; apatite in voxels below 130 HU is lost.

The mean is over the voxels that are at least half nodule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from sim.imaging.ct import Volume

THRESHOLD = 130.0  # HU
SMALLEST = 1e-6  # m2
WEIGHTS = (130.0, 200.0, 300.0, 400.0)  # HU from which a region weighs 1, 2, 3, 4
TOUCHING = np.ones((3, 3))
MM2, MM3 = 1e6, 1e9


@dataclass(frozen=True)
class Score:
    """Of one volume; SI but for HU and Agatston's mm2."""

    mean: float  # HU, over the nodule's voxels
    deviation: float  # HU, over the same
    agatston: float  # mm2 times weight
    volume: float  # m3
    mass: float  # kg


def score(volume: Volume, per_density: float) -> Score:
    """Return the scores of a volume of 3-mm slices.

    Parameters
    ----------
    volume : Volume
    per_density : float
        HU per kg/m3 of mineral.
    """
    values = volume.hounsfield
    across, down, along = volume.spacing
    area = across * down
    counted = np.zeros(values.shape, dtype=bool)
    agatston = 0.0
    for n in range(values.shape[2]):
        regions, count = ndimage.label(values[..., n] >= THRESHOLD, TOUCHING)
        sizes = np.bincount(regions.ravel(), minlength=count + 1)
        for region in range(1, count + 1):
            own = regions == region
            if sizes[region] * area < SMALLEST * (1.0 - 1e-9):
                continue
            weight = np.searchsorted(WEIGHTS, values[..., n][own].max(), side="right")
            agatston += MM2 * area * sizes[region] * float(weight)
            counted[..., n] |= own
    voxel = area * along
    inside = values[volume.nodule >= 0.5]
    return Score(
        mean=float(inside.mean()),
        deviation=float(inside.std()),
        agatston=agatston,
        volume=voxel * float(counted.sum()),
        mass=voxel * float(values[counted].sum()) / per_density,
    )
