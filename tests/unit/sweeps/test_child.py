"""A command in a child: what ends it is told, and nothing of it stays."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sim.sweeps.child import Limits, run_child

NONE = Limits()


def ending(code: str, log: Path, limits: Limits = NONE, stop: threading.Event | None = None):
    return run_child([sys.executable, "-c", code], log, limits, stop).ending


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("print('all is well')", "complete", ""),
        ("import sys; print('refused: a = 1 is bad'); sys.exit(2)", "refused", "a = 1 is bad"),
        ("import sys; print('failed: stuck\\nnoise'); sys.exit(1)", "failed", "stuck"),
        ("import sys; print('interrupted; see x'); sys.exit(130)", "interrupted",
         "interrupted; see x"),
        ("raise IndexError", "failed", ""),
        ("import os; os.kill(os.getpid(), 9)", "killed", "its process was ended by SIGKILL"),
        ("import sys; sys.exit(137)", "killed", "its process was ended by SIGKILL"),
    ],
)  # fmt: skip
def test_how_it_ended(code, status, reason, tmp_path):
    ended = ending(code, tmp_path / "log")
    assert (ended.status, ended.reason) == (status, reason)


def test_a_time_limit_ends_it_also_if_it_will_not(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.sweeps.child.PATIENCE", 0.5)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"
    begun = time.monotonic()
    ended = ending(deaf, tmp_path / "log", Limits(time=1.0))
    assert (ended.status, ended.reason) == ("time_limit", "it took longer than 1 s")
    assert time.monotonic() - begun < 20.0


def test_a_memory_limit_counts_all_its_processes(tmp_path):
    hungry = "import time; a = b'1' * 60_000_000; time.sleep(60)"
    both = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hungry!r}])"
    ended = ending(both, tmp_path / "log", Limits(memory=60e6))
    assert ended.status == "memory_limit"
    assert "more than 60 MB" in ended.reason


def test_what_it_left_behind_is_ended(tmp_path):
    left = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid)"
    assert ending(left, tmp_path / "log").status == "complete"
    process = int((tmp_path / "log").read_text())
    assert dies(process)


def test_it_is_interrupted_when_it_is_told_to_stop(tmp_path):
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    assert ending("import time; time.sleep(60)", tmp_path / "log", stop=stop).status == (
        "interrupted"
    )


def test_it_dies_with_who_watches_it(tmp_path):
    code = (
        "from pathlib import Path; from sim.sweeps.child import Limits, run_child;"
        f"run_child(['sleep', '60'], Path({str(tmp_path / 'log')!r}), Limits())"
    )
    watcher = subprocess.Popen([sys.executable, "-c", code])
    children: list[str] = []
    while not children and watcher.poll() is None:
        found = subprocess.run(["pgrep", "-P", str(watcher.pid)], capture_output=True, text=True)
        children = found.stdout.split()
        time.sleep(0.1)
    watcher.kill()
    watcher.wait()
    assert dies(int(children[0]))


def test_its_blas_has_one_thread_and_no_foreign_mpi(tmp_path, monkeypatch):
    monkeypatch.setenv("PMIX_RANK", "3")
    monkeypatch.setenv("TERM", "xterm")
    names = ("OMP_NUM_THREADS", "PMIX_RANK", "TERM")
    code = f"import os; print(*map(os.environ.get, {names}))"
    assert ending(code, tmp_path / "log").status == "complete"
    assert (tmp_path / "log").read_text().split() == ["1", "None", "dumb"]


def dies(process: int) -> bool:
    """Tell whether a process ends soon; one that nobody waited for yet has ended all the same."""
    until = time.monotonic() + 20.0
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False
