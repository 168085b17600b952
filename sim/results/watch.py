"""A process beside a run that several compute: it records the run's end where the run cannot.

A process that dies inside a collective operation of MPI takes the others with it, none of which
comes to a word of its own. Who watches is no part of MPI's job and outlives it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sim.errors import UNEXPECTED

DONE = b"done"
REASON = (
    f"{UNEXPECTED}end: a process of the run died or was killed before it could say why; "
    "see what mpirun printed"
)
MPIS_OWN = ("OMPI_", "PMIX_", "PRTE_", "PMI_", "HYDRA_", "MPI")  # variables that make it a rank


class Watch:
    """Watches over a run into `folder`, until this process says it is done or is gone."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sim.results.watch", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={k: value for k, value in os.environ.items() if not k.startswith(MPIS_OWN)},
            start_new_session=True,  # what ends the run's processes must not reach it
        )

    def done(self) -> None:
        """Say that the run has told its end by itself."""
        self._process.communicate(DONE)


def main() -> None:
    """Wait for the run to end, and record it if that was without a word."""
    if sys.stdin.buffer.read() == DONE:
        return
    from sim.results.folder import partial_of, settle  # half the project: not while waiting

    folder = Path(sys.argv[1])
    if partial_of(folder).exists():
        settle(folder, "failed", REASON)


if __name__ == "__main__":
    main()
