"""Cheap answers for cases that differ from a computed one in a single input.

What is reused and what is solved anew:

* the mineral's resistance is dimensionless: it is solved again, at the case's own resolution and
  kept in the cache, only where one of its own parameters changes; other inputs scale it (a coarser
  grid, even scaled to the default's result, shifts where one way to fail turns into another by some
  hundredths of a range);
* the nodule's push-away adds to the hand's travel alone and decides no outcome: it is never solved
  again;
* the infiltration is computed in full, on the mesh `COARSE` and with the tip's depth rounded to
  `DEPTH_STEP` and the length of a core in its lumen to `CORE_STEP`; the default too, so that like
  is compared with like. Against the default mesh this one moves the infiltrated share of the nodule
  by 0.008 and the dose's by 0.009 at most (the two default needles);
* its tissue is rigid also where the run's deforms, which would cost a hundred times as much.
"""

from __future__ import annotations

import dataclasses

from omegaconf import DictConfig

from sim.case import Case, MeshSettings
from sim.config import case_from, read_texts, uncertain_inputs
from sim.config.schema import CaseConfig
from sim.dependence import alike
from sim.infiltration import ended_by, infiltrate
from sim.insertion import evaluate
from sim.mechanics.failure import OUTCOMES
from sim.mechanics.mineral.nodule_resistance import nodule_resistance, problem
from sim.outcome import InsertionResult
from sim.results.progress import Show
from sim.sensitivity import Infiltration, Insertion, Range, Row, one_at_a_time
from sim.walk import InsertionModels

COARSE = {"tip_size": 0.25, "nodule_size": 4e-4, "outer_size": 3e-3, "time_tolerance": 2e-2}
STEPS = 30  # of the path; margins are extreme at its kinks, which are depths of their own
TOLERANCE = 1e-6  # m, of the depth at which the needle stops
DEPTH_STEP = 1e-4  # m
CORE_STEP = 1e-5  # m


def sweep(
    cfg: DictConfig, case: Case, models: InsertionModels, show: Show
) -> tuple[list[Row], list[str]]:
    """Put every uncertain input of a run's configuration to the ends of its range.

    Parameters
    ----------
    cfg : DictConfig
        The configuration that `case` was made from.
    case, models
        The default and what its insertion was computed with.
    show : callable
        Gets (stage, fraction done).

    Returns
    -------
    rows, notes
        As `sim.sensitivity.one_at_a_time`.
    """
    return one_at_a_time(
        case.needle.name,
        [Range(x.key, x.default, x.low, x.high) for x in uncertain_inputs(cfg)],
        Reevaluation(cfg, case, models),
        lambda fraction: show("turning points", fraction),
    )


class Reevaluation:
    """Answers with one input of `cfg` changed; equal sub-problems are solved once.

    Both questions raise `ConfigError` for a value that contradicts another input, and `SolverError`
    when a sub-problem that had to be solved anew has no solution.
    """

    def __init__(self, cfg: DictConfig, case: Case, models: InsertionModels) -> None:
        self.texts, self.case, self.models = read_texts(cfg, CaseConfig), case, models
        self._cases: dict[tuple[str, str], Case] = {}
        self._insertions: dict[Case, InsertionResult] = {}
        self._infiltrations: dict[tuple[Case, float, float, int], Infiltration] = {}

    def insertion(self, change: tuple[str, str] | None) -> Insertion:
        """Return the outcome and the smallest margin of those that can stop the needle."""
        result = self._insert(self._changed(change))
        stopping = [margin for name, margin in result.margins.items() if name in OUTCOMES]
        return Insertion(result.outcome, min(stopping))

    def infiltration(self, change: tuple[str, str] | None) -> Infiltration:
        """Return what ended the injection and how much of the nodule the drug reaches."""
        case = self._changed(change)
        key, stopped = self._injection(case)
        if key not in self._infiltrations:
            result = infiltrate(dataclasses.replace(key[0], mesh=self._mesh(case)), stopped)
            share = result.dose_in_nodule / result.dose if result.dose > 0.0 else 0.0
            answer = Infiltration(result.ended_by, share, result.infiltrated_fraction)
            self._infiltrations[key] = answer  # not the result, whose fields fill the memory
        return self._infiltrations[key]

    def ended_by(self, change: tuple[str, str] | None) -> str:
        """Return what ended the injection, which takes no transport."""
        case = self._changed(change)
        key, stopped = self._injection(case)
        if key in self._infiltrations:
            return self._infiltrations[key].ended_by
        return ended_by(dataclasses.replace(key[0], mesh=self._mesh(case)), stopped)

    def _changed(self, change: tuple[str, str] | None) -> Case:
        if change is None:
            return self.case
        if change not in self._cases:
            self._cases[change] = case_from({**self.texts, change[0]: change[1]})
        return self._cases[change]

    def _insert(self, case: Case) -> InsertionResult:
        key = alike("insertion", case, self.case)
        if key not in self._insertions:
            self._insertions[key] = evaluate(key, self._models(key), STEPS, TOLERANCE)
        return self._insertions[key]

    def _models(self, case: Case) -> InsertionModels:
        if problem(case) == problem(self.case):
            return self.models
        return dataclasses.replace(self.models, resistance=nodule_resistance(case))

    def _injection(self, case: Case) -> tuple[tuple[Case, float, float, int], InsertionResult]:
        """Return what an injection depends on, and the needle as it then stands."""
        insertion = self._insert(case)
        depth = DEPTH_STEP * round(insertion.reached_depth / DEPTH_STEP)
        stays = insertion.core_retention > case.injection.pressure_limit
        core = CORE_STEP * round(insertion.core_length / CORE_STEP) if stays else 0.0
        stopped = dataclasses.replace(insertion, reached_depth=depth, core_length=core)
        crushed = id(insertion.crushed)  # one object per table of the mineral's resistance
        return (_infiltration_problem(case, self.case), depth, core, crushed), stopped

    @staticmethod
    def _mesh(case: Case) -> MeshSettings:
        return dataclasses.replace(case.mesh, **COARSE)


def _infiltration_problem(case: Case, default: Case) -> Case:
    """Return `case` in rigid tissue, with everything at `default` that the answer is blind to."""
    flow = dataclasses.replace(case.flow, kind="rigid", hydrofracture="none")
    same = alike("infiltration", dataclasses.replace(case, flow=flow), default)
    decay = default.nodule.mineral.strength_decay  # of the stiffness left, which is not asked for
    mineral = dataclasses.replace(same.nodule.mineral, strength_decay=decay)
    return dataclasses.replace(same, nodule=dataclasses.replace(same.nodule, mineral=mineral))
