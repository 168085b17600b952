"""What a picture is measured with: one scale of colours for all its panels, and a bar of length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Colormap, LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.tri import Triangulation

from sim.figures.style import DARK, SEQUENTIAL, label
from sim.outcome import Array

BANDS = 60  # of colour
BAR, EDGE = 2.5, 2.0  # points: width of the bar of length, and of the halo of it and its text
ROUNDING = 1e-6  # values above the highest that count as the highest
SHORTEST, NICE = 0.12, (1.0, 2.0, 5.0, 10.0)  # of the panel's width: the bar of length, at least

type Kind = Literal["log", "linear"]


@dataclass(frozen=True)
class ColourScale:
    """From which value to which the colours go; below the lowest of a logarithmic one is white."""

    low: float
    high: float
    kind: Kind = "linear"
    extend: Literal["neither", "min", "max", "both"] = "neither"  # what is beyond, and painted

    @property
    def norm(self) -> Normalize:
        """Values to shares of the map."""
        return (LogNorm if self.kind == "log" else Normalize)(self.low, self.high)

    @property
    def colours(self) -> Colormap:
        """The map, white below where that is painted."""
        colours = colormaps[SEQUENTIAL]
        return colours.with_extremes(under="white") if self.extend in ("min", "both") else colours

    @property
    def levels(self) -> Array:
        """Edges of the bands of colour."""
        spaced = np.geomspace if self.kind == "log" else np.linspace
        levels = spaced(self.low, self.high, BANDS)
        levels[-1] += ROUNDING * (self.high - self.low)
        return levels

    def paint(self, ax: Axes, mesh: Triangulation, values: Array) -> None:
        """Paint the values (k,) at a mesh's points."""
        if self.extend in ("neither", "max"):
            values = np.maximum(values, self.low)
        else:  # a logarithm wants values above 0
            values = np.maximum(values, self.low - 0.9 * abs(self.low))
        if self.extend in ("neither", "min"):
            values = np.minimum(values, self.high)
        bands = ax.tricontourf(
            mesh,
            values,
            self.levels,
            norm=self.norm,
            cmap=self.colours,
            extend=self.extend,
            zorder=1,
        )
        bands.set_rasterized(True)

    def bar(
        self, figure: Figure, axes: Axes | Sequence[Axes], text: str, **how: object
    ) -> Colorbar:
        """Draw the colour bar beside `axes`, with `text` that names quantity and unit."""
        mappable = ScalarMappable(self.norm, self.colours)
        bar = figure.colorbar(mappable, ax=axes, extend=self.extend, **how)
        bar.set_label(text)
        bar.ax.yaxis.set_major_formatter("{x:g}")
        return bar


def scale_bar(
    ax: Axes, at: tuple[float, float] = (0.97, 0.95), colour: str = DARK, halo: str = "white"
) -> None:
    """Draw a bar of a round length in mm; `at` is its right end, in shares of the panel."""
    low, high = sorted(ax.get_xlim())
    least = SHORTEST * (high - low)
    decade = 10.0 ** np.floor(np.log10(least))
    length = next(decade * step for step in NICE if decade * step >= least)
    right, share = at[0], length / (high - low)
    ax.plot(
        [right - share, right], [at[1]] * 2, color=colour, lw=BAR, solid_capstyle="butt",
        transform=ax.transAxes, zorder=9,
        path_effects=[withStroke(linewidth=BAR + EDGE, foreground=halo)],
    )  # fmt: skip
    middle = (right - 0.5 * share, at[1])
    where = {"xycoords": "axes fraction", "ha": "center", "va": "top", "color": colour}
    edged = [withStroke(linewidth=EDGE, foreground=halo)]
    label(ax, f"{length:g} mm", middle, (0, -3), path_effects=edged, **where)
