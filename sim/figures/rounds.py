"""A treatment's pictures: the force of every round, and what the rounds do to the nodule."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

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
TITLES = ("Peak force", "Dose in the nodule", "Infiltrated share", "Mineral left")


def draw_rounds(treatments: Sequence[Treatment], folder: Path) -> dict[str, Path]:
    """Draw both pictures if any round is finished; return their paths by name."""
    if not any(treatment.rounds for treatment in treatments):
        return {}
    pictures = {"round_forces": forces_figure, "rounds": rounds_figure}
    return {
        name: save(picture(treatments), folder / FIGURES / f"{name}.png")
        for name, picture in pictures.items()
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
        ax.set_ylim(bottom=0.0)
    axes[0, 0].set_ylabel("axial force (N)")
    return figure


def rounds_figure(treatments: Sequence[Treatment]) -> Figure:
    """Draw force, dose, infiltrated share and mineral left over the rounds, a line per needle."""
    figure, axes = plt.subplots(2, 2, figsize=(WIDTHS[2], 5.4), sharex=True)
    most = max(len(treatment.rounds) for treatment in treatments)
    for ax, key, title in zip(axes.flat, COURSE, TITLES, strict=True):
        meaning = MEANINGS[key]
        removed = key == COURSE[-1]
        for treatment, colour in zip(treatments, NEEDLE_COLOURS, strict=False):
            _course(ax, treatment, key, colour, removed)
        ax.set_title(title)
        ax.set_ylabel(f"{title.lower()} ({meaning.unit})")
        ax.set_ylim(bottom=0.0)
        ax.set_xlim(-0.2 if removed else 0.8, most + 0.2)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    for ax in axes[1]:
        ax.set_xlabel("round")
    for ax in axes.flat:
        ax.set_xlim(-0.2, most + 0.2)
    axes[0, 0].legend(loc="best")
    return figure


def _course(ax: Axes, treatment: Treatment, key: str, colour: str, removed: bool) -> None:
    """Draw one needle's line; of the mineral what is left, from before the first round on."""
    rounds = np.arange(1, len(treatment.rounds) + 1)
    values = np.array(treatment.course(key), dtype=float)
    if MEANINGS[key].unit == "%":
        values = 100.0 * values
    if removed:
        rounds, values = np.append(0, rounds), np.append(100.0, 100.0 - values)
    ax.plot(rounds, values, "o-", color=colour, ms=4, label=treatment.name, clip_on=False)
