"""A treatment's pictures: the force of every round, and what the rounds do to the nodule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.figures.mineral import dissolves, left_figure
from sim.figures.style import GREY, NEEDLE_COLOURS, WIDTHS, label, save, say
from sim.results.metrics import MEANINGS, MM
from sim.results.record import FIGURES
from sim.rounds.record import Treatment

DASHES = ("-", "--", "-.", ":")
FADING = 0.65  # of the colour's strength from one round to the next, down to:
FAINTEST = 0.25
COURSE = (
    "insertion.peak_force_N",
    "infiltration.dose_in_nodule_mg",
    "infiltration.infiltrated_fraction_of_nodule",
    "treatment.mineral_removed_fraction",
)
TITLES = ("Peak force", "Dose in the nodule", "Infiltrated share", "Mineral removed")


def draw_rounds(treatments: Sequence[Treatment], folder: Path) -> dict[str, Path]:
    """Draw the pictures if any round is finished; return their paths by name."""
    if not any(treatment.rounds for treatment in treatments):
        return {}
    figures = {"round_forces": forces_figure(treatments), "rounds": rounds_figure(treatments)}
    lasts = [treatment.rounds[-1] for treatment in treatments if treatment.rounds]
    if all(dissolves(record) for record in lasts):
        figures["mineral_left"] = left_figure(lasts, treatments[0].case.nodule.mineral.density)
    return {
        name: save(figure, folder / FIGURES / f"{name}.png") for name, figure in figures.items()
    }


def forces_figure(treatments: Sequence[Treatment]) -> Figure:
    """Draw the axial force against depth, one panel per needle and one line per round."""
    figure, axes = plt.subplots(
        1, len(treatments), figsize=(WIDTHS[len(treatments)], 3.6), sharex=True, squeeze=False
    )
    for ax, treatment, colour in zip(axes[0], treatments, NEEDLE_COLOURS, strict=False):
        ax.set_title(treatment.name)
        ax.set_xlabel("tip's depth in the undisplaced anatomy (mm)")
        for n, record in enumerate(treatment.rounds):
            depth, force = record.force["depth_mm"], record.force["force_N"]
            strength = max(FADING**n, FAINTEST)
            style = {"color": colour, "alpha": strength, "ls": DASHES[n % len(DASHES)]}
            ax.plot(depth, force, label=f"round {n + 1}", **style)
            ax.plot(depth[-1], force[-1], "o", color=colour, alpha=strength, ms=4)
        if treatment.rounds:
            ax.legend(loc="upper left")
        else:
            say(ax, "no round was finished")
        target = MM * treatment.case.target_depth
        ax.axvline(target, color=GREY, lw=0.8)
        over = {"xycoords": ("data", "axes fraction"), "rotation": 90, "color": GREY}
        label(ax, "target", (target, 0.04), (2, 0), **over)
        ax.set_xlim(0.0, 1.1 * target)
        ax.set_ylim(bottom=0.0)
    axes[0, 0].set_ylabel("axial force (N)")
    return figure


def rounds_figure(treatments: Sequence[Treatment]) -> Figure:
    """Draw force, dose, infiltrated share and mineral removed over the rounds, a line a needle."""
    figure, axes = plt.subplots(2, 2, figsize=(WIDTHS[2], 5.4), sharex=True)
    for ax, key, title in zip(axes.flat, COURSE, TITLES, strict=True):
        meaning = MEANINGS[key]
        ax.set_title(f"{title} ({meaning.unit})")
        for treatment, colour in zip(treatments, NEEDLE_COLOURS, strict=False):
            if not treatment.rounds:
                continue
            rounds = range(1, len(treatment.rounds) + 1)
            values = [meaning.shown(value) for value in treatment.course(key)]
            style = {"color": colour, "ms": 4, "clip_on": False, "label": treatment.name}
            ax.plot(rounds, values, "o-", **style)
        if all(math.isnan(x) for treatment in treatments for x in treatment.course(key)):
            say(ax, "nothing dissolves under the closure none")
        ax.set_ylim(bottom=0.0)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    most = max(len(treatment.rounds) for treatment in treatments)
    axes[0, 0].set_xlim(0.8, most + 0.2)
    for ax in axes[1]:
        ax.set_xlabel("round")
    axes[0, 0].legend(loc="lower left")
    return figure
