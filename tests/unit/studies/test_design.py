"""Designs from a configuration, their judgement, the archive, and a study with made-up physics."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from matplotlib import image

from sim.config import compose
from sim.config.design import to_design
from sim.errors import ConfigError, SolverError
from sim.results.files import read_json, read_rows
from sim.studies import design_problem
from sim.studies.design_archive import Archive, Entry
from sim.studies.design_problem import Constraint, Evaluation, identify
from sim.studies.design_run import run_design
from sim.studies.design_words import binding

SMALL = ["design.evaluations=60", "design.levels=2", "design.workers=1", "design.confirmed=2"]


def plan(*overrides):
    return to_design(compose("design", [*SMALL, *overrides]))


@pytest.fixture(scope="module")
def default():
    return plan()


def test_needles_come_thinnest_first_within_what_is_sold(default):
    needles = default.problem.needles
    assert [n.name for n in needles][:3] == ["30G", "30G_thin", "27G"]
    assert needles[-1].name == "14G_coaxial"
    ends = {n.name: (n.free_length.low, n.free_length.high) for n in needles}
    assert ends["27G"] == pytest.approx((9.5e-3, 38.1e-3))
    assert ends["14G_coaxial"] == pytest.approx((50e-3, 95e-3))
    short = plan("design.free_length=20 mm to 30 mm").problem.needles
    assert "14G_coaxial" not in [n.name for n in short]
    assert {n.name: n.free_length.high for n in short}["30G"] == pytest.approx(25.4e-3)


def test_a_point_is_a_case_and_a_frozen_variable_stays(default):
    problem = plan("design.volume=0.3 mL").problem
    assert problem.space.high.tolist() == [11, 2, 1, 1, 1, 0, 1]
    design = problem.design(np.array([2.0, 1.0, 0.0, 0.5, 1.0, 0.0, 1.0]))
    assert (design.needle.name, design.technique.name) == ("27G", "push_palm")
    _, case = identify(problem, design)
    assert case.needle.length == case.needle.free_length == pytest.approx(9.5e-3)
    assert case.target_depth == pytest.approx(case.nodule.centre_depth)
    assert case.injection.pull_back == pytest.approx(3e-3)
    assert case.injection.volume == pytest.approx(0.3e-6)
    assert case.injection.rate == pytest.approx(5e-6 / 60.0)
    assert case.technique.force_limit == 150.0
    _, gripped = identify(problem, problem.design(np.array([11.0, 2.0, 0.0, 0.5, 0.0, 0.0, 0.5])))
    assert (gripped.needle.length, gripped.needle.free_length) == pytest.approx((95e-3, 50e-3))


def test_wide_ranges_are_searched_in_the_logarithm_and_values_rounded(default):
    volume = next(v for v in default.problem.variables if v.name == "volume")
    assert volume.at(0.5) == pytest.approx(0.22e-6)  # sqrt(0.05 x 1) to 0.01 mL
    assert (volume.at(0.0), volume.at(1.0)) == pytest.approx((0.05e-6, 1e-6))
    pull_back = next(v for v in default.problem.variables if v.name == "pull_back")
    assert pull_back.at(0.5) == pytest.approx(1.5e-3)
    for variable in (volume, pull_back):
        assert variable.share(variable.at(0.4)) == pytest.approx(0.4, abs=0.02)


def test_the_key_knows_the_physics_and_not_the_limits(default):
    point = np.array([2.0, 0.0, 0.2, 0.3, 0.1, 0.5, 0.5])

    def key(*overrides):
        problem = plan(*overrides).problem if overrides else default.problem
        return identify(problem, problem.design(point))[0]

    assert key("design.force_limit=60 N") == key()
    assert key("injection.syringe_bore=0.478 cm") == key()
    assert key("injection.syringe_bore=5 mm") != key()


def test_what_cannot_be_put_together_keeps_its_reason(default):
    problem = default.problem
    _, error = identify(problem, problem.design(np.array([2.0, 2.0, 0.5, 0.5, 0.5, 0.5, 0.5])))
    assert isinstance(error, ConfigError)
    assert "bevel" in str(error)


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("design.volume=1 mL to 0.1 mL", "design.volume"),
        ("design.volume=3 mm", "design.volume"),
        ("design.needles=[99G]", "design.needles"),
        ("design.techniques=[push,push]", "design.techniques"),
        ("design.objective=insertion.outcome", "design.objective"),
        ("design.margins=[luck]", "design.margins"),
        ("design.constraints=[infiltration.dose_mg]", "design.constraints"),
        ("design.evaluations=12.5", "design.evaluations"),
        ("design.safety_factor=0.5", "design.safety_factor"),
        ("design.free_length=3 mm", "design.free_length"),
        ("design.confirm_mesh=finest", "design.confirm_mesh"),
        ("nodule.depth=39 mm", "nodule.depth"),
        ("design.techniques=[drill] design.needles=[27G]", "technique.kind"),
    ],
)
def test_bad_input_is_refused(override, key):
    with pytest.raises(ConfigError) as caught:
        plan(*override.split(" design.n")[:1], *(["design.needles=[27G]"] * ("27G" in override)))
    assert caught.value.key == key


def test_constraints_are_missed_relative_to_their_bound():
    force = Constraint("insertion.peak_force_N", "<=", 40.0)
    assert force.excess({"insertion.peak_force_N": 50.0}) == pytest.approx(0.25)
    assert force.excess({"insertion.peak_force_N": 30.0}) == pytest.approx(-0.25)
    margin = Constraint("insertion.bending_margin", ">=", 1.2)
    assert margin.excess({"insertion.bending_margin": 0.6}) == pytest.approx(0.5)
    assert margin.excess({"insertion.bending_margin": None}) == -math.inf  # no demand


def made_up(case):
    """A law of force and dose whose best design is known: force and dose grow with the depth."""
    deep = 1e3 * (case.target_depth - case.nodule.depth)
    radius = 0.5e3 * case.needle.outer_diameter
    force = 100.0 * radius * deep
    margins = dict.fromkeys(("operator", "buckling", "bending", "blunting", "torque", "slip"), 5.0)
    margins["operator"] = case.technique.force_limit / force
    insertion = {"insertion.peak_force_N": force}
    insertion |= {f"insertion.{name}_margin": margin for name, margin in margins.items()}
    dose = deep * (1.0 + 1e6 * case.injection.volume) * case.needle.inner_diameter * 1e3
    return insertion, {"infiltration.dose_in_nodule_mg": dose}


@pytest.fixture
def physics(monkeypatch):
    """`made_up` in the place of the solvers; lists what is computed."""
    asked = []
    monkeypatch.setattr(design_problem, "insert", lambda case: _Stopped(case))
    monkeypatch.setattr(design_problem, "insertion_metrics", lambda case, _: (made_up(case)[0], []))
    monkeypatch.setattr(
        design_problem, "infiltrate", lambda case, _: asked.append(case) or made_up(case)[1]
    )
    monkeypatch.setattr(design_problem, "infiltration_metrics", lambda result: (result, []))
    monkeypatch.setattr(design_problem, "treatment_metrics", lambda case, _: ({}, []))
    return asked


class _Stopped:
    def __init__(self, case):
        self.reason = "made up"


TWO = [
    "design.needles=[27G,27G_thin]", "design.techniques=[push]", "design.evaluations=60",
    "design.free_length=12.7 mm", "design.pull_back=0 mm", "design.rate=1 mL/min",
]  # fmt: skip


def test_a_study_finds_what_its_law_favours(physics, tmp_path):
    """The wide bore wins, the largest volume, and the depth at which the hand's margin binds."""
    said = run_design(plan(*TWO, "design.evaluations=300"), "", tmp_path / "design")
    text = " ".join(said)
    assert "Best: 27G_thin, push" in text
    assert "operator's force limit: at least 1.2" in text
    metrics = read_json(tmp_path / "design" / "metrics.json")
    assert metrics["run.status"] == "complete"
    force = 40.0 / 1.2
    assert metrics["design.best.insertion.peak_force_N"] == pytest.approx(force, rel=0.03)
    deep = metrics["design.best.insertion.peak_force_N"] / (100.0 * 0.2064)
    best = metrics["design.best.infiltration.dose_in_nodule_mg"]
    assert best == pytest.approx(deep * 2.0 * 0.26, rel=0.02)
    volume = metrics["design.convergence.hypervolume"]
    assert volume == sorted(volume)
    assert volume[-1] > 0.0
    rows = read_rows(tmp_path / "design" / "designs.csv")
    assert len({row["key"] for row in rows}) == len(rows)
    assert {row["mesh"] for row in rows} == {"coarse", "default"}
    short = [row for row in rows if row["status"] == "insertion_only"]
    assert short
    assert all(row["infiltration.dose_in_nodule_mg"] == "" for row in short)
    assert {row["needle"] for row in read_rows(tmp_path / "design" / "front.csv")} == {"27G_thin"}
    assert len(read_rows(tmp_path / "design" / "confirmed.csv")) == 2
    assert image.imread(tmp_path / "design" / "figures" / "front.png").std() > 0.05
    answer = (tmp_path / "design" / "answer.md").read_text()
    assert "## How sure" in answer
    assert "(+0 %)" in answer  # the law knows no mesh


def test_broken_off_and_gone_on_with_nothing_is_computed_twice(physics, monkeypatch, tmp_path):
    whole = run_design(plan(*TWO), "", tmp_path / "whole")
    in_all = len(physics)
    physics.clear()
    inject = design_problem.infiltrate

    def tiring(case, insertion):
        if len(physics) == 8:
            raise KeyboardInterrupt
        return inject(case, insertion)

    folder = tmp_path / "parts"
    monkeypatch.setattr(design_problem, "infiltrate", tiring)
    with pytest.raises(KeyboardInterrupt):
        run_design(plan(*TWO), "", folder)
    assert read_json(folder / "metrics.json")["run.status"] == "interrupted"
    with (folder / "designs.csv").open("a") as file:
        file.write("torn,27G,pu")  # what a kill may leave
    monkeypatch.setattr(design_problem, "infiltrate", inject)
    assert run_design(plan(*TWO), "", folder) == whole
    assert len(physics) == in_all
    assert "torn" not in (folder / "designs.csv").read_text()


def test_other_limits_use_what_is_known(physics, tmp_path):
    run_design(plan(*TWO), "", tmp_path / "design")
    first = len(physics)
    physics.clear()
    run_design(plan(*TWO, "design.force_limit=16.6 N"), "", tmp_path / "design")
    assert 0 < len(physics) < first  # the first designs asked for are the same
    metrics = read_json(tmp_path / "design" / "metrics.json")
    assert metrics["design.best.insertion.peak_force_N"] <= 16.6
    rows = read_rows(tmp_path / "design" / "designs.csv")
    assert len({row["key"] for row in rows}) == len(rows)


def test_a_solver_that_gives_up_is_a_row(physics, monkeypatch, tmp_path):
    def fails(case, insertion):
        raise SolverError("no step is small enough")

    monkeypatch.setattr(design_problem, "infiltrate", fails)
    said = run_design(plan(*TWO, "design.evaluations=10"), "", tmp_path / "design")
    assert "None keeps to every limit" in " ".join(said)
    rows = read_rows(tmp_path / "design" / "designs.csv")
    failed = [row for row in rows if row["status"] == "failed"]
    assert failed
    assert {row["reason"] for row in failed} == {"no step is small enough"}
    assert {row["feasible"] for row in failed} == {"no"}


def test_a_second_process_is_kept_out(default, tmp_path):
    import fcntl

    with (tmp_path / "design.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(ConfigError, match="another process"):
            run_design(default, "", tmp_path)


def test_the_archive_gives_back_what_it_got(default, tmp_path):
    problem = default.problem
    design = problem.design(np.array([2.0, 0.0, 0.2, 0.3, 0.1, 0.5, 0.5]))
    metrics = {
        "insertion.outcome": "reached_target",
        "insertion.peak_force_N": 1.0 / 3.0,
        "insertion.lumen_plugged": False,
        "insertion.torque_margin": None,
    }
    kept = Evaluation("key", "complete", "", metrics)
    Archive(tmp_path / "a.csv").add(Entry(design, kept, "coarse").cells(problem), kept)
    back = Archive(tmp_path / "a.csv").get("key")
    assert back == replace(kept, metrics={k: v for k, v in metrics.items() if v is not None})


def test_what_binds_names_limits_ends_of_ranges_and_the_injection(default):
    problem = default.problem
    design = problem.design(np.array([2.0, 0.0, 0.5, 0.5, 0.0, 1.0, 0.5]))
    metrics = {
        "insertion.peak_force_N": 60.0,
        "insertion.bending_margin": 1.21,
        "insertion.buckling_margin": 1.5,
        "infiltration.ended_by": "time_limit",
        "infiltration.injected_volume_mL": 0.07,
        "infiltration.plunger_force_N": 50.0,
    }
    entry = Entry(design, Evaluation("key", "complete", "", metrics), "coarse")
    assert binding(problem, entry) == [
        "Margin to yield in bending: at least 1.2 (it is 1.21)",
        "pull back, its smallest value 0 mm",
        "volume, its largest value 1 mL",
        "the hand on the plunger, 50 N",
        "the injection's time, in which 0.07 mL go into the tissue",
    ]
