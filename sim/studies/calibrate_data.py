"""Measured force over depth from a CSV file with the units in its header.

One line per reading, a header such as ``depth [mm], force [N]`` or ``depth_mm;force_N``, lines
that begin with # skipped, other columns left alone. Repetitions are told apart by a column
``repetition``, or by several columns of force (``force_1 [N], force_2 [N]``) over one of depth, in
which an empty cell is a reading that is missing. Only the way in is read: within a repetition the
depth never goes back. Depth is positive downwards, force is positive where the needle is pushed.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import math
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.errors import ConfigError
from sim.units import to_si

Array = NDArray[np.float64]

KEY = "calibration.data"
ROUNDING = 1e-9  # m, of converted depths
UNITS = {"depth": "m", "force": "N"}
_COLUMN = re.compile(
    r"\s*(depth|force|repetition)[ _]?(\d*)\s*[\[(/_]*\s*([^\[\]()]*?)\s*[\])]?\s*", re.IGNORECASE
)


@dataclass(frozen=True, eq=False)
class Measured:
    """Readings of a force-depth test, repetition after repetition; arrays of one length n."""

    depth: Array  # m, positive downwards, never falling within a repetition
    force: Array  # N, axial, positive where the needle is pushed in
    repetition: NDArray[np.int64]  # 0, 1, ... in the order of the file
    path: Path
    sha256: str  # of the file

    @property
    def repetitions(self) -> int:
        """How many there are."""
        return len(np.unique(self.repetition))

    def between(self, low: float, high: float) -> Measured:
        """Return the readings at depths in [low, high] (m)."""
        kept = (self.depth >= low - ROUNDING) & (self.depth <= high + ROUNDING)
        return replace(
            self,
            depth=self.depth[kept],
            force=self.force[kept],
            repetition=self.repetition[kept],
        )


@dataclass(frozen=True)
class _Column:
    """A column that is read: where it stands, what it is called, and what 1 of it is in SI."""

    index: int
    name: str
    text: str
    factor: float


def read_measured(path: str) -> Measured:
    """Read a file of readings.

    Parameters
    ----------
    path : str
        CSV, separated by commas, semicolons or tabs, with decimal points; see the module.

    Raises
    ------
    ConfigError
        If it cannot be read, lacks a column, has a unit of another dimension or none, a cell that
        is no number, a depth that goes back or points upwards, or no readings. Says the line.
    """
    try:
        content = Path(path).read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(KEY, path, f"it cannot be read: {error}") from error
    lines = [
        (number, line)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        raise ConfigError(KEY, path, "it is empty: a header and readings are needed")
    header = lines[0][1]
    separator = next((sign for sign in ";\t" if sign in header), ",")
    rows = list(csv.reader((line for _, line in lines), delimiter=separator))
    depth, forces, repetition = _columns(path, lines[0][0], rows[0])
    points: dict[str, list[tuple[float, float, int]]] = {}  # repetition -> depth, force, line
    for (number, _), row in zip(lines[1:], rows[1:], strict=True):
        below = _number(path, number, row, depth)
        for force in forces:
            if len(forces) > 1 and not _cell(row, force.index):
                continue
            label = force.text if repetition is None else _cell(row, repetition)
            point = (below, _number(path, number, row, force), number)
            points.setdefault(label, []).append(point)
    if not points:
        raise ConfigError(KEY, path, "it has a header but no readings")
    for label, readings in points.items():
        _check_way(path, label, [(reading[0], reading[2]) for reading in readings])
    measured = Measured(
        depth=np.array([reading[0] for group in points.values() for reading in group]),
        force=np.array([reading[1] for group in points.values() for reading in group]),
        repetition=np.repeat(np.arange(len(points)), [len(group) for group in points.values()]),
        path=Path(path),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    _check_signs(path, measured)
    return measured


def _columns(
    path: str, number: int, header: list[str]
) -> tuple[_Column, list[_Column], int | None]:
    """Find depth, forces and, where there is one, the column that tells repetitions apart."""
    found: dict[str, list[_Column]] = {"depth": [], "force": [], "repetition": []}
    for index, text in enumerate(header):
        if match := _COLUMN.fullmatch(text):
            name, unit = match[1].lower(), match[3]
            factor = _factor(path, number, text.strip(), unit, name) if name in UNITS else 1.0
            found[name].append(_Column(index, name, text.strip(), factor))
    for name, unit in UNITS.items():
        if not found[name]:
            example = "depth [mm]" if unit == "m" else "force [N]"
            raise ConfigError(
                KEY, path, f"line {number}: no column {name!r} in the header; write {example!r}"
            )
    for name in ("depth", "repetition"):
        if len(found[name]) > 1:
            raise ConfigError(KEY, path, f"line {number}: more than one column {name!r}")
    tells = found["repetition"][0].index if found["repetition"] else None
    if tells is not None and len(found["force"]) > 1:
        raise ConfigError(
            KEY, path, f"line {number}: give a column 'repetition' or several of force, not both"
        )
    return found["depth"][0], found["force"], tells


def _factor(path: str, number: int, text: str, unit: str, name: str) -> float:
    try:
        return to_si(f"1 {unit}", UNITS[name])
    except ValueError as error:
        raise ConfigError(KEY, path, f"line {number}: column {text!r}: {error}") from error


def _cell(row: list[str], index: int) -> str:
    return row[index].strip() if index < len(row) else ""


def _number(path: str, number: int, row: list[str], column: _Column) -> float:
    """Return a cell in SI."""
    cell = _cell(row, column.index)
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        said = f"{cell!r} is no finite number (with a decimal point)" if cell else "it is empty"
        raise ConfigError(KEY, path, f"line {number}, {column.text}: {said}")
    return column.factor * value


def _check_way(path: str, label: str, readings: list[tuple[float, int]]) -> None:
    """Refuse a depth that goes back; one that points upwards is told apart by its sign."""
    if all(below <= 0.0 for below, _ in readings) and any(below < 0.0 for below, _ in readings):
        raise ConfigError(
            KEY, path, f"{label}: every depth is negative; depth is positive below the skin"
        )
    for (before, _), (after, number) in itertools.pairwise(readings):
        if after < before:
            raise ConfigError(
                KEY,
                path,
                f"line {number}: the depth goes back from {1e3 * before:.4g} to "
                f"{1e3 * after:.4g} mm; give the way in only, repetitions with a column "
                "'repetition'",
            )


def _check_signs(path: str, measured: Measured) -> None:
    if measured.force.sum() < 0.0:
        raise ConfigError(
            KEY, path, "the force is mostly negative; it is positive where the needle is pushed in"
        )
    if measured.depth.max() <= measured.depth.min():
        raise ConfigError(KEY, path, "all readings are at one depth")
