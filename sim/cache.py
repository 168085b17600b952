"""Results that are expensive to build and depend on their parameters alone, kept on disk.

A file's name is the SHA-256 of its parameters; it is built aside and renamed into place, so a file
that is there is whole. Beside it lies the SHA-256 of its content: what the disk damaged is built
anew. A lock makes a second process wait for the first instead of repeating it. Beyond a size limit
(`sim.eviction`) the files go that were used least recently. Where the disk is full results are used
and not kept.

The folder is ``$CALCINOSIS_NEEDLE_CACHE``, or ``calcinosis-needle`` in ``$XDG_CACHE_HOME``.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from sim.eviction import CHECKSUM, evict
from sim.locks import locked, share

log = logging.getLogger(__name__)

PLACE = "CALCINOSIS_NEEDLE_CACHE"
FOLDER = "calcinosis-needle"
DIGITS = 12  # significant; equal physics given in other units must find the same file
RESERVE = 200e6  # bytes that stay free on the disk: some libraries truncate without a word
NOT_KEPT = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)  # and used all the same

type Value = str | bool | int | float | list[Value] | tuple[Value, ...] | dict[str, Value] | None


def cache_root() -> Path:
    """Folder of all that is kept."""
    if place := os.environ.get(PLACE):
        return Path(place)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / FOLDER


def cache_dir(kind: str) -> Path:
    """Folder of one kind of results."""
    return cache_root() / kind


def digest(key: Mapping[str, Value]) -> str:
    """Return the SHA-256 of `key`, blind to the order of its entries and to rounding errors."""
    text = json.dumps(_rounded(dict(key)), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def cached(
    kind: str,
    key: Mapping[str, Value],
    suffix: str,
    build: Callable[[Path], None],
    root: Path | None = None,
) -> Iterator[Path]:
    """Yield the path of the file that belongs to `key`, which is built when it is missing.

    The file stays there until the context ends; it must not be changed.

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
    root : Path, optional
        Folder to use instead of `cache_root`.
    """
    root = cache_root() if root is None else root
    path = root / kind / f"{digest(key)[:32]}{suffix}"
    file = _held(path) or _kept(path, build, root)
    if file is not None:
        with file:
            yield path
        return
    with TemporaryDirectory() as folder:
        build(Path(folder) / path.name)
        yield Path(folder) / path.name


def _kept(path: Path, build: Callable[[Path], None], root: Path) -> BinaryIO | None:
    """Build a file, or wait for who builds it, and hold it; None: there is no room for it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.with_suffix(".lock")):
            file = _held(path)
            if file is not None:
                return file
            refuse_full(path.parent)
            if path.exists() and _seal(path).exists():
                log.warning("%s is damaged and is built anew", path)
            _build(path, build)
            file = _held(path)
    except OSError as error:
        if error.errno not in NOT_KEPT:
            raise
        log.warning("nothing is kept in %s: %s", path.parent, error.strerror)
        return None
    evict(root)
    return file


def refuse_full(folder: Path) -> None:
    """Raise `OSError` where the disk of `folder` has little room left."""
    if shutil.disk_usage(folder).free < RESERVE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _build(path: Path, build: Callable[[Path], None]) -> None:
    aside = path.with_name(f"{path.stem}.partial{path.suffix}")
    try:
        build(aside)
        checksum = _checksum(aside)
        _seal(path).write_text(checksum)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _held(path: Path) -> BinaryIO | None:
    """Open a whole file and keep it from being removed; None: it is missing or damaged."""
    file = share(path)
    if file is None:
        return None
    seal = _seal(path)
    if seal.exists() and seal.read_text() == _checksum(path):
        with suppress(OSError):  # a cache that others keep
            os.utime(path)  # it was used
        return file
    file.close()
    return None


def _seal(path: Path) -> Path:
    return path.with_name(path.name + CHECKSUM)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rounded(value: Value) -> Value:
    if isinstance(value, dict):
        return {name: _rounded(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(entry) for entry in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS - 1}e}") + 0.0  # no negative zero
    return value
