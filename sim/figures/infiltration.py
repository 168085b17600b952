"""Where the drug is: sections of both needles on one colour scale and one spatial scale.

Half plane (r, z) and 3-D alike, see `sim.figures.cut`. Times between those that were written are
interpolated linearly.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.tri import Triangulation
from scipy.ndimage import gaussian_filter1d

from sim.figures.cut import cut, shown_width
from sim.figures.scale import ColourScale, Kind, scale_bar
from sim.figures.section import ABOVE, GONE, STEEL, draw_surroundings, set_frame
from sim.figures.style import DARK, THRESHOLD, WIDTHS, heading, label, legend_below, say
from sim.outcome import Array
from sim.results.metrics import MM
from sim.results.record import Record

type When = float | Literal["ever"]  # s after the end of the injection; the highest of all times

PANEL = 0.7  # of a column's width, that its panel takes
BELOW = 0.4  # mm of margin below the fascia
LOWEST = 1e-3  # smallest colour / injected concentration, on a logarithmic scale
SPACING, SMOOTHING = 0.02, 0.12  # mm along the contour, between its points and of its average
SHOWN: tuple[When, ...] = (0.0, 6 * 3600.0, "ever")
UNITS = {"d": 86400.0, "h": 3600.0, "min": 60.0, "s": 1.0}


def infiltration_figure(
    records: Sequence[Record], times: Sequence[When] = SHOWN, kind: Kind = "log"
) -> Figure:
    """Draw the concentration in the section, a column per needle and a row per time.

    The contour is the threshold that counts as infiltrated, smoothed below the size of an element.

    Parameters
    ----------
    times : sequence of float or "ever"
        In s after the end of each needle's injection, below 0 before it; "ever": the highest
        concentration that each point had at any time.
    kind : "log" or "linear"
        Scale of the colours.
    """
    figure, axes = panels(records, len(times))
    injected = max(record.case.drug.concentration for record in records)
    if kind == "log":
        scale = ColourScale(LOWEST * injected, injected, "log", "min")
    else:
        scale = ColourScale(0.0, injected)
    inches = PANEL * WIDTHS[len(records)] / len(records)
    for column, record in enumerate(records):
        for ax, when in zip(axes[:, column], times, strict=True):
            ax.set_title(heading(f"{record.name}: {said(when)}", inches))
            _panel(ax, record, when, scale)
    scale.bar(figure, axes, "thiosulfate in pore fluid (mg/mL)", shrink=0.6, aspect=40)
    share = 100.0 * records[0].case.injection.threshold_fraction
    entries: dict[str, Artist] = {
        f"{share:g} % of the injected concentration": Line2D([], [], color=THRESHOLD, lw=1.4),
        "steel (a bevel is computed as a cone)": Patch(fc=STEEL, ec=DARK, lw=0.6),
        "place of the withdrawn needle": Patch(ec=DARK, lw=0.6, **GONE),
    }
    legend_below(figure, entries)
    return figure


def panels(records: Sequence[Record], rows: int) -> tuple[Figure, np.ndarray]:
    """Return a figure of equal panels (rows, needles) in mm, one spatial scale for all."""
    widths = np.array([shown_width(record) for record in records])
    left, right = widths[:, 0].min(), widths[:, 1].max()
    lowest = max(MM * record.case.tissue.depth for record in records) + BELOW
    width = WIDTHS[len(records)]
    panel = (width - 1.6) / len(records) * (lowest + ABOVE) / (right - left) + 0.3
    figure, axes = plt.subplots(
        rows, len(records), figsize=(width, panel * rows + 1.0), squeeze=False,
        sharex=True, sharey=True,
    )  # fmt: skip
    for ax in axes.flat:
        set_frame(ax, (left, right), lowest)
        scale_bar(ax)
    for ax, record in zip(axes[-1], records, strict=True):
        solid = record.fields is not None and record.fields.points.shape[1] == 3
        ax.set_xlabel("x (mm)" if solid else "distance from the needle's axis (mm)")
    for ax in axes[:, 0]:
        ax.set_ylabel("depth (mm)")
    return figure, axes


def said(when: When) -> str:
    """Return what a panel of this time shows, in units that people count in."""
    if when == "ever":
        return "highest ever reached"
    if when == 0.0:
        return "end of the injection"
    unit, size = next((u, s) for u, s in UNITS.items() if abs(when) >= s or u == "s")
    return (
        f"{abs(when) / size:.3g} {unit} {'later' if when > 0.0 else "before the injection's end"}"
    )


def concentration_at(record: Record, when: When) -> Array:
    """Return the concentration (n,) in mg/mL at the nodes of a record's fields."""
    fields = record.fields
    if when == "ever":
        return fields.largest_concentration
    time = record.metrics["infiltration.injection_time_s"] + when
    before, after, share = fields.around(time)
    return (1.0 - share) * fields.concentration[before] + share * fields.concentration[after]


def needle_in(record: Record, when: When) -> bool:
    """Return whether the needle still stands in the tissue."""
    return when != "ever" and when <= record.case.injection.dwell


def _panel(ax: Axes, record: Record, when: When, scale: ColourScale) -> None:
    injected = record.metrics["infiltration.dose_mg"]
    words, section = "", None
    if record.fields is None:
        say(ax, "not computed")
    else:
        section = cut(record, {"drug": concentration_at(record, when)})
        values = section.values["drug"]
        scale.paint(ax, section.mesh, values)
        threshold = record.case.injection.threshold_fraction * record.case.drug.concentration
        if values.max() > threshold:
            _draw_threshold(ax, section.mesh, values, threshold)
        if scale.kind == "log" and values.max() <= scale.low:
            words = f"nowhere above {scale.low:.2g} mg/mL"
    if injected == 0.0:
        words = "no drug was injected"
    label(ax, words, (0.02, 0.9), (0, 0), xycoords="axes fraction")
    full = scale.colours(scale.norm(record.case.drug.concentration)) if injected else "white"
    draw_surroundings(ax, record, section, full if needle_in(record, when) else None)


def _draw_threshold(ax: Axes, mesh: Triangulation, values: Array, threshold: float) -> None:
    found = ax.tricontour(mesh, values, levels=[threshold], alpha=0.0)
    for line in found.allsegs[0]:
        ax.plot(*_smoothed(line).T, color=THRESHOLD, lw=1.4, zorder=5)


def _smoothed(line: Array) -> Array:
    """Average a contour (n, 2) along its length, over about the size of the nodule's elements."""
    way = np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
    even = np.linspace(0.0, way[-1], max(int(way[-1] / SPACING), 2))
    points = np.column_stack([np.interp(even, way, column) for column in line.T])
    closed = np.allclose(line[0], line[-1])
    mode = "wrap" if closed else "nearest"
    smooth = gaussian_filter1d(points, SMOOTHING / SPACING, axis=0, mode=mode)
    if not closed:
        smooth[[0, -1]] = points[[0, -1]]
    return smooth
