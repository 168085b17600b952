"""No number without source, unit and a range that contains it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.config.document import parameter_page
from sim.config.groups import GROUPS, leaves
from sim.config.limits import CHOICES, LIMITS
from sim.materials.value import Value
from sim.units import to_si

VALUES = [
    (f"{group}.{key}", value)
    for group, options in GROUPS.items()
    for tree in options.values()
    for key, value in leaves(tree)
    if isinstance(value, Value)
]


def faults(key: str, value: Value) -> list[str]:
    """Say what is wrong with a value of the catalogue."""
    found = []
    if len(value.source.strip()) < 5:
        found.append("no source")
    if value.confidence not in ("H", "M", "L", "A"):
        found.append("unknown confidence")
    if value.confidence == "A" and "assumption" not in value.source:
        found.append("an assumption that does not say so")
    if (value.low is None) != (value.high is None):
        found.append("half a range")
    texts = [text for text in (value.low, value.text, value.high) if text is not None]
    if key in CHOICES:
        return found + [f"not a choice: {text}" for text in texts if text not in CHOICES[key]]
    limit = LIMITS[key]
    try:
        numbers = [to_si(text, limit.unit) for text in texts]
    except ValueError as error:
        return [*found, str(error)]
    bounds = to_si(limit.low, limit.unit), to_si(limit.high, limit.unit)
    if numbers != sorted(numbers) or not bounds[0] <= numbers[0] <= numbers[-1] <= bounds[1]:
        found.append("outside its range or its limits")
    return found


@pytest.mark.parametrize(("key", "value"), dict.fromkeys(VALUES))
def test_every_value_is_sound(key, value):
    assert faults(key, value) == []


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (Value("1.5 mm", "", "H"), "no source"),
        (Value("1.5 mm", "Gibney 2010", "X"), "unknown confidence"),
        (Value("1.5 mm", "a guess", "A"), "an assumption that does not say so"),
        (Value("1.5 mm", "Gibney 2010", "H", "1 mm"), "half a range"),
        (Value("1.5 kPa", "Gibney 2010", "H"), "'kPa' measures something else"),
        (Value("1.5", "Gibney 2010", "H"), "the unit is missing"),
        (Value("3 mm", "Gibney 2010", "H", "1 mm", "2 mm"), "outside its range or its limits"),
        (Value("9 mm", "Gibney 2010", "H"), "outside its range or its limits"),
    ],
)
def test_an_unsound_value_is_found(value, fault):
    assert faults("tissue.skin.thickness", value) == [fault]


def test_plain_numbers_are_only_those_of_the_mesh_the_gauge_and_the_seed():
    plain = {
        f"{group}.{key}"
        for group, options in GROUPS.items()
        for tree in options.values()
        for key, leaf in leaves(tree)
        if group != "mesh" and leaf is not None and not isinstance(leaf, Value)
    }
    names = {
        "needle.name",
        "technique.name",
        "tissue.name",
        "drug.name",
        "injection.name",
        "flow.name",
    }
    assert plain - names - set(CHOICES) == {
        "needle.gauge",
        "schedule.name",
        "nodule.density_field.seed",
    }


def test_the_page_of_values_is_up_to_date():
    page = Path(__file__).parents[3] / "docs" / "parameters.md"
    assert page.read_text(encoding="utf-8") == parameter_page()
