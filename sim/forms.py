"""Compiled forms, shared by all processes: kept in the cache, compiled by one process at a time.

dolfinx keeps its compiled forms too, but not so that processes may be killed: a form whose compiler
was killed half way is waited for in vain ever after, and one that takes another process more than
10 s to compile fails. Here a lock is held while a form is looked up or compiled, so what is found
half made is dead; that, and a library whose content is not what its checksum says, is removed and
compiled anew. Compiled forms are some ten MB in all; they are left out of the cache's size limit.
"""

from __future__ import annotations

import functools
import hashlib
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import ufl
from dolfinx import fem
from mpi4py import MPI
from numpy.typing import ArrayLike

from sim.cache import NOT_KEPT, cache_dir, refuse_full
from sim.locks import locked

log = logging.getLogger(__name__)

KIND = "forms"
TIMEOUT = 600  # s that other ranks wait for the first one, which compiles
READY, LIBRARY, SEAL = ".c.cached", ".so", ".checksum"

type JitOptions = dict[str, str | int]


def form(integrals: ufl.Form) -> fem.Form:
    """Compile a form; collective over its mesh's processes."""
    with _compiler(integrals.ufl_domain().ufl_cargo().comm) as options:
        return fem.form(integrals, jit_options=options)


def expression(of: ufl.core.expr.Expr, points: ArrayLike) -> fem.Expression:
    """Compile an expression at points of the reference cell; collective as `form` is."""
    with _compiler(ufl.domain.extract_unique_domain(of).ufl_cargo().comm) as options:
        return fem.Expression(of, points, jit_options=options)


@contextmanager
def _compiler(comm: MPI.Comm) -> Iterator[JitOptions]:
    """Yield dolfinx's options for compiling while the first rank holds the lock."""
    with ExitStack() as held:
        folder = Path()
        if comm.rank == 0:
            folder = _room(held)
            held.enter_context(locked(folder / "compiling.lock"))
            _remove_dead(folder)
            _remove_damaged(folder)
        folder = comm.bcast(folder)
        yield {"cache_dir": str(folder), "timeout": TIMEOUT}
        comm.barrier()  # all have loaded it
        if comm.rank == 0:
            _seal(folder)


def _room(held: ExitStack) -> Path:
    """Return the folder of compiled forms, or one for this time where the disk is full."""
    folder = cache_dir(KIND)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        refuse_full(folder)
    except OSError as error:
        if error.errno not in NOT_KEPT:
            raise
        log.warning("nothing is kept in %s: %s", folder, error.strerror)
        return Path(held.enter_context(TemporaryDirectory()))
    return folder


def _remove_dead(folder: Path) -> None:
    """Remove what was begun and never finished."""
    names = {path.name for path in folder.iterdir()}
    for name in names:
        stem = name.removesuffix(".c")
        if stem != name and stem + READY not in names:
            log.warning("%s: its compiler was ended, it is compiled anew", folder / name)
            _remove(folder, stem)


@functools.cache  # once in a process: what it loads then was whole at its start
def _remove_damaged(folder: Path) -> None:
    for ready in folder.glob(f"*{READY}"):
        stem = ready.name.removesuffix(READY)
        libraries = list(folder.glob(f"{stem}*{LIBRARY}"))
        if not libraries or not all(_is_whole(library) for library in libraries):
            log.warning("%s is damaged and is compiled anew", folder / stem)
            _remove(folder, stem)


def _is_whole(library: Path) -> bool:
    seal = library.with_name(library.name + SEAL)
    return seal.exists() and seal.read_text() == _checksum(library)


def _seal(folder: Path) -> None:
    for library in folder.glob(f"*{LIBRARY}"):
        seal = library.with_name(library.name + SEAL)
        if not seal.exists():
            seal.write_text(_checksum(library))


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _remove(folder: Path, stem: str) -> None:
    for path in folder.glob(f"{stem}*"):
        path.unlink()
