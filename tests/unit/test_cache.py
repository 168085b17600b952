"""The cache returns whole files only, builds each once, and knows equal parameters."""

from __future__ import annotations

import pytest

from sim.cache import cache_dir, cached, digest


def test_builds_once(tmp_path):
    calls = []

    def build(path):
        calls.append(path)
        path.write_text("table")

    first = cached("tables", {"a": 1.0}, ".csv", build, root=tmp_path)
    second = cached("tables", {"a": 1.0}, ".csv", build, root=tmp_path)
    assert first == second
    assert first.read_text() == "table"
    assert [path.suffix for path in (first, *calls)] == [".csv", ".csv"]


def test_damaged_file_is_built_anew(tmp_path):
    path = cached("tables", {"a": 1}, ".txt", lambda p: p.write_text("whole"), root=tmp_path)
    path.write_text("")
    cached("tables", {"a": 1}, ".txt", lambda p: p.write_text("whole"), root=tmp_path)
    assert path.read_text() == "whole"


def test_failed_build_leaves_nothing(tmp_path):
    def build(path):
        path.write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        cached("tables", {"a": 2}, ".txt", build, root=tmp_path)
    assert not list(tmp_path.glob("*.txt"))


def test_key_is_blind_to_order_and_rounding():
    assert digest({"a": 0.1 + 0.2, "b": [1, "x"]}) == digest({"b": (1, "x"), "a": 0.3})
    assert digest({"a": 0.3}) != digest({"a": 0.30000001})


def test_location_follows_xdg(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_dir("meshes") == tmp_path / "calcinosis-needle" / "meshes"
