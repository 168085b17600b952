"""Which needle arrives most often, with how much drug, at what force: counted, not modelled.

Needles are compared in the conditions (values of all other axes) in which each of them has a
complete run. Where they share none, as in samples that were drawn for each needle alone, all
complete runs count and the ranking says so. A sweep's conditions are chosen, not drawn from
patients: shares of them are counts without intervals, and no estimate of any rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.sweeps.axes import DEVICE, NEEDLE, TECHNIQUE, Swept

OUTCOME, REACHED = "insertion.outcome", "reached_target"
DOSE, FORCE = "infiltration.dose_in_nodule_mg", "insertion.peak_force_N"


@dataclass(frozen=True)
class Rank:
    """One needle in the conditions compared."""

    device: str
    asked: int  # runs of it in the sweep
    complete: int
    outcomes: tuple[str, ...]  # of the runs compared; empty where none has an insertion
    dose: NDArray[np.float64]  # mg in the nodule, NaN where none was computed
    force: NDArray[np.float64]  # N, the largest of a run; the hand's limit where that ended it

    @property
    def compared(self) -> int:
        """Runs that are compared."""
        return len(self.force)

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Whether each run reached its target."""
        return np.array([outcome == REACHED for outcome in self.outcomes], dtype=bool)

    @property
    def share(self) -> float:
        """Share of the conditions in which the target was reached; NaN where none was looked at."""
        return float(self.reached.mean()) if len(self.outcomes) else float("nan")

    @property
    def median_dose(self) -> float:
        """Median over the runs that have a dose (mg); NaN without any."""
        return _median(self.dose)

    @property
    def median_force(self) -> float:
        """Median of the peak force where the target was reached (N); NaN where it never was."""
        return _median(self.force[self.reached] if len(self.outcomes) else self.force)


@dataclass(frozen=True)
class Ranking:
    """The needles of a sweep, the one that arrives most often first, then by median dose."""

    ranks: tuple[Rank, ...]
    paired: bool  # all in the same conditions
    conditions: int  # that are compared; of all runs where not paired


def ranking(swept: Swept) -> Ranking | None:
    """Return the ranking of a sweep's needles; None with fewer than two or nothing to compare."""
    runs = swept.runs
    if DEVICE not in runs or runs[DEVICE].nunique() < 2:
        return None
    complete = runs[runs["status"] == "complete"]
    keys = [axis.key for axis in swept.axes if axis.key not in (NEEDLE, TECHNIQUE)]
    where = pd.Series(list(map(tuple, complete[keys].astype(str).to_numpy())), complete.index)
    devices = list(dict.fromkeys(runs[DEVICE]))
    of = {device: set(where[complete[DEVICE] == device]) for device in devices}
    present = [device for device in devices if of[device]]
    common = set.intersection(*(of[device] for device in present)) if present else set()
    compared = complete[where.isin(common)] if common else complete
    if len(present) < 2:
        return None
    ranks = [_rank(swept, device, runs, compared) for device in devices]
    order = sorted(ranks, key=lambda r: (-_low(r.share), -_low(r.median_dose), r.median_force))
    return Ranking(tuple(order), bool(common), len(common) or len(compared))


def reached(swept: Swept) -> pd.Series:
    """Return whether each run reached its target; true where no insertion was computed."""
    column = swept.metric(OUTCOME)
    if column is None:
        return pd.Series(True, swept.runs.index)
    return swept.runs[column].isna() | swept.runs[column].eq(REACHED)


def _rank(swept: Swept, device: str, runs: pd.DataFrame, compared: pd.DataFrame) -> Rank:
    own, mine = (table[table[DEVICE] == device] for table in (runs, compared))
    outcome, dose, force = (swept.metric(name) for name in (OUTCOME, DOSE, FORCE))
    return Rank(
        device,
        len(own),
        int((own["status"] == "complete").sum()),
        () if outcome is None else tuple(mine[outcome].fillna("").astype(str)),
        _numbers(mine, dose),
        _numbers(mine, force),
    )


def _numbers(runs: pd.DataFrame, column: str | None) -> NDArray[np.float64]:
    return np.full(len(runs), np.nan) if column is None else runs[column].to_numpy(float)


def _median(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _low(value: float) -> float:
    """Put what is not known last."""
    return value if np.isfinite(value) else -1.0
