"""What was swept: the axes of a table, read from its runs' overrides, and its rows along them.

An axis is a key that the commands set to several values; an option of a group (``needle=27G``) is
one axis, not one for each of its dimensions. Of runs of two needles each side is a row of its own,
so that all pictures see one needle a row; a side that is the same run in several comparisons counts
once. Techniques that follow the needle are no axis.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.errors import ConfigError
from sim.report.words import number
from sim.results.labels import label, typeset
from sim.sweeps.columns import column_of, unit_of

SIDES = ("a", "b")
NEEDLE, TECHNIQUE = "needle", "technique"
DEVICE = "device"  # column: the needle, with its technique where that does not follow from it
FIRST_ROUND = "round_1."  # where a treatment has what a single injection has without it
DENSE = 12  # levels beyond which an axis is taken as sampled if few runs share one

type Level = float | str

_NEXT = re.compile(r" (?=[+~]*[\w.@/]+=)")  # between the overrides of a row
_HOW = ("output.", "sweep.", "hydra")  # how runs are done, not what is computed


@dataclass(frozen=True)
class Axis:
    """A key with the values it was given; `levels` in increasing order, or as they came."""

    key: str  # also the name of its column in `Swept.runs`
    levels: tuple[Level, ...]

    @property
    def unit(self) -> str:
        """Unit of the levels as people write it; empty for words and plain numbers."""
        return typeset(f" {unit_of(self.key) or ''}").strip()

    @property
    def numeric(self) -> bool:
        """Whether the levels are numbers."""
        return all(isinstance(level, float) for level in self.levels)

    @property
    def label(self) -> str:
        """What the axis is, in plain words."""
        return label(self.key).replace("_", " ") if "." not in self.key else label(self.key)

    @property
    def title(self) -> str:
        """What the axis is, with its unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def named(self, level: Level) -> str:
        """Return a level so that it stands alone: a number with what it is of, a word as it is."""
        return f"{self.label} {self.text(level)}" if self.numeric else self.text(level)

    def text(self, level: Level, unit: bool = True) -> str:
        """Return a level as people write it."""
        told = number(level, 4)
        return f"{told} {self.unit}" if unit and self.unit else told


@dataclass(frozen=True)
class Swept:
    """The runs of a sweep, one needle a row, with a column for each axis under the axis' key.

    Metrics have their plain names also where the table has two sides.
    """

    runs: pd.DataFrame
    axes: tuple[Axis, ...]
    sided: bool

    def axis(self, name: str, option: str) -> Axis:
        """Return the axis of a key or of its column.

        Raises
        ------
        ConfigError
            If there is none; `option` is what asked for it.
        """
        for axis in self.axes:
            if name in (axis.key, column_of(axis.key)):
                return axis
        known = ", ".join(axis.key for axis in self.axes) or "nothing varies in this sweep"
        raise ConfigError(option, name, f"choose one of {known}")

    def metric(self, name: str) -> str | None:
        """Return the column of a metric, of the first round in a treatment; None without values."""
        for column in (name, f"{FIRST_ROUND}{name}"):
            if column in self.runs and self.runs[column].notna().any():
                return column
        return None

    def sampled(self, axis: Axis) -> bool:
        """Return whether an axis was drawn from, so that few runs share a level of it."""
        return axis.numeric and len(axis.levels) > max(DENSE, len(self.runs) / 4)


def swept(table: pd.DataFrame) -> Swept:
    """Return what was swept in a table of `sim.results.load`."""
    sided = any(column.startswith("a.") and f"b.{column[2:]}" in table for column in table)
    given = [overrides_of(text) for text in table["overrides"]]
    keys = [key for key in dict.fromkeys(k for row in given for k in row) if _varies(key, given)]
    runs = table.reset_index(drop=True)
    for key in keys:
        texts = pd.Series([row.get(key) for row in given], dtype=object)
        runs[key] = _values(key, texts, runs)
    names = f"{SIDES[0]}.{NEEDLE}.name" if sided else f"{NEEDLE}.name"
    if sided:
        runs, keys = _by_side(runs, keys)
    elif names in runs:
        for group in (NEEDLE, TECHNIQUE):
            if group in keys:  # an option that was refused has no name
                runs[group] = runs[f"{group}.name"].fillna(runs[group]).astype(object)
    if f"{NEEDLE}.name" in runs:
        runs, keys = _devices(runs, keys)
    axes = [Axis(key, _levels(key, runs)) for key in keys]
    return Swept(runs, tuple(axis for axis in axes if len(axis.levels) > 1), sided)


def overrides_of(overrides: str) -> dict[str, str]:
    """Return a row's overrides as {key: text}, without those of how the run was done."""
    pairs = (text.partition("=") for text in _NEXT.split(overrides or ""))
    return {
        key.lstrip("+~"): value.replace("\\ ", " ").strip("'\"")
        for key, _, value in pairs
        if key and not key.startswith(_HOW)
    }


def _varies(key: str, given: Sequence[dict[str, str]]) -> bool:
    return len({row.get(key) for row in given}) > 1


def _values(key: str, texts: pd.Series, runs: pd.DataFrame) -> pd.Series:
    """Return an axis' values: numbers from the column of its key, words as they were written."""
    column = column_of(key)
    if unit_of(key) is not None and column in runs:
        return runs[column].astype(float)
    if column in runs:
        return runs[column].astype(object)
    return texts.where(texts.notna(), "default").astype(object)


def _by_side(runs: pd.DataFrame, keys: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """Return one row a side, each different one once, and the keys without the sides' groups."""
    shared = [key for key in keys if _side(key) is None]
    own = {key[2:] for key in keys if _side(key) and "@" not in key} - {NEEDLE, TECHNIQUE}
    parts = []
    for side, other in (SIDES, SIDES[::-1]):
        part = runs.drop(columns=[c for c in runs if c.startswith(f"{other}.")])
        part = part.rename(columns=lambda c, side=side: c.removeprefix(f"{side}."))
        part = part.loc[:, ~part.columns.duplicated()].assign(side=side)
        if "run.status" in part:
            part["status"] = part["run.status"].fillna(part["status"])
        parts.append(part)
    both = pd.concat(parts, ignore_index=True)
    keys = [NEEDLE, *shared, *sorted(own)]
    names = f"{NEEDLE}.name", f"{TECHNIQUE}.name"
    both[NEEDLE] = both[names[0]].astype(object)
    both[TECHNIQUE] = both[names[1]].astype(object)
    whole_first = both["status"].ne("complete").sort_values(kind="stable").index
    same = [names[1], *(key for key in keys if key in both)]
    kept = both.loc[whole_first].drop_duplicates(same).index.sort_values()
    return both.loc[kept].reset_index(drop=True), keys


def _side(key: str) -> str | None:
    """Return the side that a key belongs to: of ``b.needle.length`` and ``needle@b.needle`` b."""
    last = key.rpartition("@")[2]
    return last[0] if last.startswith(("a.", "b.")) else None


def _devices(runs: pd.DataFrame, keys: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """Name the device of each row; leave out the technique where it follows from the needle."""
    needle = runs[f"{NEEDLE}.name"].fillna(runs.get(NEEDLE, "")).astype(str)
    technique = runs.get(f"{TECHNIQUE}.name", pd.Series("", runs.index)).fillna("").astype(str)
    known = technique[technique != ""].groupby(needle).nunique()
    name = needle.str.replace("_", " ")
    if (known > 1).any():
        name = name + ", " + technique.str.replace("_", " ")
        if NEEDLE in keys and TECHNIQUE not in keys:
            keys = [*keys, TECHNIQUE]
            runs[TECHNIQUE] = technique.astype(object)
    elif TECHNIQUE in keys and NEEDLE in keys:
        keys = [key for key in keys if key != TECHNIQUE]
    runs = runs.assign(**{DEVICE: name.astype(object)})
    return runs, keys


def _levels(key: str, runs: pd.DataFrame) -> tuple[Level, ...]:
    values = runs[key].dropna()
    if key == NEEDLE and f"{NEEDLE}.outer_diameter_mm" in runs:  # from thin to thick
        order = runs.loc[values.index, f"{NEEDLE}.outer_diameter_mm"].astype(float)
        values = values.loc[order.sort_values(kind="stable").index]
    if pd.api.types.is_numeric_dtype(values):
        return tuple(float(value) for value in np.unique(values))
    return tuple(str(value) for value in dict.fromkeys(values))
