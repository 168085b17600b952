"""Which needle the answer names, and what is said to turn it."""

from __future__ import annotations

import dataclasses

import pytest

from sim.report.sure import ABSENT, CAVEAT, sure_words
from sim.report.verdict import turning_assumptions, verdict_words
from sim.results.record import Record
from tests.unit.results import synthetic
from tests.unit.results.records import write_record


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    a, b = synthetic.case(), synthetic.case(synthetic.NEEDLE_14G, synthetic.DRILL)
    return (
        write_record(folder / "a", a, synthetic.insertion(a), synthetic.infiltration(a, 5e-3)),
        write_record(folder / "b", b, synthetic.insertion(b), synthetic.infiltration(b, 5e-3)),
    )


def ended(record: Record, outcome: str, dose: float | None) -> Record:
    values = {"insertion.outcome": outcome, "infiltration.dose_in_nodule_mg": dose}
    return dataclasses.replace(record, metrics=record.metrics | values)


@pytest.mark.parametrize(
    ("a", "b", "told"),
    [
        (("stalled", 8.0), ("reached_target", 20.0),
         "The 14G coaxial: only it reached its target, and it left 2.5 times as much drug"),
        (("reached_target", 20.0), ("stalled", 8.0), "The 27G: only it reached its target, and"),
        (("reached_target", 8.0), ("stalled", 20.0),
         "Neither needle in everything: only the 27G reached its target, but the 14G coaxial left"),
        (("reached_target", 8.0), ("reached_target", 20.0),
         "The 14G coaxial, by the drug: both needles reached its target"),
        (("stalled", 20.0), ("bent", 8.0), "The 27G, by the drug: neither needle reached"),
        (("stalled", 20.0), ("bent", 20.1), "Neither needle stands out: neither needle reached"),
        (("stalled", 20.0), ("reached_target", 20.1),
         "The 14G coaxial, by its way: only it reached its target; both left about 20 mg"),
        (("stalled", None), ("reached_target", 1.0), "The 14G coaxial: only it reached"),
        (("stalled", 0.0), ("stalled", 1.0), "1 mg of drug in the nodule, the other none"),
        (("stalled", 0.0), ("stalled", 0.0), "Neither needle stands out"),
        (("stalled", None), ("stalled", None), "Neither needle reached its target."),
    ],
)  # fmt: skip
def test_the_verdict_follows_the_metrics(pair, a, b, told):
    first, second = ended(pair[0], *a), ended(pair[1], *b)
    assert told in verdict_words(first, second)


def test_the_verdict_favours_no_side(pair):
    a, b = ended(pair[0], "stalled", 8.0), ended(pair[1], "reached_target", 20.0)
    assert verdict_words(a, b) == verdict_words(b, a)


def test_only_an_assumption_that_turns_the_dose_is_told(pair):
    a, b = ended(pair[0], "stalled", 8.0), ended(pair[1], "reached_target", 20.0)

    def under(dose: float) -> Record:
        row = {"alternative": "without_core", "dose_in_nodule_mg": str(dose)}
        return dataclasses.replace(a, alternatives=[row])

    assert turning_assumptions(under(12.0), b) == []
    (told,) = turning_assumptions(under(40.0), b)
    assert "(core blown out) the 27G would leave 40 mg" in told
    assert told.endswith("instead of 8, against 20 with the other needle: that turns which "
                         "needle leaves more.")  # fmt: skip
    assert turning_assumptions(b, under(40.0))


def row(key: str, end: str, outcome: str, share: float, usual: str = "stalled") -> dict[str, str]:
    return {
        "input": key, "default": "1", "end": end, "side": "low", "outcome_default": usual,
        "outcome_end": outcome, "outcome_turns_at": "", "outcome_beyond": "",
        "reached_turns_at": "0.5", "infiltrated_default": "0.2", "infiltrated_end": str(share),
        "ended_by_default": "volume", "ended_by_end": "volume",
    }  # fmt: skip


def test_inputs_that_turn_the_answer_are_counted_once(pair):
    """The patient's input moves for both needles at once, a needle's own for itself."""
    a = dataclasses.replace(pair[0], turning_points=[
        row("nodule.diameter", "0", "reached_target", 0.2),
        row("nodule.diameter", "2", "stalled", 0.3),
        row("needle.length", "0", "reached_target", 0.9),
        row("nodule.depth", "0", "stalled", 0.1),
    ])  # fmt: skip
    b = dataclasses.replace(pair[1], turning_points=[
        row("nodule.diameter", "0", "stalled", 0.2), row("nodule.diameter", "2", "stalled", 0.3),
        row("technique.force_limit", "0", "stalled", 0.2),
    ])  # fmt: skip
    first, *told = sure_words([a, b])
    assert first.startswith("Of 3 uncertain inputs"), "one that only one needle has is left out"
    assert "2 turn which needle gets there" in first
    spread = next(text for text in told if "bring the drug" in text)
    assert "about as much of the nodule (20 % against 20 %); 1 turns that" in spread
    assert "of the 27G at 0 (90 % against 20 %)" in spread
    assert told[-1] == CAVEAT


def test_without_a_pass_nothing_says_how_sure(pair):
    bare = [dataclasses.replace(record, turning_points=[]) for record in pair]
    assert sure_words(bare) == [ABSENT]
    assert sure_words([]) == [ABSENT]
    assert sure_words(pair[:1])[0].endswith("whether the target is reached.")
