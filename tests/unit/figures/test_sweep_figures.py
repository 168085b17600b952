"""Pictures of a sweep: chosen from what varies, whole, and with what the table holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from sim.errors import ConfigError
from sim.figures.choice import choose
from sim.figures.multiples import multiples_figure
from sim.figures.outcomes import OUTCOMES
from sim.figures.paired import paired_figure
from sim.figures.ranking import ranking_figure
from sim.figures.style import NEEDLE_COLOURS
from sim.figures.sweep import draw_sweep
from sim.figures.tornado import tornado_figure
from sim.figures.trends import LOOKS, SHORT, trends_figure
from sim.sweeps.axes import swept
from sim.sweeps.effects import star
from sim.sweeps.ranking import DOSE, FORCE, OUTCOME, ranking
from tests import pictures
from tests.unit.sweeps.tables import TOO_DENSE, compared, grid


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def whole(figure: Figure) -> None:
    """Assert that every text is on the canvas and none covers another."""
    assert not pictures.outside(figure)
    assert not pictures.overlapping(figure)


def long_names() -> pd.DataFrame:
    """Return a sweep whose needle and technique have long names."""
    table = grid(densities=(0.8, 1.6))
    names = table["needle.name"].replace("25G", "a_very_long_name_of_a_needle_of_ones_own_30G_thin")
    return table.assign(**{"needle.name": names})


def test_a_grid_is_drawn_whole(tmp_path: Path) -> None:
    table = grid(densities=(0.8, 1.2, 1.6, TOO_DENSE))
    runs = swept(table)
    drawn = draw_sweep(table, tmp_path, runs, choose(runs))
    assert [d.name for d in drawn] == [
        "ranking",
        "trends",
        "multiples_insertion_outcome",
        "multiples_infiltration_dose_in_nodule_mg",
    ]  # no tornado: with two volumes no run is in the middle
    for one in drawn:
        assert not pictures.is_blank(pictures.pixels(one.path))
        assert one.caption.endswith(".")
    outcomes = pictures.pixels(drawn[2].path)
    for word in ("reached_target", "stalled", "buckled"):
        assert pictures.share_of(outcomes, OUTCOMES[word].colour) > 0.01
    assert pictures.share_of(outcomes, OUTCOMES["bent"].colour) < 1e-3


def test_what_is_asked_for_is_drawn_and_what_is_not_there_is_refused() -> None:
    runs = swept(grid())
    choice = choose(runs, ["insertion.peak_force_N"], ["injection.volume_mL"], "needle")
    assert ([axis.key for axis in choice.over], choice.by.key) == (["injection.volume"], "needle")
    for bad, named in (
        ({"over": ["drug.viscosity"]}, "nodule.mineral.density"),
        ({"by": "mesh"}, "injection.volume"),
        ({"metrics": ["dose"]}, DOSE),
        ({"over": ["needle"], "by": "needle"}, "twice"),
        ({"over": ["needle", "injection.volume", "nodule.mineral.density"]}, "one axis or two"),
    ):
        with pytest.raises(ConfigError, match=named):
            choose(runs, **bad)


@pytest.mark.parametrize("table", [grid(), long_names()], ids=["grid", "long names"])
def test_the_ranking_is_whole_and_counts(table: pd.DataFrame) -> None:
    found = ranking(swept(table))
    figure = ranking_figure(found)
    whole(figure)
    labels = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert labels == [rank.device for rank in found.ranks]
    told = [text.get_text() for text in figure.axes[0].texts]
    assert told[0] == f"4 of {found.conditions} reached it" or len(labels[1]) > 20
    widths = sum(bar.get_width() for bar in figure.axes[0].patches)
    assert widths == sum(rank.compared for rank in found.ranks)


def test_cells_hold_the_metric_and_hatches_tell_what_is_missing() -> None:
    runs = swept(grid(densities=(0.8, 1.2, TOO_DENSE)))
    density, volume, needle = (
        runs.axis(key, "--over") for key in ("nodule.mineral.density", "injection.volume", "needle")
    )
    figure = multiples_figure(runs, DOSE, (density, volume), needle)
    whole(figure)
    panels = figure.axes[: len(needle.levels)]
    for panel in panels:
        cells = panel.collections[0].get_array()
        np.testing.assert_allclose(cells[:, :2], [[2.5, 2.0 / 1.2], [6.25, 5.0 / 1.2]])
        assert cells.mask[:, 2].all()
        assert len(panel.patches) == 2  # the refused ones
        assert panel.collections[0].norm is panels[0].collections[0].norm or (
            panel.collections[0].get_clim() == panels[0].collections[0].get_clim()
        )
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["not complete"]


def test_words_over_two_axes_have_their_looks() -> None:
    runs = swept(grid())
    over = (runs.axis("nodule.mineral.density", "--over"), runs.axis("needle", "--over"))
    figure = multiples_figure(runs, OUTCOME, over)
    whole(figure)
    cells = {c.get_gid(): len(c.get_paths()) for c in figure.axes[0].collections if c.get_gid()}
    assert cells == {"reached_target": 4, "stalled": 4, "buckled": 1}


def test_trends_have_a_line_a_needle_and_start_at_zero() -> None:
    runs = swept(grid(volumes=(0.5,)))
    density, needle = (runs.axis(k, "--over") for k in ("nodule.mineral.density", "needle"))
    figure = trends_figure(runs, [DOSE, "insertion.peak_force_N"], density, needle)
    whole(figure)
    assert figure.axes[0].get_ylim()[0] == 0.0
    lines = [line for line in figure.axes[0].lines if line.get_linestyle() != "None"]
    assert [line.get_color() for line in lines] == [colour for colour, _, _ in LOOKS[:3]]
    assert len({line.get_linestyle() for line in lines}) == 3
    for line in lines:
        np.testing.assert_allclose(line.get_ydata(), 5.0 / np.array([0.8, 1.2, 1.6]))


def test_a_run_that_was_stopped_is_hollow_and_its_force_is_on_no_line() -> None:
    runs = swept(grid(needles=("27G", "14G_coaxial"), volumes=(0.5,)))
    density, needle = (runs.axis(k, "--over") for k in ("nodule.mineral.density", "needle"))
    figure = trends_figure(runs, [FORCE], density, needle)
    whole(figure)
    thin, thick = (figure.axes[0].lines[i : i + 3] for i in (0, 3))  # reached, stopped, line
    for (full, hollow, line), reached in ((thin, [8.0]), (thick, [8.0, 12.0])):
        np.testing.assert_allclose(full.get_ydata(), reached)
        np.testing.assert_allclose(line.get_ydata(), reached)
        np.testing.assert_allclose(hollow.get_ydata(), [8.0, 12.0, 16.0][len(reached) :])
        assert (hollow.get_markerfacecolor(), hollow.get_markeredgewidth()) == ("white", 0.9)
        assert full.get_markerfacecolor() != "white"
    assert figure.legends[0].get_texts()[-1].get_text() == SHORT


def test_numbers_that_split_a_picture_say_of_what_they_are() -> None:
    runs = swept(grid())
    density, needle, volume = (
        runs.axis(k, "--over") for k in ("nodule.mineral.density", "needle", "injection.volume")
    )
    figure = trends_figure(runs, [DOSE], density, volume)
    whole(figure)
    entries = [text.get_text() for text in figure.legends[0].get_texts()]
    assert entries == ["ordered volume 0.2 mL", "ordered volume 0.5 mL", SHORT]
    panels = multiples_figure(runs, DOSE, (needle, volume), density)
    whole(panels)
    titles = [ax.get_title(loc="left").replace("\n", " ") for ax in panels.axes[:3]]
    assert titles[0] == "mineral's density 0.8 g/cm³"


def test_the_tornado_starts_at_the_base() -> None:
    found = star(swept(grid(volumes=(0.2, 0.3, 0.5))), DOSE)
    figure = tornado_figure(found, DOSE)
    whole(figure)
    bars = [bar for bar in figure.axes[0].patches if bar.get_width()]
    assert all(bar.get_x() == pytest.approx(found.value) for bar in bars)
    widths = {round(bar.get_width(), 6) for bar in bars}
    assert widths >= {round(2.5 * (x - 0.3) / 0.3, 6) for x in (0.2, 0.5)}


def test_a_grid_without_a_middle_has_no_base() -> None:
    assert star(swept(grid(needles=("27G", "25G"), densities=(0.8,))), DOSE) is None
    assert star(swept(grid(densities=(0.8, 1.2, 1.6), volumes=(0.2,))), DOSE) is not None


def test_a_sweep_of_insertions_has_no_panel_of_the_drug() -> None:
    table = grid().drop(columns=DOSE)
    figure = ranking_figure(ranking(swept(table)))
    whole(figure)
    assert [ax.get_xlabel() for ax in figure.axes[1:]] == ["peak axial force (N)"]


def test_pairs_are_told_apart_without_colour() -> None:
    both = np.array([[1.0, 5.0, 3.0], [4.0, 2.0, 3.0]])
    figure = paired_figure(["27G", "14G coaxial"], {"dose (mg)": both}, "patients")
    whole(figure)
    lines = figure.axes[0].lines
    assert len({line.get_marker() for line in lines[:3]}) == 3
    assert len({line.get_linestyle() for line in lines[:3]}) == 3
    assert [to_hex(line.get_color()) for line in lines[:2]] == list(NEEDLE_COLOURS[::-1])
    np.testing.assert_allclose(lines[3].get_ydata(), both.mean(axis=1))
    assert len(figure.legends[0].get_texts()) == 4


def test_comparisons_are_ranked_needle_by_needle(tmp_path: Path) -> None:
    table = compared()
    runs = swept(table)
    drawn = draw_sweep(table, tmp_path, runs, choose(runs, [DOSE]))
    assert [d.name for d in drawn] == ["ranking", "trends"]
