"""Child processes side by side: one that dies leaves the other alone, Ctrl-C reaches both."""

from __future__ import annotations

import os
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from sim.results.progress import Show, silent
from sim.side_by_side import Ending, run_jobs


def work(show: Show) -> str:
    show("working", 0.5)
    show("working", 1.0)
    return "complete"


def give_up(show: Show) -> str:
    return "failed"


def raise_error(show: Show) -> str:
    raise RuntimeError("made up")


def die(show: Show) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return "complete"


def wait_for_interrupt(marker: Path, show: Show) -> str:
    try:
        show("waiting", 0.0)
        time.sleep(60.0)
    except KeyboardInterrupt:
        marker.write_text("clean")
        raise
    return "complete"


def test_progress_and_status_come_through():
    seen = []
    endings = run_jobs([work], [lambda *message: seen.append(message)])
    assert endings == [Ending("complete")]
    assert seen == [("working", 0.5), ("working", 1.0)]


def test_a_child_that_fails_in_any_way_leaves_the_other_alone():
    died, raised, gave_up, worked = run_jobs([die, raise_error, give_up, work], [silent] * 4)
    assert died == Ending("failed", "unexpected end: its process was ended by SIGKILL")
    assert raised == Ending("failed", "unexpected RuntimeError: made up")
    assert gave_up.status == "failed"
    assert worked == Ending("complete")


def test_interrupt_reaches_every_child_before_it_is_passed_on(tmp_path):
    markers = [tmp_path / "a", tmp_path / "b"]
    waiting = set()

    def show(index: int, stage: str, fraction: float) -> None:
        waiting.add(index)
        if len(waiting) == 2:
            raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_jobs([partial(wait_for_interrupt, marker) for marker in markers],
                 [partial(show, index) for index in range(2)])  # fmt: skip
    assert time.monotonic() - start < 30.0
    assert [marker.read_text() for marker in markers] == ["clean", "clean"]
