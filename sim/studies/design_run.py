"""A design study and its folder: every design, the front, its picture and the answer."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from sim.errors import ConfigError
from sim.figures.design import design_figure
from sim.figures.style import save
from sim.results.files import Json, write_json, write_rows, write_text
from sim.results.folder import LOG, METRICS, log_to
from sim.results.names import FIGURES
from sim.results.progress import DONE, Show, silent
from sim.results.provenance import Stopwatch, peak_memory, provenance
from sim.results.record import CONFIG, PROVENANCE
from sim.run import concluded
from sim.studies.design_archive import HEADER, Archive, Entry
from sim.studies.design_evaluator import Evaluator
from sim.studies.design_front import front
from sim.studies.design_problem import DesignProblem, Plan
from sim.studies.design_search import Ledger, feasible, search
from sim.studies.design_words import CANNOT, Found, answer, sure

log = logging.getLogger(__name__)

DESIGNS, FRONT, CONFIRMED, ANSWER, PICTURE = (
    "designs.csv",
    "front.csv",
    "confirmed.csv",
    "answer.md",
    "front.png",
)


def run_design(plan: Plan, config: str, folder: Path, show: Show = silent) -> list[str]:
    """Search, confirm, and leave what was found in `folder`, however it ends.

    A folder with designs in it is gone on with: none that is known is computed again.

    Parameters
    ----------
    plan : Plan
    config : str
        The resolved configuration behind it, as YAML.
    folder : Path

    Returns
    -------
    list of str
        The answer, a paragraph each.

    Raises
    ------
    ConfigError
        If another process works in the folder.
    KeyboardInterrupt
        Passed on, after what is known has been written.
    """
    watch = Stopwatch()
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder), log_to(folder / LOG):
        write_text(folder / CONFIG, config)
        archive = Archive(folder / DESIGNS)
        total = plan.settings.evaluations
        evaluator = Evaluator(
            plan.problem, archive, plan.workers, lambda done: show("designs", 0.95 * done / total)
        )
        ledger, pairs = Ledger(evaluator), []
        said: list[str] = []

        def finish(status: str, reason: str) -> None:
            found = _found(plan.problem, evaluator, ledger)
            said[:] = answer(plan.problem, found)
            archive.rewrite({e.evaluation.key: e.cells(plan.problem) for e in found.entries})
            _write(plan, found, pairs, said, folder)
            values = _metrics(plan.problem, found, evaluator.computed)
            ending: dict[str, Json] = {
                "run.status": status,
                "run.wall_s": watch.wall,
                "run.peak_memory_MB": peak_memory(),
                "run.notes": [f"run.status: {reason}"] * bool(reason),
            }
            write_json(folder / METRICS, values | ending)
            seeds = {"design.seed": float(plan.settings.seed)}
            write_json(folder / PROVENANCE, provenance(watch, statistics=seeds))

        with concluded(finish):
            with watch.stage("search"):
                search(ledger, plan.problem.space, plan.settings)
            with watch.stage("confirmation"):
                pairs += _confirmed(plan, _found(plan.problem, evaluator, ledger), archive)
            show(DONE, 1.0)
        finish("complete", "")
    return said


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep a second process out of the folder."""
    with (folder / "design.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError("output", str(folder), "another process works in it") from error
        yield


def _found(problem: DesignProblem, evaluator: Evaluator, ledger: Ledger) -> Found:
    judged = ledger.judged
    gain, cost, index = feasible(judged)
    gain, cost, index = (values[gain > 0.0] for values in (gain, cost, index))
    limits = [c.bound for c in problem.constraints if c.metric == problem.against]
    worst_cost = min(limits) if limits else float(cost.max(initial=0.0))
    chosen = [int(i) for i in index[front(gain, cost)]]
    entries = [evaluator.entries[tuple(point)] for point in ledger.points.tolist()]
    return Found(entries, judged, chosen, (0.0, worst_cost))


def _confirmed(plan: Plan, found: Found, archive: Archive) -> list[tuple[Entry, Entry]]:
    """Evaluate designs along the front, the best first, on the finer mesh."""
    if not found.front or not plan.confirmed:
        return []
    places = np.linspace(len(found.front) - 1, 0, min(plan.confirmed, len(found.front)))
    chosen = [found.entries[found.front[round(place)]] for place in places]
    finer = Evaluator(plan.finer, archive, plan.workers, lambda done: None)
    evaluations = finer.evaluate([entry.design for entry in chosen])
    return [
        (entry, Entry(entry.design, evaluation, plan.finer_name))
        for entry, evaluation in zip(chosen, evaluations, strict=True)
    ]


def _write(
    plan: Plan, found: Found, pairs: list[tuple[Entry, Entry]], said: list[str], folder: Path
) -> None:
    problem = plan.problem
    rows = [found.entries[i].cells(problem) for i in found.front]
    write_rows(folder / FRONT, HEADER, rows)
    write_rows(folder / CONFIRMED, HEADER, [fine.cells(problem) for _, fine in pairs])
    again = sure(problem, pairs) or ["Nothing was computed again on a finer mesh."]
    sections = {"How sure": again, "What this cannot say": CANNOT}
    text = "# Best design\n\n" + "\n\n".join(said) + "\n"
    for heading, lines in sections.items():
        text += f"\n## {heading}\n\n" + "\n".join(f"- {line}" for line in lines) + "\n"
    write_text(folder / ANSWER, text)
    said += again
    save(design_figure(problem, found, pairs), folder / FIGURES / PICTURE)


def _metrics(problem: DesignProblem, found: Found, computed: int) -> dict[str, Json]:
    counts, volume = found.convergence()
    best = None if found.best is None else found.judged[found.best]
    return {
        "design.asked": len(found.entries),
        "design.computed": computed,
        "design.feasible": sum(j.excess <= 0.0 for j in found.judged),
        "design.front": len(found.front),
        f"design.best.{problem.objective}": None if best is None else best.gain,
        f"design.best.{problem.against}": None if best is None else best.cost,
        "design.convergence.designs": counts.tolist(),
        "design.convergence.hypervolume": volume.tolist(),
    }
