"""Liquid, drug, calcium and mineral over three rounds, each on a mesh of its own."""

from __future__ import annotations

import pytest

from sim.case import Case
from sim.config import default_case
from sim.dissolution.equilibrium import WATER
from sim.infiltration import infiltrate
from sim.insertion import insert
from sim.outcome import InfiltrationResult
from sim.treatment.rounds import ends, follows, regression
from sim.treatment.transfer import removed_mineral, total_mineral

COARSE = ["mesh=coarse", "schedule=three_weekly"]


def treat(needle: str, technique: str, *overrides: str) -> tuple[Case, list[InfiltrationResult]]:
    """Return the first round's case, and the rounds of its treatment."""
    first = default_case(needle, technique, [*COARSE, *overrides])
    case, tissue, rounds = first, None, []
    for number in range(1, first.schedule.rounds + 1):
        if tissue is not None:
            case, tissue, _ = follows(first, tissue)
        until = ends(first.schedule, number)
        rounds.append(infiltrate(case, insert(case), before=tissue, until=until))
        tissue = rounds[-1].tissue
    assert 0.0 < regression(first, tissue).fraction < 1.0
    return first, rounds


CASES = [
    pytest.param(("27G", "push", "dissolution=effective_yield"), id="stalls deeper every time"),
    pytest.param(
        ("14G_coaxial", "drill", "dissolution=effective_yield", "schedule.entry=shifted",
        "dissolution.rate=1000 1/hour", "dissolution.yield_ratio=10", "injection.track=leaks"),
        id="shifted", marks=pytest.mark.slow,
    ),
    pytest.param(
        ("27G", "push", "dissolution=equilibrium", "schedule.interval=1 day"),
        id="equilibrium", marks=pytest.mark.slow,
    ),
    pytest.param(
        ("14G_coaxial", "drill", "dissolution=clinical_fit", "flow.crushed_zone=both"),
        id="clinical fit", marks=pytest.mark.slow,
    ),
]  # fmt: skip


@pytest.mark.parametrize("choices", CASES)
def test_three_rounds_balance(choices, check):
    first, rounds = treat(*choices)
    liquid = WATER * first.dissolution.solubility if "dissolution=equilibrium" in choices else 0.0
    last = rounds[-1]
    end = last.history
    water = max(r.water_balance_error for r in rounds)
    check("liquid over three rounds", water, "≤", 1e-9)

    dose = sum(r.dose for r in rounds)
    places = ("in_nodule", "in_skin", "in_subcutis", "in_bore")
    ways = ("cleared", "left_domain", "lost_through_skin", "consumed")
    left = sum(getattr(end, place)[-1] for place in places)
    went = sum(getattr(r.history, way)[-1] for r in rounds for way in ways)
    check("drug over three rounds", abs(left + went - dose) / dose, "≤", 1e-9)

    before = total_mineral(rounds[0].tissue) + rounds[0].mineral_removed
    removed, after = removed_mineral(last.tissue), total_mineral(last.tissue)
    check("mineral over three rounds", abs(after + removed - before) / before, "≤", 1e-9)
    # what is dissolved is counted from the tissue's own liquid, and the drug's holds none of it
    entered = -liquid * sum(r.injected_volume for r in rounds)
    calcium = end.dissolved[-1] + sum(r.history.mineral_gone[-1] for r in rounds) - entered
    check("calcium dissolved against mineral removed", abs(calcium / removed - 1.0), "≤", 1e-9)
    if "dissolution=effective_yield" in choices:
        consumed = sum(r.history.consumed[-1] for r in rounds)
        error = abs(removed / (first.dissolution.yield_ratio * consumed) - 1.0)
        check("mineral by the thiosulfate consumed in three rounds", error, "≤", 1e-9)
