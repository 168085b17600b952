"""How insertions end over mineral density and solid strength, one panel per needle and length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.case import Case
from sim.figures.outcomes import LEGEND, OUTCOMES, looks, paint, patches
from sim.figures.style import DARK, HALO, label, legend_below, say
from sim.outcome import Array
from sim.penetration_map import OUT_OF_REACH, Cell
from sim.results.metrics import G_PER_CM3, MM, MPA

MARGINS = {0.5: ":", 1.0: "-", 2.0: "--"}
TICKS = (10, 20, 50, 100, 200, 400, 800, 1600, 3200)  # MPa
PATIENT = {"marker": "P", "ms": 7, "mfc": "white", "mec": DARK, "ls": ""}
PANEL = (2.0, 2.0)  # inches
SMALLEST = (6.0, 4.0)  # inches, of the whole picture: its labels need them


def map_figure(needles: Sequence[Case], cells: Sequence[Cell]) -> Figure:
    """Draw the map; a row per free length, a column per needle.

    Parameters
    ----------
    needles : sequence of Case
        As the map was evaluated with, by needle, then free length.
    cells : sequence of Cell
        All of the map, by needle, density, strength.
    """
    names = list(dict.fromkeys(case.needle.name for case in needles))
    rows = len(needles) // len(names)
    figure, axes = plt.subplots(
        rows, len(names), figsize=(max(PANEL[0] * len(names) + 0.8, SMALLEST[0]),
                                   max(PANEL[1] * rows + 1.0, SMALLEST[1])),
        sharex=True, sharey=True, squeeze=False,
    )  # fmt: skip
    size = len(cells) // len(needles)
    for i, (ax, case) in enumerate(zip(axes.T.flat, needles, strict=True)):
        own = cells[i * size : (i + 1) * size]
        name = case.needle.name.replace("_", " ")
        ax.set_title(f"{name}, {MM * case.needle.free_length:.4g} mm", pad=15.0)
        _panel(ax, case, own)
    axes[0, 0].set_yscale("log")
    low, high = (MPA * f(cell.solid_strength for cell in cells) for f in (min, max))
    ticks = [tick for tick in TICKS if low <= tick <= high]
    axes[0, 0].set_yticks(ticks, [str(tick) for tick in ticks])
    axes[0, 0].minorticks_off()
    axes[-1, len(names) // 2].set_xlabel("apparent density of the mineral (g/cm³)")
    figure.supylabel("strength of the pore-free solid (MPa)", fontsize=9.0)
    with plt.rc_context(LEGEND):
        legend_below(figure, _legend(cells))
    return figure


def _panel(ax: Axes, case: Case, cells: Sequence[Cell]) -> None:
    if cells[0].outcome == OUT_OF_REACH:
        say(ax, "target beyond\nthe needle's reach")
        return
    density = G_PER_CM3 * np.unique([cell.density for cell in cells])
    strength = MPA * np.unique([cell.solid_strength for cell in cells])
    shape = len(density), len(strength)
    words = np.array([cell.outcome for cell in cells], dtype=object).reshape(shape)
    edges = _edges(density), np.exp(_edges(np.log(strength)))
    paint(ax, *edges, words.T, OUTCOMES)
    margin = np.log([cell.smallest_margin or np.nan for cell in cells]).reshape(shape)
    fine = np.geomspace(strength[0], strength[-1], 20 * len(strength))  # straight in the logarithms
    margin = np.array([np.interp(np.log(fine), np.log(strength), row) for row in margin])
    for level, style in MARGINS.items():
        if np.nanmin(margin) < np.log(level) < np.nanmax(margin):
            width = 1.8 if level == 1.0 else 0.9
            line = ax.contour(
                density, fine, margin.T, [np.log(level)],
                colors="black", linestyles=style, linewidths=width, zorder=3,
            )  # fmt: skip
            line.set_path_effects([HALO])  # over the hatches
    mineral, technique = case.nodule.mineral, case.technique
    ax.plot([G_PER_CM3 * mineral.density], [MPA * mineral.solid_strength], **PATIENT)
    ax.set(xlim=edges[0][[0, -1]], ylim=edges[1][[0, -1]])
    hand = f"{technique.kind}, at most {technique.force_limit:.3g} N"
    label(ax, hand, (0.0, 1.0), (0, 4), xycoords="axes fraction")


def _edges(centres: Array) -> Array:
    """Edges of cells around evenly spaced centres."""
    half = 0.5 * (centres[1] - centres[0])
    return np.append(centres - half, centres[-1] + half)


def _legend(cells: Sequence[Cell]) -> dict[str, Artist]:
    found = {cell.outcome for cell in cells} - {OUT_OF_REACH}
    entries: dict[str, Artist] = dict(patches(looks(found)))
    for level, style in MARGINS.items():
        width = 1.8 if level == 1.0 else 0.9
        entries[f"smallest margin {level:g}"] = Line2D([], [], color="black", ls=style, lw=width)
    entries["the patient as given"] = Line2D([], [], **PATIENT)
    return entries
