"""The inputs that a report lists, with their sources."""

from __future__ import annotations

from sim.config import compose
from sim.results.inputs import GIVEN, inputs


def listed(*overrides: str) -> dict[str, object]:
    return {entry.key: entry for entry in inputs(compose("run_case", list(overrides)))}


def test_a_changed_value_is_given_and_keeps_its_range():
    usual = listed()["nodule.mineral.density"]
    given = listed("nodule.mineral.density=1.2 g/cm**3")["nodule.mineral.density"]
    assert usual.source != GIVEN
    assert usual.confidence
    assert (given.value, given.source, given.confidence) == ("1.2 g/cm**3", GIVEN, "")
    assert (given.low, given.high) == (usual.low, usual.high) != ("", "")


def test_what_the_catalogue_leaves_out_is_listed_where_it_is_given():
    assert "nodule.capsule.thickness" not in listed()
    given = listed("nodule.capsule.thickness=0.3 mm")["nodule.capsule.thickness"]
    assert (given.value, given.source) == ("0.3 mm", GIVEN)


def test_names_and_kinds_are_no_values():
    assert not {"needle.name", "needle.kind", "technique.kind", "nodule.texture"} & set(listed())
