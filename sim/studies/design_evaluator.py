"""Points of the search to judged designs: known ones from the archive, the others in parallel."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from joblib import Parallel, delayed, parallel_config

from sim.errors import ConfigError
from sim.studies.design_archive import Archive, Entry
from sim.studies.design_problem import (
    Array,
    Design,
    DesignProblem,
    Evaluation,
    evaluate,
    identify,
)
from sim.studies.design_search import Judged


class Evaluator:
    """Evaluates designs of one problem; equal ones once, whoever asks.

    Parameters
    ----------
    problem : DesignProblem
    archive : Archive
        What is known, and where each new evaluation goes at once.
    workers : int
        Processes.
    show : callable
        Gets the number of designs that are known so far, refused ones left out.
    """

    def __init__(
        self, problem: DesignProblem, archive: Archive, workers: int, show: Callable[[int], None]
    ) -> None:
        self.problem, self.archive, self.workers, self.show = problem, archive, workers, show
        self.entries: dict[tuple[float, ...], Entry] = {}  # by point, in the order asked for
        self.computed = self.reused = 0

    def __call__(self, points: Array) -> list[Judged]:
        """Return what is known of points (s, n)."""
        designs = [self.problem.design(point) for point in points]
        found = self.evaluate(designs)
        mesh = str(self.problem.patient["mesh.name"])
        self.entries |= {
            tuple(point): Entry(design, evaluation, mesh)
            for point, design, evaluation in zip(points.tolist(), designs, found, strict=True)
        }
        return [self.problem.judge(evaluation) for evaluation in found]

    def evaluate(self, designs: Sequence[Design]) -> list[Evaluation]:
        """Return the evaluation of each design."""
        keys, todo = [], {}
        for design in designs:
            key, case = identify(self.problem, design)
            keys.append(key)
            if isinstance(case, ConfigError):
                if self.archive.get(key) is None:
                    self._keep(design, Evaluation(key, "refused", str(case), {}))
            elif self._known(key) or key in todo:
                self.reused += 1
            else:
                todo[key] = design, case
        calls = [
            delayed(evaluate)(key, c, self.problem.constraints) for key, (_, c) in todo.items()
        ]
        with parallel_config("loky", inner_max_num_threads=1):
            for new in Parallel(self.workers, return_as="generator_unordered")(calls):
                self._keep(todo[new.key][0], new)
                self.computed += 1
                self.show(self.computed + self.reused)
        return [self.archive.get(key) for key in keys]

    def _known(self, key: str) -> bool:
        """Tell whether there is all that is needed: under other limits a dose may be missing."""
        known = self.archive.get(key)
        return known is not None and (
            known.status != "insertion_only" or bool(self.problem.missed(known.metrics))
        )

    def _keep(self, design: Design, new: Evaluation) -> None:
        entry = Entry(design, new, str(self.problem.patient["mesh.name"]))
        self.archive.add(entry.cells(self.problem), new)
