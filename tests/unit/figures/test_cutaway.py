"""The cut-away in space: true colours and lengths, every kind of record, and no display needed."""

from __future__ import annotations

import dataclasses
import math
import sys

import numpy as np
import pytest
import pyvista as pv
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from experiments.cutaway import main
from sim.figures import offscreen
from sim.figures.cutaway import RIGHT, TOWARDS, UP, cutaway_figure, render
from sim.figures.revolved import Body, chain, revolve
from sim.figures.scale import ColourScale
from sim.figures.style import LAYER_COLOURS, THRESHOLD, save
from sim.results.record import load
from tests.pictures import is_blank, outside, overlapping, pixels, share_of
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

EXTENT, WIDTH = (-5.0, 5.0, -4.0, 4.0), 400  # mm, pixels
SCALE = ColourScale(0.25, 250.0, "log", "min")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A comparison's folder: two runs, the first of which stopped early."""
    folder = tmp_path_factory.mktemp("pair")
    for name, case, depth in (
        ("a", synthetic.case(), 2.9e-3),
        ("b", synthetic.case(synthetic.NEEDLE_14G, synthetic.DRILL), None),
    ):
        insertion = synthetic.insertion(case, depth) if depth else synthetic.insertion(case)
        made = synthetic.infiltration(case, insertion.reached_depth)
        write_record(folder / name, case, insertion, made)
    return folder


@pytest.fixture(scope="module")
def pair(folder):
    return load(folder / "a"), load(folder / "b")


def test_both_needles_on_one_scale_with_every_label_in_the_picture(pair, tmp_path):
    figure = cutaway_figure(pair)
    first, second = figure.axes[:2]
    assert first.get_xlim() == second.get_xlim()
    assert first.get_ylim() == second.get_ylim()
    assert outside(figure) == []
    assert overlapping(figure) == []
    words = {text.get_text() for ax in figure.axes for text in ax.texts}
    assert {"skin", "subcutis", "fascia", "5 mm"} <= words
    assert "mg/mL" in figure.axes[-1].get_ylabel()
    image = pixels(save(figure, tmp_path / "cut.png"))
    assert not is_blank(image)
    half = image.shape[1] // 2
    for side in (image[:, :half], image[:, half:]):
        assert share_of(side, THRESHOLD, 30.0) > 2e-4
        assert share_of(side, LAYER_COLOURS["skin"], 30.0) > 0.02


def test_a_run_without_fields_and_one_in_3d(pair, tmp_path):
    case = synthetic.case()
    result = dataclasses.replace(
        synthetic.infiltration(case, case.target_depth),
        fields=synthetic.solid_field(case, case.target_depth, 2.5e-3),
    )
    solid = write_record(tmp_path / "solid", case, synthetic.insertion(case), result)
    none = pair[0].metrics | {"infiltration.dose_mg": None}
    empty = dataclasses.replace(pair[0], fields=None, metrics=none)
    figure = cutaway_figure((empty, solid))
    assert "not computed" in [text.get_text() for text in figure.axes[0].texts]
    image = pixels(save(figure, tmp_path / "solid.png"))
    half = image.shape[1] // 2
    assert share_of(image[:, :half], THRESHOLD, 30.0) < share_of(image[:, half:], THRESHOLD, 30.0)
    assert not plt.get_fignums()


def test_fields_that_were_computed_and_are_gone_are_not_said_to_be_missing_results(pair):
    figure = cutaway_figure([dataclasses.replace(pair[0], fields=None)])
    assert "its fields are not there" in [text.get_text() for text in figure.axes[0].texts]


def test_a_run_that_injected_nothing_says_so(pair, tmp_path):
    record, fields = pair[0], pair[0].fields
    dry = dataclasses.replace(
        record,
        name="a needle with a name that is long enough for two lines of a title",
        metrics=record.metrics | {"infiltration.dose_mg": 0.0},
        fields=dataclasses.replace(fields, concentration=0.0 * fields.concentration),
    )
    figure = cutaway_figure([dry])
    assert outside(figure) == []
    assert "no drug was injected" in [text.get_text() for text in figure.axes[0].texts]
    image = pixels(save(figure, tmp_path / "dry.png"))
    left = image[:, : int(0.8 * image.shape[1])]  # without the colour bar
    assert share_of(left, "#081d58", 20.0) < 1e-3  # the map's dark end


def test_lengths_across_the_view_are_those_of_the_scale():
    ends = np.array([-3.0 * RIGHT - UP, 3.0 * RIGHT - UP, 3.0 * RIGHT + UP, -3.0 * RIGHT + UP])
    plate = pv.PolyData(ends, faces=[4, 0, 1, 2, 3])
    (image,) = render([[Body(plate, "#000000", lit=False)]], SCALE, EXTENT, WIDTH)
    rows, columns = np.nonzero(image.max(axis=-1) < 128)
    per_mm = WIDTH / (EXTENT[1] - EXTENT[0])
    assert np.ptp(columns) + 1 == pytest.approx(6.0 * per_mm, abs=2.0)
    assert np.ptp(rows) + 1 == pytest.approx(2.0 * per_mm, abs=2.0)
    assert columns.mean() == pytest.approx(0.5 * WIDTH, abs=1.0)
    assert pytest.approx(0.0, abs=1e-15) == TOWARDS @ RIGHT


@pytest.mark.parametrize("value", [250.0, 30.0, 1.0, 1e-4])
def test_colours_on_a_face_are_those_of_the_bar(value):
    face = pv.PolyData(
        np.array([-4 * RIGHT - 3 * UP, 4 * RIGHT - 3 * UP, 3 * UP]), faces=[3, 0, 1, 2]
    )
    face.point_data["drug"] = np.full(3, value)
    (image,) = render([[Body(face, None, lit=False)]], SCALE, EXTENT, WIDTH)
    expected = SCALE.colours(SCALE.norm(value)) if value >= SCALE.low else to_rgb("white")
    found = image[image.shape[0] // 2, WIDTH // 2] / 255.0
    np.testing.assert_allclose(found, expected[:3], atol=2.5 / 255.0)


def test_a_turned_line_has_the_area_of_a_cone():
    profile = np.array([[1.0, 0.0], [3.0, 2.0]])
    area = revolve(profile, chain(2), (0.0, 270.0)).compute_cell_sizes()["Area"].sum()
    exact = 0.75 * math.pi * (1.0 + 3.0) * math.hypot(2.0, 2.0)
    assert area == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize("end", ["import os; os.abort()", "print('')", "raise SystemExit(1)"])
def test_where_nothing_can_be_rendered_one_line_says_so(folder, tmp_path, monkeypatch, capsys, end):
    monkeypatch.setattr(offscreen, "TRIAL", end)
    offscreen.window_kind.cache_clear()
    output = tmp_path / "cut.png"
    monkeypatch.setattr(sys, "argv", ["cutaway", str(folder), "--output", str(output)])
    with pytest.raises(SystemExit) as stopped:
        main()
    offscreen.window_kind.cache_clear()
    assert stopped.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("failed: 3-D pictures cannot be drawn here")
    assert len(said.splitlines()) == 1
    assert not output.exists()


def test_command_draws_a_comparison_and_refuses_what_is_none(folder, tmp_path, monkeypatch, capsys):
    output = tmp_path / "cut.png"
    monkeypatch.setattr(sys, "argv", ["cutaway", str(folder), "--output", str(output)])
    main()
    assert output.exists()
    for given in (["cutaway", str(tmp_path)], ["cutaway", str(folder), "--output", "a.jpg"]):
        monkeypatch.setattr(sys, "argv", given)
        with pytest.raises(SystemExit) as stopped:
            main()
        assert stopped.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 2
