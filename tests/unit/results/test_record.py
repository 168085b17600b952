"""A run folder read back: tables, fields (also with pyvista), case, and early endings."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from sim.errors import ConfigError
from sim.results.damage import DamagedError
from sim.results.files import read_json, read_table, write_json, write_table
from sim.results.folder import log_to, new_folder, settle
from sim.results.metrics import MEANINGS
from sim.results.record import load
from tests.unit.results import synthetic
from tests.unit.results.records import write_record


def test_record_gives_back_what_was_written(tmp_path):
    case = synthetic.case(synthetic.NEEDLE_14G, synthetic.DRILL)
    insertion = synthetic.insertion(case)
    infiltration = synthetic.infiltration(case, insertion.reached_depth)
    record = write_record(tmp_path / "run", case, insertion, infiltration)
    assert record.case == case
    assert list(record.force) == [
        "depth_mm", "travel_mm", "force_N", "tip_N", "friction_N", "torque_Nmm",
        "buckling_load_N", "bending_limit_N", "nodule_displacement_mm",
        "tip_deflection_mm", "operator_ratio", "torque_ratio",
    ]  # fmt: skip
    np.testing.assert_array_equal(record.force["force_N"], insertion.curve.force)
    np.testing.assert_array_equal(record.fields.concentration, infiltration.fields.concentration)
    assert record.fields.regions == infiltration.fields.regions


@pytest.mark.parametrize(
    "name", ["metrics.json", "case.json", "force.csv", "fields/infiltration.h5"]
)
def test_a_damaged_file_is_named(tmp_path, name):
    case = synthetic.case()
    made = synthetic.infiltration(case, case.target_depth)
    folder = write_record(tmp_path / "run", case, synthetic.insertion(case), made).folder
    (folder / name).write_bytes((folder / name).read_bytes()[:-40] + b'"')
    with pytest.raises(DamagedError, match=f"{name} is damaged") as told:
        load(folder)
    assert "\n" not in str(told.value)


def test_table_keeps_all_digits_and_no_rows(tmp_path):
    table = {"a_mm": np.array([1 / 3, np.pi * 1e-20]), "b_N": np.array([1e300, -0.1])}
    write_table(tmp_path / "t.csv", table)
    for name, column in read_table(tmp_path / "t.csv").items():
        np.testing.assert_array_equal(column, table[name])
    write_table(tmp_path / "e.csv", {"a_mm": np.array([])})
    assert read_table(tmp_path / "e.csv")["a_mm"].shape == (0,)


def test_folder_gets_its_name_only_at_the_end_also_after_an_error(tmp_path):
    folder = tmp_path / "run"

    def work():
        with new_folder(folder) as aside:
            (aside / "metrics.json").write_text("{}")
            assert not folder.exists()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (folder / "metrics.json").exists()


def test_folder_that_holds_something_is_refused(tmp_path):
    (tmp_path / "old.txt").write_text("kept")
    with pytest.raises(ConfigError, match="does not exist yet"), new_folder(tmp_path):
        pass
    assert (tmp_path / "old.txt").read_text() == "kept"


def test_folder_of_a_dead_process_is_settled(tmp_path):
    aside = tmp_path / "run.partial"
    aside.mkdir()
    (aside / "run.log").write_text("started\n")
    settle(tmp_path / "run", "failed", "its process was ended by SIGKILL")
    metrics = read_json(tmp_path / "run" / "metrics.json")
    assert metrics.keys() >= MEANINGS.keys()
    assert metrics["run.status"] == "failed"
    assert metrics["run.notes"] == ["run.status: its process was ended by SIGKILL"]
    assert (tmp_path / "run" / "run.log").exists()


def test_settling_keeps_the_metrics_that_a_run_wrote(tmp_path):
    (tmp_path / "run").mkdir()
    write_json(tmp_path / "run" / "metrics.json", {"insertion.outcome": "buckled"})
    settle(tmp_path / "run", "failed", "reason")
    assert read_json(tmp_path / "run" / "metrics.json")["insertion.outcome"] == "buckled"


def test_log_goes_to_the_file_only_while_asked(tmp_path):
    path = tmp_path / "run.log"
    with log_to(path):
        logging.getLogger("sim.test").info("inside")
    logging.getLogger("sim.test").warning("outside")
    assert "inside" in path.read_text()
    assert "outside" not in path.read_text()
