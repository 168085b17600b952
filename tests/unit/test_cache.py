"""The cache returns whole files only, builds each once, and keeps to its limit."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import shutil
import signal
import time
from contextlib import ExitStack

import pytest

from sim import cache, eviction
from sim.cache import PLACE, cache_dir, cached, digest
from sim.eviction import ABANDONED, LIMIT, LIST, evict
from sim.locks import locked, try_lock


def text(content="table"):
    return lambda path: path.write_text(content)


def kept(root, key=1, build=None, kind="tables"):
    """Look a file up and return its path and content."""
    with cached(kind, {"a": key}, ".txt", build or text(), root) as path:
        return path, path.read_text()


def refused(path):
    raise AssertionError("it was there")


def test_builds_once(tmp_path):
    calls = []

    def build(path):
        calls.append(path)
        path.write_text("table")

    first, second = kept(tmp_path, 1.0, build), kept(tmp_path, 1.0, build)
    assert first == second
    assert first[1] == "table"
    assert [path.suffix for path in (first[0], *calls)] == [".txt", ".txt"]


@pytest.mark.parametrize("damage", [b"", b"tab", b"tablf", b"table and more"])
def test_a_damaged_file_is_built_anew_and_said_so(tmp_path, caplog, damage):
    path, _ = kept(tmp_path)
    path.write_bytes(damage)
    assert kept(tmp_path) == (path, "table")
    assert len(caplog.records) == 1
    assert f"{path} is damaged" in caplog.text


def test_a_file_without_its_checksum_is_built_anew(tmp_path):
    path, _ = kept(tmp_path)
    path.with_name(f"{path.name}.sha256").unlink()
    assert kept(tmp_path, build=text("new"))[1] == "new"


def test_a_failed_build_leaves_nothing(tmp_path):
    def build(path):
        path.write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        kept(tmp_path, build=build)
    assert not list(tmp_path.glob("*/*"))


def test_no_lock_files_are_left(tmp_path):
    for key in range(5):
        kept(tmp_path, key)
    assert sorted({f.suffix for f in tmp_path.glob("*/*")}) == [".sha256", ".txt"]


def test_key_is_blind_to_order_and_rounding():
    assert digest({"a": 0.1 + 0.2, "b": [1, "x"]}) == digest({"b": (1, "x"), "a": 0.3})
    assert digest({"a": -0.0}) == digest({"a": 0.0})
    assert digest({"a": 0.3}) != digest({"a": 0.30000001})


def test_location(tmp_path, monkeypatch):
    monkeypatch.delenv(PLACE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_dir("meshes") == tmp_path / "calcinosis-needle" / "meshes"
    monkeypatch.setenv(PLACE, str(tmp_path / "own"))
    assert cache_dir("meshes") == tmp_path / "own" / "meshes"


def _write_slowly(root, started):
    def build(path):
        started.set()
        time.sleep(0.2)
        path.write_text(str(os.getpid()))

    kept(root, build=build)


def test_two_processes_build_once(tmp_path):
    context = multiprocessing.get_context("fork")
    started = context.Event()
    both = [context.Process(target=_write_slowly, args=(tmp_path, started)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    assert kept(tmp_path, build=refused)[1] in {str(process.pid) for process in both}


def test_a_killed_builder_is_no_obstacle(tmp_path):
    context = multiprocessing.get_context("fork")
    started = context.Event()
    process = context.Process(target=_write_slowly, args=(tmp_path, started))
    process.start()
    started.wait(10.0)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert kept(tmp_path)[1] == "table"


def of_size(size):
    return lambda path: path.write_bytes(size * b"x")


def names(root):
    return {path.stem for path in root.glob("*/*.txt")}


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setenv(LIMIT, "1e-6")  # 1000 bytes
    monkeypatch.setattr(eviction, "EVERY", 0.0)


def aged(root, count):
    """Keep files of 300 bytes, the first one used longest ago."""
    paths = []
    for key in range(count):
        path, _ = kept(root, key, of_size(300))
        os.utime(path, (1000.0 + key, 1000.0 + key))
        paths.append(path)
    return paths


def test_what_was_used_least_recently_goes(tmp_path, small):
    first, _, third = aged(tmp_path, 3)
    kept(tmp_path, 0, refused)  # now it was used last
    fourth, _ = kept(tmp_path, 3, of_size(300))
    assert names(tmp_path) == {first.stem, third.stem, fourth.stem}
    assert len(list(tmp_path.rglob("*.sha256"))) == 3
    kept(tmp_path, 1, of_size(10))
    assert names(tmp_path) >= {first.stem, fourth.stem}


def test_the_size_is_not_looked_at_each_time(tmp_path, monkeypatch):
    monkeypatch.setenv(LIMIT, "1e-6")
    aged(tmp_path, 5)
    assert len(names(tmp_path)) == 5
    os.utime(tmp_path / eviction.LOOKED, (0.0, 0.0))
    kept(tmp_path, 5, of_size(300))
    assert len(names(tmp_path)) == 3


def test_what_another_process_removes_meanwhile_is_no_error(tmp_path, small, monkeypatch):
    gone = {f"*/*/{LIST}": [tmp_path / "runs" / "gone" / LIST]}
    monkeypatch.setattr(type(tmp_path), "glob", lambda _, pattern, **__: gone.get(pattern, []))
    evict(tmp_path)


def test_a_file_in_use_stays(tmp_path, small):
    first, second, _ = aged(tmp_path, 3)
    with cached("tables", {"a": 0}, ".txt", refused, tmp_path) as path:
        os.utime(path, (1.0, 1.0))
        kept(tmp_path, 3, of_size(300))
        assert path.exists()
    assert path == first
    assert second.stem not in names(tmp_path)


def test_a_file_larger_than_the_limit_can_be_used(tmp_path, small):
    _, content = kept(tmp_path, 1, of_size(5000))
    assert len(content) == 5000


def test_folders_are_kept_to_the_limit_too(tmp_path, small):
    for number in range(2):
        run = tmp_path / "runs" / f"run{number}"
        run.mkdir(parents=True)
        (run / "a.csv").write_bytes(600 * b"x")
        (run / LIST).write_text("{}")
        os.utime(run / LIST, (number, number))
    with locked(tmp_path / "runs" / "run0.lock"):
        evict(tmp_path)
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {"run0"}


def test_what_the_killed_left_is_cleared_away(tmp_path, small):
    aged(tmp_path, 3)
    left = [tmp_path / "tables" / name for name in ("b.partial.txt", "c.lock", "d.partial.txt")]
    for path in left:
        path.write_text("half")
    for path in left[:2]:
        os.utime(path, 2 * (time.time() - 2.0 * ABANDONED,))
    kept(tmp_path, 3, of_size(300))
    assert [path.exists() for path in left] == [False, False, True]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_on_a_full_disk_the_result_is_used_and_not_kept(tmp_path, caplog, code):
    calls = []

    def build(path):
        calls.append(path)
        if len(calls) == 1:
            path.write_text("ta")
            raise OSError(code, os.strerror(code))
        path.write_text("table")

    path, content = kept(tmp_path, build=build)
    assert content == "table"
    assert not path.exists()
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(caplog.records) == 1
    assert os.strerror(code) in caplog.text


def test_nothing_is_kept_where_little_room_is_left(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(cache.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))
    path, content = kept(tmp_path)
    assert (path.exists(), content) == (False, "table")
    assert caplog.records[0].levelno == logging.WARNING


def test_other_errors_of_a_build_are_passed_on(tmp_path):
    def build(path):
        raise FileNotFoundError(errno.ENOENT, "an image")

    with pytest.raises(FileNotFoundError):
        kept(tmp_path, build=build)


def test_a_lock_is_waited_for_and_then_gone(tmp_path):
    path = tmp_path / "x.lock"
    waits = []

    with ExitStack() as held:
        held.enter_context(locked(path))

        def release():
            waits.append(try_lock(path))
            held.close()

        with locked(path, release):
            assert path.exists()
    assert waits == [None]
    assert not path.exists()


def test_waiting_can_be_given_up(tmp_path):
    def stop():
        raise KeyboardInterrupt

    path = tmp_path / "x.lock"
    with locked(path), pytest.raises(KeyboardInterrupt), locked(path, stop):
        pass
