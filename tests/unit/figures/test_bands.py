"""Bands of a sweep: quantiles of the runs that are left, and how many they are."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.collections import FillBetweenPolyCollection

from sim.errors import ConfigError
from sim.figures.bands import BAND, ENOUGH, NEEDLE, band, bands_figure, read_runs
from sim.figures.style import NEEDLE_COLOURS, save
from sim.figures.trends import LOOKS
from tests.pictures import is_blank, outside, overlapping, pixels, share_of
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

DEPTHS = np.array([7.5e-3, 7.5e-3, 7.5e-3, 7.5e-3, 7.5e-3, 6e-3, 5e-3])  # m, of the first needle


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    """Seven runs of a needle, two of which stop early, and two of another: folder and table."""
    folder = tmp_path_factory.mktemp("sweep")
    rows = []
    of = [synthetic.case()] * len(DEPTHS) + [synthetic.case(synthetic.NEEDLE_14G)] * 2
    for n, (case, reached) in enumerate(zip(of, [*DEPTHS, 7.5e-3, 7.5e-3], strict=True)):
        arrived = reached == case.target_depth
        inserted = synthetic.insertion(case, None if arrived else reached)
        curve = dataclasses.replace(inserted.curve, force=(1.0 + 0.1 * n) * inserted.curve.force)
        result = synthetic.infiltration(case, reached) if n != 1 else None  # one not injected
        inserted = dataclasses.replace(inserted, curve=curve)
        write_record(folder / "runs" / str(n) / "needle", case, inserted, result)
        rows.append(
            {
                "folder": f"runs/{n}",
                "insertion.outcome": inserted.outcome,
                "nodule.mineral.density_g_per_cm3": 1.1 + 0.1 * n,
                "half": "first" if n < 4 else "second",
            }
        )
    (folder / "runs" / "lost").mkdir()
    rows.append({"folder": "runs/lost", "insertion.outcome": None, "half": "second"})
    return folder, pd.DataFrame(rows)


def test_quantiles_are_of_the_curves_that_are_left():
    x = np.array([0.0, 1.0])
    curves = [(end * x, np.array([value, value])) for end, value in ((4, 1.0), (4, 2.0), (1, 9.0))]
    found = band(curves, np.array([0.5, 3.0, 5.0]))
    np.testing.assert_array_equal(found.left, [3, 2, 0])
    np.testing.assert_allclose(found.quantiles[1, :2], [2.0, 1.5])
    np.testing.assert_allclose(found.quantiles[:, 1], [1.1, 1.5, 1.9])
    assert np.isnan(found.quantiles[:, 2]).all()


def test_curves_are_those_of_the_run_folders(sweep):
    folder, table = sweep
    runs = read_runs(table, folder)
    assert [run.group for run in runs] == ["27G"] * len(DEPTHS) + ["14G coaxial"] * 2
    np.testing.assert_allclose([run.force[0][-1] for run in runs[: len(DEPTHS)]], 1e3 * DEPTHS)
    assert [run.drug is None for run in runs].index(True) == 1
    assert {run.group for run in read_runs(table, folder, "half")} == {"first", "second"}


def test_the_median_is_drawn_and_paler_where_runs_have_stopped(sweep):
    figure = bands_figure(table=sweep[1], folder=sweep[0])
    force, drug, left, injected = figure.axes
    pale, full = force.lines[:2]  # of the first needle
    at = full.get_xdata()
    drawn, whole = (np.isfinite(line.get_ydata()) for line in (pale, full))
    assert at[whole].max() == pytest.approx(5.0, abs=0.05)
    assert at[drawn].max() == pytest.approx(7.5, abs=0.05)
    curves = [run.force for run in read_runs(*sweep[::-1]) if run.group == "27G"]
    middle = np.median([np.interp(4.0, *curve) for curve in curves])
    assert np.interp(4.0, at[whole], full.get_ydata()[whole]) == pytest.approx(middle, rel=1e-3)
    count = left.lines[0]
    for depth, runs in ((3.0, 7), (5.5, 6), (7.0, 5)):
        assert np.interp(depth, count.get_xdata(), count.get_ydata()) == runs
    assert set(injected.lines[0].get_ydata()) == {6.0}  # one was not injected
    assert drug.get_xscale() == "log"
    plt.close(figure)


def test_a_group_has_the_look_of_its_place_in_the_order(sweep):
    order = ("22G", "14G_coaxial", "27G")  # of the first no run left a curve
    figure = bands_figure(sweep[1], sweep[0], order=order)
    entries = figure.legends[0]
    found = {
        text.get_text().partition(" (")[0]: line.get_color()
        for text, line in zip(entries.get_texts(), entries.get_lines(), strict=False)
    }
    assert (found["14G coaxial"], found["27G"]) == (LOOKS[1][0], LOOKS[2][0])
    assert "22G" not in found
    assert figure.axes[2].lines[0].get_color() == LOOKS[1][0]
    plt.close(figure)


def test_few_runs_have_no_band(sweep):
    folder, table = sweep
    assert ENOUGH > 2
    figure = bands_figure(table.iloc[7:9], folder)
    areas = [found for found in figure.axes[0].collections
             if isinstance(found, FillBetweenPolyCollection)]  # fmt: skip
    assert not any(len(path.vertices) for area in areas for path in area.get_paths())
    assert BAND not in [text.get_text() for text in figure.legends[0].get_texts()]
    plt.close(figure)


def test_the_picture_can_be_read(tmp_path, sweep):
    figure = bands_figure(sweep[1], sweep[0])
    assert outside(figure) == []
    assert overlapping(figure) == []
    told = [text.get_text() for text in figure.legends[0].get_texts()]
    assert told[:2] == [
        "27G (7 runs, 5 reached the target)", "14G coaxial (2 runs, 2 reached the target)"
    ]  # fmt: skip
    image = pixels(save(figure, tmp_path / "bands.png"))
    assert not is_blank(image)
    assert min(share_of(image, colour) for colour in NEEDLE_COLOURS) > 2e-4


def test_nodules_of_several_depths_are_compared_from_their_tops(tmp_path):
    rows, case = [], synthetic.case()
    for n, top in enumerate((2.0e-3, 3.0e-3)):
        nodule = dataclasses.replace(case.nodule, depth=top)
        of = dataclasses.replace(case, nodule=nodule, target_depth=nodule.centre_depth)
        write_record(tmp_path / str(n) / "needle", of, synthetic.insertion(of), None)
        rows.append({"folder": str(n), "insertion.outcome": "reached_target"})
    figure = bands_figure(pd.DataFrame(rows), tmp_path)
    force, left = figure.axes
    assert left.get_xlabel() == "tip's depth below the nodule's top (mm)"
    assert force.get_xlim() == pytest.approx((-2.0, 5.0))
    plt.close(figure)


@pytest.mark.parametrize(
    ("by", "rows", "words"),
    [
        ("no.such.column", slice(None), "a column of the table"),
        ("nodule.mineral.density_g_per_cm3", slice(None, 9), "at most 7 values"),
        (NEEDLE, slice(9, None), "runs that left"),
    ],
)
def test_what_cannot_be_drawn_is_refused(sweep, by, rows, words):
    folder, table = sweep
    with pytest.raises(ConfigError, match=words):
        bands_figure(table.iloc[rows], folder, by)
