"""The answer of a sweep in plain words, from its table alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.report.words import listed, number
from sim.results.metrics import Meaning
from sim.studies.metric import meaning, values
from sim.sweeps.axes import FIRST_ROUND, Swept
from sim.sweeps.marginal import Marginal
from sim.sweeps.ranking import FORCE, Ranking, reached

NAMED = 5  # axes whose values are told of a single run
LETTERS = 8  # of a run's key
DEPTH = "insertion.depth_in_nodule_mm"


def ended_words(table: pd.DataFrame, asked: int) -> str:
    """Say how many runs ended how, of how many that were asked for."""
    counts = table["status"].value_counts()
    whole = int(counts.get("complete", 0))
    others = ", ".join(
        f"{n} {how.replace('_', ' ')}" for how, n in counts.items() if how != "complete"
    )
    total = max(asked, len(table))
    text = f"{whole} of {total} runs are complete"
    if others:
        text += f" ({others}; why is told below). Nothing is known of what those would have given"
    if asked > len(table):
        text += f". {asked - len(table)} were not begun: the same command goes on with them"
    return f"{text}."


def extremes_words(runs: Swept, metric: str) -> str:
    """Say with which values of what was swept a metric is largest and smallest.

    The largest depth is mostly the target's, which is no result: there the arrivals are counted.
    The force of a run that was stopped is the hand's limit: it is told of arrivals alone.
    """
    known, found = meaning(metric), values(runs.runs, metric)
    own, arrived = metric.removeprefix(FIRST_ROUND), reached(runs).to_numpy(bool)
    if own == DEPTH and (arrived & np.isfinite(found)).any():
        return _arrivals(runs, known, found, arrived)
    of = ""
    if own == FORCE and not arrived.all():
        found = np.where(arrived, found, np.nan)
        of = " where the target was reached"
    if of and not np.isfinite(found).any():
        return f"{known.label}: no run reached its target; all have that at which they stopped."
    if not np.isfinite(found).any():
        return f"{known.label}: no run has it."
    low, high = np.nanmin(found), np.nanmax(found)
    if high - low <= 1e-4 * abs(high):
        return f"{known.label} is {_quantity(known, high)} in every run{of}."
    best, worst = int(np.nanargmax(found)), int(np.nanargmin(found))
    same = int((found == high).sum())
    also = f", and as much in {same - 1} other runs" if same > 1 else ""
    return (
        f"{known.label}{of} is largest, {_quantity(known, high)}, with "
        f"{_place(runs, best)}{also}; "
        f"smallest, {_quantity(known, low)}, with {_place(runs, worst)}."
    )


def _arrivals(runs: Swept, known: Meaning, depth: np.ndarray, arrived: np.ndarray) -> str:
    """Say how many runs reached their target, and which of the others stopped first."""
    known_here = np.isfinite(depth)
    count, total = int((arrived & known_here).sum()), int(known_here.sum())
    text = f"{count} of {total} runs reached the target"
    if count == 1:
        text += f": that with {_place(runs, int(np.flatnonzero(arrived & known_here)[0]))}"
    if count == total:
        return f"{text}."
    least = int(np.nanargmin(np.where(arrived, np.nan, depth)))
    stopped = f"{_quantity(known, depth[least])} into the nodule, with {_place(runs, least)}"
    return f"{text}. Least deep of the others: {stopped}."


def ranking_words(found: Ranking) -> str:
    """Say which needles reach the target most and least often."""
    known = [rank for rank in found.ranks if rank.compared and len(rank.outcomes)]
    if not known:
        return ""
    counts = {}
    for rank in known:
        counts.setdefault((int(rank.reached.sum()), rank.compared), []).append(rank.device)
    told = "; ".join(
        f"{listed(names)}: {reached} of {number(compared)}"
        for (reached, compared), names in counts.items()
    )
    where = (
        f"in the {found.conditions} conditions that all needles share"
        if found.paired and found.conditions > 1
        else "in the one condition that all needles share"
        if found.paired
        else "in runs whose conditions differ between the needles"
    )
    return f"Targets reached {where}: {told}."


def marginal_words(found: Marginal, metric: str) -> str:
    """Say which value of an axis has the largest median of a metric."""
    known, (name, axis) = meaning(metric), (found.axis.label, found.axis)
    levels = found.known
    if not levels:
        return ""
    if not found.matters:
        return f"{_capital(name)}: makes no difference to it, in the median."
    best, worst = levels[0], levels[-1]
    where = "" if found.shared else " (the values were tried in different conditions)"
    return (
        f"{_capital(name)}: the median is largest at {axis.text(best.level)} "
        f"({_quantity(known, best.median)}, {_runs(best.compared)}) and smallest at "
        f"{axis.text(worst.level)} ({_quantity(known, worst.median)}, {_runs(worst.compared)})"
        f"{where}."
    )


def _place(runs: Swept, row: int) -> str:
    """Return the values of a run along what was swept."""
    axes = [axis for axis in runs.axes if not pd.isna(runs.runs[axis.key].iloc[row])]
    if len(axes) > NAMED:
        axes = [axis for axis in axes if not runs.sampled(axis)][:NAMED]
    told = [f"{axis.label} {axis.text(runs.runs[axis.key].iloc[row])}" for axis in axes]
    return listed(told) or f"the values of run {run_name(runs.runs['folder'].iloc[row])}"


def run_name(folder: str) -> str:
    """Return as much of a run's folder as tells it from the others."""
    return folder.rpartition("/")[2][:LETTERS]


def _quantity(known: Meaning, value: float) -> str:
    return f"{number(known.shown(float(value)))} {known.unit}".strip()


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
