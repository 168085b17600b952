"""Compiled forms survive killed compilers and damaged libraries, and two processes share them."""

from __future__ import annotations

import multiprocessing
import shutil
import time

import pytest
import ufl
from dolfinx import fem
from dolfinx.mesh import create_unit_interval
from mpi4py import MPI

from sim import forms
from sim.cache import PLACE


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(PLACE, str(tmp_path))
    return tmp_path / forms.KIND


def length(power):
    """Integrate x^power over 0 to 1, by a form of its own."""
    mesh = create_unit_interval(MPI.COMM_SELF, 3)
    x = ufl.SpatialCoordinate(mesh)[0]
    return fem.assemble_scalar(forms.form(x**power * ufl.dx))


def ready(folder):
    return sorted(path.name for path in folder.glob(f"*{forms.READY}"))


def again():
    """Look at the folder as a new process does."""
    forms._remove_damaged.cache_clear()


def test_compiled_once_and_sealed(folder):
    assert length(3) == pytest.approx(0.25, rel=1e-12)
    first = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    again()
    assert length(3) == pytest.approx(0.25, rel=1e-12)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == first
    assert len(list(folder.glob(f"*{forms.SEAL}"))) == len(ready(folder)) == 1


def test_a_killed_compiler_is_no_obstacle(folder, caplog):
    length(4)
    (name,) = ready(folder)
    (folder / name).unlink()
    start = time.perf_counter()
    again()
    assert length(4) == pytest.approx(0.2, rel=1e-12)
    assert ready(folder) == [name]
    assert caplog.text.count("compiled anew") == 1
    assert time.perf_counter() - start < 60.0


def test_a_damaged_library_is_compiled_anew(folder, caplog):
    length(5)
    (library,) = folder.glob(f"*{forms.LIBRARY}")
    content = library.read_bytes()
    library.unlink()  # it is mapped into this process
    library.write_bytes(content[:-1])
    again()
    assert length(5) == pytest.approx(1.0 / 6.0, rel=1e-12)
    assert library.stat().st_size == len(content)
    assert "is damaged" in caplog.text


def test_on_a_full_disk_it_is_compiled_and_not_kept(folder, monkeypatch, caplog):
    folder.mkdir()
    full = shutil.disk_usage(folder)._replace(free=0)
    monkeypatch.setattr("sim.cache.shutil.disk_usage", lambda _: full)
    assert length(7) == pytest.approx(0.125, rel=1e-12)
    assert not list(folder.iterdir())
    assert "nothing is kept" in caplog.text


def _length(power, queue):
    queue.put(length(power))


def test_two_processes_at_once(folder):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    both = [context.Process(target=_length, args=(6, queue)) for _ in range(2)]
    for process in both:
        process.start()
    found = [queue.get(timeout=300.0) for _ in both]
    for process in both:
        process.join()
    assert found == pytest.approx([1.0 / 7.0] * 2, rel=1e-12)
    assert len(ready(folder)) == 1
