"""A sensitivity study around its indices: metrics, missing runs, table, figure, words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.config import compose
from sim.errors import ConfigError
from sim.studies import sensitivity_run
from sim.studies.metric import meaning, values
from sim.studies.sensitivity import elementary_effects, morris, sobol
from sim.studies.sensitivity_run import PICTURE, TABLE, run_study, to_study
from sim.sweeps.designs import morris as morris_design
from sim.sweeps.designs import saltelli
from sim.sweeps.point import Point
from sim.units import to_si

RUNS = pd.DataFrame(
    {
        "status": ["complete", "complete", "failed", "refused", "complete"],
        "insertion.outcome": ["reached_target", "buckled", "buckled", None, None],
        "insertion.peak_force_N": [1.5, 2.5, 9.0, None, None],
        "insertion.lumen_plugged": [True, False, True, None, True],
    }
)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("insertion.peak_force_N", [1.5, 2.5, np.nan, np.nan, np.nan]),
        ("insertion.lumen_plugged", [1.0, 0.0, np.nan, np.nan, 1.0]),
        ("insertion.outcome is reached_target", [1.0, 0.0, np.nan, np.nan, np.nan]),
        ("run.complete", [1.0, 1.0, 0.0, 0.0, 1.0]),
    ],
)
def test_words_and_answers_are_numbers_and_only_complete_runs_have_them(metric, expected):
    assert np.array_equal(values(RUNS, metric), expected, equal_nan=True)


def test_metrics_that_are_no_numbers_say_what_to_ask():
    with pytest.raises(ConfigError, match="is one of: buckled, reached_target"):
        values(RUNS, "insertion.outcome")
    with pytest.raises(ConfigError, match=r"insertion\.peak_force_N"):
        values(RUNS, "insertion.peak")


def test_metrics_are_told_in_plain_words():
    assert meaning("insertion.peak_force_N").unit == "N"
    assert meaning("b.insertion.peak_force_N").label == "b: Peak axial force"
    told = meaning("insertion.outcome is buckled")
    assert (told.label, told.unit) == ("Outcome of the insertion: buckled (1 yes, 0 no)", "")


def test_a_missing_run_takes_two_effects_and_no_more():
    cube = morris_design(5, 3, 0)
    metric = cube @ [1.0, 2.0, 3.0]
    metric[1] = np.nan  # within the first trajectory
    effects = elementary_effects(cube, metric)
    assert np.isnan(effects).sum() == 2
    assert np.isnan(effects[0]).sum() == 2
    assert np.allclose(effects[1:], [1.0, 2.0, 3.0])


def test_too_few_values_and_a_metric_that_never_moves_give_no_shares():
    metric = np.full(8 * 4, np.nan)
    assert all(
        np.isnan(effect.mu_star.value) for effect in morris(morris_design(8, 3, 0), metric, 0)
    )
    for nothing in (np.ones(8 * 5), np.full(8 * 5, np.nan)):
        assert all(np.isnan(share.total.value) for share in sobol(3, nothing, 0))
    assert sobol(2, saltelli(8, 2, 0)[:, 0], 0)[0].used == 8


DEPTH, FORCE = "nodule.depth", "technique.force_limit"


def made_up(
    points: Sequence[Point], folder: Path, workers: int, show: object, **more: object
) -> pd.DataFrame:
    """Runs whose peak force is three times the depth in mm; every seventh is refused."""
    rows = []
    for number, point in enumerate(points):
        own = dict(override.split("=", 1) for override in point.overrides)
        assert own["mesh"] == "coarse"
        depth, limit = to_si(own[DEPTH], "mm"), to_si(own[FORCE], "N")
        refused = number % 7 == 3
        rows.append(
            {
                "status": "refused" if refused else "complete",
                "reason": "made up" if refused else "",
                "insertion.peak_force_N": None if refused else 3.0 * depth,
                "insertion.outcome": "reached_target" if limit > 35.0 else "operator",
            }
        )
    return pd.DataFrame(rows)


@pytest.mark.parametrize(("method", "samples"), [("morris", 12), ("saltelli", 32)])
def test_a_study_leaves_table_figure_and_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, samples: int
):
    monkeypatch.setattr(sensitivity_run, "run_points", made_up)
    ask = "metrics=['insertion.peak_force_N','insertion.outcome is reached_target','run.complete']"
    ranges = {DEPTH: "uniform(1 mm, 3 mm)", FORCE: "uniform(30 N, 40 N)"}
    inputs = "+inputs={" + ", ".join(f"{k}: '{t}'" for k, t in ranges.items()) + "}"
    given = ["of=insertion", "overrides=['mesh=coarse']", "uncertain=[]", inputs, ask]
    cfg = compose("sensitivity", [*given, f"method={method}", f"samples={samples}"])
    sentences = run_study(to_study(cfg), tmp_path, lambda what, share: None)
    assert "refused; most often: made up" in sentences[0]
    assert sentences[1].startswith("Peak axial force is moved most by: nodule's depth")
    assert "have no value of it" in sentences[2]
    assert (tmp_path / "figures" / PICTURE).stat().st_size > 10_000
    table = pd.read_csv(tmp_path / TABLE).set_index(["metric", "input"])
    force = table.loc["insertion.peak_force_N"]
    assert (force["used"] < force["of"]).all()
    if method == "morris":
        assert "(6 N up over its range, 95 % interval 6 to 6)" in sentences[1]
        assert force.loc[DEPTH, "mu_star"] == pytest.approx(6.0)  # N over the whole range of 2 mm
        assert force.loc[FORCE, "mu_star"] == 0.0
    else:
        assert force.loc[DEPTH, "total"] == pytest.approx(1.0, abs=0.2)
        reached = table.loc["insertion.outcome is reached_target"]
        assert reached.loc[DEPTH, "total"] == 0.0


@pytest.mark.parametrize(
    ("overrides", "key"),
    [
        (["of=plumbing"], "of"),
        (["method=sobol"], "method"),
        (["metrics=[]"], "metrics"),
        (["samples=3"], "samples"),
        (["workers=0"], "workers"),
        (["uncertain=[]"], "uncertain"),
        (["overrides=['needle=40G']"], "needle"),
        (["overrides=['nodule.depth=90 mm']"], "nodule.depth"),
        (["method=saltelli", "samples=10"], "samples"),
    ],
)
def test_a_study_that_cannot_be_run_is_refused_before_its_first_run(overrides, key):
    with pytest.raises(ConfigError) as refused:
        to_study(compose("sensitivity", overrides))
    assert refused.value.key == key
