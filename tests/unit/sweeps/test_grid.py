"""Grids on a command line and in a preset."""

from __future__ import annotations

import itertools

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from sim.errors import ConfigError
from sim.sweeps.grid import expand, expand_preset, values
from sim.units import to_si


def read(argument: str) -> list[str]:
    """Return the values that Hydra finds in an override, as it hands them to a run."""
    override = OverridesParser.create().parse_override(argument)
    return [text.strip("'").replace("\\ ", " ") for text in override.sweep_string_iterator()]


def test_hydra_reads_the_list_with_both_ends_as_written() -> None:
    (argument,) = expand(["injection.volume=grid(0.10 mL, 1 mL, 5, log)"])
    found = read(argument)
    assert (found[0], found[-1]) == ("0.10 mL", "1 mL")
    numbers = [to_si(text, "mL") for text in found]
    ratios = [b / a for a, b in itertools.pairwise(numbers)]
    assert ratios == pytest.approx([10**0.25] * 4, rel=1e-11)


def test_linear_values_have_twelve_digits() -> None:
    assert values("k", "0.8 g/cm**3, 1.7 g/cm**3, 4") == [
        "0.8 g/cm**3",
        "1.1 g/cm**3",
        "1.4 g/cm**3",
        "1.7 g/cm**3",
    ]


def test_the_second_end_may_have_another_unit() -> None:
    assert values("k", "100 uL, 1 mL, 3") == ["100 uL", "550 uL", "1 mL"]


def test_bare_numbers_fall_and_rise() -> None:
    assert read(*expand(["needle.gauge=grid(30, 14, 5)"])) == ["30", "26", "22", "18", "14"]


def test_a_grid_among_other_values_and_arguments() -> None:
    given = ["needle=22G,27G", "x='0.05 mL',grid(0.1 mL, 0.3 mL, 3)", "hydra.sweep.dir=grid"]
    needle, x, folder = expand(given)
    assert (needle, folder) == (given[0], given[2])
    assert read(x) == ["0.05 mL", "0.1 mL", "0.2 mL", "0.3 mL"]


def test_a_preset_becomes_one_override() -> None:
    params = {"injection.volume": "grid(0.1 mL, 0.3 mL, 3)", "needle": "22G,27G"}
    (argument,) = expand_preset(params)
    override = OverridesParser.create().parse_override(argument)
    assert override.key_or_group == "hydra.sweeper.params"
    assert override.value() == {"injection.volume": "'0.1 mL','0.2 mL','0.3 mL'"}
    assert expand_preset({"needle": "22G,27G"}) == []


@pytest.mark.parametrize(
    ("grid", "why"),
    [
        ("grid(0 mL, 1 mL, 3, log)", "above 0"),
        ("grid(1 mL, 1 mm, 3)", "something else"),
        ("grid(1 mL, 2, 3)", "unit is missing"),
        ("grid(1 cows, 2 cows, 3)", "not a known unit"),
        ("grid(1 mL, 2 mL)", "give grid"),
        ("grid(1 mL, 2 mL, 3, linear)", "give grid"),
        ("grid(1 mL, 2 mL, 2.5)", "whole number"),
        ("grid(1 mL, 2 mL, 1)", "whole number"),
        ("grid(1 mL, 2 mL, 100000000000)", "whole number"),
        ("grid(a, b, 3)", "not a number"),
        ("grid(1 mL, 1000 uL, 3)", "differ"),
    ],
)
def test_refused_by_the_swept_key(grid: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as refused:
        expand([f"injection.volume={grid}"])
    assert refused.value.key == "injection.volume"
    assert refused.value.given == grid
