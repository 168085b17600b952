"""The table of a sweep's folder."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from sim import results
from sim.errors import ConfigError
from sim.locks import locked
from sim.results.files import Json
from sim.sweeps import table
from sim.sweeps.row import ROW, Row, write_row
from sim.sweeps.summary import check_asked, counts, print_summary
from sim.sweeps.table import CSV, LOCK, PARQUET, rebuild, refresh
from tests.unit.sweeps.records import leave
from tests.unit.sweeps.tables import grid

SAME = {"drug.viscosity_mPa_s": None, "needle.name": "27G", "nodule.image.path": None}


def put(sweep: Path, key: str, volume: float | None, dose: Json = 1.0, **about: str) -> Path:
    """Write a run's row into a sweep's folder."""
    run = sweep / "runs" / key
    run.mkdir(parents=True, exist_ok=True)
    known = volume is not None
    row = Row(
        key=key,
        experiment="run_case",
        status=about.get("status", "complete"),
        reason=about.get("reason", ""),
        overrides=("mesh=coarse", "a=b"),
        inputs=SAME | {"injection.volume_mL": volume} if known else {},
        metrics={
            "insertion.outcome": None,
            "insertion.decided_by": None,
            "infiltration.dose_mg": dose,
            "infiltration.hydrofracture": None,
        }
        if known
        else {},
        timings={"wall_s": 1.0, "computed": True},
    )
    write_row(run, row)
    return run


def test_counts_say_what_is_still_to_come(tmp_path: Path) -> None:
    put(tmp_path, "b", 0.2)
    put(tmp_path, "a", None, status="refused")
    assert counts(rebuild(tmp_path)) == "2 runs: 1 refused, 1 complete"
    assert counts(rebuild(tmp_path), 6) == "2 of 6 runs: 1 refused, 1 complete"


def test_columns_rows_and_types(tmp_path: Path) -> None:
    put(tmp_path, "b", 0.2, 2.0)
    put(tmp_path, "c", 0.1)
    put(tmp_path, "a", None, status="refused", reason="needle = 'x' is not allowed")
    found = rebuild(tmp_path)
    assert list(found.columns) == [
        *("key", "experiment", "status", "reason"),
        "injection.volume_mL",
        *("insertion.outcome", "insertion.decided_by"),
        *("infiltration.dose_mg", "infiltration.hydrofracture"),
        *("timings.wall_s", "timings.computed", "folder", "overrides"),
        *("drug.viscosity_mPa_s", "needle.name", "nodule.image.path"),
    ]
    assert list(found["key"]) == ["c", "b", "a"]
    assert list(found["folder"]) == ["runs/c", "runs/b", "runs/a"]
    assert found["overrides"][0] == "mesh=coarse a=b"
    words = ("reason", "insertion.outcome", "nodule.image.path", "overrides")
    assert {str(found[name].dtype) for name in words} == {"str"}
    numbers = ("injection.volume_mL", "drug.viscosity_mPa_s", "infiltration.dose_mg")
    assert {str(found[name].dtype) for name in numbers} == {"float64"}
    assert str(found["infiltration.hydrofracture"].dtype) == "boolean"
    assert str(found["timings.computed"].dtype) == "boolean"


def test_types_do_not_depend_on_the_nulls(tmp_path: Path) -> None:
    put(tmp_path, "a", 0.1, None)
    nothing = rebuild(tmp_path).dtypes
    put(tmp_path, "a", 0.1, 3)
    assert rebuild(tmp_path).dtypes.equals(nothing)


def test_parquet_csv_and_load_agree(tmp_path: Path) -> None:
    for key, volume in (("a", 0.1), ("b", 0.7)):
        put(tmp_path, key, volume, volume / 3.0)
    found = rebuild(tmp_path)
    pd.testing.assert_frame_equal(results.load(tmp_path), found)
    read = pd.read_csv(tmp_path / CSV)
    assert list(read.columns) == list(found.columns)
    assert list(read["infiltration.dose_mg"]) == list(found["infiltration.dose_mg"])


def test_an_empty_sweep_is_an_empty_table(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    assert len(results.load(tmp_path)) == 0
    assert counts(results.load(tmp_path)) == "0 runs"


def test_load_rebuilds_for_new_changed_and_removed_rows(tmp_path: Path) -> None:
    put(tmp_path, "a", 0.1, status="killed")
    assert list(results.load(tmp_path)["status"]) == ["killed"]
    written = (tmp_path / PARQUET).stat().st_mtime_ns
    assert list(results.load(tmp_path)["status"]) == ["killed"]
    assert (tmp_path / PARQUET).stat().st_mtime_ns == written
    run = put(tmp_path, "a", 0.1)
    put(tmp_path, "b", 0.2)
    assert list(results.load(tmp_path)["status"]) == ["complete", "complete"]
    (run / ROW).unlink()
    run.rmdir()
    assert list(results.load(tmp_path)["key"]) == ["b"]


def test_runs_that_have_not_ended_are_not_in_it(tmp_path: Path) -> None:
    put(tmp_path, "a", 0.1)
    put(tmp_path, "b.partial", 0.2)
    assert list(rebuild(tmp_path)["key"]) == ["a"]


def test_damage_is_a_row_or_repaired(tmp_path: Path) -> None:
    put(tmp_path, "a", 0.1)
    (put(tmp_path, "b", 0.2) / ROW).write_text('{"key": "b", "stat')
    (put(tmp_path, "c", 0.3) / ROW).write_text("")
    leave(tmp_path / "runs" / "c" / "27G")
    found = results.load(tmp_path).set_index("key")
    assert list(found["status"][["a", "b", "c"]]) == ["complete", "failed", "complete"]
    assert found["reason"]["b"].startswith("row unreadable")
    assert found["infiltration.dose_mg"]["c"] == 2.5


@pytest.mark.parametrize("cut", [0, 100, -20])
def test_a_damaged_table_is_rebuilt(tmp_path: Path, cut: int) -> None:
    put(tmp_path, "a", 0.1)
    rebuild(tmp_path)
    path = tmp_path / PARQUET
    path.write_bytes(path.read_bytes()[:cut])
    assert list(results.load(tmp_path)["key"]) == ["a"]


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    put(tmp_path, "a", 0.1)
    rebuild(tmp_path)
    path = tmp_path / PARQUET
    content = path.read_bytes()
    at = content.index(b"run_case")
    path.write_bytes(content[:at] + b"rum" + content[at + 3 :])
    assert list(results.load(tmp_path)["experiment"]) == ["run_case"]


def test_refresh_is_patient_and_waits_for_nobody(tmp_path: Path) -> None:
    put(tmp_path, "a", 0.1)
    path = tmp_path / PARQUET
    with locked(tmp_path / LOCK):
        refresh(tmp_path)
        assert not path.exists()
    refresh(tmp_path)
    first = path.stat().st_mtime_ns
    put(tmp_path, "b", 0.2)
    refresh(tmp_path)
    assert path.stat().st_mtime_ns == first
    long_ago = time.time() - table.EVERY - 1.0
    os.utime(path, (long_ago, long_ago))
    refresh(tmp_path)
    assert pd.read_parquet(path)["key"].tolist() == ["a", "b"]


def test_a_full_disk_leaves_the_last_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a", 0.1)
    rebuild(tmp_path)
    put(tmp_path, "b", 0.2)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("pyarrow.parquet.write_table", full)
        with pytest.raises(OSError, match="No space"):
            rebuild(tmp_path)
    assert pd.read_parquet(tmp_path / PARQUET)["key"].tolist() == ["a"]
    assert not list(tmp_path.glob(".*.partial*"))
    assert len(results.load(tmp_path)) == 2


def test_no_sweep(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ConfigError, match="give the folder of a sweep"):
            results.load(folder)


def test_summary(tmp_path: Path) -> None:
    put(tmp_path, "a", 0.1, 1.0)
    put(tmp_path, "b", 0.2, 3.0)
    for key, step in (("c", "step 3, residual 1.2e-3"), ("d", "step 14, residual 4")):
        put(tmp_path, key, 0.3, None, status="failed", reason=step)
    console = Console(record=True, width=200, file=(tmp_path / "out").open("w"))
    print_summary(rebuild(tmp_path), console)
    said = console.export_text()
    assert "4 runs: 2 complete, 2 failed" in said
    assert "step 3, residual 1.2e-3" in said
    assert "step 14" not in said  # differs in its numbers alone
    assert counts(results.load(tmp_path)) in said


def test_force_is_told_of_runs_that_reached_the_target(tmp_path: Path) -> None:
    console = Console(record=True, width=200, file=(tmp_path / "out").open("w"))
    print_summary(grid(needles=("27G",), densities=(0.8, 1.6), volumes=(0.2,)), console)
    said = console.export_text()
    cells = next(line for line in said.splitlines() if "axial force" in line)
    assert [cell.strip() for cell in cells.split("│")[1:6]] == [
        "Peak axial force, in runs that reached the target", "1 of 2", "8", "8", "8"
    ]  # fmt: skip
    assert "side" not in said


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            (["dose"], [], None),
            "mean infiltration.dose_in_nodule_mg.*results.csv",
        ),
        ((["insertion.peek_force_N"], [], None), "insertion.peak_force_N"),
        ((["nope is so"], [], None), "first line of results.csv"),
        (([], ["drug"], None), "--over"),
        (([], [], "mesh"), "--by"),
    ],
)
def test_what_the_table_lacks_is_refused(asked: tuple, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as refused:
        check_asked(grid(), *asked)
    assert len(str(refused.value)) < 250
    check_asked(grid(), ["run.complete", "insertion.outcome is stalled"], ["needle"], None)
