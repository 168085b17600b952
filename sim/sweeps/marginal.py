"""A metric at each value of one axis, over what the other axes did.

Values are compared in the conditions (values of the other axes) that all of them share, where there
are any: a value that was only tried in easy conditions would look better than it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.studies.metric import values
from sim.sweeps.axes import Axis, Level, Swept
from sim.sweeps.ranking import OUTCOME, REACHED

EQUAL = 1e-3  # relative difference up to which medians are the same


@dataclass(frozen=True)
class AtLevel:
    """The runs at one value of an axis; NaN where none of those compared has the metric."""

    level: Level
    asked: int
    complete: int
    reached: int | None  # of the complete ones; None where no insertion was computed
    compared: int
    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Marginal:
    """A metric along an axis, in the axis' order; `shared`: all in the same conditions."""

    axis: Axis
    levels: tuple[AtLevel, ...]
    shared: bool

    @property
    def known(self) -> list[AtLevel]:
        """The values at which the metric is known, the largest median first."""
        found = [level for level in self.levels if np.isfinite(level.median)]
        return sorted(found, key=lambda level: -level.median)

    @property
    def matters(self) -> bool:
        """Whether the medians differ by more than rounding."""
        known = self.known
        if len(known) < 2:
            return False
        return known[0].median - known[-1].median > EQUAL * abs(known[0].median)


def marginal(swept: Swept, metric: str, axis: Axis) -> Marginal:
    """Return a metric at each value of an axis.

    Raises
    ------
    ConfigError
        If there is no such metric, or it is in words.
    """
    runs = swept.runs
    found = pd.Series(values(runs, metric), runs.index)
    others = [other.key for other in swept.axes if other.key != axis.key]
    where = pd.Series(list(map(tuple, runs[others].astype(str).to_numpy())), runs.index)
    known = found.notna()
    tried = [set(where[known & (runs[axis.key] == level)]) for level in axis.levels]
    common = set.intersection(*filter(None, tried)) if any(tried) else set()
    used = known & where.isin(common) if common else known
    outcome = swept.metric(OUTCOME)
    rows = []
    for level in axis.levels:
        here = runs[axis.key] == level
        complete = here & (runs["status"] == "complete")
        own = found[here & used]
        ends = (own.median(), own.min(), own.max())
        reached = int((runs.loc[complete, outcome] == REACHED).sum()) if outcome else None
        rows.append(AtLevel(level, int(here.sum()), int(complete.sum()), reached, len(own), *ends))
    return Marginal(axis, tuple(rows), bool(common))
