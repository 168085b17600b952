"""Many runs in one row: medians, ranges, counts, and how many runs have no value."""

from __future__ import annotations

import pandas as pd

from sim.report.spread import spread
from tests import pages

RUNS = pd.DataFrame(
    {
        "status": ["complete", "complete", "complete", "failed"],
        "insertion.peak_force_N": [1.0, 4.0, 2.0, None],
        "insertion.outcome": pd.array(["bent", "bent", "reached_target", None], "string"),
        "insertion.lumen_plugged": pd.array([True, False, True, None], "boolean"),
        "infiltration.backflow_fraction": [0.25, 0.25, 0.25, 0.25],
        "infiltration.dose_mg": [None, None, None, None],
    }
)


def test_numbers_words_and_gaps():
    told = {key: texts for key, _, texts in spread([RUNS, RUNS[:1]])}
    assert set(pages.DESIGN) <= set(told)
    assert told["insertion.peak_force_N"] == ["2 (1 to 4); none in 1", "1"]
    assert told["insertion.outcome"] == ["bent 2, reached target 1; none in 1", "bent 1"]
    assert told["insertion.lumen_plugged"] == ["yes 2, no 1; none in 1", "yes 1"]
    assert told["infiltration.backflow_fraction"] == ["25", "25"]
    assert told["infiltration.dose_mg"] == ["—", "—"]
    assert told["run.status"] == ["complete 3, failed 1", "complete 1"]
    assert told["run.wall_s"] == ["—", "—"], "a column that the table has not"
