"""From an image's files to a nodule in the simulation's coordinates.

CT numbers become mineral by a straight line, HU = intercept + slope * density. The nodule's surface
is the level of its smoothed coverage that encloses as much as the coverage itself: smoothing alone
would shrink it (a sphere of radius R loses 3 (s/R)^2 of its volume by a Gaussian of width s). The
density is smoothed alike and scaled by what makes the mineral's mass again that of the image.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.optimize import brentq

from sim.errors import ConfigError
from sim.images.frame import frame_above
from sim.images.nodule import ImageNodule, grid_points, signed_distance
from sim.images.segment import Segment, segment
from sim.images.surface import FORMATS, Surface, level_surface, read_surface
from sim.images.volume import Lattice, read_labels, read_volume
from sim.materials.density import LEAST, MOST

Array = NDArray[np.float64]

EXTENT = (0.5e-3, 50e-3)  # m, of a nodule
LEVELS = (0.2, 0.8)  # of the smoothed coverage: beyond, what is smoothed is thinner than that
SATURATED = 3071.0  # HU, the top of a 12-bit CT scale
SATURATED_SHARE = 0.01  # of the nodule


@dataclass(frozen=True, eq=False)
class ImageSettings:
    """How an image is read; without a `labels` map the mineral is found by its density."""

    path: Path  # CT volume, folder of a DICOM series, or closed surface
    up: Array  # (3,) from the nodule to the skin above it, in the image's coordinates
    labels: Path | None = None
    label: int | None = None  # value in the label map; None: any but 0
    slope: float = 1.35  # HU per mg/cm3 (= kg/m3) of mineral
    intercept: float = 0.0  # HU without mineral
    threshold: float | None = None  # kg/m3 at the surface; None: halfway to the surroundings
    smoothing: float = 0.0  # m, standard deviation of the Gaussian
    gap: float = 0.0  # m, between components of a cluster; 0: the largest component alone
    unit: float = 1e-3  # m per unit of a surface's coordinates

    @property
    def is_surface(self) -> bool:
        """Whether the image is a closed surface, without densities."""
        return self.path.suffix.lower() in FORMATS


def nodule_from_image(
    settings: ImageSettings, depth: float, density: float, solid_density: float
) -> ImageNodule:
    """Read the image and put the nodule's highest point `depth` (m) below the skin.

    Parameters
    ----------
    density : float
        Apparent density (kg/m3) of a nodule that is given by its surface.
    solid_density : float
        Of the mineral without pores (kg/m3): the densities of an image stay below.

    Raises
    ------
    ConfigError
        By key, where a file cannot be used: see `sim.images.volume`, `segment` and `surface`.
    """
    key, given = "nodule.image.path", str(settings.path)
    if settings.is_surface:
        drawn = read_surface(settings.path, settings.unit, key, all_parts=settings.gap > 0.0)
        finest = 0.0
    else:
        found, lattice = _segment(settings, key)
        _refuse_density(found, settings, solid_density)
        drawn = _surface(found, lattice, settings)
        finest = 0.5 * float(lattice.spacing.min())
    _refuse_extent(drawn, given)
    frame = frame_above(drawn.points, drawn.centroid, settings.up, depth)
    surface = drawn.moved(frame.to_simulation(drawn.points))
    corner, spacing, shape = grid_points(surface, finest)
    levels = signed_distance(surface, corner, spacing, shape)
    if settings.is_surface:
        mineral, mass = np.full(shape, density), density * surface.volume
        return ImageNodule(surface, frame, corner, spacing, levels, mineral, mass)

    grid = corner + spacing * np.stack(np.indices(shape), axis=-1).reshape(-1, 3)
    index = lattice.index(frame.to_image(grid)) - found.corner
    smooth = found.density(settings.smoothing / lattice.spacing)
    mineral = ndimage.map_coordinates(smooth, index.T, order=1, mode="nearest").reshape(shape)
    share = np.clip(0.5 - levels / spacing, 0.0, 1.0)  # of each grid cell that is nodule
    mineral *= found.mass / (float((share * mineral).sum()) * spacing**3)
    mineral = np.clip(mineral, LEAST * solid_density, MOST * solid_density)
    return ImageNodule(surface, frame, corner, spacing, levels, mineral, found.mass)


def _segment(settings: ImageSettings, key: str) -> tuple[Segment, Lattice]:
    volume = read_volume(settings.path, key)
    labels = None
    if settings.labels is not None:
        labels = read_labels(settings.labels, settings.label, volume, "nodule.image.labels")
    found = segment(
        (volume.values - settings.intercept) / settings.slope,
        volume.lattice.spacing,
        labels=labels,
        threshold=settings.threshold,
        gap=settings.gap,
        key=key,
        given=str(settings.path),
    )
    box = tuple(
        slice(low, low + n) for low, n in zip(found.corner, found.coverage.shape, strict=True)
    )
    inside = volume.values[box][found.coverage > 0.5]
    top = float(volume.values.max())
    if top == SATURATED and (inside == top).mean() > SATURATED_SHARE:
        raise ConfigError(
            key,
            str(settings.path),
            f"{100 * (inside == top).mean():.0f} % of the nodule is at {top:g} HU, the end of the "
            "scale: its density is cut off; reconstruct with the extended CT scale",
        )
    return found, volume.lattice


def _surface(found: Segment, lattice: Lattice, settings: ImageSettings) -> Surface:
    """Return the level surface, in the image's coordinates, with the volume of the coverage."""
    width = settings.smoothing / lattice.spacing
    smooth = ndimage.gaussian_filter(found.coverage, width, mode="constant")
    voxel = float(lattice.spacing.prod())

    def excess(level: float) -> float:
        return _drawn(smooth, level, settings).volume * voxel - found.volume

    low, high = LEVELS
    if smooth.max() <= high or excess(low) < 0.0 or excess(high) > 0.0:
        raise ConfigError(
            "nodule.image.smoothing",
            f"{1e3 * settings.smoothing:g} mm",
            "it wipes out parts of the nodule that are thinner; give less, or an image of finer "
            "voxels",
        )
    drawn = _drawn(smooth, brentq(excess, low, high, xtol=1e-3), settings)
    turn = -1 if np.linalg.det(lattice.direction) < 0.0 else 1  # a left-handed array
    return Surface(lattice.points(drawn.points + found.corner), drawn.triangles[:, ::turn])


def _drawn(smooth: Array, level: float, settings: ImageSettings) -> Surface:
    surface = level_surface(smooth, level)
    return surface if settings.gap > 0.0 else surface.largest_part()


def _refuse_density(found: Segment, settings: ImageSettings, solid_density: float) -> None:
    mean = found.mass / found.volume
    if mean > MOST * solid_density:
        raise ConfigError(
            "nodule.image.slope",
            settings.slope,
            f"the nodule's mean density would be {mean:.0f} mg/cm3, above that of solid mineral "
            f"({solid_density:.0f}): the calibration is not this scanner's",
        )


def _refuse_extent(surface: Surface, given: str) -> None:
    extent = np.ptp(surface.points, axis=0)
    low, high = EXTENT
    if not (low <= extent.min() and extent.max() <= high):  # nor where they are no numbers
        text = " x ".join(f"{1e3 * side:.3g}" for side in extent)
        raise ConfigError(
            "nodule.image.path",
            given,
            f"the nodule measures {text} mm, not {1e3 * low:g} to {1e3 * high:g} mm: check the "
            "unit of its coordinates, or choose another component",
        )
