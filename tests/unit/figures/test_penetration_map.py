"""The map's picture: one panel per needle and length, only what happened in the legend."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex

from sim.figures.outcomes import OUTCOMES
from sim.figures.penetration_map import map_figure
from sim.mechanics import failure
from sim.penetration_map import OUT_OF_REACH, Cell
from tests.pictures import outside, overlapping
from tests.unit.mechanics.patient import COAXIAL, DRILL, HYPODERMIC, case

DENSITY, STRENGTH = (800.0, 1200.0, 1600.0), (70e6, 240e6, 800e6)


def cells(of, outcome: str = "") -> list[Cell]:
    """Arrives below 240 MPa, bends above."""
    found = []
    for density in DENSITY:
        for strength in STRENGTH:
            ends = outcome or ("reached_target" if strength < 240e6 else "bent")
            margin = None if outcome else 150e6 / strength
            found.append(
                Cell(
                    of.needle.name, of.technique.kind, of.needle.free_length, density, strength,
                    0.1 * strength, ends, "", "", smallest_margin=margin,
                )
            )  # fmt: skip
    return found


@pytest.fixture
def figure():
    short, long = case(replace(HYPODERMIC, free_length=7e-3)), case(HYPODERMIC)
    coaxial = [case(replace(COAXIAL, free_length=x), DRILL) for x in (7e-3, 60e-3)]
    needles = [short, long, *coaxial]
    ends = [OUT_OF_REACH, "", OUT_OF_REACH, ""]
    found = [cells(of, outcome) for of, outcome in zip(needles, ends, strict=True)]
    figure = map_figure(needles, list(itertools.chain(*found)))
    yield figure
    plt.close(figure)


def test_rows_are_lengths_and_columns_needles(figure):
    panels = np.reshape(figure.axes, (2, 2))
    titles = [[panel.get_title(loc="left") for panel in row] for row in panels]
    assert titles == [["27G, 7 mm", "14G coaxial, 7 mm"], ["27G, 12.7 mm", "14G coaxial, 60 mm"]]
    assert "beyond" in panels[0, 0].texts[0].get_text()
    assert panels[1, 1].texts[0].get_text() == "drill, at most 150 N"
    assert panels[1, 0].get_yscale() == "log"


def test_colours_are_the_cells_outcomes(figure):
    filled = {c.get_gid(): c for c in figure.axes[2].collections if c.get_gid()}
    assert {word: len(c.get_paths()) for word, c in filled.items()} == {
        "reached_target": 3,
        "bent": 6,
    }
    for word, cells in filled.items():
        assert to_hex(cells.get_facecolor()[0]) == OUTCOMES[word].colour
    heights = [p.vertices[:, 1].mean() for p in filled["reached_target"].get_paths()]
    assert max(heights) < 100.0  # MPa: arrives where the solid is weak


def test_outcomes_are_told_apart_without_colour(figure):
    hatches = [c.get_hatch() for c in figure.axes[2].collections if isinstance(c, PolyCollection)]
    assert [hatch for hatch in hatches if hatch] == [OUTCOMES["bent"].hatch]
    looks = [(look.hatch, look.marker) for look in OUTCOMES.values()]
    assert len({hatch for hatch, _ in looks}) == len({marker for _, marker in looks}) == len(looks)


def test_nothing_is_clipped_or_hidden(figure):
    assert not outside(figure)
    assert not overlapping(figure)


def test_the_line_of_margin_one_lies_where_it_is_one(figure):
    lines = [c for c in figure.axes[2].collections if c.get_linewidths()[0] > 1.0]
    (path,) = lines[0].get_paths()
    np.testing.assert_allclose(path.vertices[:, 1], 150.0, rtol=1e-2)


def test_the_legend_has_what_happened(figure):
    (legend,) = figure.legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts[:3] == ["reached target", "bent", "smallest margin 0.5"]


def test_every_outcome_of_an_insertion_has_a_colour_of_its_own():
    assert set(failure.OUTCOMES.values()) <= set(OUTCOMES)
    assert len({look.colour for look in OUTCOMES.values()}) == len(OUTCOMES)
