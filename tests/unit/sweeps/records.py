"""Run folders as entry points leave them, with next to nothing in them."""

from __future__ import annotations

from pathlib import Path

from sim.results.files import Json, write_json, write_text

CONFIG = "needle: {name: 27G, length: 0.5 in}\ntechnique: {kind: push}\ninjection: {volume: 1 mL}\n"


def leave(record: Path, experiment: str = "run_case", **metrics: Json) -> None:
    """Write a record: complete, with a dose and a null, unless `metrics` say otherwise."""
    record.mkdir(parents=True)
    values = {
        "insertion.outcome": "stalled",
        "insertion.torque_margin": None,
        "infiltration.dose_mg": 2.5,
        "infiltration.hydrofracture": False,
        "run.status": "complete",
        "run.notes": ["insertion.torque_margin: never arose"],
    }
    write_json(record / "metrics.json", values | metrics)
    write_text(record / "config.yaml", CONFIG)
    command = [f"/clone/experiments/{experiment}.py", "needle=27G", "hydra.run.dir=x"]
    write_json(record / "provenance.json", {"command": command, "wall_s": 2.0, "cpu_s": 1.0})
