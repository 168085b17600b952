"""A nodule without mineral: the next round still has an answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.infiltration import follow
from sim.results.metrics import TREATMENT, treatment_metrics
from sim.treatment.rounds import follows, regression
from sim.treatment.transfer import untouched
from tests.unit.treatment.meshes import case, domain


def test_a_round_after_all_mineral_is_gone() -> None:
    first = case()
    start = untouched(domain(first, first.target_depth))
    empty = replace(start, mineral=np.zeros_like(start.mineral))
    gone = regression(first, empty)
    assert gone.stiffness_ratio == 0.0
    assert 0.99 < gone.fraction < 1.0  # what the needle stood in was not reached

    then, tissue, _ = follows(first, empty)
    result = follow(domain(then, then.target_depth), tissue=tissue, until=600.0)
    assert result.dose > 0.0
    assert result.mass_balance_error < 1e-9
    assert result.mineral_before == result.mineral_removed == 0.0
    values, notes = treatment_metrics(then, result)
    assert all(values[key] is None for key in TREATMENT)
    assert all("no mineral was left" in note for note in notes)
    assert len(notes) == len(TREATMENT)
