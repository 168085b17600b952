"""The configuration of a penetration map: many needles and minerals in one patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from omegaconf import DictConfig

from sim.case import Case, Mineral
from sim.config.groups import GROUPS, leaves
from sim.config.limits import LIMITS, Limit
from sim.config.map_schema import PenetrationMapConfig
from sim.config.parse import case_from, quantity, read_texts
from sim.config.schema import PatientConfig, TechniqueConfig, keys
from sim.config.store import plain
from sim.errors import ConfigError
from sim.units import to_si

COUNT = Limit("", "2", "200")  # values on an axis
LENGTH = replace(LIMITS["needle.free_length"], null="")
LONGEST = "300 mm"  # a needle that reaches any target
NEEDLES, LENGTHS = "map.needles", "map.free_lengths"
DENSITY, STRENGTH = "nodule.mineral.density", "nodule.mineral.solid_strength"
UNIFORM = {  # what one dimensionless resistance per density asks for
    "nodule.mineral.crushing_strength": (None, "the map goes over the law of porosity; give null"),
    "nodule.density_field.kind": ("uniform", "the map is of uniform nodules; give uniform"),
    "nodule.capsule.thickness": (None, "the map is of uniform nodules; give null for no capsule"),
}

Array = NDArray[np.float64]
type Texts = Mapping[str, object]  # dotted key -> value as written


def to_map(cfg: DictConfig) -> tuple[tuple[Case, ...], tuple[tuple[Mineral, ...], ...]]:
    """Check the configuration of a map and convert it to SI.

    Returns
    -------
    needles : tuple of Case
        Each needle at each free length in the patient as given. One too short for the target is no
        mistake: the map says so in its place.
    minerals : tuple of tuples of Mineral
        By density, then by solid strength, both increasing.

    Raises
    ------
    ConfigError
        At the first key that is unknown, missing or not allowed, by the name it has in the map.
    """
    given = read_texts(cfg, PenetrationMapConfig)
    for key, (value, why) in UNIFORM.items():
        if given[key] != value:
            raise ConfigError(key, given[key], why)
    names, lengths = _each(given, NEEDLES), _each(given, LENGTHS)
    for name in names:
        if name not in GROUPS["needle"]:
            raise ConfigError(NEEDLES, name, f"choose among {', '.join(GROUPS['needle'])}")
    needles = tuple(_needle(given, name, length) for name in names for length in lengths)
    if all(case.target_depth >= case.needle.free_length for case in needles):
        depth = f"{1e3 * needles[0].target_depth:.4g} mm"
        raise ConfigError(LENGTHS, lengths, f"one must reach the target at {depth}")
    any_needle = _texts(given, names[0])
    densities = _axis(given, any_needle, DENSITY, "kg/m**3", np.linspace)
    strengths = _axis(given, any_needle, STRENGTH, "Pa", np.geomspace)
    return needles, tuple(
        tuple(
            case_from(any_needle | {DENSITY: density, STRENGTH: strength}).nodule.mineral
            for strength in strengths
        )
        for density in densities
    )


def _each(given: Texts, key: str) -> list[str]:
    """Return a list's entries; there must be some, each once."""
    entries = [str(entry) for entry in given[key]]
    if not entries:
        raise ConfigError(key, [], "give at least one, in brackets: [first,second]")
    for entry in entries:
        if entries.count(entry) > 1:
            raise ConfigError(key, entry, "give each once")
    return entries


def _texts(given: Texts, name: str) -> dict[str, object]:
    """Return the configuration of a run with one needle, long enough for any target."""
    needle = dict(leaves(plain(GROUPS["needle"][name]))) | {"length": LONGEST, "free_length": None}
    return (
        {key: given[key] for key in keys(PatientConfig)}
        | {f"needle.{key}": value for key, value in needle.items()}
        | {f"technique.{key}": given[f"{needle['kind']}.{key}"] for key in keys(TechniqueConfig)}
    )


def _needle(given: Texts, name: str, length: str) -> Case:
    """Return the run of one needle at one free length.

    A needle that is held by its hub is that long; one that is gripped is so from the grip on.
    """
    texts, catalogue = _texts(given, name), GROUPS["needle"][name]
    try:
        case = case_from(texts)
    except ConfigError as error:
        key = error.key.replace("technique.", f"{texts['needle.kind']}.")
        raise ConfigError(key, error.given, error.allowed) from error
    reach = quantity(LENGTHS, length, LENGTH)
    whole = reach
    if catalogue["free_length"] is not None:
        whole = to_si(catalogue["length"].text, "m")
        if reach > whole:
            raise ConfigError(LENGTHS, length, f"the {name} is {catalogue['length'].text} long")
    return replace(case, needle=replace(case.needle, length=whole, free_length=reach))


def _axis(
    given: Texts, run: Texts, key: str, unit: str, spaced: Callable[[float, float, int], Array]
) -> list[str]:
    """Return the values of an axis as texts; both ends must be allowed in a run."""
    at = f"map.{key.rpartition('.')[2]}"
    count = quantity(f"{at}.count", given[f"{at}.count"], COUNT)
    if count != int(count):
        raise ConfigError(f"{at}.count", given[f"{at}.count"], "give a whole number")
    for end in ("low", "high"):
        try:
            case_from(run | {key: given[f"{at}.{end}"]})
        except ConfigError as error:
            raise ConfigError(f"{at}.{end}", error.given, error.allowed) from error
    low, high = (to_si(str(given[f"{at}.{end}"]), unit) for end in ("low", "high"))
    if low >= high:
        raise ConfigError(f"{at}.high", given[f"{at}.high"], f"it must exceed {at}.low")
    return [f"{value:.12g} {unit}" for value in spaced(low, high, int(count))]
