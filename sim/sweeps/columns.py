"""The inputs of a run as columns: numbers in one unit per key, with the unit in the name.

The unit is the one that the catalogue writes the key's default in, so that a run whose values were
written in other units has the same columns and the same numbers. A key without a unit is a plain
number; a choice or a name is text. What is null, or is no value of its key (the run was refused),
is None: the run's overrides and its reason have the text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence

from sim.config.groups import CATALOGUE, leaves
from sim.config.infiltration_schema import InfiltrationConfig
from sim.config.limits import LIMITS
from sim.config.map_schema import PenetrationMapConfig
from sim.config.schema import CaseConfig, ComparisonConfig, keys
from sim.materials.value import Value
from sim.results.files import Cell
from sim.units import to_si

DIGITS = 12  # significant, of a number after its conversion: 1.7 mm is not 1.6999999999999997
_NO_INPUTS = ("hydra", "output", "sweep", "resume")  # how a run is done, not what is computed
_OWN = {  # keys of the experiments that have some of their own
    **dict.fromkeys(("site.tip_depth", "site.offset_x", "site.offset_y", "site.width"), "mm"),
    **dict.fromkeys(("site.tilt", "site.yaw", "site.pitch", "site.roll"), "deg"),
    **dict.fromkeys(("nodule.image.smoothing", "nodule.image.gap", "nodule.image.unit"), "mm"),
    **dict.fromkeys(("nodule.image.slope", "nodule.image.intercept", "nodule.image.label"), ""),
    "nodule.image.threshold": "mg/cm**3",
    **dict.fromkeys(("map.density.count", "map.solid_strength.count"), ""),
}
_SAME_KEY = (  # (beginning of a key of one experiment, the key of a run that has its unit)
    (re.compile(r"[ab]\."), ""),
    (re.compile(r"(hypodermic|coaxial)\."), "technique."),
    (re.compile(r"map\.free_lengths$"), "needle.free_length"),
    (re.compile(r"map\.(density|solid_strength)\.(low|high)$"), r"nodule.mineral.\1"),
)
_UNIT = re.compile(r"\s*[+-]?[\d.]+(?:[eE][+-]?\d+)?\s*(?P<unit>(1/)?[^\s\d].*)")
_IN_A_NAME = (("**", ""), ("1/", "per_"), ("/", "_per_"), ("*", "_"))


def input_columns(tree: Mapping[str, object]) -> dict[str, Cell]:
    """Return {column: value} of a resolved configuration.

    Parameters
    ----------
    tree : mapping
        The configuration as nested plain containers, values as written.
    """
    columns = {}
    for key, value in _flat(tree):
        columns[column_of(key)] = _cell(value, unit_of(key))
    return columns


def column_of(key: str) -> str:
    """Return the column that a key of the configuration has."""
    unit = unit_of(key)
    return f"{key}{_suffix(unit)}" if unit else key


@functools.cache
def unit_of(key: str) -> str | None:
    """Return the unit that a key's column is in: "" for a plain number, None for text."""
    for pattern, replacement in _SAME_KEY:
        key = pattern.sub(replacement, key, count=1) if pattern.match(key) else key
    if key not in LIMITS or not LIMITS[key].unit:
        return "" if key in LIMITS else _OWN.get(key)
    group, _, name = key.partition(".")
    defaults = [dict(leaves(option)).get(name) for option in CATALOGUE.get(group, {}).values()]
    written = [str(d.text if isinstance(d, Value) else d) for d in defaults if d is not None]
    return _UNIT.fullmatch([*written, LIMITS[key].high][0])["unit"]


def is_text(column: str) -> bool:
    """Tell whether a column of inputs holds choices or names."""
    return column in _keys() and unit_of(column) is None


@functools.cache
def _keys() -> frozenset[str]:
    """All keys that a configuration may have."""
    roots = (CaseConfig, ComparisonConfig, InfiltrationConfig, PenetrationMapConfig)
    return frozenset(key for root in roots for key in keys(root))


def _flat(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, node in tree.items():
        if not prefix and name in _NO_INPUTS:
            continue
        if isinstance(node, Mapping):
            yield from _flat(node, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", node


def _suffix(unit: str) -> str:
    """Return a unit as the end of a column's name: ``g/cm**3`` as ``_g_per_cm3``."""
    for written, named in _IN_A_NAME:
        unit = unit.replace(written, named)
    return f"_{unit}"


def _cell(value: object, unit: str | None) -> Cell:
    if isinstance(value, Sequence) and not isinstance(value, str):  # a list of a map's
        return ", ".join(str(_cell(entry, unit)) for entry in value)
    if value is None or unit is None:
        return None if value is None else str(value)
    try:
        return float(f"{to_si(str(value), unit):.{DIGITS}g}")
    except ValueError:
        return None
