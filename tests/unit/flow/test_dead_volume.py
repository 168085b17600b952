"""What stands in hub and lumen goes first, and drug stays there."""

import dataclasses
from typing import Literal

import pytest

from sim.case import Needle
from sim.config import default_case
from sim.flow.dead_volume import dead_volume, drug_volume_left, lumen_volume, portions


@pytest.fixture(scope="module")
def cannula() -> Needle:
    return default_case("14G_coaxial", "drill").needle


def holding(needle: Needle, content: Literal["air", "blood", "drug"]) -> Needle:
    return dataclasses.replace(needle, lumen_content=content)


def test_lumens_of_both_needles(cannula: Needle) -> None:
    assert lumen_volume(cannula) == pytest.approx(191e-9, rel=0.01)
    thin = default_case("27G", "push").needle
    assert lumen_volume(thin) == pytest.approx(0.44e-9, rel=0.01)
    assert dead_volume(thin) == pytest.approx(0.44e-9 + thin.hub_volume, rel=0.01)


def test_a_primed_needle_gives_drug_at_once(cannula: Needle) -> None:
    (only,) = portions(holding(cannula, "drug"), 0.5e-6)
    assert (only.volume, only.drug, only.liquid) == (0.5e-6, 1.0, True)


@pytest.mark.parametrize(("content", "liquid"), [("air", False), ("blood", True)])
def test_what_stands_in_the_needle_goes_first(
    cannula: Needle, content: Literal["air", "blood"], liquid: bool
) -> None:
    first, then = portions(holding(cannula, content), 0.5e-6)
    assert (first.volume, first.drug, first.liquid) == (dead_volume(cannula), 0.0, liquid)
    assert (then.volume, then.drug) == (pytest.approx(0.5e-6 - dead_volume(cannula)), 1.0)


@pytest.mark.parametrize("content", ["air", "blood", "drug"])
@pytest.mark.parametrize("ordered", [0.1e-6, 0.5e-6])
def test_drug_is_where_it_was_pushed(
    cannula: Needle, content: Literal["air", "blood", "drug"], ordered: float
) -> None:
    needle = holding(cannula, content)
    out = sum(part.volume * part.drug for part in portions(needle, ordered))
    before = dead_volume(needle) if content == "drug" else 0.0
    left = drug_volume_left(needle, ordered)
    assert ordered + before == pytest.approx(out + left, rel=1e-14)


def test_less_than_the_dead_volume_brings_no_drug(cannula: Needle) -> None:
    (only,) = portions(holding(cannula, "air"), 0.1e-6)
    assert not only.liquid
    assert drug_volume_left(holding(cannula, "air"), 0.1e-6) == 0.1e-6
