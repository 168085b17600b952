"""No stage reads what is said not to matter to it, and nothing of its result moves with that."""

from __future__ import annotations

import dataclasses
import sys

import pytest

from sim import case as data
from sim import outcome
from sim.case import Case
from sim.config import default_case
from sim.dependence import ARRIVAL, UNUSED, alike, used
from sim.infiltration import infiltrate
from sim.insertion import insert
from sim.sweeps.key import described
from tests.verification.draws import drawn_case, drawn_insertion

COMPARING = {"__hash__", "__eq__", "__repr__", "replace", "_replace", "_asdict_inner"}
READERS = {  # a case each, so that all branches that read more are gone through
    "hypodermic": ("27G", "push", ["flow.crushed_zone=both", "dissolution=equilibrium"]),
    "coaxial": ("14G_coaxial", "drill", ["nodule.density_field.kind=random"]),
    "paste": ("27G", "push", ["nodule=paste", "nodule.mineral.densification=compaction"]),
}
POROELASTIC = {"flow.kind": "poroelastic", "flow.hydrofracture": "smeared"}


@pytest.fixture
def seen(monkeypatch):
    """The (class, field) pairs of the data that are read, comparisons and copies left out."""
    found: set[tuple[str, str]] = set()
    for module in (data, outcome):
        for cls in vars(module).values():
            if isinstance(cls, type) and dataclasses.is_dataclass(cls):
                monkeypatch.setattr(cls, "__getattribute__", _watching(cls, found))
    return found


def _watching(cls, found):
    names = {field.name for field in dataclasses.fields(cls)}

    def get(self, name):
        if name in names and sys._getframe(1).f_code.co_name not in COMPARING:
            found.add((cls.__name__, name))
        return object.__getattribute__(self, name)

    return get


def leaves(stage, case):
    """Return the (class, field) pairs of a case that the stage may read."""
    mine = used(stage, case)

    def below(part, at):
        for field in dataclasses.fields(part):
            value, name = object.__getattribute__(part, field.name), f"{at}{field.name}"
            whole = any(key == name or key.startswith(f"{name}.") for key in mine)
            if whole:
                yield type(part).__name__, field.name
            if dataclasses.is_dataclass(value):
                yield from below(value, f"{name}.")

    return set(below(case, ""))


def read_of(case, seen):
    """Return the pairs among those seen that are of a case's own classes."""
    return {pair for pair in seen if pair[0] in classes(case)}


def classes(part):
    """Return the names of the dataclasses that a case is made of."""
    values = [object.__getattribute__(part, field.name) for field in dataclasses.fields(part)]
    below = [classes(value) for value in values if dataclasses.is_dataclass(value)]
    return {type(part).__name__}.union(*below)


@pytest.mark.parametrize("name", READERS)
def test_no_stage_reads_more(name, seen):
    needle, technique, overrides = READERS[name]
    case = default_case(needle, technique, ["mesh=coarse", *overrides])
    seen.clear()
    arrived = insert(case)
    assert read_of(case, seen) <= leaves("insertion", case)
    assert ("Tip", "angle") in seen
    seen.clear()
    infiltrate(case, arrived)
    assert read_of(case, seen) <= leaves("infiltration", case)
    assert {field for cls, field in seen if cls == "InsertionResult"} <= set(ARRIVAL)
    assert ("Injection", "volume") in seen


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("given", [{}, POROELASTIC])
def test_no_drawn_infiltration_reads_more(seed, given, seen):
    case = drawn_case(seed, given)
    arrived = drawn_insertion(case, seed)
    seen.clear()
    infiltrate(case, arrived)
    assert read_of(case, seen) <= leaves("infiltration", case)
    assert {field for cls, field in seen if cls == "InsertionResult"} <= set(ARRIVAL)


def test_results_do_not_move_with_what_is_not_used():
    case = default_case("27G", "push", ["mesh=coarse"])
    other = drawn_case(1)
    arrived = insert(case)
    again = insert(alike("insertion", case, other))
    assert without_cost(arrived) == without_cost(again)
    one = infiltrate(case, arrived)
    same = alike("infiltration", case, other)
    two = infiltrate(same, dataclasses.replace(arrived, peak_force=0.0, notes=(), curve=None))
    assert without_cost(one) == without_cost(two)


def without_cost(result):
    """Return a result as plain values, without what it cost."""
    return described(dataclasses.replace(result, statistics={}))


def test_alike_has_what_is_used_and_no_more():
    case, other = (default_case(*which) for which in (("27G", "push"), ("14G_coaxial", "drill")))
    for stage in UNUSED:
        mixed = alike(stage, case, other)
        assert isinstance(mixed, Case)
        assert used(stage, mixed) == used(stage, case)
    assert alike("insertion", case, other).drug == other.drug
    assert alike("infiltration", case, other).technique == other.technique


@pytest.mark.parametrize("stage", UNUSED)
def test_what_is_not_used_exists(stage):
    case = default_case("14G_coaxial", "drill", ["nodule.capsule.thickness=0.2 mm"])
    for path in UNUSED[stage]:
        part: object = case
        for name in path.split("."):
            part = getattr(part, name)
