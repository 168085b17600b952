"""Dose in the nodule against peak force: every design, the front, and how the search converged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.figures.style import DARK, GREY, NEEDLE_COLOURS, label, legend_below, say
from sim.results.metrics import MEANINGS
from sim.studies.design_archive import Entry
from sim.studies.design_problem import DesignProblem
from sim.studies.design_words import Found

MARKERS = ("o", "^", "s", "D", "v", "P")
APART = 0.06  # of the largest gain, between labels
LEFT = 0.15  # of the largest cost: nearer to the axis a label stands on the other side
COLOURS = "viridis"  # from the thinnest needle to the thickest


def design_figure(
    problem: DesignProblem, found: Found, pairs: Sequence[tuple[Entry, Entry]]
) -> Figure:
    """Draw a search.

    Parameters
    ----------
    problem : DesignProblem
    found : Found
    pairs : sequence of (Entry, Entry)
        Designs of the front and the same on a finer mesh.
    """
    figure, (ax, side) = plt.subplots(1, 2, figsize=(10.0, 5.0), width_ratios=(3.0, 1.3))
    entries = _scatter(ax, problem, found)
    if found.front:
        entries |= _front(ax, problem, found, pairs)
        _convergence(side, found)
    else:
        say(side, "no design keeps\nto every limit")
    legend_below(figure, entries)
    return figure


def _axis(metric: str) -> str:
    meaning = MEANINGS[metric]
    return f"{meaning.label} ({meaning.unit})" if meaning.unit else meaning.label


def _scatter(ax: Axes, problem: DesignProblem, found: Found) -> dict[str, Artist]:
    colour = dict(
        zip(
            [needle.name for needle in problem.needles],
            plt.get_cmap(COLOURS)(np.linspace(0.0, 0.92, len(problem.needles))),
            strict=True,
        )
    )
    marker = {t.name: MARKERS[i % len(MARKERS)] for i, t in enumerate(problem.techniques)}
    legend: dict[str, Artist] = {}
    bare = []
    for entry, judged in zip(found.entries, found.judged, strict=True):
        needle, technique = entry.design.needle.name, entry.design.technique.name
        kept = judged.excess <= 0.0
        if not np.isfinite(judged.gain):
            bare.append(judged.cost)
            continue
        gain = MEANINGS[problem.objective].shown(judged.gain)
        face = colour[needle] if kept else "#d0d0d0"
        ax.plot(
            judged.cost, gain, marker[technique], ms=4.5, mfc=face, mec="none", alpha=0.9,
            zorder=4 if kept else 3,
        )  # fmt: skip
        if kept:
            legend[needle] = Line2D([], [], marker="o", ls="", color=colour[needle])
            legend[technique] = Line2D([], [], marker=marker[technique], ls="", color=DARK)
        else:
            legend["misses a limit"] = Line2D([], [], marker="o", ls="", color="#d0d0d0")
    bare = [cost for cost in bare if np.isfinite(cost)]
    if bare:
        ax.plot(bare, np.zeros(len(bare)), "|", color=GREY, ms=7, alpha=0.5, zorder=2)
        legend["misses a limit on the way in (no dose computed)"] = Line2D(
            [], [], marker="|", ls="", color=GREY
        )
    for constraint in problem.constraints:
        if constraint.metric == problem.against:
            ax.axvline(constraint.bound, color=NEEDLE_COLOURS[1], ls="--", lw=1.0)
            label(ax, "limit", (constraint.bound, 0.99), (-3, 0), va="top", ha="right",
                  xycoords=("data", "axes fraction"))  # fmt: skip
    ax.set(xlabel=_axis(problem.against), ylabel=_axis(problem.objective))
    ax.set_title("Designs")
    order = [*colour, *marker]
    known = [name for name in order if name in legend]
    known += [name for name in legend if name not in order]
    return {name.replace("_", " "): legend[name] for name in known}


def _front(
    ax: Axes, problem: DesignProblem, found: Found, pairs: Sequence[tuple[Entry, Entry]]
) -> dict[str, Artist]:
    shown = MEANINGS[problem.objective].shown
    cost = np.array([found.judged[i].cost for i in found.front])
    gain = np.array([shown(found.judged[i].gain) for i in found.front])
    (line,) = ax.step(
        np.append(cost, max(cost[-1], found.worst[1])), np.append(gain, gain[-1]), where="post",
        color=DARK, lw=1.2, zorder=5,
    )  # fmt: skip
    before, room = "", APART * gain.max()
    for i, x, y in zip(found.front, cost, gain, strict=True):
        needle = found.entries[i].design.needle.name.replace("_", " ")
        if needle != before and y > room:  # the legend names those that are too close
            label(ax, needle, (x, y), (-4, 4), ha="right" if x > LEFT * cost[-1] else "left")
            before, room = needle, y + APART * gain.max()
    legend: dict[str, Artist] = {"front": line}
    for _, fine in pairs:
        judged = problem.judge(fine.evaluation)
        if np.isfinite(judged.gain):
            (legend[f"the same, mesh {fine.mesh}"],) = ax.plot(
                judged.cost, shown(judged.gain), "x", color=NEEDLE_COLOURS[1], ms=7, mew=1.6,
                zorder=7, ls="",
            )  # fmt: skip
    return legend


def _convergence(ax: Axes, found: Found) -> None:
    counts, volume = found.convergence()
    ax.plot(counts, volume / volume[-1], "o-", color=NEEDLE_COLOURS[0], ms=3)
    ax.set(xlabel="designs looked at", ylabel="hypervolume / that at the end", ylim=(0.0, 1.05))
    ax.set_title("Convergence of the front")
