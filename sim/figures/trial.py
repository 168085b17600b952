"""Pictures of a trial: each patient a line, success by density, effects by subgroup."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import stats

from sim.figures.paired import paired_figure
from sim.figures.style import DARK, GREY, NEEDLE_COLOURS
from sim.studies.cohort import Patient
from sim.studies.trial import DENSITY, DOSE, INFILTRATED, OUTCOME, REACHED, Subgroup, Tables

Array = NDArray[np.float64]

MEASURES = {DOSE: ("drug in the nodule (mg)", 1.0), INFILTRATED: ("nodule infiltrated (%)", 100.0)}
WORDS = {REACHED: "reached the target", "stalled": "stalled", "torque_limit": "stopped turning"}
BY = {"nodule": "texture", "tissue": "site", DENSITY: "density"}


def pairs_figure(names: Sequence[str], tables: Tables) -> Figure:
    """Draw dose and infiltrated share, one line a patient, coloured by who got more."""
    kept = tables.analysed
    measures = {
        words: np.array([factor * tables.measure(side, name)[kept] for side in (0, 1)])
        for name, (words, factor) in MEASURES.items()
    }
    return paired_figure([spoken(name) for name in names], measures, "patients")


def density_figure(
    names: Sequence[str],
    patients: Sequence[Patient],
    tables: Tables,
    bounds: Sequence[float],
) -> Figure:
    """Draw which insertions reached the target over density, and their share in each class.

    Shares have Wilson's 95 % interval (Wilson 1927, J Am Stat Assoc 22:209).
    """
    kept = tables.analysed
    density = np.array([p.number_of(DENSITY) for p in patients])[kept]
    figure, axes = plt.subplots(2, 1, figsize=(7.6, 5.2), sharex=True)
    for side, ax in enumerate(axes):
        outcomes = tables.both[side][OUTCOME][kept].astype(str).to_numpy()
        reached = outcomes == REACHED
        _shares(ax, density, reached, bounds, NEEDLE_COLOURS[side])
        rng = np.random.default_rng(side)
        for outcome, marker in zip(dict.fromkeys([REACHED, *outcomes]), "ovsX^Pd*", strict=False):
            at = outcomes == outcome
            y = np.where(reached, 108.0, -8.0)[at] + rng.uniform(-3.0, 3.0, int(at.sum()))
            words = f"{WORDS.get(outcome, spoken(outcome))} ({int(at.sum())})"
            colour = NEEDLE_COLOURS[side]
            fill = colour if outcome == REACHED else "none"
            ax.scatter(density[at], y, 18, fill, marker=marker, edgecolors=colour, label=words)
        ax.set_ylim(-16, 116)
        ax.set_yticks([0, 50, 100])
        ax.set_ylabel("reached (%)")
        ax.set_title(spoken(names[side]))
        ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    axes[-1].set_xlabel("mineral density (g/cm³)")
    return figure


def _shares(
    ax: Axes, density: Array, reached: NDArray[np.bool_], bounds: Sequence[float], colour: str
) -> None:
    """Draw the share of each class of density with its interval."""
    for low, high in pairwise([-np.inf, *bounds, np.inf]):
        here = (density >= low) & (density < high)
        if not here.any():
            continue
        share = stats.binomtest(int(reached[here].sum()), int(here.sum()))
        interval = share.proportion_ci(method="wilson")
        span = [density[here].min(), density[here].max()]
        ax.fill_between(span, 100 * interval.low, 100 * interval.high, color=colour, alpha=0.15)
        ax.plot(span, [100 * share.statistic] * 2, color=colour)


def subgroups_figure(names: Sequence[str], subgroups: Sequence[Subgroup]) -> Figure:
    """Draw the differences of every subgroup, the second needle less the first, with intervals."""
    shown = [group for group in subgroups if group.dose is not None and group.success is not None]
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 1.2 + 0.32 * len(shown)), sharey=True)
    y = -np.arange(len(shown))
    for ax, effects, factor, label in (
        (axes[0], [g.success for g in shown], 100.0, "reached the target (percentage points)"),
        (axes[1], [g.dose for g in shown], 1.0, "mean drug in the nodule (mg)"),
    ):
        ax.axvline(0.0, color=GREY, lw=0.8)
        for at, effect in zip(y, effects, strict=True):
            ax.plot([factor * effect.low, factor * effect.high], [at, at], color=DARK, lw=1.2)
            colour = NEEDLE_COLOURS[int(effect.value > 0.0)] if effect.value else GREY
            ax.plot(factor * effect.value, at, "s", color=colour, ms=5.0)
        ax.set_xlabel(f"difference: {label}")
    words = [f"{BY[g.by]} {spoken(g.name)} ({g.number})" for g in shown]
    axes[0].set_yticks(y, words)
    axes[0].set_title(f"right of the line: more with the {spoken(names[1])}")
    return figure


def spoken(name: str) -> str:
    """Return a name as people read it."""
    return name.replace("_", " ")
