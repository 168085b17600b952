"""Metrics of a sweep's table as numbers, also those that are words."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ConfigError
from sim.results.metrics import MEANINGS, Meaning

IS = " is "  # "insertion.outcome is reached_target": 1 where it is so, 0 where not
FINISHED = "run.complete"  # 1 of a run that was complete, 0 of one refused or given up
ENDED = {"complete": 1.0, "refused": 0.0, "failed": 0.0}


def values(table: pd.DataFrame, metric: str) -> NDArray[np.float64]:
    """Return a metric of every run, NaN where it has none.

    Parameters
    ----------
    table : DataFrame
        Of `sim.sweeps.pool.run_points`.
    metric : str
        A column of numbers or of true and false; ``<column> is <value>`` for 1 where a word is
        that, 0 where it is another; or ``run.complete``.

    Raises
    ------
    ConfigError
        If there is no such column, or it holds words.
    """
    if metric == FINISHED:
        return table["status"].map(ENDED).to_numpy(float)
    name, question, word = metric.partition(IS)
    complete = (table["status"] == "complete").to_numpy()
    if name not in table:
        known = [column for column in table if column.partition(".")[0] in _PARTS]
        raise ConfigError("metrics", name, f"the runs have {', '.join(known) or 'no metrics'}")
    column = table[name].where(complete & table[name].notna())
    if question:
        return column.eq(word).astype(float).where(column.notna()).to_numpy(float)
    try:
        return column.astype(float).to_numpy()
    except ValueError as error:
        words = ", ".join(sorted(column.dropna().astype(str).unique()))
        raise ConfigError(
            "metrics", metric, f"it is in words; ask {metric!r}{IS}one of: {words}"
        ) from error


def meaning(metric: str) -> Meaning:
    """Return how a metric, or a question about one, is shown to people."""
    if metric == FINISHED:
        return Meaning("Run complete (1 yes, 0 refused or given up)")
    name, question, word = metric.partition(IS)
    side, round_, own = _OF.fullmatch(name).groups()
    known = MEANINGS.get(own)
    if known is None:
        return Meaning(metric)
    of = (f"{side[0]}: " if side else "") + (f"round {round_}: " if round_ else "")
    if question:
        return Meaning(f"{of}{known.label}: {word} (1 yes, 0 no)")
    return Meaning(f"{of}{known.label}", known.unit)


_OF = re.compile(r"([ab]\.)?(?:round_(\d+)\.)?(.*)")  # side, round and name of a metric
_PARTS = {name.partition(".")[0] for name in MEANINGS} | {"a", "b", "round_1"}
