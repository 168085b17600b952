"""The configuration of a calibration: a run, a measured curve, and the keys that are fitted."""

from __future__ import annotations

import re
from collections.abc import Mapping

from omegaconf import DictConfig

from sim.config.calibrate_schema import CalibrateConfig
from sim.config.limits import LIMITS, Limit
from sim.config.parse import case_from, quantity, read_texts
from sim.config.schema import CaseConfig, keys
from sim.errors import ConfigError
from sim.studies.calibrate import Calibration
from sim.studies.calibrate_data import KEY, Measured, read_measured
from sim.studies.calibrate_problem import Parameter

FITTABLE = (  # no finite element problem depends on them
    "nodule.mineral.solid_strength",
    "nodule.mineral.crushing_strength",
    "nodule.mineral.friction",
    "nodule.mineral.wall_pressure_ratio",
    "technique.cutting_coefficient",
    *(
        f"tissue.{layer}.{key}"
        for layer in ("skin", "subcutis")
        for key in ("toughness", "shear_modulus", "friction")
    ),
)
CHOICES = {
    "calibration.depth": ("travel", "tip"),
    "calibration.noise": ("constant", "proportional"),
}
OFFSET = Limit("m", "0 mm", "5 mm", "0 mm: the tip touches the skin at a reading of 0")
DEPTH = Limit("m", "-10 mm", "300 mm", null="no limit")
NUMBER = re.compile(r"^\s*[+-]?[\d.]+([eE][+-]?\d+)?\s*")  # what stands before a unit
READINGS = 3  # per parameter, at least

type Texts = Mapping[str, object]  # dotted key -> value as written


def to_calibration(cfg: DictConfig) -> Calibration:
    """Check the configuration of a calibration, read its data, and convert all to SI.

    Raises
    ------
    ConfigError
        At the first key that is unknown, missing or not allowed, a key that cannot be fitted
        without a new finite element solution, or data that cannot be read or do not suffice.
    """
    given = read_texts(cfg, CalibrateConfig)
    texts = {key: given[key] for key in keys(CaseConfig)}
    case = case_from(texts)
    for key, choices in CHOICES.items():
        if given[key] not in choices:
            raise ConfigError(key, given[key], f"choose one of {', '.join(choices)}")
    entries = _entries(given)
    parameters = tuple(_parameter(texts, i, entry) for i, entry in enumerate(entries))
    offset = quantity("calibration.offset", given["calibration.offset"], OFFSET)
    reach = min(case.needle.free_length, case.tissue.depth)
    whole = _read(given)
    least = READINGS * (len(parameters) + (offset > 0.0))
    measured = _comparable(given, whole, reach - offset, least)
    return Calibration(
        texts=texts,
        parameters=parameters,
        units=tuple(LIMITS[parameter.name].unit for parameter in parameters),
        shown=tuple(NUMBER.sub("", str(entry["low"])) for entry in entries),
        measured=measured,
        left_out=len(whole.depth) - len(measured.depth),
        deepest=min(reach, float(measured.depth.max()) + offset),
        axis=given["calibration.depth"],
        offset=offset,
        noise=given["calibration.noise"],
    )


def _entries(given: Texts) -> list[dict[str, object]]:
    entries = list(given["calibration.fit"])
    if not entries:
        raise ConfigError("calibration.fit", "[]", "give at least one {key, low, high}")
    names = [entry["key"] for entry in entries]
    for name in names:
        if name not in FITTABLE:
            raise ConfigError(
                "calibration.fit",
                name,
                "it would need new finite element solutions, or no force depends on it; choose "
                f"among {', '.join(FITTABLE)}",
            )
        if names.count(name) > 1:
            raise ConfigError("calibration.fit", name, "give each once")
    return entries


def _parameter(texts: Texts, index: int, entry: Texts) -> Parameter:
    """Return a parameter; both of its bounds must be allowed in the run."""
    key = str(entry["key"])
    ends = []
    for end in ("low", "high"):
        at = f"calibration.fit[{index}].{end}"
        try:
            value = quantity(at, entry[end], LIMITS[key])
            case_from({**texts, key: entry[end]})
        except ConfigError as error:
            raise ConfigError(at, entry[end], error.allowed) from error
        ends.append(value)
    low, high = ends
    if low >= high:
        at = f"calibration.fit[{index}].high"
        raise ConfigError(at, entry["high"], f"it must exceed the low bound, {entry['low']}")
    start = None if texts[key] is None else quantity(key, texts[key], LIMITS[key])
    return Parameter(key, low, high, start)


def _read(given: Texts) -> Measured:
    if given[KEY] is None:
        raise ConfigError(KEY, None, "give the path of a CSV with the columns depth and force")
    return read_measured(str(given[KEY]))


def _comparable(given: Texts, whole: Measured, reach: float, least: int) -> Measured:
    """Return the readings that the run can be compared with: no deeper than `reach` (m)."""
    low, high = (
        fallback if given[key] is None else quantity(key, given[key], DEPTH)
        for key, fallback in (
            ("calibration.shallowest", float(whole.depth.min())),
            ("calibration.deepest", reach),
        )
    )
    part = whole.between(low, min(high, reach))
    if len(part.depth) < least:
        raise ConfigError(
            KEY,
            str(whole.path),
            f"{len(part.depth)} readings lie between {1e3 * low:.4g} and "
            f"{1e3 * min(high, reach):.4g} mm, where the run has a curve and "
            f"calibration.shallowest and .deepest allow it; at least {least} are needed",
        )
    return part
