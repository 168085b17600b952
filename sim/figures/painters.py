"""The pictures of a comparison, drawn by two processes beside each other.

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


def get_ready() -> None:
    """Start the process that painters are forked from; returns before it has imported anything."""
    forkserver.set_forkserver_preload([__name__])
    forkserver.ensure_running()


def paint(records: Sequence[Record], folder: Path) -> dict[str, Path]:
    """Draw what `sim.figures.draw.draw` draws; return the paths by name, in its order."""
    names = possible(records)
    context = multiprocessing.get_context("forkserver")
    ignore = (signal.SIGINT, signal.SIG_IGN)  # the parent's to handle
    with ProcessPoolExecutor(PAINTERS, context, signal.signal, ignore) as pool:
        shares = [
            pool.submit(draw, records, folder, names[first::PAINTERS]) for first in range(PAINTERS)
        ]
        drawn = {name: path for share in shares for name, path in share.result().items()}
    return {name: drawn[name] for name in names}
