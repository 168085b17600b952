"""Sweeps of insertions from the command line: what is a row, what is found, what is refused."""

from __future__ import annotations

import fcntl
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hydra.core.utils import JobReturn, JobStatus

from sim.errors import ConfigError
from sim.eviction import LIST
from sim.results import load
from sim.side_by_side import Ending
from sim.sweeps import compute as compute_module
from sim.sweeps import store
from sim.sweeps.child import Finished
from sim.sweeps.compute import compute
from sim.sweeps.folder import LOCK, RUNS, SWEEP
from sim.sweeps.multirun import NO_ROW, Job, Surviving
from sim.sweeps.point import Point
from sim.sweeps.pool import LEAN, composed, run_points
from sim.sweeps.row import ROW
from sim.sweeps.sweeping import settle, sweeping
from tests.full_disk import full_disk
from tests.system.sweeping import CHEAP, environment, sweep


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Return a sweep of two good points and two that make no sense, with its caches."""
    at = tmp_path_factory.mktemp("sweeps")
    env = environment(at / "cache")
    lengths = "needle.length=0.5 in,3 kg"
    done = sweep("needle=27G,99G", lengths, folder=at / "first", env=env)
    return at, env, done


def test_a_point_that_makes_no_sense_is_a_row(first):
    at, _, done = first
    assert done.returncode == 1
    table = load(at / "first")
    assert sorted(table["status"]) == ["complete", "refused", "refused", "refused"]
    reasons = " ".join(table["reason"])
    assert "needle.length = '3 kg' is not allowed" in reasons
    assert "needle = '99G' is not allowed: choose one of 10G" in reasons
    assert "3 refused, 1 complete" in done.stdout
    assert str(at / "first" / "results.parquet") in done.stdout
    assert not any(line.startswith("Traceback") for line in done.stderr.splitlines())


def test_values_in_other_units_are_found_in_another_sweep(first, tmp_path):
    at, env, _ = first
    done = sweep("needle=27G", "needle.length=12.7 mm", folder=tmp_path / "second", env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = load(tmp_path / "second").to_dict("records")
    (old,) = load(at / "first").query("status == 'complete'").to_dict("records")
    assert row["key"] == old["key"]
    assert old["timings.computed"]
    assert not row["timings.computed"]
    assert "1/1 found" in done.stdout
    record = Path(RUNS) / row["key"] / "27G" / "metrics.json"
    assert (tmp_path / "second" / record).samefile(at / "first" / record)  # one copy on the disk


def test_what_all_points_share_is_refused_before_a_folder_is_made(tmp_path):
    env = environment(tmp_path / "cache")
    done = sweep("needle=27G,25G", "needle.lenght=3 mm", folder=tmp_path / "sweep", env=env)
    assert done.returncode == 2
    assert done.stderr.startswith("refused: needle.lenght")
    assert not (tmp_path / "sweep").exists()


def test_two_sweeps_into_one_folder_are_refused(tmp_path):
    env = environment(tmp_path / "cache")
    with (tmp_path / LOCK).open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        done = sweep("needle=27G,25G", folder=tmp_path, env=env)
    assert done.returncode == 2
    assert "another sweep is at work in this folder" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.fixture
def own_store(tmp_path, monkeypatch):
    for name, value in environment(tmp_path / "cache").items():
        monkeypatch.setenv(name, value)


POINT = Point("insertion", (*LEAN, *CHEAP))


def computed(folder: Path, point: Point = POINT):
    (folder / RUNS).mkdir(parents=True, exist_ok=True)
    return compute(point, composed(point), folder)


@pytest.fixture
def faked(monkeypatch):
    """Have a child leave a small record instead of an insertion's; return what was run."""
    ran = []

    def run_child(command, log, limits, stop):
        ran.append(command)
        log.write_text("")
        record = log.parent / "27G"
        record.mkdir()
        (record / "metrics.json").write_text(json.dumps({"run.status": "complete"}))
        return Finished(Ending("complete"), 1.0, 1.0)

    monkeypatch.setattr(compute_module, "run_child", run_child)
    return ran


def test_a_changed_model_version_is_not_found(own_store, faked, tmp_path, monkeypatch):
    from sim import version

    assert computed(tmp_path / "a").key == computed(tmp_path / "b").key
    assert len(faked) == 1
    stage = replace(version.STAGES["insertion"], version=10**6)
    monkeypatch.setitem(version.STAGES, "insertion", stage)
    assert computed(tmp_path / "c").timings["computed"]
    assert len(faked) == 2


def test_a_damaged_run_in_the_store_is_computed_again(own_store, faked, tmp_path, caplog):
    key = computed(tmp_path / "a").key
    record = tmp_path / "cache" / store.KIND / key / "27G" / "metrics.json"
    record.write_text("{")
    assert computed(tmp_path / "b").timings["computed"]
    assert len(faked) == 2
    assert "is damaged and is computed again" in caplog.text


def test_a_full_disk_loses_no_row(own_store, faked, tmp_path, monkeypatch, caplog):
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "_link", full)  # nothing can be kept: the run itself is whole
    row = computed(tmp_path / "a")
    assert row.status == "complete"
    assert "not kept for other sweeps" in caplog.text
    monkeypatch.setattr(compute_module, "write_row", full)
    other = Point("insertion", (*LEAN, *CHEAP, "needle=25G"))
    with pytest.raises(OSError, match="No space left"):
        computed(tmp_path / "a", other)
    monkeypatch.undo()
    assert json.loads((tmp_path / "a" / RUNS / row.key / ROW).read_text())["status"] == "complete"


def test_a_kill_while_a_run_is_linked_leaves_no_complete_row(
    own_store, faked, tmp_path, monkeypatch
):
    def half(source: Path, target: Path, names: list[str]) -> None:
        assert ROW not in names
        raise SystemExit  # nothing after it is done

    key = computed(tmp_path / "a").key
    monkeypatch.setattr(store, "_link", half)
    with pytest.raises(SystemExit):
        computed(tmp_path / "b")
    monkeypatch.undo()
    assert not (tmp_path / "b" / RUNS / f"{key}.partial" / ROW).exists()


def test_a_row_of_the_store_that_cannot_be_read_is_computed_again(own_store, faked, tmp_path):
    row = computed(tmp_path / "a")
    kept = tmp_path / "cache" / store.KIND / row.key
    text = (kept / ROW).read_text().replace('"reason"', '"why"')  # as another version's might be
    (kept / ROW).write_text(text)
    hashes = json.loads((kept / LIST).read_text()) | {ROW: store._hash(kept / ROW)}
    (kept / LIST).write_text(json.dumps(hashes))
    assert computed(tmp_path / "b").status == "complete"
    assert len(faked) == 2


def test_a_refused_point_that_makes_sense_again_is_one_row(own_store, faked, tmp_path, monkeypatch):
    def refusing(experiment: str, cfg: object) -> object:
        raise ConfigError("nodule.image.path", "x.vtp", "give a file")

    with monkeypatch.context() as now:
        now.setattr(compute_module, "physics", refusing)
        assert computed(tmp_path).status == "refused"
    computed(tmp_path)
    assert list(load(tmp_path)["status"]) == ["complete"]


def test_a_table_that_does_not_fit_on_the_disk_is_told(own_store, faked, tmp_path):
    told = "rows are kept, the same command goes on"
    row = computed(tmp_path)
    with full_disk(), pytest.raises(OSError, match=told), sweeping(tmp_path, {}):
        pass
    with sweeping(tmp_path, {}):
        pass
    assert list(load(tmp_path)["key"]) == [row.key]


def test_what_failed_by_the_machine_is_tried_again(own_store, faked, tmp_path, monkeypatch):
    reasons = ["unexpected OSError: No space left on device", "no equilibrium at 3 mm"]

    def failing(command, log, limits, stop):
        log.write_text("")
        return Finished(Ending("failed", reasons.pop(0)), 1.0, 1.0)

    monkeypatch.setattr(compute_module, "run_child", failing)
    assert computed(tmp_path).reason.startswith("unexpected")
    assert computed(tmp_path).reason == "no equilibrium at 3 mm"
    assert computed(tmp_path).reason == "no equilibrium at 3 mm"  # a third one would pop nothing


def test_a_run_killed_with_all_that_watched_it_has_a_row(own_store, tmp_path, monkeypatch):
    def killed(command, log, limits, stop):
        raise SystemExit  # nothing after it is done

    monkeypatch.setattr(compute_module, "run_child", killed)
    with pytest.raises(SystemExit):
        computed(tmp_path)
    settle(tmp_path)
    (row,) = load(tmp_path).to_dict("records")
    assert row["status"] == "killed"


def test_points_of_a_study_are_computed_once_each(own_store, faked, tmp_path):
    lengths = ("0.5 in", "12.7 mm", "25.4 mm", "3 kg")
    points = [Point("insertion", (*CHEAP, f"needle.length={length}")) for length in lengths]
    said = []
    table = run_points(points, tmp_path, show=lambda what, share: said.append((what, share)))
    assert list(table["status"]) == ["complete"] * 3 + ["refused"]
    assert table["key"][0] == table["key"][1] != table["key"][2]
    assert len(faked) == 2
    assert said[-1] == ("4 of 4 runs, 1 failed", 1.0)
    assert "hydra.mode=RUN" in faked[0]


def test_two_sweeps_compute_a_run_once(own_store, faked, tmp_path, monkeypatch):
    quick = compute_module.run_child

    def slow(*arguments):
        time.sleep(1.0)
        return quick(*arguments)

    monkeypatch.setattr(compute_module, "run_child", slow)
    folders = [tmp_path / "a", tmp_path / "b"]
    with ThreadPoolExecutor(2) as executor:
        rows = list(executor.map(run_points, [[POINT]] * 2, folders))
    assert len(faked) == 1
    assert sorted(row["timings.computed"][0] for row in rows) == [False, True]


def test_points_without_a_row_end_the_sweep_with_a_message(tmp_path):
    (tmp_path / SWEEP).write_text("{}")

    class Launcher:
        def launch(self, job_overrides, initial_job_idx):
            return [JobReturn(_return_value=NO_ROW, status=JobStatus.COMPLETED)]

    launcher = Surviving(Launcher(), None, Job("insertion", tmp_path, ()), None)
    with pytest.raises(OSError, match="1 points have no row; the same command goes on"):
        launcher.launch([["needle=22G"]], 0)
