"""The sections: right places and values, one scale, legible, in every state that a run may end."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.collections import LineCollection
from matplotlib.contour import ContourSet
from matplotlib.patches import Polygon

from sim.figures.cut import cut, mouth, rim, shown_width
from sim.figures.draw import PICTURES
from sim.figures.infiltration import concentration_at, infiltration_figure, said
from sim.figures.scale import ColourScale, scale_bar
from sim.figures.section import STEEL, set_frame
from sim.figures.style import DARK, THRESHOLD, save
from tests.pictures import is_blank, outside, overlapping, pixels, share_of
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

REACHED = 5.5e-3  # m, of the needle that stops early
LONG = "27G thin-walled with a long bevel and the even longer name of its manufacturer"
SECTIONS = ("infiltration", "pressure", "crushed")


def emptied(made):
    """An infiltration of nothing."""
    fields = made.fields
    nothing = {
        name: 0.0 * getattr(fields, name)
        for name in ("pressure", "concentration", "largest_concentration", "exposure")
    }
    return dataclasses.replace(made, dose=0.0, fields=dataclasses.replace(fields, **nothing))


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Both needles; one that injected nothing, one that was not computed, one in 3-D."""
    folder = tmp_path_factory.mktemp("records")
    a, b = synthetic.case(), synthetic.case(synthetic.NEEDLE_14G, synthetic.DRILL)
    early, whole = synthetic.insertion(a, REACHED), synthetic.insertion(b)
    first, second = synthetic.infiltration(a, REACHED), synthetic.infiltration(b, b.target_depth)
    solid = dataclasses.replace(first, fields=synthetic.solid_field(a, REACHED, 2.5e-3))
    outside_of_it = synthetic.insertion(a, 1.5e-3)
    return {
        "a": write_record(folder / "a", a, early, first),
        "b": write_record(folder / "b", b, whole, second),
        "empty": write_record(folder / "empty", b, whole, emptied(second)),
        "failed": write_record(folder / "failed", a, outside_of_it, None),
        "solid": write_record(folder / "solid", a, early, solid),
    }


def panels(figure):
    return [ax for ax in figure.axes if ax.get_title(loc="left")]


def painted(ax):
    return [x for x in ax.collections if isinstance(x, ContourSet) and x.filled]


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize(
    "which",
    [("a", "b"), ("solid",), ("empty",), ("failed", "b")],
    ids="+".join,
)
def test_it_is_legible_however_the_run_ended(tmp_path, records, name, which):
    shown = [records[key] for key in which]
    shown[0] = dataclasses.replace(shown[0], name=LONG)
    figure = PICTURES[name].draw(shown)
    assert outside(figure) == []
    assert overlapping(figure) == []
    assert not is_blank(pixels(save(figure, tmp_path / "it.png")))


def test_drug_threshold_and_steel_are_seen(tmp_path, records):
    figure = infiltration_figure([records["a"], records["b"]])
    image = pixels(save(figure, tmp_path / "it.png"))
    assert share_of(image, "#081d58") > 0.005, "drug at full strength"
    assert share_of(image, THRESHOLD) > 1e-3
    assert share_of(image, STEEL) > 1e-3
    image = pixels(save(infiltration_figure([records["empty"]]), tmp_path / "empty.png"))
    assert share_of(image, THRESHOLD) < 1e-3, "in the legend alone"


@pytest.mark.parametrize("name", ["infiltration", "pressure"])
def test_both_needles_have_one_scale_of_colour_and_of_length(records, name):
    figure = PICTURES[name].draw([records["a"], records["b"]])
    figure.draw_without_rendering()
    shown = panels(figure)
    assert len({ax.get_xlim() for ax in shown}) == len({ax.get_ylim() for ax in shown}) == 1
    assert all(ax.get_aspect() == 1.0 for ax in shown)
    sizes = np.array([ax.get_window_extent().size for ax in shown])
    np.testing.assert_allclose(sizes, sizes[:1].repeat(len(sizes), axis=0), rtol=1e-6)
    assert len({bands.get_clim() for ax in shown for bands in painted(ax)}) == 1
    bars = {text.get_text() for ax in shown for text in ax.texts if text.get_text() == "5 mm"}
    assert bars == {"5 mm"}
    (label,) = [ax.get_ylabel() for ax in figure.axes if ax not in shown and ax.get_ylabel()]
    assert label.endswith(("(mg/mL)", "(kPa)"))
    plt.close(figure)


def test_times_are_of_the_end_of_each_needles_injection(records):
    record = records["a"]
    fields, end = record.fields, record.metrics["infiltration.injection_time_s"]
    written = int(np.searchsorted(fields.times, 3600.0))
    at_an_hour = concentration_at(record, 3600.0 - end)
    np.testing.assert_allclose(at_an_hour, fields.concentration[written], rtol=1e-12)
    middle = 0.5 * (fields.times[written] + fields.times[written + 1]) - end
    mean = fields.concentration[written : written + 2].mean(axis=0)
    np.testing.assert_allclose(concentration_at(record, middle), mean, rtol=1e-12)
    np.testing.assert_array_equal(concentration_at(record, "ever"), fields.largest_concentration)
    assert (concentration_at(record, -1e9) == fields.concentration[0]).all()
    assert (concentration_at(record, 1e9) == fields.concentration[-1]).all()


def test_any_times_on_either_scale(records):
    figure = infiltration_figure([records["a"]], times=(-10.0, 90.0), kind="linear")
    first, second = panels(figure)
    assert first.get_title(loc="left").endswith("10 s before the injection's end")
    assert second.get_title(loc="left").endswith("1.5 min later")
    assert {bands.get_clim() for ax in (first, second) for bands in painted(ax)} == {(0.0, 250.0)}
    plt.close(figure)


@pytest.mark.parametrize(
    ("when", "words"),
    [(0.0, "end of the injection"), (21600.0, "6 h later"), (90.0, "1.5 min later"),
     (-12.0, "12 s before the injection's end"), (2 * 86400.0, "2 d later"), (0.5, "0.5 s later"),
     ("ever", "highest ever reached")],
)  # fmt: skip
def test_times_in_units_that_people_count_in(when, words):
    assert said(when) == words


def test_the_needle_is_drawn_while_it_stands(records):
    record = records["a"]
    dwell = record.case.injection.dwell
    figure = infiltration_figure([record], times=(0.0, dwell + 1.0))
    hatched = [
        [patch.get_hatch() for patch in ax.patches if isinstance(patch, Polygon)]
        for ax in panels(figure)
    ]
    assert [bool(any(patterns)) for patterns in hatched] == [False, True]
    plt.close(figure)


def test_the_half_plane_is_mirrored(records):
    record = records["a"]
    section = cut(record, {"drug": record.fields.largest_concentration})
    n = len(record.fields.points)
    np.testing.assert_array_equal(section.mesh.x[:n], -section.mesh.x[n:])
    np.testing.assert_array_equal(section.mesh.y[n:], -record.fields.points[:, 1])
    np.testing.assert_array_equal(section.mesh.y[:n], section.mesh.y[n:])
    np.testing.assert_array_equal(section.values["drug"][:n], section.values["drug"][n:])
    np.testing.assert_array_equal(section.values["drug"][n:], record.fields.largest_concentration)
    assert len(section.nodule) == len(section.mesh.triangles)


def test_a_solid_is_cut_through_the_mouth_with_the_values_that_are_there(records):
    record = records["solid"]
    points = record.fields.points
    linear = 1.0 + 2.0 * points[:, 0] - 3.0 * points[:, 2]
    section = cut(record, {"f": linear, "y": points[:, 1]}, {"in": record.fields.cell_regions})
    np.testing.assert_allclose(
        section.values["f"], 1.0 + 2.0 * section.mesh.x + 3.0 * section.mesh.y, rtol=1e-5
    )
    np.testing.assert_allclose(section.values["y"], mouth(record.fields)[1], atol=1e-5)
    np.testing.assert_array_equal(section.nodule, section.own["in"] == 3)


def test_the_solid_nodule_and_its_needle_are_outlined(records):
    record = records["solid"]
    figure = infiltration_figure([record])
    nodule = record.case.nodule
    for ax in panels(figure):
        outlines = [x for x in ax.collections if isinstance(x, LineCollection)]
        ends = np.concatenate(outlines[0].get_segments())
        np.testing.assert_allclose(np.ptp(ends[:, 0]), 1e3 * nodule.diameter, rtol=0.35)
        np.testing.assert_allclose(ends[:, 1].mean(), 1e3 * nodule.centre_depth, rtol=0.1)
    assert panels(figure)[-1].get_xlabel() == "x (mm)"
    low, high = shown_width(record)
    assert low < -0.5e3 * nodule.diameter * 0.8
    assert high > 0.5e3 * nodule.diameter * 0.8
    plt.close(figure)


def test_the_rim_of_two_triangles():
    edges, owners = rim(np.array([[0, 1, 2], [0, 2, 3]]))
    assert {tuple(edge) for edge in edges} == {(0, 1), (1, 2), (2, 3), (0, 3)}
    assert dict(zip(map(tuple, edges), owners, strict=True))[0, 3] == 1


@pytest.mark.parametrize(("width", "words"), [(27.0, "5 mm"), (2.7, "0.5 mm"), (9.0, "2 mm")])
def test_the_bar_is_as_long_as_it_says(width, words):
    figure, ax = plt.subplots()
    set_frame(ax, (0.0, width), 0.5 * width)
    scale_bar(ax)
    (text,) = ax.texts
    assert text.get_text() == words
    figure.draw_without_rendering()
    (line,) = (line for line in ax.lines if line.get_color() == DARK)
    ends = ax.transData.inverted().transform(line.get_transform().transform(line.get_xydata()))
    assert np.ptp(ends[:, 0]) == pytest.approx(float(words.split()[0]), rel=1e-9)
    plt.close(figure)


def test_a_colour_means_its_value_on_either_scale():
    for kind, middle in (("log", 0.5), ("linear", 0.5 * (250.0 - 0.25) / 249.75)):
        scale = ColourScale(0.25, 250.0, kind, "min" if kind == "log" else "neither")
        value = np.sqrt(0.25 * 250.0) if kind == "log" else 0.5 * (0.25 + 250.0)
        assert scale.norm(value) == pytest.approx(middle)
        assert scale.levels[0] == pytest.approx(0.25)
        assert scale.levels[-1] >= 250.0
