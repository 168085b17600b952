"""What is shown of records: values, colours, places, words, and that nothing is written."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from sim.figures.style import NEEDLE_COLOURS, THRESHOLD
from sim.results.files import write_json
from sim.viewer import quantities
from sim.viewer.quantities import QUANTITIES
from sim.viewer.scene import BAR
from sim.viewer.session import Session
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

SIZE = (600, 390)
TIP = 5e-3  # m
CONCENTRATION = QUANTITIES["concentration"]


def content(folder: Path) -> dict[Path, int]:
    return {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A pair, of which one has other times, then a last time alone, no fields, and 3-D."""
    root = tmp_path_factory.mktemp("opened")
    a, b = synthetic.case(), synthetic.case(synthetic.NEEDLE_14G, synthetic.DRILL)
    made = synthetic.infiltration(a, TIP)
    late = dataclasses.replace(synthetic.field(b, TIP, 2.5e-3), times=2.0 * made.fields.times)
    last = dataclasses.replace(
        made.fields, times=made.fields.times[-1:], concentration=made.fields.concentration[-1:]
    )
    solid = synthetic.solid_field(a, TIP, 2.5e-3)
    for name, of, fields in (
        ("pair/a_27G", a, made.fields), ("pair/b_14G", b, late), ("rest/last", a, last),
        ("rest/solid", a, solid),
    ):  # fmt: skip
        result = dataclasses.replace(made, fields=fields)
        write_record(root / name, of, synthetic.insertion(of), result)
    write_record(root / "rest/none", a, synthetic.insertion(a, 1e-3), None)
    write_json(root / "pair/comparison.json", {})
    return root


@pytest.fixture(scope="module")
def opened(folder) -> Session:
    return Session(folder)


@pytest.fixture
def session(opened) -> Session:
    opened.quantity, opened.logarithmic, opened.threshold = "concentration", True, True
    opened.in_space, opened.clip, opened.curve_of = False, 0.0, "uptake"
    opened.scene.resize(*SIZE)
    opened.show(opened.load([0, 1]))
    return opened


def number_of(session: Session, name: str) -> int:
    return [entry.folder.name for entry in session.entries].index(name)


def share_of(picture: np.ndarray, colour: str) -> float:
    return float(np.all(np.abs(picture - 255.0 * np.array(to_rgb(colour))) < 40.0, axis=-1).mean())


def halves(session: Session) -> tuple[np.ndarray, np.ndarray]:
    above = session.scene.picture()[:-BAR]
    middle = above.shape[1] // 2
    return above[:, :middle], above[:, middle + 1 :]


def test_times_are_physical_and_interpolated(session):
    a, b = (shown.record.fields for shown in session.shown)
    np.testing.assert_allclose(2.0 * a.times, b.times)
    one, other = (quantities.at(CONCENTRATION, f, t) for f, t in ((a, 4500.0), (b, 9000.0)))
    np.testing.assert_allclose(one, other)  # of other written times, the same physical time
    between = quantities.at(CONCENTRATION, a, 5400.0)
    share = (5400.0 - 3600.0) / (6 * 3600.0 - 3600.0)
    np.testing.assert_allclose(
        between, (1.0 - share) * a.concentration[2] + share * a.concentration[3]
    )
    assert set(session.times) == set(a.times) | set(b.times)


def test_the_colours_are_one_scale_for_both_up_to_the_injected_concentration(session):
    scale = session._scale
    injected = session.shown[0].record.case.drug.concentration
    assert (scale.low, scale.high, scale.kind) == (1e-3 * injected, injected, "log")
    session.logarithmic = False
    session.recolour()
    assert (session._scale.low, session._scale.high) == (0.0, injected)


@pytest.mark.parametrize("logarithmic", [True, False])
def test_the_colour_at_a_point_is_the_scales_for_the_value_there(session, logarithmic):
    session.logarithmic, session.threshold = logarithmic, False
    session.recolour()
    session.go_to(3600.0)
    picture = session.scene.picture()
    rows, columns, _ = picture.shape
    for side, left in enumerate((0.0, 0.5)):
        values = quantities.at(CONCENTRATION, session.shown[side].record.fields, 3600.0)
        errors, seen = [], []
        for across in np.linspace(0.16, 0.34, 10):
            session.probe(left + across, 0.4)
            if session._places[side] is None:  # the needle's place
                continue
            seen.append(session._places[side].value(values, on_cells=False))
            wanted = 255.0 * np.array(session._scale.colours(session._scale.norm(seen[-1]))[:3])
            found = picture[int(0.4 * rows), int((left + across) * columns)]
            errors.append(np.abs(found - wanted).max())
        assert max(seen) > 10.0 * min(seen)
        assert np.median(errors) < 8.0  # of 255; less where colours do not change so fast


def test_a_time_step_changes_the_picture_and_both_halves_are_drawn(session):
    session.go_to(30.0)
    before = halves(session)
    session.go_to(86400.0)
    after = halves(session)
    for one, other, colour in zip(before, after, NEEDLE_COLOURS, strict=True):
        assert (one != other).any(axis=-1).mean() > 0.01
        assert share_of(other, colour) > 1e-3  # the needle's name
    assert share_of(before[0], THRESHOLD) > 5e-4  # the line


def test_both_panels_have_one_spatial_scale(session):
    session.go_to(30.0)
    dark = [np.all(half < 100, axis=-1) for half in halves(session)]
    widths = [np.ptp(np.flatnonzero(half.sum(axis=0) > 100)) for half in dark]  # the tissue's sides
    assert widths[0] == pytest.approx(widths[1], abs=3)


def test_a_probe_tells_the_value_at_its_point_in_both(session):
    session.go_to(30.0)
    session.probe(0.28, 0.5)
    point = session._point
    r, depth = np.hypot(point[0], point[2]), -point[1]
    assert f"depth {depth:.2f} mm, {r:.2f} mm from the axis" in session.probed
    fields = session.shown[0].record.fields
    nearest = np.hypot(fields.points[:, 0] - r, fields.points[:, 1] + depth).argmin()
    true = quantities.at(CONCENTRATION, fields, 30.0)[nearest]
    told = float(session.probed.split("27G: ")[1].split()[0])
    assert told == pytest.approx(true, rel=0.3)
    assert "mg/mL" in session.probed
    exact = session._places[0].value(fields.points[:, 0], on_cells=False)
    assert exact == pytest.approx(r, abs=1e-4)


def test_a_probe_beside_the_tissue_leaves_the_last_one(session):
    session.probe(0.28, 0.5)
    before = session.probed
    session.probe(0.01, 0.01)
    assert session.probed == before != ""


def test_where_a_needle_is_no_tissue_is_probed(session):
    session.go_to(0.0)
    session._probe(np.array([0.2, -4.0, 0.0]))  # within the 14G's bore, beside the 27G's
    assert "27G: " in session.probed
    assert "14G coaxial: no tissue there" in session.probed


@pytest.mark.parametrize("key", ["exposure", "porosity"])
def test_every_quantity_is_painted(session, key):
    session.quantity = key
    session.recolour()
    assert key in session.choices
    assert session._scale.high > session._scale.low
    colours = np.unique(session.scene.picture().reshape(-1, 3), axis=0)
    assert len(colours) > 200


def test_a_quantity_that_was_not_computed_is_no_choice(session):
    assert "mineral" not in session.choices


def test_the_clip_plane_changes_the_block(session):
    session.in_space = True
    session.arrange()
    session.look()
    session.go_to(30.0)
    before = session.scene.picture()
    session.clip = 3.0
    session.arrange()
    assert (before != session.scene.picture()).any(axis=-1).mean() > 0.02


def test_turning_and_moving_change_the_picture_and_showing_all_brings_it_back(session):
    session.in_space = True
    session.arrange()
    session.look()
    session.go_to(30.0)
    first = session.scene.picture()
    for move in (lambda: session.scene.turn(0.2, 0.1), lambda: session.scene.pan(0.1, 0.0),
                 lambda: session.scene.zoom(2.0)):  # fmt: skip
        before = session.scene.picture()
        move()
        assert (before != session.scene.picture()).any(axis=-1).mean() > 0.01
    session.look()
    np.testing.assert_array_equal(first, session.scene.picture())


def test_a_result_in_space_is_shown(session):
    session.show(session.load([number_of(session, "solid")]))
    session.go_to(30.0)
    assert len(np.unique(session.scene.picture().reshape(-1, 3), axis=0)) > 200


def test_a_run_with_one_time_says_so(session):
    session.show(session.load([number_of(session, "last")]))
    assert len(session.times) == 1
    words, message = session._words(session.shown[0], np.zeros(1))
    assert "one time that was kept" in words
    assert not message


def test_a_run_without_fields_says_so_and_its_curve_is_drawn(session):
    session.show(session.load([number_of(session, "none"), 0]))
    assert "no infiltration was computed" in session.shown[0].problem
    assert session.choices  # of the other
    session.curve_of = "force"
    assert session.curve(800).png.startswith(b"\x89PNG")


def test_the_mark_is_where_the_time_is(session):
    curve = session.curve(800)
    middle = np.sqrt(curve.first * curve.last)
    assert curve.share_of(middle) == pytest.approx(0.5 * (curve.left + curve.right))
    assert curve.share_of(0.0) == curve.left
    assert curve.share_of(2.0 * curve.last) is None
    session.curve_of = "force"
    assert session.curve(800).share_of(30.0) is None


def test_nothing_is_written(session, folder):
    before = content(folder)
    session.show(session.load(range(2)))
    session.probe(0.28, 0.5)
    session.curve_of = "probe"
    session.curve(800)
    session.scene.png()
    assert content(folder) == before
