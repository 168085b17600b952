"""A run folder: written aside as `<name>.partial` and renamed when its content is consistent."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import ConfigError
from sim.results.files import read_json, write_json
from sim.results.metrics import MEANINGS
from sim.results.names import METRICS, partial_of

LOG = "run.log"
LOG_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder aside that becomes `folder` at the end, also after an exception.

    Raises
    ------
    ConfigError
        If `folder` already holds something.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError("output", str(folder), "a folder that does not exist yet or is empty")
    aside = partial_of(folder)
    aside.mkdir(parents=True)
    try:
        yield aside
    finally:
        aside.rename(folder)


def settle(folder: Path, status: str, reason: str) -> None:
    """Give a folder whose process died without a word its name, a status and the reason."""
    aside = partial_of(folder)
    if not folder.exists():
        aside.mkdir(parents=True, exist_ok=True)
        aside.rename(folder)
    path = folder / METRICS
    metrics = read_json(path) if path.exists() else dict.fromkeys(MEANINGS)
    write_json(path, metrics | {"run.status": status, "run.notes": [f"run.status: {reason}"]})


@contextmanager
def log_to(path: Path) -> Iterator[None]:
    """Send this process's log to `path` as well, our own messages from INFO on."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter(LOG_FORMAT))
    root, ours = logging.getLogger(), logging.getLogger("sim")
    level = ours.level
    listening = [root] if ours.propagate else [root, ours]
    for logger in listening:
        logger.addHandler(handler)
    ours.setLevel(logging.INFO)
    try:
        yield
    finally:
        ours.setLevel(level)
        for logger in listening:
            logger.removeHandler(handler)
        handler.close()
