"""The picture of the mineral that is left, and the drug's places with a closure."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.contour import ContourSet

from sim.case import Case, Dissolution
from sim.figures.draw import draw
from sim.figures.mineral import dissolves, mineral_figure
from sim.figures.mineral_rounds import mineral_rounds_figure
from sim.figures.style import save
from sim.figures.uptake import uptake_figure
from sim.outcome import InfiltrationResult, NodalFields
from sim.rounds.record import Treatment
from tests.pictures import is_blank, outside, overlapping, pixels
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

SHARE = 0.2  # removed where the most is
LONG = "27G thin-walled with a long bevel and the even longer name of its manufacturer"


def dissolved(fields: NodalFields) -> NodalFields:
    """The fields with mineral taken away in proportion to the concentration ever reached."""
    gone = SHARE * fields.largest_concentration / fields.largest_concentration.max()
    left = np.outer(np.linspace(0.0, 1.0, len(fields.times)), gone)
    return dataclasses.replace(fields, mineral=1600.0 * (1.0 - left))


def result(of: Case, fields: NodalFields) -> InfiltrationResult:
    made = synthetic.infiltration(of, of.target_depth)
    history = made.history
    consumed = 0.5 * history.in_nodule * np.linspace(0.0, 1.0, len(history.time))
    return dataclasses.replace(
        made,
        mineral_removed=1e-5,
        fields=dissolved(fields),
        history=dataclasses.replace(
            history,
            in_nodule=history.in_nodule - consumed,
            consumed=consumed,
            mineral=made.mineral_before - 0.35 * consumed,
        ),
    )


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """One in the half plane, one in 3-D, one without a closure."""
    folder = tmp_path_factory.mktemp("records")
    plain = synthetic.case()
    case = dataclasses.replace(plain, dissolution=Dissolution(model="effective_yield"))
    depth = case.target_depth
    flat, solid = (make(case, depth, 2.5e-3) for make in (synthetic.field, synthetic.solid_field))
    inserted = synthetic.insertion(case)
    return (
        write_record(folder / "a", case, inserted, result(case, flat)),
        write_record(folder / "b", case, inserted, result(case, solid)),
        write_record(folder / "c", plain, inserted, synthetic.infiltration(plain, depth)),
    )


def test_it_is_drawn_where_something_dissolves(tmp_path, records):
    assert [dissolves(record) for record in records] == [True, True, False]
    assert "mineral" in draw(records[:1], tmp_path / "a")
    assert "mineral" not in draw(records[2:], tmp_path / "c")


@pytest.mark.parametrize("which", [0, 1])
def test_the_share_removed_is_that_of_the_fields(records, which):
    figure = mineral_figure([records[which]])
    bands = next(
        found for found in figure.axes[0].get_children()
        if isinstance(found, ContourSet) and found.filled
    )  # fmt: skip
    fields = records[which].fields
    inside = np.unique(fields.cells[fields.cell_regions == fields.regions["nodule"]])
    most = 100.0 * (1.0 - fields.mineral[-1][inside] / fields.mineral[0][inside]).max()
    low, high = bands.get_clim()
    assert (low, high) == pytest.approx((0.0, most), rel=1e-9)
    left = records[which].uptake["mineral_left_mg"]
    (course,) = figure.axes[1].lines
    assert course.get_ydata()[-1] == pytest.approx(left[0] - left[-1], rel=1e-12)
    plt.close(figure)


def treated(records, folder, name="27G"):
    """A treatment of two equal rounds."""
    return Treatment(folder, name, records[0].case, {}, [records[0], records[0]])


def test_before_and_after_each_round_on_one_scale_up_to_the_density_before(tmp_path, records):
    figure = mineral_rounds_figure([treated(records, tmp_path), treated(records, tmp_path, LONG)])
    assert outside(figure) == []
    assert overlapping(figure) == []
    assert figure.axes[-1].get_ylabel() == "mineral (g/cm³)"
    fields = records[0].fields
    inside = np.unique(fields.cells[fields.cell_regions == fields.regions["nodule"]])
    low = fields.mineral[-1][inside].min()
    shown = [ax for ax in figure.axes if ax.get_title(loc="left")]
    assert [ax.get_title(loc="left")[:12] for ax in shown[::2]] == ["27G: round 1", "27G: round 2"]
    for ax in shown:
        (bands,) = (x for x in ax.collections if isinstance(x, ContourSet))
        assert bands.get_clim() == pytest.approx((low, 1.6), rel=1e-9)
        painted = [path.vertices for path in bands.get_paths() if len(path.vertices)]
        lightest = painted[0]  # the least dense band: only where it is after the round
        assert lightest[:, 0].min() >= -1e-9
    image = pixels(save(figure, tmp_path / "it.png"))
    assert not is_blank(image)


def test_of_many_rounds_the_first_and_the_last_are_shown(tmp_path, records):
    many = dataclasses.replace(treated(records, tmp_path), rounds=[records[0]] * 9)
    figure = mineral_rounds_figure([many])
    titles = [ax.get_title(loc="left") for ax in figure.axes if ax.get_title(loc="left")]
    assert [int(title.split()[-1]) for title in titles] == [1, 4, 6, 9]
    plt.close(figure)


def test_drug_that_was_consumed_is_one_of_its_places(records):
    figure = uptake_figure([records[0]])
    top = max(
        path.vertices[:, 1].max()
        for area in figure.axes[0].collections
        for path in area.get_paths()
    )
    assert top == pytest.approx(records[0].metrics["infiltration.dose_mg"], rel=1e-9)
    (legend,) = figure.legends
    assert "consumed by dissolution" in [text.get_text() for text in legend.get_texts()]
    plt.close(figure)


def test_a_week_without_drug_says_so(records):
    nothing = {
        name: column if name == "time_s" else 0.0 * column
        for name, column in records[0].uptake.items()
    }
    figure = uptake_figure([dataclasses.replace(records[0], uptake=nothing)])
    assert [text.get_text() for text in figure.axes[0].texts] == ["no drug was injected"]
    plt.close(figure)
