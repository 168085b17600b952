"""A trial's analysis and its folder, from made-up runs."""

from __future__ import annotations

import dataclasses
import functools
import html
import json
import re

import numpy as np
import pandas as pd
import pytest

from sim.config import compose
from sim.config.trial import to_trial
from sim.report.trial import answer
from sim.results.files import read_rows
from sim.studies import trial_run
from sim.studies.cohort import Patient
from sim.studies.paired import Estimate, Pairs
from sim.studies.trial import LEAST, Tables, analyse

NUMBER = 24


def patient(number):
    density = 0.4 if number % 3 == 0 else 0.8 + number / NUMBER
    values = {
        "nodule.mineral.density": f"{density} g/cm**3",
        "nodule.depth": f"{1 + 0.1 * number} mm",
        "nodule.diameter": "10 mm",
        "nodule.height": "5 mm",
    }
    texture = "paste" if number % 3 == 0 else "stone"
    return Patient(number, texture, "arm", number / (NUMBER + 1), values, ({}, {}))


PATIENTS = [patient(number) for number in range(1, NUMBER + 1)]


def runs(b_missing=()):
    """Needle a stalls in the denser half; b always arrives, with less drug, more the deeper."""
    rows = []
    for number in range(1, NUMBER + 1):
        dose_b = 10.0 + number
        common = {"status": "complete", "reason": "", "infiltration.ended_by": "volume"}
        a = {
            "insertion.outcome": "stalled" if number > NUMBER / 2 else "reached_target",
            "infiltration.dose_in_nodule_mg": 30.0,
            "infiltration.infiltrated_fraction_of_nodule": 0.5,
            "without_core.dose_in_nodule_mg": 60.0 if number % 2 else None,
            "without_core.infiltrated_fraction_of_nodule": 0.9 if number % 2 else None,
        }
        b = {
            "insertion.outcome": "reached_target",
            "infiltration.dose_in_nodule_mg": dose_b,
            "infiltration.infiltrated_fraction_of_nodule": 0.25,
            "dead_volume_added.dose_in_nodule_mg": dose_b + 20.0,
            "dead_volume_added.infiltrated_fraction_of_nodule": 0.4,
        }
        if number in b_missing:
            common_b = {"status": "refused", "reason": "nodule.diameter: too narrow"}
            b = dict.fromkeys(b)
        else:
            common_b = common
        rows += [{"key": f"{number}a", **common, **a}, {"key": f"{number}b", **common_b, **b}]
    return pd.DataFrame(rows)


@functools.cache
def arms():
    return to_trial(compose("trial", ["trial.cohort.tissue='discrete(arm: 1)'"]))


def analysis(table, people=PATIENTS):
    return analyse(people, Tables(table), (0.7, 1.3), seed=1, resamples=500)


def test_primary_outcome():
    found = analysis(runs())
    half = NUMBER // 2
    assert found.success.table == Pairs(both=half, first_only=half, second_only=0, neither=0)
    assert found.success.difference.value == 0.5
    assert found.success.p == pytest.approx(2 * 0.5**half)
    assert found.endings[0] == {"reached_target": half, "stalled": half}
    assert found.analysed.all()
    assert found.missing == ({}, {})


def test_doses_are_those_of_the_runs():
    dose = analysis(runs()).measures[0]
    mean = 10.0 + 0.5 * (NUMBER + 1)
    assert dose.means == pytest.approx((30.0, mean))
    assert dose.mean.value == pytest.approx(mean - 30.0)
    assert dose.mean.low < dose.mean.value < dose.mean.high
    assert dose.shift.value == pytest.approx(mean - 30.0), "even: median and mean are one"
    assert dose.higher == (19, 1, 4)


def test_needles_swapped_turn_every_sign():
    table = runs()
    order = np.arange(len(table)).reshape(-1, 2)[:, ::-1].ravel()
    found, turned = analysis(table), analysis(table.iloc[order])
    assert turned.success.difference.value == -found.success.difference.value
    assert turned.success.p == found.success.p
    for one, other in zip(found.measures, turned.measures, strict=True):
        assert other.mean.value == pytest.approx(-one.mean.value)
        assert other.shift.low == pytest.approx(-one.shift.high)
        assert other.p == pytest.approx(one.p)


def test_other_assumptions_stand_in_where_a_run_has_them():
    scenarios = {scenario.name: scenario for scenario in analysis(runs()).scenarios}
    mean = 10.0 + 0.5 * (NUMBER + 1)
    core, dead = scenarios["core blown out"], scenarios["dead volume ordered as well"]
    assert (core.number, dead.number) == (NUMBER // 2, NUMBER)
    assert core.doses == pytest.approx((45.0, mean))
    assert dead.doses == pytest.approx((30.0, mean + 20.0))
    both = scenarios["core blown out and dead volume ordered"]
    assert both.doses == pytest.approx((45.0, mean + 20.0))
    assert both.infiltrated.value == pytest.approx(0.4 - 0.7)
    assert len(scenarios) == 4


def test_patients_without_an_injection_are_told_and_left_out_beside():
    table = runs()
    table.loc[[1, 3], "infiltration.ended_by"] = "nothing_injected"
    table.loc[[1, 3], "infiltration.dose_in_nodule_mg"] = 0.0
    found = analysis(table)
    beside = found.scenarios[-1]
    assert (beside.name, beside.number) == ("without patients in whom a needle injected nothing", 2)
    assert beside.doses[1] == pytest.approx(np.mean([10.0 + n for n in range(3, NUMBER + 1)]))
    said = answer(dataclasses.replace(arms(), patients=NUMBER), found)
    assert said[2].startswith("With the 14G coaxial nothing was injected in 2 patients")


def test_what_is_said_of_other_assumptions_is_said_of_intervals():
    found = analysis(runs())
    as_configured = found.scenarios[0]

    def said(configured, **others):
        scenarios = [dataclasses.replace(as_configured, dose=configured)]
        scenarios += [
            dataclasses.replace(as_configured, name=name, dose=dose)
            for name, dose in others.items()
        ]
        return answer(arms(), dataclasses.replace(found, scenarios=tuple(scenarios)))[-1]

    above, below = Estimate(2.0, 1.0, 3.0), Estimate(-2.0, -3.0, -1.0)
    across, turned = Estimate(0.5, -1.0, 2.0), Estimate(-0.5, -2.0, 1.0)
    assert "excludes 0 as configured; none of the few assumptions" in said(above, x=above)
    assert "excludes 0 as configured; it lies below 0 under: x." in said(above, x=below, y=above)
    told = said(above, x=across, y=turned)
    assert "it includes 0 under: x, y (its estimate, too, has the other sign)." in told
    assert "includes 0 as configured; none of the few assumptions" in said(across, x=turned)
    assert "it lies below 0 under: x; it lies above 0 under: y" in said(across, x=below, y=above)


def test_missing_runs_leave_the_pairs_and_count_as_failures_beside():
    found = analysis(runs(b_missing=(1, 2, 3)))
    assert found.analysed.sum() == NUMBER - 3
    assert found.missing[1] == {"refused: nodule.diameter: too narrow": 3}
    assert found.success.table.number == NUMBER - 3
    worst = found.scenarios[-1]
    assert worst.number == 3
    assert worst.success.value == pytest.approx((NUMBER / 2 - 3) / NUMBER)
    assert worst.doses[1] == pytest.approx(sum(range(14, 11 + NUMBER)) / NUMBER)
    with pytest.raises(ValueError, match="two are needed"):
        analysis(runs(b_missing=range(2, NUMBER + 1)))


def test_every_patient_is_once_in_each_kind_of_subgroup():
    found = analysis(runs())
    by = {}
    for group in found.subgroups:
        by.setdefault(group.by, []).append(group)
        assert (group.dose is None) == (group.number < LEAST)
    assert {kind: sum(g.number for g in groups) for kind, groups in by.items()} == dict.fromkeys(
        ("nodule", "tissue", "nodule.mineral.density"), NUMBER
    )
    paste = next(group for group in found.subgroups if group.name == "below 0.7 g/cm³")
    assert paste.number == sum(p.nodule == "paste" for p in PATIENTS)


def test_what_goes_with_the_gain_is_found():
    """The gain grows with the depth, and so with the operator's percentile."""
    influence = analysis(runs()).influence
    assert influence["nodule.depth"].value == pytest.approx(1.0)
    assert influence["operator's strength"].value == pytest.approx(1.0)
    assert "nodule.diameter" not in influence, "it does not vary"


def test_a_trial_leaves_its_folder_whole(tmp_path, monkeypatch):
    asked = dataclasses.replace(arms(), patients=NUMBER, resamples=200)

    def made_up(points, folder, *_, **__):
        assert len(points) == 2 * NUMBER
        return runs(b_missing=(4,))

    monkeypatch.setattr(trial_run, "run_points", made_up)
    whole, said = trial_run.run_trial(asked, "trial: {}", tmp_path, "python -m <made.up>")
    assert not whole, "a run is missing"
    assert said[0].startswith("The 14G coaxial reached its target in 23 of 23 virtual patients")
    rows = read_rows(tmp_path / "trial.csv")
    assert len(rows) == NUMBER
    assert rows[3]["b.status"] == "refused"
    assert json.loads((tmp_path / "trial.json").read_text())["success"]["table"]["both"] == 11
    page = (tmp_path / "report.html").read_text()
    sources = re.findall(r"""(?:src|href)=["']([^"']*)""", page)
    assert all(source.startswith(("data:image/png;base64,", "#")) for source in sources)
    anchors = set(re.findall(r'href="#([^"]*)"', page))
    assert anchors <= set(re.findall(r'id="([^"]*)"', page))
    assert len(re.findall(r'<img [^>]*alt="[^"]{20,}"', page)) == 3
    words = html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))
    assert "1 missing – refused: nodule.diameter: too narrow" in words
    assert "nothing here is evidence about people" in words
    assert "Bartoli 2016" in words
    assert "python -m &lt;made.up&gt;" in page, "text must be escaped"


def test_too_few_whole_pairs_are_told(tmp_path, monkeypatch):
    asked = to_trial(
        compose("trial", ["trial.patients=2", "trial.cohort.tissue='discrete(arm: 1)'"])
    )
    failed = pd.DataFrame({"key": list("abcd"), "status": "failed", "reason": "gave up"})
    monkeypatch.setattr(trial_run, "run_points", lambda *_, **__: failed)
    whole, said = trial_run.run_trial(asked, "trial: {}", tmp_path, "made up")
    assert not whole
    assert "complete in 0 of 2 patients" in said[0]
    assert read_rows(tmp_path / "trial.csv")[1]["a.reason"] == "gave up"
