"""Results of a run's stages, kept by their keys: a swept volume repeats no insertion.

With ``$CALCINOSIS_NEEDLE_FRESH`` set every stage is computed, and nothing is kept.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path

from sim.cache import Value, cached
from sim.case import Case
from sim.mechanics.mineral.crushed_zone import CrushedZone
from sim.outcome import (
    Event,
    ForceCurve,
    InfiltrationResult,
    InsertionResult,
    NodalFields,
    TissueState,
    UptakeHistory,
)
from sim.sweeps import codec
from sim.sweeps.key import problem

FRESH = "CALCINOSIS_NEEDLE_FRESH"
CLASSES = (
    InsertionResult,
    ForceCurve,
    CrushedZone,
    Event,
    InfiltrationResult,
    UptakeHistory,
    NodalFields,
    TissueState,
)


def kept_insertion(
    case: Case, compute: Callable[[], InsertionResult]
) -> tuple[InsertionResult, bool]:
    """Return the insertion of `case`, and whether it had to be computed."""
    return _kept("insertion", problem("insertion", case), compute)


def kept_infiltration(
    case: Case, insertion: InsertionResult, compute: Callable[[], InfiltrationResult]
) -> tuple[InfiltrationResult, bool]:
    """Return what follows in fresh tissue on `insertion`, and whether it had to be computed."""
    return _kept("infiltration", problem("infiltration", case, insertion), compute)


def _kept[T](stage: str, key: dict[str, Value], compute: Callable[[], T]) -> tuple[T, bool]:
    if os.environ.get(FRESH):
        return compute(), True
    once = functools.cache(compute)

    def build(path: Path) -> None:
        codec.write(path, once())

    with cached(stage, key, ".npz", build) as path:
        return codec.read(path, CLASSES), once.cache_info().misses > 0
