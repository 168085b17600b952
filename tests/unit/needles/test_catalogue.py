"""The catalogue of needles as a whole."""

from __future__ import annotations

import numpy as np
import pytest

from sim.needles.catalogue import NEEDLES
from sim.units import to_si


def diameter(name: str, which: str) -> float:
    return 1e3 * to_si(NEEDLES[name][f"{which}_diameter"].text, "m")


def test_every_gauge_from_10_to_34_is_there():
    assert {tree["gauge"] for tree in NEEDLES.values()} == set(range(10, 35))
    assert all(f"{gauge}G" in NEEDLES for gauge in range(10, 35))


def test_a_higher_gauge_is_thinner():
    outer = [diameter(f"{gauge}G", "outer") for gauge in range(10, 35)]
    assert np.all(np.diff(outer) < 0.0)


@pytest.mark.parametrize(
    ("name", "wall"),
    [("10G", 0.356), ("14G", 0.254), ("22G", 0.1524), ("27G", 0.1016), ("34G", 0.051)],
)
def test_walls_of_the_chart(name, wall):
    assert 0.5 * (diameter(name, "outer") - diameter(name, "inner")) == pytest.approx(
        wall, abs=1e-3
    )


def test_a_thin_wall_has_the_same_outside_and_a_wider_bore():
    thin = [name for name in NEEDLES if name.endswith("_thin")]
    assert len(thin) == 23
    for name in thin:
        regular = name.removesuffix("_thin")
        assert diameter(name, "outer") == diameter(regular, "outer")
        assert diameter(regular, "inner") < diameter(name, "inner") < diameter(name, "outer")


def test_a_bore_stays_inside_its_tube_over_all_tolerances():
    for tree in NEEDLES.values():
        low = to_si(tree["outer_diameter"].low, "m")
        assert to_si(tree["inner_diameter"].high, "m") < low
