"""A stage that was computed before is not computed again, and the record is the same."""

from __future__ import annotations

import dataclasses
import shutil

import pytest

from sim import run as run_module
from sim.cache import PLACE, cache_dir
from sim.config import default_case
from sim.results.files import read_json
from sim.results.folder import LOG, METRICS
from sim.results.record import FORCE, PROVENANCE, UPTAKE
from sim.run import Job, run_case
from sim.sweeps.stages import FRESH

TABLES = ("mesh", "resistance", "cutting")  # of the user's own cache
QUICK = ["mesh=coarse", "schedule.follow_up=1 h", "needle.lumen_content=drug"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a cache with the tables and meshes of the user's own, and no results of stages."""
    root = tmp_path_factory.mktemp("cache")
    for kind in TABLES:
        cache_dir(kind).mkdir(parents=True, exist_ok=True)
        (root / kind).symlink_to(cache_dir(kind))
    return root


@pytest.fixture
def own(place, monkeypatch):
    monkeypatch.setenv(PLACE, str(place))
    monkeypatch.delenv(FRESH)


def case(*overrides):
    return default_case("14G_coaxial", "drill", [*QUICK, *overrides])


@dataclasses.dataclass(frozen=True)
class Record:
    metrics: dict
    computed: dict
    log: str
    files: list[bytes]


def record(folder, asked, **job):
    job = Job(case=asked, config="", folder=folder, command="", report=False, **job)
    assert run_case(job) == "complete"
    stages = read_json(folder / PROVENANCE)["stages"]
    metrics = read_json(folder / METRICS)
    return Record(
        {key: value for key, value in metrics.items() if not key.startswith("run.")},
        {name: entry["computed"] for name, entry in stages.items() if "computed" in entry},
        (folder / LOG).read_text(),
        [(folder / name).read_bytes() for name in (FORCE, UPTAKE)],
    )


def computed_again(*_):
    raise AssertionError


@pytest.fixture(scope="module")
def first(place, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PLACE, str(place))
        patch.delenv(FRESH)
        return record(tmp_path_factory.mktemp("runs") / "first", case())


def test_the_first_run_computes(first):
    assert first.computed == {"insertion": True, "infiltration": True}
    assert "taken from the cache" not in first.log


def test_the_second_run_computes_nothing(first, own, tmp_path, monkeypatch):
    for name in ("prepare", "evaluate", "infiltrate"):
        monkeypatch.setattr(run_module, name, computed_again)
    again = record(tmp_path / "again", case("injection.volume=500 uL"))
    assert again.computed == {"insertion": False, "infiltration": False}
    assert again.metrics == first.metrics
    assert again.files == first.files
    assert "insertion: computed in an earlier run" in again.log


def test_a_swept_volume_repeats_no_insertion(first, own, tmp_path, monkeypatch):
    asked = case("injection.volume=0.1 mL")
    swept = record(tmp_path / "swept", asked)
    assert swept.computed == {"insertion": False, "infiltration": True}
    monkeypatch.setenv(FRESH, "yes")
    fresh = record(tmp_path / "fresh", asked)
    assert fresh.computed == {"insertion": True, "infiltration": True}
    assert swept.metrics == fresh.metrics
    assert swept.files == fresh.files


def test_a_swept_limit_that_stops_nothing_repeats_no_infiltration(first, own, tmp_path):
    stronger = record(tmp_path / "stronger", case("technique.force_limit=400 N"))
    assert stronger.computed == {"insertion": True, "infiltration": False}


def test_what_is_left_out_of_an_insertion_is_prepared_for_the_turning_points(first, own, tmp_path):
    asked = []

    def sweep(of, models, show):
        asked.append(models.resistance)
        return [], []

    record(tmp_path / "turning", case(), sweep=sweep)
    assert len(asked) == 1


def test_a_damaged_result_is_computed_again(first, own, place, tmp_path):
    for path in [*place.glob("insertion/*.npz"), *place.glob("infiltration/*.npz")]:
        path.write_bytes(path.read_bytes()[:-100])
    again = record(tmp_path / "again", case())
    assert again.computed == {"insertion": True, "infiltration": True}
    assert again.metrics == first.metrics
    assert again.log.count("is damaged and is built anew") == 2


def test_a_changed_model_version_is_computed(first, own, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.sweeps.key.versions", lambda *names: dict.fromkeys(names, "2:other"))
    assert record(tmp_path / "new", case()).computed == {"insertion": True, "infiltration": True}


def test_a_full_disk_loses_no_run(first, own, place, tmp_path, monkeypatch):
    full = shutil.disk_usage(place)._replace(free=0)
    monkeypatch.setattr("sim.cache.shutil.disk_usage", lambda _: full)
    kept = sorted(place.glob("*/*.npz"))
    run = record(tmp_path / "full", case("injection.volume=0.11 mL"))
    assert run.computed["infiltration"]
    assert sorted(place.glob("*/*.npz")) == kept
    assert run.log.count("nothing is kept") == 1
    assert "infiltration.dose_in_nodule_mg" in run.metrics
