"""Films of records: what their frames show, and what the file holds when it is read back."""

from __future__ import annotations

import dataclasses
from functools import partial
from itertools import pairwise

import imageio_ffmpeg
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from sim.animation.entering import Entering
from sim.animation.film import film, pictures
from sim.animation.frame import HEIGHT, WIDTH
from sim.animation.scales import Scales
from sim.animation.source import Act
from sim.animation.spreading import Spreading
from sim.animation.timeline import phases
from sim.figures.style import LAYER_COLOURS, NEEDLE_COLOURS, THRESHOLD
from tests.full_disk import full_disk
from tests.pictures import is_blank, outside, overlapping, share_of
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

REACHED = 2.9e-3  # m, of the needle that stops early
SECONDS, FPS = 4.0, 4
LONG = " of a hundred millimetres, pushed by hand"  # in a needle's name


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    a, b = synthetic.case(), synthetic.case(synthetic.NEEDLE_14G, synthetic.DRILL)
    early, whole = synthetic.insertion(a, REACHED), synthetic.insertion(b)
    return (
        write_record(folder / "a", a, early, synthetic.infiltration(a, REACHED)),
        write_record(folder / "b", b, whole, synthetic.infiltration(b, whole.reached_depth)),
        write_record(folder / "c", a, early, None),
    )


@pytest.fixture(scope="module")
def solid(tmp_path_factory):
    case = synthetic.case()
    drop = synthetic.solid_field(case, REACHED, 2.5e-3)
    result = dataclasses.replace(synthetic.infiltration(case, REACHED), fields=drop)
    folder = tmp_path_factory.mktemp("solid") / "a"
    return write_record(folder, case, synthetic.insertion(case, REACHED), result)


@pytest.fixture(scope="module")
def frames(records):
    """All frames of a short film of both needles."""
    made = pictures([Act("a and b", records[:2])], SECONDS, FPS)
    return [(stage, picture[..., :3].copy()) for stage, _, picture in made]


def scene(kind, records, number):
    parts = phases(records, 30.0)
    names = " and ".join(record.name for record in records)
    scales = Scales.of(records)
    act = Act(f"{names}, round 10 of 12", tuple(records))
    made = kind(act, scales, parts)
    made.picture = partial(made.picture, parts[number])
    return made, scales


def test_the_file_has_the_frames_and_the_length_that_were_asked_for(tmp_path, records):
    told = []
    path = tmp_path / "film.mp4"
    count = film(
        [Act("a and b", records[:2])], path, SECONDS, FPS, lambda *told_: told.append(told_)
    )
    assert count == SECONDS * FPS
    assert imageio_ffmpeg.count_frames_and_secs(path) == (count, pytest.approx(SECONDS, abs=0.01))
    reader = imageio_ffmpeg.read_frames(path)
    meta = next(reader)
    reader.close()
    assert meta["size"] == (WIDTH, HEIGHT)
    assert meta["codec"] == "h264"
    assert meta["pix_fmt"].startswith("yuv420p")
    assert path.stat().st_size < 10e6
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert [entry.name for entry in tmp_path.iterdir()] == ["film.mp4"]


def test_frames_are_there_and_move(frames):
    assert len(frames) == SECONDS * FPS
    assert [stage.split()[0] for stage, _ in frames] == sorted(
        (stage.split()[0] for stage, _ in frames),
        key=["insertion", "injection", "afterwards"].index,
    )
    (_, first), (_, last) = frames[0], frames[-1]
    assert not is_blank(first)
    assert np.any(first != last, axis=-1).mean() > 0.05
    spreading = [picture for stage, picture in frames if not stage.startswith("insertion")]
    for section in (np.s_[140:400, 80:580], np.s_[140:400, 630:1120]):
        for before, after in pairwise(spreading):
            assert np.any(before[section] != after[section])


def test_what_belongs_to_each_phase_is_seen(frames):
    entering, spreading = frames[0][1], frames[len(frames) // 2 + 1][1]
    assert share_of(entering, LAYER_COLOURS["nodule"], 3.0) > 0.05
    assert share_of(entering, LAYER_COLOURS["subcutis"], 3.0) > 0.05
    assert share_of(spreading[110:390], THRESHOLD) > 2e-4, "the line in the section"
    dark = spreading[90:430].astype(int).sum(axis=-1) < 300  # the injected concentration's colour
    assert dark[:, : WIDTH // 2].mean() > 0.005
    assert dark[:, WIDTH // 2 :].mean() > 0.005
    for colour in NEEDLE_COLOURS:
        assert share_of(spreading, colour) > 2e-4


@pytest.mark.parametrize(("kind", "number"), [(Entering, 0), (Spreading, 2)])
def test_both_needles_have_one_scale_in_space_force_and_mass(records, kind, number):
    made, _ = scene(kind, records[:2], number)
    first, second, *curves = made.figure.axes
    assert first.get_xlim() == second.get_xlim()
    assert first.get_ylim() == second.get_ylim()
    boxes = [ax.get_window_extent() for ax in (first, second)]
    assert boxes[0].size == pytest.approx(boxes[1].size)
    across, down = np.ptp(first.get_xlim()), np.ptp(first.get_ylim())
    assert boxes[0].width / across == pytest.approx(boxes[0].height / down, rel=1e-6)
    assert curves[0].get_ylim() == curves[1].get_ylim()
    assert curves[0].get_xlim() == curves[1].get_xlim()


@pytest.mark.parametrize(("kind", "number"), [(Entering, 0), (Spreading, 2)])
@pytest.mark.parametrize("count", [1, 2])
def test_text_is_inside_the_frame_and_apart_also_with_long_names(records, kind, number, count):
    named = [dataclasses.replace(r, name=r.name + LONG) for r in records[:count]]
    made, _ = scene(kind, named, number)
    made.picture(3e5, 20.0)
    assert not outside(made.figure)
    assert not overlapping(made.figure)


def test_a_needle_that_ends_early_says_so_and_holds(records):
    made, _ = scene(Entering, records[:2], 0)
    early = made.picture(4.0, 4.0).copy()
    late = made.picture(5.0, 5.0)
    section = np.s_[110:400, 80 : WIDTH // 2 - 90]
    assert np.array_equal(early[section], late[section])
    assert any("buckled" in text.get_text() for text in made.figure.axes[0].texts)


def test_the_nodule_is_pushed_as_computed(records):
    record = records[1]
    force = record.force
    far = force | {
        name: force[name] + np.linspace(0.0, 1.0, len(force["depth_mm"]))
        for name in ("nodule_displacement_mm", "travel_mm")
    }
    made, _ = scene(Entering, [dataclasses.replace(record, force=far)], 0)
    made.picture(1e3, 1.0)
    nodule = next(p for p in made.figure.axes[0].patches if p.get_zorder() == 4.5)
    rest = 1e3 * record.case.nodule.centre_depth
    assert nodule.get_center()[1] == pytest.approx(rest + far["nodule_displacement_mm"][-1])


def test_colours_are_the_scales_at_the_written_times(records):
    made, scales = scene(Spreading, records[:2], 2)
    record, middle = records[1], 3600.0
    picture = made.picture(middle, 20.0).astype(float)
    ax = made.figure.axes[1]
    point = (3.0, 1e3 * record.case.target_depth)
    x, y = ax.transData.transform(point)
    seen = picture[int(HEIGHT - y), int(x), :3]
    (at,) = np.flatnonzero(record.fields.times == middle)
    nearest = np.hypot(*(record.fields.points * (1.0, -1.0) - point).T).argmin()
    value = record.fields.concentration[at, nearest]
    wanted = 255.0 * np.array(to_rgba(scales.colour.colours(scales.colour.norm(value)))[:3])
    assert value > 10.0 * scales.colour.low
    np.testing.assert_allclose(seen, wanted, atol=12.0)


def test_between_the_written_times_it_is_linear(records):
    made, _ = scene(Spreading, records[:1], 2)
    panel, fields = made._panels[0], records[0].fields
    n = len(fields.points)
    quarter = 0.75 * fields.times[2] + 0.25 * fields.times[3]
    expected = 0.75 * fields.concentration[2] + 0.25 * fields.concentration[3]
    np.testing.assert_allclose(panel._at(quarter)[:n], expected)
    np.testing.assert_allclose(panel._at(1e9)[:n], fields.concentration[-1])


def test_a_section_of_a_solid_is_filmed_too(solid):
    made, _ = scene(Spreading, [solid], 2)
    picture = made.picture(3600.0, 20.0)[..., :3]
    assert share_of(picture[:, :700], THRESHOLD) > 2e-4
    assert (picture[100:560, :700].astype(int).sum(axis=-1) < 300).mean() > 0.005


def test_one_side_without_an_infiltration_says_so(records):
    made, _ = scene(Spreading, (records[2], records[1]), 2)
    made.picture(3600.0, 20.0)
    said = [text.get_text() for text in made.figure.axes[0].texts]
    assert "no infiltration computed" in said


def test_a_full_disk_leaves_the_old_film(tmp_path, records):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"old")
    with full_disk(), pytest.raises((OSError, RuntimeError)):
        film([Act("c", records[2:])], path, SECONDS, 2)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["film.mp4"]


def test_an_interrupted_film_leaves_nothing(tmp_path, records):
    def interrupt(stage, fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        film([Act("c", records[2:])], tmp_path / "film.mp4", SECONDS, 2, interrupt)
    assert not list(tmp_path.iterdir())
