"""A treatment's curves: what is added up over the rounds, and that it can be read."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib import pyplot as plt

from sim.case import Schedule
from sim.figures.course import COURSES
from sim.figures.round_curves import forces_figure, over_all, rounds_figure, weeks_figure
from sim.figures.style import NEEDLE_COLOURS, save
from sim.rounds.record import Treatment
from tests.pictures import is_blank, outside, overlapping, pixels, share_of
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

DRUG, EXPOSURE, MINERAL = COURSES
FIGURES = (forces_figure, rounds_figure, weeks_figure)
WEEK = 7 * 86400.0


def made(folder, name: str, needle, rounds: int, injected: bool = True) -> Treatment:
    """A treatment under a closure that takes 30 mg in a round."""
    case = synthetic.case(needle)
    closure = dataclasses.replace(case.dissolution, model="effective_yield")
    case = dataclasses.replace(
        case, dissolution=closure, schedule=Schedule(WEEK, rounds, interval=WEEK)
    )
    records, metrics = [], {}
    for n in range(1, rounds + 1):
        result = synthetic.infiltration(case, 6e-3) if injected else None
        record = write_record(folder / str(n), case, synthetic.insertion(case, 6e-3), result)
        if injected:
            left = np.linspace(1900.0, 1870.0, len(record.uptake["time_s"])) - 30.0 * n
            record = dataclasses.replace(record, uptake=record.uptake | {"mineral_left_mg": left})
        records.append(record)
        removed = {"treatment.mineral_removed_fraction": 0.02 * n if injected else None}
        metrics |= {f"round_{n}.{key}": v for key, v in (record.metrics | removed).items()}
    return Treatment(folder, name, case, metrics, records)


@pytest.fixture(scope="module")
def treatments(tmp_path_factory):
    folder = tmp_path_factory.mktemp("treatments")
    needles = synthetic.case().needle, synthetic.NEEDLE_14G
    return (
        made(folder / "a", "27G", needles[0], 3),
        made(folder / "b", "14G coaxial with a long name of its own", needles[1], 2),
        made(folder / "c", "27G", needles[0], 1, injected=False),
        made(folder / "d", "27G", needles[0], 0),
    )


@pytest.mark.parametrize("which", [(0, 1), (0, 2), (2,)])
@pytest.mark.parametrize("draw", FIGURES)
def test_texts_are_within_the_canvas_and_apart(treatments, draw, which):
    figure = draw([treatments[n] for n in which])
    assert outside(figure) == []
    assert overlapping(figure) == []
    plt.close(figure)


@pytest.mark.parametrize("draw", FIGURES)
def test_both_needles_are_to_be_seen(tmp_path, treatments, draw):
    image = pixels(save(draw(treatments[:2]), tmp_path / "picture.png"))
    assert not is_blank(image)
    assert min(share_of(image, colour) for colour in NEEDLE_COLOURS) > 2e-4


def test_exposure_and_mineral_are_added_up_over_the_rounds(treatments):
    told = treatments[0]
    days, removed = over_all(told, MINERAL)
    assert removed[-1] == pytest.approx(90.0)
    assert np.all(np.diff(removed) >= 0.0)
    _, exposed = over_all(told, EXPOSURE)
    of_one = told.rounds[0].metrics["infiltration.exposure_mg_h_per_mL"]
    assert exposed[-1] == pytest.approx(3.0 * of_one)
    _, drug = over_all(told, DRUG)
    np.testing.assert_array_equal(drug, np.tile(told.rounds[0].uptake["in_nodule_mg"], 3))
    starts = days[:: len(days) // 3]
    np.testing.assert_allclose(starts, [0.0, 7.0, 14.0])


def test_the_weeks_of_a_treatment_without_drug_say_so(treatments):
    figure = weeks_figure(treatments[2:3])
    assert [text.get_text() for text in figure.axes[0].texts] == ["no drug was injected"]
    plt.close(figure)


def test_a_treatment_without_a_finished_round_has_an_empty_panel(treatments):
    figure = forces_figure([treatments[0], treatments[3]])
    assert "no round was finished" in [text.get_text() for text in figure.axes[1].texts]
    plt.close(figure)
