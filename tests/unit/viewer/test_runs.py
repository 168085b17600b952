"""What a folder holds, and what of it may be read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim.errors import ConfigError
from sim.results.files import write_json, write_text
from sim.sweeps.row import Row, write_row
from sim.viewer.runs import LINK, OUTSIDE, UNFINISHED, find, read, varying
from tests.unit.results import synthetic
from tests.unit.results.records import write_record


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A record, to be copied to where a test wants one."""
    folder = tmp_path_factory.mktemp("made") / "27G"
    of = synthetic.case()
    write_record(folder, of, synthetic.insertion(of), synthetic.infiltration(of, 5e-3))
    return folder


@pytest.fixture
def put(made, tmp_path):
    """Return what puts a record to a path below the opened folder."""

    def copy(where: str) -> Path:
        return Path(shutil.copytree(made, tmp_path / "opened" / where))

    return copy


def row(key: str, *overrides: str, status: str = "complete", reason: str = "") -> Row:
    return Row(key, "run_case", status, reason, overrides)


def test_a_run_is_one_entry(put):
    folder = put("27G")
    (entry,) = find(folder)
    assert (entry.folder, entry.name, entry.has_fields) == (folder.resolve(), "27G", True)
    assert entry.outcome == "reached target"
    assert read(entry, folder).fields is not None


def test_sides_of_a_comparison_are_one_group(put, tmp_path):
    put("pair/a_27G")
    put("pair/b_14G")
    put("other")
    write_json(tmp_path / "opened/pair/comparison.json", {})
    alone, a, b = find(tmp_path / "opened")
    assert a.group == b.group != alone.group


def test_a_side_without_a_record_is_told(put, tmp_path):
    put("pair/a_27G")
    (tmp_path / "opened/pair/b_14G").mkdir()
    write_json(tmp_path / "opened/pair/comparison.json", {})
    _, b = find(tmp_path / "opened")
    assert b.problem


def test_rounds_of_a_treatment_are_grouped_by_their_number(put, tmp_path):
    for side in ("a_27G", "b_14G"):
        for number in (1, 2):
            put(f"pair/{side}/round_{number}")
    write_json(tmp_path / "opened/pair/comparison.json", {})
    entries = find(tmp_path / "opened")
    assert [entry.name[-7:] for entry in entries] == ["round 1", "round 2"] * 2
    assert entries[0].group == entries[2].group != entries[1].group == entries[3].group


def test_a_sweep_tells_what_its_commands_set_in_their_order(put, tmp_path):
    runs = tmp_path / "opened/runs"
    for key, volume in (("x", "10 mL"), ("y", "0.5 mL")):
        put(f"runs/{key}/27G")
        set_to = volume.replace(" ", "\\ ")
        write_row(runs / key, row(key, "mesh=coarse", f"injection.volume={set_to}"))
    (runs / "z").mkdir()
    write_row(runs / "z", row("z", "mesh=coarse", status="refused", reason="too much"))
    entries = find(tmp_path / "opened")
    assert varying(entries) == ["injection.volume"]
    told = [entry.swept.get("injection.volume") for entry in entries if not entry.problem]
    assert told == ["0.5 mL", "10 mL"]
    (refused,) = (entry for entry in entries if entry.problem)
    assert refused.problem == "refused: too much"


def test_an_unfinished_run_and_a_damaged_one_leave_the_others(put, tmp_path):
    put("a")
    put("b.partial")
    write_text(put("c") / "metrics.json", "{")
    (put("d") / "case.json").unlink()
    write_text(put("e") / "fields/infiltration.h5", "nothing")
    a, b, c, d, e = find(tmp_path / "opened")
    assert b.problem == UNFINISHED
    assert c.problem.startswith("damaged")
    assert "case.json" in d.problem
    assert not a.problem
    assert read(a, tmp_path / "opened").fields is not None
    with pytest.raises(ConfigError, match="cannot be read"):
        read(e, tmp_path / "opened")
    for entry in (b, c, d):
        with pytest.raises(ConfigError):
            read(entry, tmp_path / "opened")


def test_links_are_not_followed(put, made, tmp_path):
    put("a")
    (tmp_path / "opened/b").symlink_to(made)
    a, b = find(tmp_path / "opened")
    assert (a.problem, b.problem) == ("", LINK)
    with pytest.raises(ConfigError, match="link"):
        read(b, tmp_path / "opened")


@pytest.mark.parametrize("name", ["uptake.csv", "fields/infiltration.h5", "config.yaml"])
def test_a_record_with_a_file_from_outside_is_not_read(put, made, tmp_path, name):
    file = put("a") / name
    file.unlink()
    file.symlink_to(made / name)
    (entry,) = find(tmp_path / "opened")
    with pytest.raises(ConfigError, match=OUTSIDE):
        read(entry, tmp_path / "opened")


def test_a_folder_that_became_a_link_meanwhile_is_not_read(put, made, tmp_path):
    folder = put("a")
    (entry,) = find(tmp_path / "opened")
    shutil.rmtree(folder)
    folder.symlink_to(made)
    with pytest.raises(ConfigError, match=OUTSIDE):
        read(entry, tmp_path / "opened")


def test_a_folder_without_records_is_refused(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "link").symlink_to("/")
    with pytest.raises(ConfigError, match="no record is in it"):
        find(tmp_path)
    with pytest.raises(ConfigError, match="no such folder"):
        find(tmp_path / "nowhere")
