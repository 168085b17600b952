"""A command in a child process with limits; whatever ends it is an answer, not an exception.

The child leads a session of its own: Ctrl-C in the terminal reaches only who watches it, and all
processes that it starts can be found and ended (also the ranks of `mpirun`, which make groups of
their own). The kernel ends it when the thread that started it is gone, by whatever signal.

Memory is the resident memory of the session's processes together, looked at every `PERIOD`; pages
that they share count once for each, and what grows within a period is seen after it. A limit of
the address space would not do: MPI and VTK reserve much more than they ever touch.
"""

from __future__ import annotations

import ctypes
import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from sim.side_by_side import PATIENCE, Ending

PERIOD = 0.25  # s between two looks at the limits
HASTE = 2.0  # s that a child beyond its memory has to leave by itself
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

_STATUS = {0: "complete", 2: "refused", 130: "interrupted"}  # of an entry point, sim.config.app
_TOLD = ("refused: ", "failed: ", "interrupted")  # how its last line begins
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Limits:
    """What a run may use; None for no limit."""

    time: float | None = None  # s
    memory: float | None = None  # bytes


@dataclass(frozen=True)
class Finished:
    """How a child ended and what it took."""

    ending: Ending
    wall: float  # s
    cpu: float  # s, its own and of the processes that it waited for


def run_child(
    command: Sequence[str], log: Path, limits: Limits, stop: Event | None = None
) -> Finished:
    """Run a command to its end, or to the end of its limits.

    Parameters
    ----------
    command : sequence of str
        An entry point: its exit codes are those of `sim.config.app`.
    log : Path
        Gets what it prints.
    limits : Limits
    stop : Event, optional
        Set by another thread to have the child interrupted.

    Raises
    ------
    KeyboardInterrupt
        Passed on after the child has ended.
    """
    begun = time.monotonic()
    with log.open("wb") as file:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
            env=_environment(os.environ), start_new_session=True, preexec_fn=die_with_parent,
        )  # fmt: skip
    watched = os.pidfd_open(child.pid)
    over: Ending | None = None
    try:
        over = _watch(child.pid, watched, begun, limits, stop)
    except KeyboardInterrupt:
        over = Ending("interrupted", "the run was interrupted")
        raise
    finally:
        if over is not None:
            os.kill(child.pid, signal.SIGTERM)
            _ended(watched, HASTE if over.status == "memory_limit" else PATIENCE)
        for process in _session(child.pid):
            _kill(process)
        os.close(watched)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return Finished(
        over or _judged(child.returncode, log),
        time.monotonic() - begun,
        usage.ru_utime + usage.ru_stime,
    )


def _watch(
    leader: int, watched: int, begun: float, limits: Limits, stop: Event | None
) -> Ending | None:
    """Return None when the child has ended, or why it has to."""
    while not _ended(watched, PERIOD):
        if stop is not None and stop.is_set():
            return Ending("interrupted", "the run was interrupted")
        if limits.time is not None and time.monotonic() - begun > limits.time:
            return Ending("time_limit", f"it took longer than {limits.time:g} s")
        if limits.memory is not None:
            used = sum(_resident(process) for process in _session(leader))
            if used > limits.memory:
                told = f"{1e-6 * used:.0f} MB, more than {1e-6 * limits.memory:.0f} MB"
                return Ending("memory_limit", f"it took {told}")
    return None


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """Return a child's environment: one thread, and no trace of an MPI that its parent is in.

    Nor does it draw its progress into its log: `mpirun` gives its ranks a terminal to write to.
    What `mpirun` was told by its user or the cluster's set-up, ``PRTE_MCA_*``, stays.
    """
    traces = re.compile("PMIX_|OMPI_COMM_|PRTE_(?!MCA_)")
    inherited = {name: value for name, value in own.items() if not traces.match(name)}
    return inherited | ONE_THREAD | {"TERM": "dumb"}


def die_with_parent() -> None:
    """Have the kernel end this process when the thread that started it is gone."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _ended(watched: int, patience: float) -> bool:
    """Wait for a process, for so many seconds at most."""
    poll = select.poll()
    poll.register(watched, select.POLLIN)
    return bool(poll.poll(1e3 * patience))


def _session(leader: int) -> list[int]:
    """Return the processes of a session."""
    return [
        int(entry)
        for entry in os.listdir("/proc")
        if entry.isdecimal() and _stat(int(entry))[3:4] == [str(leader)]
    ]


def _stat(process: int) -> list[str]:
    """Return what /proc says of a process, from its state on; nothing if it is gone."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return text.rpartition(")")[2].split()  # its name may hold anything


def _resident(process: int) -> int:
    """Return the resident memory of a process in bytes."""
    fields = _stat(process)
    return int(fields[21]) * _PAGE if fields else 0


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:  # it was quicker
        return


def _judged(code: int, log: Path) -> Ending:
    """Return what an entry point's exit code means, with the reason that it printed, if any."""
    if code < 0 or (code > 128 and code not in _STATUS):  # mpirun tells a rank's signal so
        number = -code if code < 0 else code - 128
        known = {s.value: s.name for s in signal.Signals}
        return Ending("killed", f"its process was ended by {known.get(number, number)}")
    status = _STATUS.get(code, "failed")
    if status == "complete":
        return Ending(status)
    lines = log.read_text(errors="replace").splitlines()
    told = [line for line in lines if line.startswith(_TOLD)]
    return Ending(status, told[-1].removeprefix(f"{status}: ").strip() if told else "")
