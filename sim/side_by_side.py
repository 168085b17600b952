"""Jobs in child processes side by side; a child that dies takes nothing else down.

Each child runs on one thread, reports its progress through a pipe, and ignores Ctrl-C from the
terminal: the parent passes it on as SIGTERM, so that one signal reaches each child exactly once.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from types import FrameType

from sim.errors import UNEXPECTED
from sim.results.progress import Show

PATIENCE = 15.0  # s that an interrupted child has for writing its record

type Job = Callable[[Show], str]  # returns the status; must be importable by the child


@dataclass(frozen=True)
class Ending:
    """How a child ended: its status, and the reason when it is not "complete"."""

    status: str
    reason: str = ""


def run_jobs(jobs: Sequence[Job], shows: Sequence[Show]) -> list[Ending]:
    """Run every job in a process of its own and return how each ended, in order.

    Raises
    ------
    KeyboardInterrupt
        Passed on after every child has ended.
    """
    os.environ["OMP_NUM_THREADS"] = "1"  # inherited by the children
    context = multiprocessing.get_context("spawn")  # forking a process with MPI in it is unsafe
    children = []
    for job in jobs:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_child, args=(job, sender))
        process.start()
        sender.close()
        children.append((process, receiver))
    endings = [Ending("failed")] * len(jobs)
    try:
        _listen([receiver for _, receiver in children], shows, endings)
    except KeyboardInterrupt:
        for process, _ in children:
            process.terminate()
        raise
    finally:
        for process, _ in children:
            process.join(PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()
    return [
        _judged(ending, process.exitcode)
        for ending, (process, _) in zip(endings, children, strict=True)
    ]


def _listen(receivers: list[Connection], shows: Sequence[Show], endings: list[Ending]) -> None:
    """Pass progress on and collect endings until every pipe is closed."""
    open_pipes = {receiver: index for index, receiver in enumerate(receivers)}
    while open_pipes:
        for receiver in wait(list(open_pipes)):
            index = open_pipes[receiver]
            try:
                message = receiver.recv()
            except EOFError:
                del open_pipes[receiver]
                continue
            if isinstance(message, Ending):
                endings[index] = message
            else:
                shows[index](*message)


def _judged(ending: Ending, exit_code: int | None) -> Ending:
    if exit_code is not None and exit_code < 0:
        ended = signal.Signals(-exit_code).name
        return Ending("failed", f"{UNEXPECTED}end: its process was ended by {ended}")
    if exit_code and ending.status == "complete":
        return Ending("failed", f"{UNEXPECTED}end: its process had exit code {exit_code}")
    return ending


def _child(job: Job, sender: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        status = job(lambda stage, fraction: sender.send((stage, fraction)))
        sender.send(Ending(status, "" if status == "complete" else "see its run.log"))
    except KeyboardInterrupt:
        sender.send(Ending("interrupted", "the run was interrupted"))
    except Exception as error:  # whatever it is, the other side must not suffer
        sender.send(Ending("failed", f"{UNEXPECTED}{type(error).__name__}: {error}"))
    finally:
        sender.close()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
