"""Which folders pictures can be taken of; found out without reading a record."""

from __future__ import annotations

from pathlib import Path

from sim.errors import ConfigError
from sim.results.names import CASE, COMPARISON, METRICS

KEY = "RUN_OR_TREATMENT"


def check_folder(folder: Path) -> None:
    """Refuse what is neither a run's folder nor that of one needle's treatment.

    Raises
    ------
    ConfigError
        If it is neither.
    """
    if (folder / COMPARISON).exists():
        sides = ", ".join(sorted(p.parent.name for p in folder.glob(f"*/{CASE}")))
        raise ConfigError(KEY, str(folder), f"it holds two needles; give one of {sides} in it")
    if not (folder / CASE).exists() or not (folder / METRICS).exists():
        raise ConfigError(KEY, str(folder), "it is no folder of a run or of one needle's treatment")
