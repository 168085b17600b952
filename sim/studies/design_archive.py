"""Every design that was ever evaluated in a folder: a row each, kept as soon as it is known."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.results.files import Cell, Json, write_rows
from sim.results.metrics import MEANINGS
from sim.studies.design_problem import Design, DesignProblem, Evaluation

SHOWN = {  # variable: (column, factor from SI)
    "free_length": ("free_length_mm", 1e3),
    "target_depth": ("target_depth_mm", 1e3),
    "pull_back": ("pull_back_mm", 1e3),
    "volume": ("volume_mL", 1e6),
    "rate": ("rate_mL_per_min", 6e7),
}
METRICS = tuple(name for name in MEANINGS if not name.startswith("run."))
HEADER = (
    "key",
    "needle",
    "technique",
    *(column for column, _ in SHOWN.values()),
    "mesh",
    "status",
    "feasible",
    "reason",
    *METRICS,
)


@dataclass(frozen=True)
class Entry:
    """A design, what came out of it, and its place in the table."""

    design: Design
    evaluation: Evaluation
    mesh: str

    def cells(self, problem: DesignProblem) -> list[Cell]:
        """Return the row, judged by the problem's constraints."""
        known = self.evaluation
        values = [factor * self.design.values[name] for name, (_, factor) in SHOWN.items()]
        missed = problem.missed(known.metrics)
        reason = known.reason
        if known.status == "complete" and missed:
            reason = "misses " + ", ".join(map(str, missed))
        return [
            known.key,
            self.design.needle.name,
            self.design.technique.name,
            *(float(f"{value:.9g}") for value in values),
            self.mesh,
            known.status,
            "yes" if problem.judge(known).excess <= 0.0 else "no",
            reason,
            *(known.metrics.get(name) for name in METRICS),
        ]


class Archive:
    """Evaluations by key; those of an earlier, broken off study in the same file are known.

    A row that was not written to its end is left out.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows: dict[str, Sequence[Cell]] = {}
        self._known: dict[str, Evaluation] = {}
        if path.exists():
            text = path.read_text(encoding="utf-8")
            whole = csv.DictReader(text[: text.rfind("\n") + 1].splitlines())
            for row in whole:
                self._rows[row["key"]] = [row.get(name) for name in HEADER]
                self._known[row["key"]] = _evaluation(row)
        self.rewrite({})

    def get(self, key: str) -> Evaluation | None:
        """Return what came out of the design with that key, None if it is not known."""
        return self._known.get(key)

    def add(self, cells: Sequence[Cell], evaluation: Evaluation) -> None:
        """Keep an evaluation; it is on the disk when this returns."""
        self._known[evaluation.key] = evaluation
        self._rows[evaluation.key] = cells
        with self.path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerow(cells)
            file.flush()
            os.fsync(file.fileno())

    def rewrite(self, rows: Mapping[str, Sequence[Cell]]) -> None:
        """Write one row a design, those given by key in place of what they were."""
        self._rows |= rows
        write_rows(self.path, HEADER, self._rows.values())


def _evaluation(row: Mapping[str, str]) -> Evaluation:
    metrics = {name: _value(row[name]) for name in METRICS if row.get(name)}
    return Evaluation(row["key"], row["status"], row["reason"], metrics)


def _value(text: str) -> Json:
    if text in ("True", "False"):
        return text == "True"
    try:
        return float(text)
    except ValueError:
        return text
