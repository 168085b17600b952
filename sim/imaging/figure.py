"""The radiographs of a series, what sets them apart and a CT slice: one figure.

Radiographs are shown as on a light box: what attenuates is bright. All of them have one grey scale,
which ends at the mineral (steel may pass it); all differences have one scale about zero, and those
that are seen are smoothed, as an eye does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from textwrap import fill

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from sim.figures.scale import scale_bar
from sim.figures.style import DARK
from sim.imaging.ct import Volume
from sim.imaging.exposure import blurred
from sim.imaging.make import NOTHING_DISSOLVES, Picture, Series
from sim.imaging.settings import SLICES, Settings
from sim.outcome import Array
from sim.results.metrics import MG, MM

GREYS, CHANGES = "gray", "PuOr"  # the latter: diverging, also for colour-blind eyes
PANEL = 2.6  # inches, at most
WIDEST = 11.0
PLACE = (0.96, 0.13)  # right end of the scale bar, in shares of a panel
LINE = 0.16  # inches, height of the caption's lines
LETTER = 0.07  # inches, mean width of the caption's letters
THOUSAND = 1e3
MOST = 3  # rounds that are drawn, from the first to the last; all are in the metrics
SMOOTHING = 0.5  # mm, standard deviation, of the differences as seen: pixels alone are noise

type Panel = Callable[[Axes], None]


def radiograph_figure(series: Series, settings: Settings) -> Figure:
    """Draw the radiographs above; below a slice of the CT and the differences from the first."""
    later = [p for p in series.pictures if p.state.name in series.differences]
    chosen = np.unique(np.linspace(0, len(later) - 1, min(len(later), MOST)).astype(int))
    afters = [later[n] for n in chosen]
    before = series.before
    grey = Normalize(0.0, float(before.exposure.expected.max()))
    above = [p for p in series.pictures if p not in later or p in afters]
    upper = [partial(_radiograph, series, picture, grey) for picture in above]
    lower: list[Panel] = [partial(_slice, before.volume)]
    most = 0.0
    if afters:
        clean = _change(before, afters[-1], noisy=False)
        width = SMOOTHING / (MM * (series.view.x[1] - series.view.x[0]))
        noisy = [blurred(_change(before, picture, noisy=True), width) for picture in afters]
        most = THOUSAND * float(np.abs(clean).max())
    changes = Normalize(-most, most)
    if afters:
        title = f"{afters[-1].state.label} − before,\nwithout noise"
        lower.append(partial(_difference, series, clean, title, changes))
        for picture, change in zip(afters, noisy, strict=True):
            title = f"{picture.state.label} − before,\nnoisy, smoothed"
            lower.append(partial(_difference, series, change, title, changes))
    rows = [upper, lower] if afters else [[*upper, *lower]]
    lines = _caption(series, afters, settings)
    figure = _lay_out(series, rows, LINE * (len(lines) + 1))  # a line may be wrapped
    _bars(figure, grey, changes if afters else None)
    letters = int(figure.get_figwidth() / LETTER)
    caption = "\n".join(fill(line, letters) for line in lines)
    figure.suptitle(caption, fontsize=8.5, x=0.01, ha="left")
    return figure


def _lay_out(series: Series, rows: Sequence[Sequence[Panel]], above: float) -> Figure:
    """Draw the panels; `above` (inches) is left for the caption."""
    columns = max(map(len, rows))
    view = series.view
    shape = np.ptp(view.z) / np.ptp(view.x)
    width = min(PANEL, WIDEST / columns)
    size = (width * columns + 1.0, len(rows) * (width * shape + 0.7) + above)
    figure, axes = plt.subplots(len(rows), columns, figsize=size, squeeze=False)
    for line, panels in zip(axes, rows, strict=True):
        for ax in line[len(panels) :]:
            ax.set_visible(False)
        for ax, draw in zip(line, panels, strict=False):
            draw(ax)
            ax.set_xlim(MM * view.x[[0, -1]])
            ax.set_ylim(-MM * view.z[[-1, 0]])
            ax.set_xticks([-10, 0, 10] if MM * view.x[-1] > 10.0 else [-5, 0, 5])
            for spine in ax.spines.values():
                spine.set_visible(False)
            ax.title.set_fontsize(8.5)
        line[0].set_ylabel("depth (mm)")
        for ax in line[1:]:
            ax.set_yticklabels([])
    for ax in axes[-1]:
        ax.set_xlabel("x (mm)")
    if len(rows) > 1:
        for ax in axes[0]:
            ax.set_xticklabels([])
    return figure


def _radiograph(series: Series, picture: Picture, grey: Normalize, ax: Axes) -> None:
    _show(ax, picture.exposure.logarithm, series.view.x, series.view.z, grey, GREYS)
    ax.set_title(picture.state.label.replace(", ", ",\n"))
    scale_bar(ax, PLACE, colour="white", halo=DARK)


def _difference(series: Series, change: Array, title: str, norm: Normalize, ax: Axes) -> None:
    _show(ax, THOUSAND * change, series.view.x, series.view.z, norm, CHANGES)
    ax.set_title(title)
    scale_bar(ax, PLACE)


def _slice(volume: Volume, ax: Axes) -> None:
    """Draw the slice through the needle's axis, in the thickness that is scored."""
    scored = volume.thicker(SLICES)
    values = scored.hounsfield[..., scored.hounsfield.shape[2] // 2].T
    columns, rows = values.shape[1], values.shape[0]
    across, down, _ = scored.spacing
    x = scored.origin[0] + (np.arange(columns + 1) - 0.5) * across
    z = -(scored.origin[1] + (np.arange(rows + 1) - 0.5) * down)
    top = float(np.ceil(values.max() / 500.0)) * 500.0
    ax.set_facecolor("black")
    _show(ax, values, x, z, Normalize(-1000.0, top), GREYS)
    ax.set_title(f"CT before, slice of {MM * scored.spacing[2]:g} mm,\n−1000 to {top:g} HU")


def _show(ax: Axes, values: Array, x: Array, z: Array, norm: Normalize, colours: str) -> None:
    extent = (MM * x[0], MM * x[-1], -MM * z[-1], -MM * z[0])
    ax.imshow(values, norm=norm, cmap=colours, extent=extent, interpolation="nearest")
    ax.set_aspect("equal")


def _bars(figure: Figure, grey: Normalize, changes: Normalize | None) -> None:
    lines = figure.axes
    first = [ax for ax in lines if ax.get_subplotspec().rowspan.start == 0]
    bar = figure.colorbar(ScalarMappable(grey, GREYS), ax=first, aspect=25, extend="max")
    bar.set_label("radiographs: −ln(I / I₀)")
    if changes is not None:
        second = [ax for ax in lines if ax.get_subplotspec().rowspan.start == 1]
        bar = figure.colorbar(ScalarMappable(changes, CHANGES), ax=second, aspect=25)
        bar.set_label("change of −ln(I / I₀), × 1000")


def _caption(series: Series, afters: Sequence[Picture], settings: Settings) -> list[str]:
    values, before = settings.values, series.before
    beam = (
        f"{values['kvp']:g} kV, {values['filter-al']:g} mm Al"
        if settings.energy is None
        else f"{settings.energy:g} keV"
    )
    lines = [
        f"{series.name}: {beam}, {values['kerma']:g} µGy at the skin, {values['thickness']:g} mm "
        f"of tissue, pixels of {values['pixel']:g} mm, beam across the needle"
    ]
    for picture in afters:
        found = series.differences[picture.state.name]
        removed = MG * (before.state.mineral - picture.state.mineral)
        lines.append(
            f"{picture.state.label}: {removed:.3g} mg of {MG * before.state.mineral:.0f} mg "
            f"gone; contrast-to-noise {found.contrast_to_noise:.2g} a pixel, "
            f"{found.largest:.2g} at most"
        )
    if series.differences:
        lines.append(f"Noisy differences are smoothed by a Gaussian of {SMOOTHING:g} mm.")
    else:
        lines.append(NOTHING_DISSOLVES)
    return lines


def _change(before: Picture, after: Picture, noisy: bool) -> Array:
    a, b = before.exposure, after.exposure
    return b.logarithm - a.logarithm if noisy else b.expected - a.expected
