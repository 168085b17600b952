"""One look for all pictures: colours that colour-blind readers tell apart, units everywhere."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

NEEDLE_COLOURS = ("#0072b2", "#d55e00")  # a, b: blue and vermillion of Okabe and Ito
GREY, DARK, THRESHOLD = "#767676", "#333333", "#d55e00"
SEQUENTIAL = "YlGnBu"  # light where there is nothing, so that outlines stay visible
LAYER_COLOURS = {"skin": "#f3d9c9", "subcutis": "#fbf1d5", "nodule": "#dcdfe4"}
PLACE_COLOURS = {
    "nodule": "#0072b2",
    "skin and subcutis": "#e69f00",
    "cleared by perfusion": "#cccccc",
    "left through the side": "#999999",
    "lost through the skin": "#cc79a7",
}
DPI = 150

plt.rcParams.update(
    {
        "font.size": 9.0,
        "axes.titlesize": 10.0,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": 9.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "legend.frameon": False,
        "legend.fontsize": 8.0,
        "lines.linewidth": 1.6,
        "figure.constrained_layout.use": True,
        "figure.facecolor": "white",
        "savefig.dpi": DPI,
    }
)


def label(ax: Axes, text: str, at: tuple[float, float], shift: tuple[float, float], **how: object):
    """Write small text at a point (data coordinates unless told), shifted by typographic points."""
    settings: dict[str, object] = {"fontsize": 7.0, "color": DARK, "zorder": 5}
    ax.annotate(text, at, xytext=shift, textcoords="offset points", **(settings | how))


def save(figure: Figure, path: Path) -> Path:
    """Write a PNG and free the figure's memory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="png", metadata={"Software": None})
    plt.close(figure)
    return path
