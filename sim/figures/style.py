"""One look for all pictures: colours that colour-blind readers tell apart, units everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import fill

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from sim.figures.colour_map import evenly_spaced
from sim.results.files import written

NEEDLE_COLOURS = ("#0072b2", "#d55e00")  # a, b: blue and vermillion of Okabe and Ito
GREY, DARK = "#767676", "#333333"
THRESHOLD = "#ee6fb0"  # no needle's colour, and lighter than the map where the line lies
SEQUENTIAL = "even YlGnBu"  # light where there is nothing, so that outlines stay visible
LAYER_COLOURS = {"skin": "#f3d9c9", "subcutis": "#fbf1d5", "nodule": "#dcdfe4"}
PLACE_COLOURS = {
    "nodule": "#0072b2",
    "skin and subcutis": "#e69f00",
    "in the needle's way": "#56b4e9",
    "consumed by dissolution": "#009e73",
    "cleared by perfusion": "#cccccc",
    "left through the side": "#999999",
    "lost through the skin": "#cc79a7",
}
WIDTHS = {1: 6.4, 2: 9.6}  # inches, by the number of needles: equal, so that a page scales alike
TITLE_LETTER = 0.082  # inches, mean width of a title's letters
DPI = 150
HALO = withStroke(linewidth=2.0, foreground="white", alpha=0.85)

colormaps.register(evenly_spaced(SEQUENTIAL.removeprefix("even ")))

plt.rcParams.update(
    {
        "font.size": 9.0,
        "axes.titlesize": 10.0,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": 9.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "hatch.linewidth": 0.6,
        "legend.frameon": False,
        "legend.fontsize": 8.0,
        "lines.linewidth": 1.6,
        "figure.constrained_layout.use": True,
        "figure.facecolor": "white",
        "savefig.dpi": DPI,
    }
)


def heading(text: str, inches: float) -> str:
    """Break a title into lines that fit into a panel of this width."""
    return fill(text, max(int(inches / TITLE_LETTER), 12))


def label(ax: Axes, text: str, at: tuple[float, float], shift: tuple[float, float], **how: object):
    """Write small text at a point (data coordinates unless told), shifted by typographic points."""
    settings: dict[str, object] = {"fontsize": 7.5, "color": DARK, "zorder": 8}
    settings["path_effects"] = [HALO]
    ax.annotate(text, at, xytext=shift, textcoords="offset points", **(settings | how))


def say(ax: Axes, text: str) -> None:
    """Write in the middle of a panel why it is empty."""
    label(ax, text, (0.5, 0.5), (0, 0), xycoords="axes fraction", ha="center")


def legend_below(figure: Figure, entries: Mapping[str, Artist]) -> None:
    """Put a legend under the panels, in as few rows as the figure's width allows."""
    for columns in range(len(entries), 0, -1):
        legend = figure.legend(
            list(entries.values()), list(entries), loc="outside lower center", ncols=columns
        )
        if legend.get_window_extent().width <= figure.bbox.width:
            return
        if columns > 1:
            legend.remove()


def save(figure: Figure, path: Path) -> Path:
    """Write a PNG, all of it or nothing, and free the figure's memory.

    The layout is found once and kept; left to itself it is found twice while a figure is saved.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.set_dpi(DPI)
    if (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")
    with written(path) as aside:
        figure.savefig(aside, format="png", metadata={"Software": None})
    plt.close(figure)
    return path
