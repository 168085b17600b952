"""Several rounds are refused where one injection is computed, also in a sweep."""

from __future__ import annotations

import logging
import sys

import pytest

from sim.config import compare_cases, compose, one_round, to_case
from sim.config.app import hydra_main
from sim.config.experiments import physics
from sim.errors import ConfigError


@pytest.fixture(autouse=True)
def usual_logging(monkeypatch):
    """Take back what Hydra does to the loggers, which would log into a folder that is gone."""
    for logger in (logging.getLogger(name) for name in (None, "sim", "experiments")):
        for name in ("handlers", "level", "propagate"):
            value = getattr(logger, name)
            monkeypatch.setattr(logger, name, list(value) if name == "handlers" else value)


@pytest.mark.parametrize(
    ("name", "check", "overrides"),
    [
        ("run_case", to_case, ["schedule=three_weekly"]),
        ("compare_gauges", compare_cases, ["schedule.rounds=3"]),
    ],
)
def test_several_rounds_are_refused(monkeypatch, tmp_path, capsys, name, check, overrides):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")
    monkeypatch.setattr(sys, "argv", ["experiment", *overrides])
    with pytest.raises(SystemExit) as stopped:
        hydra_main(name, check, one_round)(lambda cfg: pytest.fail("it was started"))()
    assert stopped.value.code == 2
    line = capsys.readouterr().err
    assert line.startswith("refused: schedule.rounds = '3' is not allowed")
    assert "experiments.treatment" in line


def test_several_rounds_are_refused_rows_of_a_sweep(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        sys, "argv", ["experiment", "-m", "schedule.rounds=3,4", "hydra.sweep.dir=swept"]
    )
    with pytest.raises(SystemExit) as stopped:
        hydra_main("run_case")(lambda cfg: pytest.fail("it was started"))()
    assert stopped.value.code == 1
    said = capsys.readouterr().out
    assert "schedule.rounds = '4' is not allowed" in said
    assert "2 runs: 2 refused" in said


def test_one_round_passes(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["experiment", "schedule.rounds=1", "hydra.run.dir=out"])
    started = []
    hydra_main("run_case", to_case, one_round)(started.append)()
    assert len(started) == 1


def test_several_rounds_are_refused_of_an_insertion_alone():
    with pytest.raises(ConfigError, match=r"schedule\.rounds"):
        physics("insertion", compose("insertion", ["schedule.rounds=3"]))
