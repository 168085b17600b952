"""Every module that a result is computed with is in the hash of its stage, or named as neutral."""

from __future__ import annotations

import ast
import functools

import pytest

from sim import version
from sim.version import EXPERIMENTS, STAGES, Stage, files, versions

# What no result depends on: how it is found, kept, shown, and asked for (a key is of the case that
# a configuration becomes, not of its text).
NEUTRAL = (
    "sim",
    "sim.cache",
    "sim.eviction",
    "sim.locks",
    "sim.version",
    "sim.forms",
    "sim.errors",
    "sim.config",
    "sim.figures",
    "sim.report",
    "sim.sweeps",
    "experiments",
)


@functools.cache
def imported(name: str) -> set[str]:
    """Return the modules and packages of the repository that one module imports."""
    (file,) = files(name) if not is_package(name) else [path_of(name) / "__init__.py"]
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {each for each in found if is_ours(each)}


def path_of(name: str):
    return version.ROOT.joinpath(*name.split("."))


def is_package(name: str) -> bool:
    return (path_of(name) / "__init__.py").exists()


def is_ours(name: str) -> bool:
    ours = name.split(".")[0] in ("sim", "meshes", "experiments")
    return ours and (is_package(name) or path_of(name).with_suffix(".py").exists())


def within(name: str, sources: tuple[str, ...]) -> bool:
    return any(name == source or name.startswith(f"{source}.") for source in sources)


def neutral(name: str) -> bool:
    return within(name, NEUTRAL[1:]) or name == NEUTRAL[0]


def modules(source: str) -> set[str]:
    """Return the modules of a source: itself, or all in the package."""
    found = set()
    for file in files(source):
        parts = file.relative_to(version.ROOT).with_suffix("").parts
        found.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def sources(*stages: str) -> tuple[str, ...]:
    """Return the sources of stages and of all before them."""
    found: tuple[str, ...] = ()
    for name in stages:
        found += STAGES[name].sources + sources(*STAGES[name].after)
    return found


def forgotten(roots: set[str], listed: tuple[str, ...]) -> set[str]:
    """Return what is imported from `roots` on that is neither listed nor neutral."""
    seen, left = set(), set(roots)
    while left:
        name = left.pop()
        seen.add(name)
        left |= {each for each in imported(name) if not neutral(each)} - seen
    return {name for name in seen if not within(name, listed) and not is_empty(name)}


def is_empty(name: str) -> bool:
    """Tell whether a package has nothing of its own but its text."""
    return is_package(name) and not imported(name) and name not in roots_of_all()


def roots_of_all() -> set[str]:
    return {source for stage in STAGES.values() for source in stage.sources}


@pytest.mark.parametrize("name", STAGES)
def test_no_module_of_a_stage_is_forgotten(name):
    roots = {module for source in STAGES[name].sources for module in modules(source)}
    assert not forgotten(roots, sources(name))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_no_module_of_an_experiment_is_forgotten(name):
    own = {each for each in imported(f"experiments.{name}") if not neutral(each)}
    assert all(within(each, sources(*EXPERIMENTS[name])) or is_empty(each) for each in own)


def test_a_forgotten_module_would_be_found():
    assert forgotten({"sim.infiltration"}, sources("insertion")) >= {"sim.flow.darcy"}


@pytest.mark.parametrize("name", STAGES)
def test_all_sources_are_there(name):
    for source in STAGES[name].sources:
        assert files(source)
        assert all(file.is_file() for file in files(source))


def test_a_changed_source_changes_its_stage_and_what_comes_after(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text("x = 1\n")
    monkeypatch.setattr(version, "ROOT", tmp_path)
    monkeypatch.setattr(
        version, "STAGES", {"first": Stage(1, ("one",)), "second": Stage(1, ("two",), ("first",))}
    )
    version._hash.cache_clear()
    before = versions("second")
    assert before == versions("second")
    (tmp_path / "one.py").write_text("x = 2\n")
    version._hash.cache_clear()
    after = versions("second")
    assert after["first"] != before["first"]
    assert after["second"] == before["second"]
    assert list(after) == ["first", "second"]
    version._hash.cache_clear()


def test_a_raised_version_is_another(monkeypatch):
    before = versions("mesh")
    raised = Stage(STAGES["mesh"].version + 1, STAGES["mesh"].sources)
    monkeypatch.setitem(version.STAGES, "mesh", raised)
    assert versions("mesh") != before
