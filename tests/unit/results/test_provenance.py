"""What a run says of where it comes from."""

from __future__ import annotations

from dataclasses import replace

from sim.results.files import read_json, write_json
from sim.results.provenance import Stopwatch, provenance, seeds
from tests.unit.mechanics.patient import case


def test_a_random_field_leaves_its_seed(tmp_path):
    plain = case()
    assert seeds(plain) == {}
    field = replace(plain.nodule.density_field, kind="random", seed=7)
    random = replace(plain, nodule=replace(plain.nodule, density_field=field))
    made = provenance(Stopwatch(), random=seeds(random))
    write_json(tmp_path / "provenance.json", made)
    assert read_json(tmp_path / "provenance.json")["seeds"] == {"nodule.density_field.seed": 7}


def test_stages_are_timed():
    watch = Stopwatch()
    with watch.stage("made_up"):
        pass
    made = provenance(watch, statistics={"steps": 3.0})
    assert set(made["stages"]["made_up"]) >= {"wall_s", "cpu_s"}
    assert made["statistics"] == {"steps": 3.0}
    assert made["mesh_sha256"] is None
