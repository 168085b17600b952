"""Finished runs by their key, for every sweep: a sweep's folder gets them without computing.

The files of a run are hard links, one copy on the disk however many sweeps show it; copies where
the folders are on different disks. A list with the hash of each file goes with them: a run whose
files were damaged, or edited in one of the folders, is not handed out but computed again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from pathlib import Path

from sim.cache import cache_root
from sim.eviction import LIST
from sim.results.files import read_json, write_json
from sim.sweeps.row import ROW, Row, read_row

KIND = "runs"

log = logging.getLogger(__name__)


def lock_of(key: str) -> Path:
    """Return the lock of a key, which all sweeps of this cache folder share."""
    path = cache_root() / KIND / f"{key}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def find(key: str, folder: Path) -> Row | None:
    """Put the run of a key into a folder that is not there yet, but for its row, which is returned.

    None: there is none. A folder that a kill leaves half linked has no row that says otherwise.
    """
    kept = cache_root() / KIND / key
    if not (kept / LIST).exists():
        return None
    row: Row | None = None
    try:
        hashes = read_json(kept / LIST)
        if all(_hash(kept / name) == value for name, value in hashes.items()):
            row = read_row(kept)
    except (OSError, ValueError):
        pass
    if row is None:
        log.warning("%s is damaged and is computed again", kept)
        shutil.rmtree(kept)
        return None
    os.utime(kept / LIST)  # it was used
    folder.mkdir()
    _link(kept, folder, [name for name in hashes if name != ROW])
    return row


def keep(key: str, folder: Path) -> None:
    """Keep a finished run; a disk that has no room for it is no reason to lose the run itself."""
    kept = cache_root() / KIND / key
    aside = kept.with_name(f"{key}.{os.getpid()}.partial")
    names = sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file())
    shutil.rmtree(aside, ignore_errors=True)
    try:
        _link(folder, aside, names)
        write_json(aside / LIST, {name: _hash(aside / name) for name in names})
        shutil.rmtree(kept, ignore_errors=True)
        aside.rename(kept)
    except OSError as error:
        log.warning("the run %s is not kept for other sweeps: %s", key, error)
        shutil.rmtree(aside, ignore_errors=True)


def _link(source: Path, target: Path, names: list[str]) -> None:
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if name == ROW:  # it tells of the sweep it is in
            shutil.copyfile(source / name, target / name)
            continue
        try:
            os.link(source / name, target / name)
        except OSError:  # another disk, or one without links
            shutil.copyfile(source / name, target / name)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
