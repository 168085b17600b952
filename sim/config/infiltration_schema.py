"""Types of the configuration of an infiltration alone, beside those of `sim.config.schema`."""

from __future__ import annotations

from dataclasses import dataclass

from omegaconf import MISSING

from sim.config.schema import NeedleConfig, PatientConfig
from sim.images.schema import ImageNoduleConfig


@dataclass
class SiteConfig:
    """Where the needle's tip is, how the needle got there, and how the nodule lies."""

    geometry: str = MISSING  # rz | 3d
    tip_depth: str | None = None  # null: the nodule's centre
    offset_x: str = MISSING  # of the tip from the nodule's centre, the way the needle leans
    offset_y: str = MISSING  # across that
    tilt: str = MISSING  # between the needle and the skin's normal
    width: str | None = None  # of the ellipsoid, across diameter and height; null: the diameter
    yaw: str = MISSING  # turns of the ellipsoid about z, then about the new y, then the new x
    pitch: str = MISSING
    roll: str = MISSING


@dataclass
class InfiltrationConfig(PatientConfig):
    """The patient, a needle that is in place, and the place."""

    nodule: ImageNoduleConfig = MISSING
    needle: NeedleConfig = MISSING
    site: SiteConfig = MISSING
