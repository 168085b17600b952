"""The answer of a sensitivity study in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.studies.metric import meaning
from sim.studies.sensitivity import Effect, Estimate, Share

NAMED = 3  # inputs
ONE_WAY = 0.9  # mean effect / mean absolute effect from which on a direction is named
MANY = 0.05  # share of the runs without a value above which the indices may be biased


def ended(runs: pd.DataFrame) -> str:
    """Say how the runs ended, and why those did that were not complete."""
    counts = runs["status"].value_counts()
    told = ", ".join(f"{number} {status}" for status, number in counts.items())
    reasons = runs.loc[runs["status"] != "complete", "reason"].astype(str).str.slice(0, 120)
    common = reasons.value_counts().head(1)
    why = "".join(f"; most often: {text}" for text in common.index)
    return f"{len(runs)} runs: {told}{why}."


def answer(
    metric: str,
    indices: Sequence[Effect] | Sequence[Share],
    labels: Sequence[str],
    known: int,
    runs: int,
) -> list[str]:
    """Say which inputs decide a metric, and how far the answer can be trusted.

    Parameters
    ----------
    metric : str
    indices : sequence
        Of every input.
    labels : sequence of str
        Of every input, in plain words.
    known, runs : int
        Runs with a value of the metric, and all.
    """
    name = meaning(metric).label
    main = np.array([weight(index).value for index in indices])
    if not np.isfinite(main).any():
        told = f"{known} of {runs} runs have a value of it"
        return [
            f"{name}: nothing can be said; {told}{', always the same' if known == runs else ''}."
        ]
    if np.nanmax(main) == 0.0:
        return [f"{name}: none of the inputs moves it."]
    order = [i for i in np.argsort(-np.nan_to_num(main, nan=-1.0)) if np.isfinite(main[i])]
    first = "; ".join(f"{labels[i]} {_words(metric, indices[i])}" for i in order[:NAMED])
    sentences = [f"{name} is moved most by: {first}."]
    if (missing := runs - known) > 0:
        share = missing / runs
        trust = (
            ", so many that the indices may be biased (see run.complete)" if share > MANY else ""
        )
        sentences.append(f"{missing} of {runs} runs ({share:.0%}) have no value of it{trust}.")
    return sentences


def weight(index: Effect | Share) -> Estimate:
    """Return what inputs are ranked by: the mean absolute effect, or the total index."""
    return index.mu_star if isinstance(index, Effect) else index.total


def _words(metric: str, index: Effect | Share) -> str:
    main = weight(index)
    if isinstance(index, Share):
        return (
            f"({main.value:.2f} of the variance, 95 % interval {main.low:.2f} to {main.high:.2f})"
        )
    shown = meaning(metric)
    low, value, high = (shown.shown(number) for number in (main.low, main.value, main.high))
    unit = f" {shown.unit}" if shown.unit else ""
    way = "either way" if abs(index.mu) < ONE_WAY * main.value else "up" if index.mu > 0 else "down"
    return f"({value:.3g}{unit} {way} over its range, 95 % interval {low:.3g} to {high:.3g})"
