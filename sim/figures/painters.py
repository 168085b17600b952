"""Two processes that draw beside each other, the pictures of a comparison for one.

They are forked from a process that has no MPI in it and has imported what drawing needs while the
physics ran.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import forkserver
from pathlib import Path

from sim.figures.draw import draw, possible
from sim.results.record import Record

PAINTERS = 2


def get_ready(*modules: str) -> None:
    """Start the process that painters are forked from; returns before it has imported anything.

    Beside what drawing needs it imports `modules`.
    """
    forkserver.set_forkserver_preload([__name__, *modules])
    forkserver.ensure_running()


def painters() -> ProcessPoolExecutor:
    """Return the processes, to be closed after use."""
    context = multiprocessing.get_context("forkserver")
    ignore = (signal.SIGINT, signal.SIG_IGN)  # the parent's to handle
    return ProcessPoolExecutor(PAINTERS, context, signal.signal, ignore)


def paint(records: Sequence[Record], folder: Path) -> dict[str, Path]:
    """Draw what `sim.figures.draw.draw` draws; return the paths by name, in its order."""
    names = possible(records)
    with painters() as pool:
        shares = [
            pool.submit(draw, records, folder, names[first::PAINTERS]) for first in range(PAINTERS)
        ]
        drawn = {name: path for share in shares for name, path in share.result().items()}
    return {name: drawn[name] for name in names}
