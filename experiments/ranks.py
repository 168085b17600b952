"""A run on several processes: the first one leads, writes and tells; the others compute along.

No process is left waiting for one that has ended: where nothing is computed all end in peace, and
a process that fails by itself, or is killed, ends all of them; `sim.results.watch` then leaves the
record that the first one no longer can.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from mpi4py import MPI

from sim.errors import SolverError
from sim.results.watch import Watch


class Ranks:
    """The processes of `comm`."""

    def __init__(self, comm: MPI.Intracomm) -> None:
        self.comm = comm
        self._asked = False
        self._watch: Watch | None = None

    def ask(self, config: str, folder: Path) -> None:
        """Have the other processes compute `config` too; called by the first one, once.

        `folder` is where that is recorded.
        """
        self._asked = True
        if self.comm.size > 1:
            self._watch = Watch(folder)
        self.comm.bcast(config)

    def run(self, lead: Callable[[], None], follow: Callable[[str], None]) -> None:
        """Run `lead` on the first process, and `follow` on the others with what they are asked."""
        if self.comm.rank > 0:
            self._compute_along(follow)
            return
        try:
            lead()
        except SystemExit as ending:
            self._told()
            if self._asked and ending.code and self.comm.size > 1:  # all is written and said
                sys.stdout.flush()
                sys.stderr.flush()
                self.comm.Abort(int(ending.code))
            raise
        finally:
            self._told()
            if not self._asked:
                self.comm.bcast(None)

    def _told(self) -> None:
        """End the watch: how the run ended is recorded."""
        if self._watch is not None:
            self._watch.done()
            self._watch = None

    def _compute_along(self, follow: Callable[[str], None]) -> None:
        config = self.comm.bcast(None)
        if config is None:
            return
        try:
            follow(config)
        except SolverError:  # found by all processes: the first one tells
            return
        except Exception:  # whatever it is, the others wait for this process
            traceback.print_exc()
            sys.stderr.flush()
            self.comm.Abort(1)
