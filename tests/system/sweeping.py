"""What the tests of sweeps share: cheap runs, a store of their own, and the command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sim.cache import PLACE, cache_root
from sim.sweeps import store

ROOT = Path(__file__).resolve().parents[2]
CHEAP = ("nodule=paste", "mesh=coarse")  # seconds an insertion, on tables that are kept


def environment(folder: Path) -> dict[str, str]:
    """Return an environment with the caches in use, but with no finished runs."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in cache_root().iterdir():
        own = folder / kind.name
        if kind.name not in (store.KIND, "env") and kind.is_dir() and not own.exists():
            own.symlink_to(kind)
    return os.environ | {PLACE: str(folder)}


def command(*arguments: str, folder: Path) -> list[str]:
    """Return the command of a sweep of insertions."""
    module = [sys.executable, "-m", "experiments.insertion", "-m"]
    return [*module, *CHEAP, *arguments, f"hydra.sweep.dir={folder}"]


def sweep(*arguments: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a sweep of insertions to its end."""
    return subprocess.run(
        command(*arguments, folder=folder),
        cwd=ROOT, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip


def at_work(pid: int) -> bool:
    """Return whether a process is there and has not ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def descendants(pid: int) -> list[int]:
    """Return the processes below a process."""
    listed = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout.split()
    pairs = list(zip(map(int, listed[::2]), map(int, listed[1::2]), strict=True))
    own = [child for child, parent in pairs if parent == pid]
    return own + [other for child in own for other in descendants(child)]
