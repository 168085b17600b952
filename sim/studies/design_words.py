"""What a design study found, in plain words and in tables of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.report.words import number
from sim.results.metrics import MEANINGS
from sim.studies.design_archive import SHOWN, Entry
from sim.studies.design_front import hypervolume
from sim.studies.design_problem import Array, Constraint, DesignProblem
from sim.studies.design_search import Judged, feasible
from sim.units import to_si

VOLUME_IN = "infiltration.injected_volume_mL"
TIGHT = 0.02  # relative distance to a bound below which it is said to bind
WORDS = {
    "free_length": "outside the hand",
    "target_depth": "deep",
    "pull_back": "pulled back",
    "volume": "ordered",
    "rate": "",
}
CANNOT = (
    "One lesion and one hand with the values in config.yaml: their uncertainty is not in these "
    "numbers. What separates neighbours on the front is often less than it; vary the inputs of the "
    "best with experiments.sensitivity.",
    "The mechanics is that of the model: straight tissue layers, the needle on the nodule's axis, "
    "one attempt. Pain, bleeding, price, sterility and what a hand finds convenient are no aims.",
    "The search is a seeded sample, not a proof: a better design may have been missed. More "
    "evaluations or another seed tell.",
)


@dataclass(frozen=True)
class Found:
    """What a search left."""

    entries: list[Entry]  # every design asked for, in order
    judged: list[Judged]
    front: list[int]  # indices by increasing cost
    worst: tuple[float, float]  # gain and cost that bound the hypervolume

    @property
    def best(self) -> int | None:
        """Index of the largest gain."""
        return self.front[-1] if self.front else None

    def convergence(self, parts: int = 20) -> tuple[Array, Array]:
        """Return numbers of designs and the hypervolume that so many reached."""
        if not self.judged:
            return np.zeros(0), np.zeros(0)
        counts = np.unique(np.linspace(1, len(self.judged), parts + 1).astype(int))
        reached = []
        for count in counts:
            gain, cost, _ = feasible(self.judged[:count])
            reached.append(hypervolume(gain, cost, self.worst))
        return counts.astype(float), np.array(reached)


def quantity(metric: str, value: float) -> str:
    """Return a metric with its unit."""
    meaning = MEANINGS[metric]
    return f"{number(meaning.shown(value))} {meaning.unit}".strip()


def setting(name: str, value: float) -> str:
    """Return a variable's value (SI) with its unit as people write it."""
    column, factor = SHOWN[name]
    unit = column.removeprefix(name + "_").replace("_per_", "/")
    return f"{number(factor * value, 4)} {unit}"


def design_words(entry: Entry) -> str:
    """Return one line that says which needle it is and how it is used."""
    design = entry.design
    values = (f"{setting(n, x)} {WORDS[n]}".strip() for n, x in design.values.items())
    return f"{design.needle.name}, {design.technique.name}: {', '.join(values)}"


def binding(problem: DesignProblem, entry: Entry) -> list[str]:
    """Name the constraints that are nearly missed and the ranges whose end was chosen."""
    metrics, design = entry.evaluation.metrics, entry.design
    found = [
        f"{_named(c)} (it is {quantity(c.metric, float(metrics[c.metric]))})"
        for c in problem.constraints
        if -TIGHT <= c.excess(metrics) <= 0.0
    ]
    for variable in (design.needle.free_length, *problem.variables):
        share = variable.share(design.values[variable.name])
        if min(share, 1.0 - share) <= TIGHT:
            end, at = ("smallest", variable.low) if share < 0.5 else ("largest", variable.high)
            name = variable.name.replace("_", " ")
            found.append(f"{name}, its {end} value {setting(variable.name, at)}")
    return found + _injection_limits(problem, entry)


def _injection_limits(problem: DesignProblem, entry: Entry) -> list[str]:
    """Name the limits within which the injection itself stays: they bind as well."""
    metrics, found = entry.evaluation.metrics, []
    limit = to_si(str(problem.patient["injection.plunger_force_limit"]), "N")
    force = metrics.get("infiltration.plunger_force_N")
    if force is not None and float(force) >= (1.0 - TIGHT) * limit:
        found.append(f"the hand on the plunger, {number(limit)} N")
    if metrics.get("infiltration.ended_by") == "time_limit":
        volume = quantity(VOLUME_IN, float(metrics[VOLUME_IN]))
        found.append(f"the injection's time, in which {volume} go into the tissue")
    return found


def _named(constraint: Constraint) -> str:
    meaning = MEANINGS[constraint.metric]
    relation = "at most" if constraint.relation == "<=" else "at least"
    return f"{meaning.label}: {relation} {quantity(constraint.metric, constraint.bound)}"


def answer(problem: DesignProblem, found: Found) -> list[str]:
    """Return what was found, what binds, and how the search went."""
    if not found.entries:
        return ["No design was looked at."]
    counts = Counter(entry.evaluation.status for entry in found.entries)
    fit = sum(judged.excess <= 0.0 for judged in found.judged)
    asked = (
        f"{len(found.entries)} designs were looked at: {fit} keep to every limit, "
        f"{counts['complete'] - fit} miss one after the injection, {counts['insertion_only']} "
        f"miss one on the way in and were not injected, {counts['refused']} cannot be put "
        f"together, in {counts['failed']} a solver gave up."
    )
    if found.best is None:
        if fit:
            return [
                asked,
                f"{MEANINGS[problem.objective].label}: nothing in any that keeps to them.",
            ]
        return [asked, "None keeps to every limit. " + _nearest(problem, found)]
    best = found.entries[found.best]
    gain, cost = found.judged[found.best].gain, found.judged[found.best].cost
    tight = binding(problem, best)
    _, volume = found.convergence(4)
    late = 1.0 - volume[-2] / volume[-1] if volume[-1] > 0.0 else 0.0
    return [
        f"Best: {design_words(best)}. {MEANINGS[problem.objective].label}: "
        f"{quantity(problem.objective, gain)}; {MEANINGS[problem.against].label}: "
        f"{quantity(problem.against, cost)}.",
        "What binds: " + ("; ".join(tight) if tight else "no limit, the optimum is inside all"),
        asked,
        f"The last quarter of the designs added {100.0 * late:.2g} % to the area under the front "
        f"({len(found.front)} designs).",
    ]


def _nearest(problem: DesignProblem, found: Found) -> str:
    known = [i for i, e in enumerate(found.entries) if e.evaluation.metrics]
    if not known:
        return f"The first was refused: {found.entries[0].evaluation.reason}"
    near = min(known, key=lambda i: found.judged[i].excess)
    entry = found.entries[near]
    missed = "; ".join(map(_named, problem.missed(entry.evaluation.metrics)))
    return f"Nearest: {design_words(entry)}; it misses {missed}."


def sure(problem: DesignProblem, pairs: Sequence[tuple[Entry, Entry]]) -> list[str]:
    """Compare designs with the same ones on a finer mesh."""
    lines = []
    for coarse, fine in pairs:
        before, after = problem.judge(coarse.evaluation), problem.judge(fine.evaluation)
        if not np.isfinite(after.gain):
            lines.append(f"{design_words(coarse)}: on {fine.mesh} {fine.evaluation.reason}")
            continue
        keeps = "keeps to" if after.excess <= 0.0 else "misses"
        lines.append(
            f"{design_words(coarse)}: {quantity(problem.objective, before.gain)} on {coarse.mesh}, "
            f"{quantity(problem.objective, after.gain)} on {fine.mesh} "
            f"({_change(before.gain, after.gain)}); "
            f"{quantity(problem.against, before.cost)} and {quantity(problem.against, after.cost)} "
            f"({_change(before.cost, after.cost)}); {keeps} the limits there."
        )
    return lines


def _change(before: float, after: float) -> str:
    return f"{100.0 * (after / before - 1.0):+.2g} %" if before else "from nothing"
