"""What is drawn of a sweep: what a user asks for, the rest from what varies in its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.errors import ConfigError
from sim.figures.multiples import in_words
from sim.figures.trends import MOST_LINES
from sim.studies.metric import values
from sim.sweeps.axes import NEEDLE, Axis, Swept
from sim.sweeps.effects import correlations
from sim.sweeps.ranking import DOSE, FORCE

MAIN = (  # metrics, what an operator wants first
    DOSE,
    "infiltration.infiltrated_fraction_of_nodule",
    "insertion.depth_in_nodule_mm",
    FORCE,
    "infiltration.injected_volume_mL",
    "infiltration.peak_pressure_kPa",
    "treatment.mineral_removed_fraction",
)
EQUAL = 1e-4  # relative difference up to which values are the same


@dataclass(frozen=True)
class Choice:
    """What is drawn: metrics (columns), the axes they are over, and the one they are split by."""

    metrics: tuple[str, ...]
    over: tuple[Axis, ...]
    by: Axis | None
    asked: bool  # whether a user named what it is over


def choose(
    runs: Swept, metrics: Sequence[str] = (), over: Sequence[str] = (), by: str | None = None
) -> Choice:
    """Return what to draw of a sweep: what is asked for, the rest from what varies.

    Parameters
    ----------
    runs : Swept
    metrics : sequence of str
        Columns, or questions as `sim.studies.metric.values` takes them.
    over : sequence of str
        Keys or columns of one axis or two.
    by : str, optional
        Key or column of another one.

    Raises
    ------
    ConfigError
        If there is no such metric or axis, or an axis is named twice.
    """
    for metric in metrics:
        if not in_words(runs.runs, metric):
            values(runs.runs, metric)
    if len(over) > 2:
        raise ConfigError("--over", " ".join(over), "name one axis or two")
    own = [runs.axis(name, "--over") for name in over]
    split = None if by is None else runs.axis(by, "--by")
    if len({axis.key for axis in (*own, *([split] if split else []))}) < len(own) + bool(by):
        raise ConfigError("--by", by or " ".join(over), "an axis is named twice")
    free = [axis for axis in runs.axes if axis not in own and axis != split]
    lines = [axis for axis in free if not runs.sampled(axis) and len(axis.levels) <= MOST_LINES]
    if split is None and len(free) + len(own) > 1:
        split = next((axis for axis in lines if axis.key == NEEDLE), None)
        if split is None and lines and len(free) + len(own) != 2:
            split = min(lines, key=lambda axis: len(axis.levels))
    free = [axis for axis in free if axis != split]
    free.sort(key=lambda axis: (not axis.numeric, runs.sampled(axis), -len(axis.levels)))
    own = (own + free)[: max(2, len(own))] if not over else own
    chosen = tuple(metrics) or tuple(
        column for name in MAIN if (column := runs.metric(name)) and _moves(runs, column)
    )
    if not over and own and runs.sampled(own[0]) and chosen and not in_words(runs.runs, chosen[0]):
        own = [axis for axis, _, _ in correlations(runs, chosen[0]) if axis != split][:2] or own
    return Choice(chosen, tuple(own), split, bool(over))


def _moves(runs: Swept, column: str) -> bool:
    """Return whether a column of numbers differs between runs by more than rounding."""
    if in_words(runs.runs, column):
        return False
    found = values(runs.runs, column)
    found = found[np.isfinite(found)]
    return len(found) > 1 and np.ptp(found) > EQUAL * np.abs(found).max()
