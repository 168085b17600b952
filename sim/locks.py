"""Locks between processes: `flock` on files that are removed when nobody needs them any more.

A lock ends with the process that holds it, however that ends. On a cluster the files must be on a
file system whose locks hold across nodes.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PATIENCE = 0.05  # s between two looks at a lock


@contextmanager
def locked(path: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock `path`, alone; another process, or another call, waits for it.

    Parameters
    ----------
    waiting : callable, optional
        Called now and then while another one holds it; what it raises ends the waiting.
    """
    file = try_lock(path)
    while file is None:
        if waiting is not None:
            waiting()
        time.sleep(PATIENCE)
        file = try_lock(path)
    with file:
        try:
            yield
        finally:
            path.unlink(missing_ok=True)  # before it is released: a later one makes it anew


def try_lock(path: Path) -> BinaryIO | None:
    """Return the open file of the lock `path`, to be unlinked and closed; None: it is held."""
    file = path.open("wb")
    if _flock(file, fcntl.LOCK_EX) and _is_at(file, path):
        return file
    file.close()
    return None


def share(path: Path) -> BinaryIO | None:
    """Open a file so that `try_remove` leaves it alone; None: there is none."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    fcntl.flock(file, fcntl.LOCK_SH)
    if _is_at(file, path):
        return file
    file.close()
    return None


def try_remove(path: Path, *others: Path) -> bool:
    """Remove a file that nobody shares, and others with it; return whether it is gone."""
    try:
        with path.open("rb") as file:
            if not _flock(file, fcntl.LOCK_EX):
                return False
            for each in (*others, path):
                each.unlink(missing_ok=True)
    except FileNotFoundError:
        pass
    return True


def _flock(file: BinaryIO, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(file: BinaryIO, path: Path) -> bool:
    """Tell whether an open file is the one at `path`: it was neither removed nor replaced."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
