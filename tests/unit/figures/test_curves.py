"""Curves of one run or two: what stands where, and that every text can be read."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from sim.figures.course import course_figure, exposure
from sim.figures.depth import layers_of, spread
from sim.figures.force import force_figure
from sim.figures.style import LAYER_COLOURS, NEEDLE_COLOURS, save
from sim.figures.torque import torque_figure, turns
from sim.figures.uptake import threshold_figure, uptake_figure
from sim.results.record import Record
from tests.pictures import is_blank, outside, overlapping, pixels, share_of
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

REACHED = 2.9e-3  # m, of the needle that stops early
FIGURES = (force_figure, uptake_figure, course_figure, threshold_figure, torque_figure)


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """One that stops early, a drill that arrives, one that was not injected, one long name."""
    folder = tmp_path_factory.mktemp("records")
    a, b = synthetic.case(), synthetic.case(synthetic.NEEDLE_14G, synthetic.DRILL)
    early, whole = synthetic.insertion(a, REACHED), synthetic.insertion(b)
    straight = dataclasses.replace(
        early, curve=dataclasses.replace(early.curve, torque=0.0 * early.curve.torque)
    )
    torque = whole.curve.torque
    drilled = dataclasses.replace(
        whole,
        curve=dataclasses.replace(
            whole.curve, ratios=whole.curve.ratios | {"torque": torque / (2.0 * torque.max())}
        ),
    )
    made = (
        write_record(folder / "a", a, straight, synthetic.infiltration(a, REACHED)),
        write_record(folder / "b", b, drilled, synthetic.infiltration(b, whole.reached_depth)),
        write_record(folder / "c", a, straight, None),
    )
    long = dataclasses.replace(made[1], name="14G coaxial cannula with a long name of its own")
    return (*made, long)


def crowded(record: Record) -> Record:
    """The record with all events within half a millimetre."""
    events = [
        {"depth_mm": str(1.4 + 0.1 * n), "event": name, "force_N": "1.0"}
        for n, name in enumerate(("skin_puncture", "nodule_contact", "tip_held", "tip_buried"))
    ]
    return dataclasses.replace(record, events=[*events, record.events[-1]])


@pytest.mark.parametrize("which", [(0,), (0, 2), (0, 3)])
@pytest.mark.parametrize("draw", FIGURES)
def test_texts_are_within_the_canvas_and_apart(records, draw, which):
    chosen = [records[n] for n in which]
    if draw is torque_figure and not any(turns(record) for record in chosen):
        chosen[-1] = records[1]
    figure = draw(chosen)
    assert outside(figure) == []
    assert overlapping(figure) == []
    plt.close(figure)


@pytest.mark.parametrize("draw", FIGURES)
def test_both_needles_are_to_be_seen_in_their_colours(tmp_path, records, draw):
    image = pixels(save(draw(records[:2]), tmp_path / "picture.png"))
    assert not is_blank(image)
    if draw is not uptake_figure:  # its colours are places
        wanted = NEEDLE_COLOURS[1:] if draw is torque_figure else NEEDLE_COLOURS
        assert min(share_of(image, colour) for colour in wanted) > 2e-4


def test_layers_are_shaded_where_they_are(records):
    figure = force_figure(records[:1])
    ax = figure.axes[0]
    nodule = records[0].case.nodule
    ends = {"skin": (0.0, 1.5), "subcutis": (1.5, 2.5), "nodule": (2.5, 12.5)}
    spans = layers_of(records[0].case)
    assert {name: pytest.approx(span) for name, span in spans.items()} == ends
    shaded = {
        patch.get_facecolor(): (patch.get_x(), patch.get_x() + patch.get_width())
        for patch in ax.patches
        if isinstance(patch, Rectangle)
    }
    for name, span in ends.items():
        assert shaded[to_rgba(LAYER_COLOURS[name])] == pytest.approx(span)
    assert ax.get_xlim() == pytest.approx((0.0, 1e3 * (nodule.depth + nodule.height)))
    named = {text.get_text(): text.xy[0] for text in ax.texts}
    assert all(ends[name][0] < named[name] < ends[name][1] for name in ends)
    plt.close(figure)


def test_a_nodule_within_the_skin_leaves_no_subcutis(records):
    case = records[0].case
    shallow = dataclasses.replace(case, nodule=dataclasses.replace(case.nodule, depth=1e-3))
    spans = {"skin": (0.0, 1.0), "nodule": (1.0, 11.0)}
    assert {name: pytest.approx(span) for name, span in layers_of(shallow).items()} == spans


def test_every_event_is_named_over_its_depth_and_marked_at_its_force(records):
    figure = force_figure(records[:1])
    ax = figure.axes[0]
    event = records[0].events[0]
    at = float(event["depth_mm"]), float(event["force_N"])
    assert at in [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines
                  if line.get_marker() == "o"]  # fmt: skip
    (above,) = ax.child_axes
    places = dict(zip((t.get_text() for t in above.get_xticklabels()), above.get_xticks(),
                      strict=True))  # fmt: skip
    assert set(places) == {"skin puncture", "target"}  # how it ended is in the title
    assert places["skin puncture"] == pytest.approx(at[0])
    assert places["target"] == pytest.approx(1e3 * records[0].case.target_depth)
    plt.close(figure)


@pytest.mark.parametrize("which", [(0,), (0, 1)])
def test_names_of_events_close_to_each_other_do_not_overlap(records, which):
    figure = force_figure([crowded(records[n]) for n in which])
    assert overlapping(figure, share=0.0) == []
    assert outside(figure) == []
    plt.close(figure)


def test_spread_moves_no_more_than_it_must():
    np.testing.assert_allclose(spread(np.array([0.0, 5.0, 9.0]), 1.0), [0.0, 5.0, 9.0])
    np.testing.assert_allclose(spread(np.array([1.0, 1.0, 9.0]), 2.0), [0.0, 2.0, 9.0])


def test_tip_and_friction_add_up_to_the_force(records):
    figure = force_figure(records[:1])
    tip, friction = (area.get_paths()[0].vertices for area in figure.axes[0].collections)
    force = records[0].force
    assert tip[:, 1].max() == pytest.approx(force["tip_N"].max())
    assert friction[:, 1].max() == pytest.approx((force["tip_N"] + force["friction_N"]).max())
    plt.close(figure)


def test_both_forces_and_the_near_limits_share_one_axis(records):
    figure = force_figure(records[:2])
    (both,) = (ax for ax in figure.axes if ax.get_title(loc="left") == "Both on one axis")
    curves = [line.get_ydata() for line in both.lines]
    for record in records[:2]:
        assert any(np.array_equal(curve, record.force["force_N"]) for curve in curves)
    largest = max(record.force["force_N"].max() for record in records[:2])
    limits = {record.case.technique.force_limit for record in records[:2]}
    drawn = {curve[0] for curve in curves if len(curve) == 2 and curve[0] == curve[1]} & limits
    assert drawn == {limit for limit in limits if limit <= 3.0 * largest}
    words = " ".join(text.get_text() for text in both.texts)
    assert "27G: buckled at 2.90 mm" in words
    plt.close(figure)


def test_limits_are_drawn_at_their_values_or_told(records):
    force = records[0].force
    stalled = force | {"force_N": force["force_N"] * 39.0 / force["force_N"].max()}
    figure = force_figure([dataclasses.replace(records[0], force=stalled)])
    limits = [line.get_ydata() for line in figure.axes[0].lines]
    assert any(np.all(limit == 40.0) for limit in limits)
    assert any(np.array_equal(limit, force["buckling_load_N"]) for limit in limits)
    told = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert {"ideal buckling load", "operator's limit"} <= set(told)
    plt.close(figure)


def test_torque_is_of_what_turns(records):
    assert [turns(record) for record in records[:3]] == [False, True, False]
    figure = torque_figure(records[:2])
    ax, torque = figure.axes[0], records[1].force["torque_Nmm"]
    assert any(np.array_equal(line.get_ydata(), torque) for line in ax.lines)
    limit = next(line for line in ax.lines if line.get_linestyle() == ":")
    assert limit.get_ydata()[0] == pytest.approx(2.0 * torque.max())
    told = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "27G: pushed, no torque" in told
    plt.close(figure)


def test_uptake_is_on_one_scale_of_time_and_of_mass(records):
    figure = uptake_figure(records[:2])
    assert len({(ax.get_xlim(), ax.get_ylim()) for ax in figure.axes}) == 1
    plt.close(figure)


def test_the_course_ends_at_the_recorded_exposure(records):
    record = records[0]
    course = exposure(record)
    assert course[0] == 0.0
    assert np.all(np.diff(course) >= 0.0)
    assert course[-1] == pytest.approx(record.metrics["infiltration.exposure_mg_h_per_mL"])
    figure = course_figure(records[:2])
    drug, exposed = figure.axes  # no closure, so nothing of mineral
    np.testing.assert_array_equal(drug.lines[0].get_ydata(), record.uptake["in_nodule_mg"][1:])
    np.testing.assert_array_equal(exposed.lines[0].get_ydata(), course[1:])
    assert drug.get_xscale() == "log"
    plt.close(figure)


def test_the_course_has_the_mineral_under_a_closure(records):
    case = records[0].case
    left = np.linspace(1900.0, 1850.0, len(records[0].uptake["time_s"]))
    closure = dataclasses.replace(case.dissolution, model="effective_yield")
    dissolving = dataclasses.replace(
        records[0],
        case=dataclasses.replace(case, dissolution=closure),
        uptake=records[0].uptake | {"mineral_left_mg": left},
    )
    figure = course_figure([dissolving])
    assert figure.axes[2].lines[0].get_ydata()[-1] == pytest.approx(50.0)
    plt.close(figure)


def test_a_run_without_drug_says_so(records):
    figure = course_figure(records[2:3])
    assert [text.get_text() for text in figure.axes[0].texts] == ["no drug was injected"]
    plt.close(figure)
    figure = course_figure([records[0], records[2]])
    told = [text.get_text() for text in figure.legends[0].get_texts()]
    assert f"{records[2].name}: no drug was injected" in told
    plt.close(figure)
