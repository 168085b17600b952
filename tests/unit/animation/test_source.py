"""Which folders a film can be made of, and what is said of the others."""

from __future__ import annotations

import dataclasses

import pytest

from sim.animation.source import acts
from sim.comparison import compare, write_comparison
from sim.errors import ConfigError
from sim.results.files import read_json, write_json
from sim.results.names import CASE, METRICS
from sim.rounds.checkpoint import FILE
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

REACHED = 2.9e-3  # m


def write(folder, rounds=1, infiltration=True, times=slice(None)):
    case = synthetic.case()
    case = dataclasses.replace(case, schedule=dataclasses.replace(case.schedule, rounds=rounds))
    result = synthetic.infiltration(case, REACHED)
    kept = dataclasses.replace(
        result.fields,
        times=result.fields.times[times],
        concentration=result.fields.concentration[times],
    )
    result = dataclasses.replace(result, fields=kept) if infiltration else None
    return write_record(folder, case, synthetic.insertion(case, REACHED), result)


def put_side_by_side(folder, sides):
    metrics = [read_json(side / METRICS) for side in sides]
    write_comparison(folder, ("thin_one", "thick_one"), compare(*metrics))


def test_a_run_is_one_act_of_one_needle(tmp_path):
    write(tmp_path / "run")
    (act,) = acts(tmp_path / "run")
    assert [record.name for record in act.records] == [act.title] == ["27G"]


def test_a_comparison_is_one_act_of_both(tmp_path):
    sides = [write(tmp_path / name).folder for name in ("a_27G", "b_14G")]
    put_side_by_side(tmp_path, sides)
    (act,) = acts(tmp_path)
    assert [record.name for record in act.records] == ["thin one", "thick one"]
    assert [record.folder for record in act.records] == sides
    assert act.title == "thin one and thick one"


def test_a_treatment_has_an_act_per_round_that_both_finished(tmp_path):
    sides = [tmp_path / "a_27G", tmp_path / "b_14G"]
    for side, finished in zip(sides, (2, 1), strict=True):
        for number in range(1, finished + 1):
            record = write(side / f"round_{number}", rounds=3)
            (record.folder / FILE).touch()
        for name in (CASE, METRICS):
            write_json(side / name, read_json(record.folder / name))
    put_side_by_side(tmp_path, sides)
    (act,) = acts(tmp_path)
    assert act.title == (
        "thin one and thick one, round 1 of 3; the film ends here: round 2 is not finished "
        "(thick one)"
    )
    assert [record.name for record in act.records] == ["thin one, round 1", "thick one, round 1"]
    assert [act.title for act in acts(sides[0])] == [
        "27G, round 1 of 3",
        "27G, round 2 of 3; the film ends here: round 3 is not finished (27G)",
    ]
    (sides[1] / "round_1" / FILE).unlink()
    with pytest.raises(ConfigError, match="no round is finished by every needle"):
        acts(tmp_path)


def test_an_insertion_alone_can_be_filmed(tmp_path):
    write(tmp_path / "run", infiltration=False)
    assert acts(tmp_path / "run")[0].records[0].fields is None


def test_final_fields_alone_are_refused(tmp_path):
    write(tmp_path / "run", times=slice(-1, None))
    with pytest.raises(ConfigError, match=r"only its final fields are.*output\.fields=all"):
        acts(tmp_path / "run")


def test_no_fields_are_refused(tmp_path):
    record = write(tmp_path / "run")
    for path in (record.folder / "fields").iterdir():
        path.unlink()
    with pytest.raises(ConfigError, match=r"its fields are not there.*output\.fields=all"):
        acts(record.folder)


def test_a_run_that_computed_nothing_is_refused(tmp_path):
    record = write(tmp_path / "run", infiltration=False)
    (record.folder / "force.csv").unlink()
    with pytest.raises(ConfigError, match="ended before anything was computed"):
        acts(record.folder)


@pytest.mark.parametrize("name", ["empty", "file", "missing"])
def test_other_folders_are_refused(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="a run, a comparison or a treatment"):
        acts(tmp_path / name)
