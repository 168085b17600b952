"""Results that are expensive to build and depend on their parameters alone, kept on disk.

A file's name is the SHA-256 of its parameters; it is built aside and renamed into place, so a file
that is there is whole. A lock makes a second process wait for the first instead of repeating it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

FOLDER = "calcinosis-needle"
DIGITS = 12  # significant; equal physics given in other units must find the same file

type Value = str | bool | int | float | list[Value] | tuple[Value, ...] | dict[str, Value] | None


def cache_dir(kind: str) -> Path:
    """Folder of one kind of results, ``$XDG_CACHE_HOME/calcinosis-needle/<kind>``."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / FOLDER / kind


def digest(key: Mapping[str, Value]) -> str:
    """Return the SHA-256 of `key`, blind to the order of its entries and to rounding errors."""
    text = json.dumps(_rounded(dict(key)), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def cached(
    kind: str,
    key: Mapping[str, Value],
    suffix: str,
    build: Callable[[Path], None],
    valid: Callable[[Path], bool] = lambda path: path.stat().st_size > 0,
    root: Path | None = None,
) -> Path:
    """Return the path of the file that belongs to `key`, building it when it is missing.

    Parameters
    ----------
    kind : str
        Sub-folder, one per sort of result.
    key : mapping
        Everything the content depends on, a version of the code that builds it included.
    suffix : str
        File name extension with its dot.
    build : callable
        Writes the file to the path it is given (which has the same suffix).
    valid : callable
        False for a damaged file, which is then built anew.
    root : Path, optional
        Folder to use instead of ``cache_dir(kind)``.
    """
    folder = cache_dir(kind) if root is None else root
    folder.mkdir(parents=True, exist_ok=True)
    name = digest(key)[:32]
    path = folder / f"{name}{suffix}"
    with _lock(folder / f"{name}.lock"):
        if not (path.exists() and valid(path)):
            aside = folder / f"{name}.{os.getpid()}.partial{suffix}"
            try:
                build(aside)
                aside.replace(path)
            finally:
                aside.unlink(missing_ok=True)
    return path


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # released when the file closes, also by a crash
        yield


def _rounded(value: Value) -> Value:
    if isinstance(value, dict):
        return {name: _rounded(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(entry) for entry in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS - 1}e}") + 0.0  # no negative zero
    return value
