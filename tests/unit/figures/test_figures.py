"""Every picture is drawn from records alone, also where a run ended early."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.contour import ContourSet
from matplotlib.patches import Polygon

from sim.figures.crushed import crushed_figure
from sim.figures.draw import PICTURES, draw
from sim.figures.force import force_figure
from sim.figures.infiltration import infiltration_figure
from sim.figures.turning import turning_figure
from sim.figures.uptake import uptake_figure
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

REACHED = 2.9e-3  # m, of the needle that stops early
WHOLE = [name for name in PICTURES if name != "mineral"]  # nothing dissolves


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
def solids(tmp_path_factory):
    folder = tmp_path_factory.mktemp("solids")
    case, made = synthetic.case(), []
    for name, reached in (("a", REACHED), ("b", case.target_depth)):
        result = dataclasses.replace(
            synthetic.infiltration(case, reached),
            fields=synthetic.solid_field(case, reached, 2.5e-3),
        )
        made.append(write_record(folder / name, case, synthetic.insertion(case), result))
    return tuple(made)


def test_all_pictures_of_a_pair(tmp_path, records):
    paths = draw(records[:2], tmp_path)
    assert list(paths) == WHOLE
    for path in paths.values():
        assert path.read_bytes().startswith(b"\x89PNG")
        assert 5_000 < path.stat().st_size < 1_500_000
    assert not plt.get_fignums(), "figures must be closed"


def test_a_run_without_infiltration_leaves_those_pictures_out(tmp_path, records):
    assert set(draw(records[2:], tmp_path)) == {
        "force",
        "torque",
        "crushed",
        "turning_points",
    }


def test_a_pair_with_one_side_missing_is_still_drawn(tmp_path, records):
    assert set(draw(records[1:], tmp_path)) == set(WHOLE)


def test_in_3d_the_same_pictures_are_drawn(tmp_path, solids):
    assert set(draw(solids[:1], tmp_path)) == set(WHOLE)


def test_depth_grows_downwards_from_the_skin(records):
    figure = infiltration_figure(records[:1])
    low, high = figure.axes[0].get_ylim()
    assert low > records[0].case.tissue.depth * 1e3 > 0.0 > high
    assert min(figure.axes[0].get_yticks()) == 0.0
    plt.close(figure)


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("name", PICTURES)
def test_nothing_is_cropped(records, name, count):
    figure = PICTURES[name].draw(records[:count])
    figure.draw_without_rendering()
    inside = figure.bbox.padded(1.0)
    for legend in figure.legends:
        box = legend.get_window_extent()
        assert inside.x0 <= box.x0 < box.x1 <= inside.x1
        assert inside.y0 <= box.y0 < box.y1 <= inside.y1
    plt.close(figure)


def test_the_bending_limit_is_drawn_along_the_path(records):
    force = records[0].force
    bent = force | {"bending_limit_N": force["force_N"] + np.linspace(2.0, 0.0, 60)}
    figure = force_figure([dataclasses.replace(records[0], force=bent)])
    ax = figure.axes[0]
    curves = {tuple(line.get_ydata()) for line in ax.lines}
    assert tuple(bent["bending_limit_N"]) in curves
    plt.close(figure)


def test_limits_far_above_the_force_are_told_and_do_not_squash_it(records):
    force = records[0].force
    soft = force | {name: 1e-3 * force[name] for name in ("force_N", "tip_N", "friction_N")}
    figure = force_figure([dataclasses.replace(records[0], force=soft)])
    ax = figure.axes[0]
    assert ax.get_ylim()[1] < 1.5 * soft["force_N"].max()
    assert any("operator's limit: 40 N" in text.get_text() for text in ax.texts)
    plt.close(figure)


def test_the_needle_lies_where_nothing_was_crushed(records):
    """The painted zone begins at the cone's face and follows the bore up to the nodule's top."""
    (record,) = records[1:2]
    figure = crushed_figure([record])
    ax = figure.axes[0]
    case, zone = record.case, record.crushed
    tip = record.metrics["insertion.reached_depth_mm"]
    cone, needle = (patch.get_xy() for patch in ax.patches if isinstance(patch, Polygon))
    radius = 0.5e3 * case.needle.outer_diameter
    assert cone[:, 0].max() == needle[:, 0].max() == pytest.approx(tip, rel=1e-12)
    assert cone[:, 1].max() == pytest.approx(radius, rel=1e-12)
    assert needle[:, 1].max() == pytest.approx(radius, rel=1e-12)
    assert cone[1, 0] == pytest.approx(tip - radius / np.tan(zone.half_angle), rel=1e-12)
    (painted,) = (found for found in ax.get_children() if isinstance(found, ContourSet))
    depths = np.concatenate([path.vertices[:, 0] for path in painted.get_paths()])
    assert depths.min() == pytest.approx(1e3 * case.nodule.depth, rel=1e-9)
    plt.close(figure)


def test_the_stack_of_places_adds_up_to_the_dose(records):
    figure = uptake_figure(records[:2])
    stack = figure.axes[0].collections
    top = max(path.vertices[:, 1].max() for area in stack for path in area.get_paths())
    assert top == pytest.approx(records[0].metrics["infiltration.dose_mg"], rel=1e-9)
    plt.close(figure)


def test_a_bar_of_the_turning_points_spans_its_default_too(records):
    """Where both ends raise the share the default is the bar's low end."""
    first = records[0].turning_points[0]
    shares = {"infiltrated_default": "0.183"}
    rows = [
        first | shares | {"side": side, "infiltrated_end": end}
        for side, end in (("low", "0.857"), ("high", "0.205"))
    ]
    figure = turning_figure([dataclasses.replace(records[0], turning_points=rows)])
    (bar,) = figure.axes[1].patches
    assert (bar.get_x(), bar.get_x() + bar.get_width()) == pytest.approx((18.3, 85.7))
    plt.close(figure)


def test_turning_figure_marks_what_decides_and_what_was_not_evaluated(records):
    inputs = {row["input"] for row in records[0].turning_points}
    key = min(inputs)
    notes = [f"turning points: {key} = 9 mm was not evaluated: it contradicts another"]
    rows = [
        row | {"outcome_default": "bent", "outcome_end": "reached_target" if first else "stalled"}
        for first, row in zip([True] + 50 * [False], records[0].turning_points, strict=False)
    ]
    changed = dataclasses.replace(
        records[0], turning_points=rows, metrics=records[0].metrics | {"run.notes": notes}
    )
    figure = turning_figure([changed])
    markers = [line.get_marker() for line in figure.axes[0].lines]
    assert markers.count("D") == 1
    assert markers.count("x") == 1
    low, high = figure.axes[0].get_xlim()
    assert sum(low <= tick <= high for tick in figure.axes[0].get_xticks()) >= 2
    plt.close(figure)
