"""The configuration of ``nodule=image``: from texts to a nodule, refused by key.

Keys are below ``nodule.image``. What the image measures takes the place of ``nodule.diameter``,
``nodule.height`` and (for a CT volume) ``nodule.mineral.density``, so that the rules of any other
nodule hold for it: it must lie above the fascia and inside the domain. Paths are relative to where
the command was started.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.config import limits
from sim.config.limits import Limit
from sim.config.parse import quantity
from sim.errors import ConfigError
from sim.images.build import ImageSettings, nodule_from_image
from sim.images.frame import DIRECTIONS
from sim.images.nodule import ImageNodule
from sim.images.path import NeedlePath
from sim.units import to_si

Array = NDArray[np.float64]
type Texts = Mapping[str, object]  # dotted key -> value as written

KEY = "nodule.image"
PATH = "give a CT volume (NIfTI), the folder of a DICOM series, or a closed surface (STL, VTP)"
POINT = "give a point as three numbers with a unit at the end, e.g. '12 -40.5 95 mm'"
DIRECTION = f"give one of {', '.join(DIRECTIONS)}, or three numbers, e.g. '0 -1 0.2'"

LIMITS = {
    "label": Limit("", "1", "65535", null="any label but 0"),
    "slope": Limit("", "0.1", "10", "HU per mg/cm3 of mineral"),
    "intercept": Limit("", "-1100", "500", "HU without mineral"),
    "threshold": Limit(
        "kg/m**3",
        "20 mg/cm**3",
        "3000 mg/cm**3",
        null="halfway between the nodule and its surroundings",
    ),
    "smoothing": Limit("m", "0 mm", "3 mm"),
    "gap": Limit("m", "0.01 mm", "10 mm"),
    "unit": Limit("m", "1 um", "1 m"),
}
CHOICES = {"component": ("largest", "cluster"), "up": tuple(DIRECTIONS)}


def read_image(given: Texts) -> tuple[dict[str, str], ImageNodule, NeedlePath] | None:
    """Read the image of a configuration, if it names one.

    Returns
    -------
    measured : dict
        What the image puts in the place of an ellipsoid's measures in the configuration.
    nodule, path
        The nodule in the simulation's coordinates, and the needle's path if one is given.

    Raises
    ------
    ConfigError
        At the first key that is not allowed, or whose file cannot be used.
    """
    if given[f"{KEY}.path"] is None:
        return None
    if not str(given[f"{KEY}.path"]).strip():
        raise ConfigError(f"{KEY}.path", given[f"{KEY}.path"], PATH)
    texts = {
        key.removeprefix(f"{KEY}."): value for key, value in given.items() if key.startswith(KEY)
    }
    entry, direction = texts["entry"], texts["direction"]
    path = NeedlePath(
        None if entry is None else _point(f"{KEY}.entry", entry),
        None if direction is None else _direction(f"{KEY}.direction", direction),
        given=str(entry if direction is None else direction),
    )
    settings = image_settings(texts)
    depth, density, solid_density = (
        quantity(key, given[key], limits.LIMITS[key])
        for key in ("nodule.depth", "nodule.mineral.density", "nodule.mineral.solid_density")
    )
    nodule = nodule_from_image(settings, depth, density, solid_density)
    low, high = nodule.bounds
    measured = {
        "nodule.diameter": f"{2e3 * np.hypot(*nodule.surface.points[:, :2].T).max():.6g} mm",
        "nodule.height": f"{1e3 * (high - low)[2]:.6g} mm",
        "nodule.mineral.density": f"{nodule.mass / nodule.volume:.6g} kg/m**3",
    }
    return measured, nodule, path


def image_settings(texts: Texts) -> ImageSettings:
    """Convert the texts below ``nodule.image`` to SI.

    Raises
    ------
    ConfigError
        At the first key that is not allowed.
    """

    def number(name: str) -> float | None:
        if texts[name] is None and LIMITS[name].null:
            return None
        return quantity(f"{KEY}.{name}", texts[name], LIMITS[name])

    component, label = texts["component"], number("label")
    if component not in CHOICES["component"]:
        raise ConfigError(
            f"{KEY}.component", component, f"choose one of {', '.join(CHOICES['component'])}"
        )
    if label is not None and label != int(label):
        raise ConfigError(f"{KEY}.label", texts["label"], "give a whole number")
    settings = ImageSettings(
        path=Path(str(texts["path"])),
        up=_direction(f"{KEY}.up", texts["up"]),
        labels=None if texts["labels"] is None else Path(str(texts["labels"])),
        label=None if label is None else int(label),
        slope=number("slope"),
        intercept=number("intercept"),
        threshold=number("threshold"),
        smoothing=number("smoothing"),
        gap=number("gap") if component == "cluster" else 0.0,
        unit=number("unit"),
    )
    if settings.is_surface and settings.labels is not None:
        raise ConfigError(f"{KEY}.labels", texts["labels"], "a closed surface has no label map")
    return settings


def _direction(key: str, text: object) -> Array:
    if text in DIRECTIONS:
        return np.array(DIRECTIONS[str(text)])
    way = _numbers(key, str(text).split(), "", text, DIRECTION)
    if not np.linalg.norm(way) > 0.0:
        raise ConfigError(key, text, DIRECTION)
    return way


def _point(key: str, text: object) -> Array:
    *parts, unit = str(text).split() or [""]
    return _numbers(key, [f"{part} {unit}" for part in parts], "m", text, POINT)


def _numbers(key: str, parts: list[str], unit: str, text: object, wanted: str) -> Array:
    try:
        numbers = np.array([to_si(part, unit) for part in parts])
    except ValueError as error:
        raise ConfigError(key, text, f"{error}; {wanted}") from error
    if len(numbers) != 3:
        raise ConfigError(key, text, wanted)
    return numbers
