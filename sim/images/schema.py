"""Types of ``nodule.image``, beside those of `sim.config.schema`; all values are texts."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.config.schema import NoduleConfig, Number


@dataclass
class ImageConfig:
    """The defaults, which mean no image, are for the nodules that are ellipsoids."""

    path: str | None = None  # CT file, folder of a DICOM series, or closed surface
    labels: str | None = None  # label map on the CT's voxels
    label: Number = None  # null: any value but 0
    slope: Number = None  # HU per mg/cm3 of mineral
    intercept: Number = None  # HU
    threshold: str | None = None  # null: halfway between nodule and surroundings
    smoothing: str | None = None
    component: str | None = None  # largest | cluster
    gap: str | None = None  # between components of a cluster
    unit: str | None = None  # length of a surface's unit
    up: str | None = None  # from the nodule to the skin
    entry: str | None = None  # a point of the needle's path in the image
    direction: str | None = None  # of the needle; both null: straight down through the centroid


@dataclass
class ImageNoduleConfig(NoduleConfig):
    """The nodule of an experiment that can read images."""

    image: ImageConfig = field(default_factory=ImageConfig)
