"""What the report and the pictures of a treatment say."""

from __future__ import annotations

import dataclasses

import pytest
from matplotlib import pyplot as plt

from sim.figures.rounds import draw_rounds, forces_figure, rounds_figure
from sim.report.rounds import (
    comparison_command,
    round_words,
    sure_words,
    verdict_words,
    write_rounds_report,
)
from sim.report.words import number, scenario_words
from sim.results.files import write_json
from sim.rounds.record import Treatment, load_treatment
from sim.run import begin
from tests import pages
from tests.unit.results.records import write_record
from tests.unit.results.synthetic import infiltration, insertion
from tests.unit.rounds.test_run import job


def treatment(folder, model: str = "effective_yield", rounds: int = 2) -> Treatment:
    """A made-up treatment whose second round gets further."""
    of = job(folder, f"dissolution={model}")
    folder.mkdir()
    begin(of, folder)
    metrics, records = {"run.notes": ["a note"]}, []
    for n, depth in enumerate((6.2e-3, 6.4e-3)[:rounds], start=1):
        made = infiltration(of.case, depth), insertion(of.case, depth)
        record = write_record(folder / f"round_{n}", of.case, made[1], made[0])
        records.append(record)
        known = model != "none"
        regression = {
            "treatment.mineral_removed_mg": 30.0 * n if known else None,
            "treatment.mineral_removed_fraction": 0.02 * n if known else None,
            "treatment.stiffness_ratio": 1.0 - 0.05 * n if known else None,
        }
        metrics |= {f"round_{n}.{k}": v for k, v in (record.metrics | regression).items()}
    write_json(folder / "metrics.json", metrics)
    return Treatment(folder, "27G", of.case, metrics, records)


def test_the_report_says_first_what_the_regression_is_worth(tmp_path):
    told = treatment(tmp_path / "a")
    pictures = draw_rounds([told], tmp_path)
    path = write_rounds_report(tmp_path, [told], pictures, "./run the command", ["side b: failed"])
    page = path.read_text()
    answer = page[page.index('class="answer"') :]
    assert answer.index("effective_yield, calibrated or assumed, not a prediction") < answer.index(
        "2 rounds with the 27G"
    )
    assert "4 % of the mineral (60 mg)" in page
    assert "90 % of its stiffness" in page
    assert "side b: failed" in page
    assert "./run the command" in page
    assert 'href="a/round_2/report.html"' in page
    pages.parsed(page)
    assert not pages.addresses(page)
    assert not pages.dead_links(page)
    assert len(pages.images(page)) == len(pictures)
    columns = [{key: told.metrics[f"round_{n}.{key}"] for key in pages.DESIGN} for n in (1, 2)]
    assert not pages.wrong(page, columns)
    assert pages.wrong(page, columns[::-1]), "each round has its own column"


def test_the_pictures_show_every_round(tmp_path):
    told = treatment(tmp_path / "a")
    forces = forces_figure([told])
    ends = [line for line in forces.axes[0].lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in ends] == pytest.approx([6.2, 6.4])
    course = rounds_figure([told])
    assert list(course.axes[3].lines[0].get_ydata()) == pytest.approx([2.0, 4.0])
    plt.close("all")


def test_nothing_is_claimed_where_nothing_dissolves(tmp_path):
    told = treatment(tmp_path / "a", model="none")
    assert scenario_words(told.case).startswith("No dissolution is computed: the closure is none.")
    assert "stiffness" not in round_words(told)
    assert "nothing dissolves" in rounds_figure([told]).axes[3].texts[0].get_text()
    plt.close("all")


def test_a_treatment_without_a_finished_round_is_told(tmp_path):
    told = treatment(tmp_path / "a", rounds=0)
    assert draw_rounds([told], tmp_path) == {}
    page = write_rounds_report(tmp_path, [told], {}, "./run the command").read_text()
    assert "no finished round" in page
    assert load_treatment(tmp_path / "a", "27G").rounds == []


def test_outcomes_are_told_in_their_order(tmp_path):
    told = treatment(tmp_path / "a")
    assert "it buckled every time; 3.7 to 3.9 mm inside the nodule" in round_words(told)
    told.metrics["round_2.insertion.outcome"] = "reached_target"
    assert "it buckled, then reached its target" in round_words(told)


def test_what_changed_over_the_rounds_is_told_from_the_smallest_to_the_largest(tmp_path):
    told = treatment(tmp_path / "a")
    for n, force in ((1, 73.0), (2, 71.8)):
        told.metrics[f"round_{n}.insertion.peak_force_N"] = force
    assert "peak force 71.8 to 73 N" in round_words(told)
    told.metrics["round_2.infiltration.dose_in_nodule_mg"] = None
    known = number(told.metrics["round_1.infiltration.dose_in_nodule_mg"])
    assert f", {known} mg of drug" in round_words(told)


@pytest.mark.parametrize(
    ("treats", "compares"),
    [
        ("", "dissolution=effective_yield"),
        ("mesh=coarse dissolution=clinical_fit output.report=false schedule.rounds=5",
         "mesh=coarse dissolution=clinical_fit"),
        ("dissolution.rate='10 1/hour' +schedule=three_weekly needle@b.needle=22G",
         "'dissolution.rate=10 1/hour' needle@b.needle=22G dissolution=effective_yield"),
    ],
)  # fmt: skip
def test_the_comparison_of_a_treatment_has_its_settings_and_its_closure(treats, compares):
    found = comparison_command(f"./run python -m experiments.treatment {treats}", "effective_yield")
    assert found == f"./run python -m experiments.compare_gauges {compares}"


def test_how_sure_names_the_comparison(tmp_path):
    told = treatment(tmp_path / "a")
    first, *_ = sure_words([told], "./run python -m experiments.treatment mesh=coarse")
    assert first.endswith(
        ": ./run python -m experiments.compare_gauges mesh=coarse dissolution=effective_yield"
    )


@pytest.mark.parametrize("model", ["none", "equilibrium", "effective_yield", "clinical_fit"])
def test_what_the_closure_does_to_the_drug_is_told(tmp_path, model):
    case = treatment(tmp_path / "a", rounds=0).case
    closure = dataclasses.replace(case.dissolution, model=model)
    text = scenario_words(dataclasses.replace(case, dissolution=closure))
    assert ("This closure consumes drug" in text) is (model == "effective_yield")
    assert ("This closure takes no drug" in text) is (model != "effective_yield")


def test_the_verdict_is_over_the_rounds_that_both_finished(tmp_path):
    """A needle that went on alone is not ahead by what the other has not done yet."""
    first, second = treatment(tmp_path / "a", rounds=1), treatment(tmp_path / "b")
    told = verdict_words([first, second])
    assert told.startswith("Neither needle")
    assert "over the first round, which both finished" in told
    assert "over all rounds" in verdict_words([second, second])
