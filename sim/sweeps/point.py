"""One point of a sweep: an experiment and what sets this run of it apart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """A single run, as its command line would ask for it."""

    experiment: str  # entry point below `experiments`, e.g. "run_case"
    overrides: tuple[str, ...]  # Hydra's syntax, e.g. ("needle=22G", "injection.volume=0.3 mL")
