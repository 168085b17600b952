"""The cache's size limit: what was used least recently goes, and nothing that is in use.

The limit is ``$CALCINOSIS_NEEDLE_CACHE_GB``, by default 20.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sim.locks import try_lock, try_remove

LIMIT, DEFAULT = "CALCINOSIS_NEEDLE_CACHE_GB", 20.0
CHECKSUM = ".sha256"  # added to the name of a kept file
LIST = "sha256.json"  # in a kept folder: the checksums of its files
CLEARED_TO = 0.9  # of the limit
LOOKED, EVERY = "looked", 30.0  # file whose time says when its size was looked at; s between two
ABANDONED = 86400.0  # s after which what a killed process left is cleared away


@dataclass(frozen=True)
class Entry:
    """A file with its checksum, or a folder with those of its files."""

    path: Path
    size: int  # bytes
    used: float  # s since the epoch


def limit() -> float:
    """Bytes that the cache may take."""
    return 1e9 * float(os.environ.get(LIMIT) or DEFAULT)


def evict(root: Path) -> None:
    """Clear the cache in `root` to below its limit, if it is above.

    One process at a time looks, and not more often than every `EVERY`: with ten thousand runs that
    are kept it takes a second.
    """
    looked = root / LOOKED
    with suppress(FileNotFoundError):
        if time.time() - looked.stat().st_mtime < EVERY:
            return
    root.mkdir(parents=True, exist_ok=True)
    looked.touch()
    left = size_of(entries := list(_entries(root)))
    if left <= (most := limit()):
        return
    lock = try_lock(root / "evicting.lock")
    if lock is None:
        return
    with lock:
        for entry in sorted(entries, key=lambda entry: entry.used):
            if left <= CLEARED_TO * most:
                break
            left -= entry.size * _remove(entry)
        _clear(root)
        (root / "evicting.lock").unlink()


def size_of(entries: list[Entry]) -> int:
    """Bytes of some entries together."""
    return sum(entry.size for entry in entries)


def _entries(root: Path) -> Iterator[Entry]:
    for seal in root.glob(f"*/*{CHECKSUM}"):
        path = seal.with_name(seal.name.removesuffix(CHECKSUM))
        with suppress(FileNotFoundError):  # another process removed it meanwhile
            found = path.stat()
            yield Entry(path, found.st_size, found.st_mtime)
    for seal in root.glob(f"*/*/{LIST}"):
        with suppress(FileNotFoundError):
            files = [file.stat() for file in seal.parent.rglob("*")]
            yield Entry(seal.parent, sum(s.st_size for s in files), seal.stat().st_mtime)


def _remove(entry: Entry) -> bool:
    path = entry.path
    if path.is_file():
        return try_remove(path, path.with_name(path.name + CHECKSUM))
    name = path.with_name(f"{path.name}.lock")
    lock = try_lock(name)
    if lock is None:
        return False
    with lock:
        (path / LIST).unlink(missing_ok=True)  # first: without it the rest is no run
        shutil.rmtree(path, ignore_errors=True)
        name.unlink()
    return True


def _clear(root: Path) -> None:
    """Remove what processes that were killed left aside."""
    for path in [*root.glob("*/*.partial*"), *root.glob("*/*.lock")]:
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime < ABANDONED:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                try_remove(path)
