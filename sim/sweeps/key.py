"""One run, one key: a hash of what a run, or a stage of it, is computed from.

The physics enters in SI, rounded to 12 digits after the conversion: the same run written in other
units has the same key. A file (an image) counts by its content. Paths, launcher and verbosity are
not in it. Names are in a run's key, whose record they name the folder of and are told in, and in
none of a stage's: to rename a needle repeats no physics.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.cache import Value, digest
from sim.case import Case
from sim.dependence import ARRIVAL, used
from sim.version import EXPERIMENTS, versions

if TYPE_CHECKING:
    from sim.outcome import InsertionResult

LENGTH = 32  # hexadecimal digits
BITS = 40  # of an array's values: 12 digits


def run_key(experiment: str, objects: object, options: Mapping[str, Value] | None = None) -> str:
    """Return the key of a run.

    Parameters
    ----------
    experiment : str
        Entry point, one of `sim.version.EXPERIMENTS`.
    objects : object
        What it computes, as its configuration is converted: a `Case`, two of them, ...: dataclasses
        and sequences of them, arrays, mappings, numbers, texts and paths of files.
    options : mapping, optional
        What else decides on what the record holds.
    """
    key: dict[str, Value] = {
        "experiment": experiment,
        "physics": described(objects),
        "options": dict(options or {}),
        "code": versions(*EXPERIMENTS[experiment]),
    }
    return digest(key)[:LENGTH]


def stage_key(stage: str, case: Case, insertion: InsertionResult | None = None) -> str:
    """Return the key of a stage's result; see `problem`."""
    return digest(problem(stage, case, insertion))[:LENGTH]


def problem(stage: str, case: Case, insertion: InsertionResult | None = None) -> dict[str, Value]:
    """Return all that a stage's result is computed from.

    Parameters
    ----------
    stage : str
        One of `sim.dependence.UNUSED`.
    insertion : InsertionResult, optional
        What an infiltration follows on: of it enters where the needle is, and what it left.
    """
    key: dict[str, Value] = {
        "stage": stage,
        "case": described(used(stage, case)),
        "code": versions(stage),
    }
    if insertion is not None:
        key["arrival"] = {name: described(getattr(insertion, name)) for name in ARRIVAL}
    return key


def described(value: object) -> Value:
    """Return a tree of plain values that tells everything about `value`.

    Raises
    ------
    TypeError
        For what is none of the kinds that `run_key` names.
    """
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {"type": type(value).__name__} | {
            field.name: described(getattr(value, field.name)) for field in fields(value)
        }
    if isinstance(value, Mapping):
        return {str(name): described(entry) for name, entry in value.items()}
    if isinstance(value, tuple | list):
        return [described(entry) for entry in value]
    if isinstance(value, np.ndarray):
        return {"shape": list(value.shape), "sha256": _of_array(value)}
    if isinstance(value, Path):
        return {"sha256": _of_file(value)}
    raise TypeError(f"{type(value).__name__} has no key")


def _of_array(array: np.ndarray) -> str:
    """SHA-256 of an array's values to 12 digits."""
    mantissa, exponent = np.frexp(array)
    rounded = np.ldexp(np.round(mantissa * 2.0**BITS), exponent - BITS) + 0.0  # no negative zeros
    return hashlib.sha256(rounded.tobytes()).hexdigest()


def _of_file(path: Path) -> str:
    """SHA-256 of a file's content, or of those of all files in a folder, whatever their names."""
    files = [path] if path.is_file() else sorted(f for f in path.rglob("*") if f.is_file())
    contents = sorted(_content(f, f.stat().st_size, f.stat().st_mtime_ns) for f in files)
    return hashlib.sha256("\n".join(contents).encode()).hexdigest()


@functools.lru_cache(maxsize=4096)
def _content(path: Path, _size: int, _changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
