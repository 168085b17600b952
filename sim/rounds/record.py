"""A treatment as its folder tells it; figures and reports know nothing else of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.case import Case
from sim.results.damage import intact
from sim.results.files import Json, read_json
from sim.results.folder import METRICS
from sim.results.record import Record, load, read_case
from sim.rounds.run import finished, round_folder


@dataclass(frozen=True)
class Treatment:
    """One needle's rounds in memory, those that are finished."""

    folder: Path
    name: str  # the needle's, as people write it
    case: Case  # of the first round
    metrics: dict[str, Json]
    rounds: list[Record]

    def course(self, key: str) -> list[float]:
        """Return a metric of every finished round, NaN where it is null."""
        values = (self.metrics[f"round_{n}.{key}"] for n in range(1, len(self.rounds) + 1))
        return [float("nan") if value is None else float(value) for value in values]


def load_treatment(folder: Path, name: str) -> Treatment:
    """Read the folder of one needle's treatment, also one that ended early.

    Raises
    ------
    FileNotFoundError
        If the folder is none of a treatment (no case or no metrics).
    DamagedError
        If one of its files is not what was written; it names the file.
    """
    case = read_case(folder)
    folders = [round_folder(folder, n) for n in range(1, case.schedule.rounds + 1)]
    rounds = [
        load(path, f"{name}, round {n}")
        for n, path in enumerate(folders, start=1)
        if finished(path)
    ]
    with intact(folder / METRICS):
        metrics = read_json(folder / METRICS)
    return Treatment(folder, name, case, metrics, rounds)
