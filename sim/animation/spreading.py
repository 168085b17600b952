"""Where the drug goes: the section's concentration with its threshold line, the uptake under it.

Between the times that a run has written its fields at (ticks under the uptake), each point's
concentration is interpolated linearly; a front that moved on in between fades in instead. The
uptake is from every time step. The infiltration is computed with the nodule where it rests, so it
is drawn there. Steel is drawn until the dwell is over, then its place.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from contourpy import contour_generator
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.lines import TICKUP, Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim.animation.frame import ON_MAP, Frame, Painted
from sim.animation.raster import Raster
from sim.animation.scales import Scales
from sim.animation.source import Act
from sim.animation.timeline import Phase
from sim.figures.cut import Cut, cut
from sim.figures.infiltration import needle_in
from sim.figures.section import GONE, STEEL, draw_surroundings
from sim.figures.style import DARK, NEEDLE_COLOURS, THRESHOLD, say
from sim.figures.uptake import SOONEST, time_axis
from sim.outcome import Array
from sim.results.record import Record

SHADES = 256
WIDE = 400  # pixels in which the labels of the times have room side by side
WRITTEN = {"marker": TICKUP, "ls": "", "ms": 5}
CAPTION = (
    "Between the times at which fields were written, each point's concentration is interpolated "
    "linearly. The nodule is drawn at rest, as the infiltration is computed."
)


class Spreading:
    """The frames of an injection and of what follows it."""

    def __init__(self, act: Act, scales: Scales, phases: Sequence[Phase]) -> None:
        records = act.records
        self._frame = frame = Frame(act.title, len(records), phases)
        last = max(record.fields.times[-1] for record in records if record.fields)
        self._panels = []
        for n, record in enumerate(records):
            scales.frame(frame.sections[n])
            frame.name_panel(n, record)
            _uptake_axes(frame.curves[n], record, scales, last, NEEDLE_COLOURS[n])
            if record.fields is None:
                say(frame.sections[n], "no infiltration computed")
            else:
                self._panels.append(_Panel(frame, n, record, scales))
        frame.curves[0].set_ylabel("in nodule (mg)")
        mappable = ScalarMappable(scales.colour.norm, scales.colour.colours)
        bar = frame.figure.colorbar(mappable, cax=frame.colour_bar(), extend=scales.colour.extend)
        bar.set_label("thiosulfate in pore fluid (mg/mL)", fontsize=8.5)
        bar.ax.yaxis.set_major_formatter("{x:g}")
        case = records[0].case
        share = case.injection.threshold_fraction
        bar.ax.axhline(share * case.drug.concentration, color=THRESHOLD, lw=1.6)
        line = Line2D([], [], color=THRESHOLD, lw=1.6)
        frame.legend({f"{100.0 * share:g} % of what\nis injected": line}, ON_MAP)
        frame.legend(
            {
                "steel": Patch(fc=STEEL, ec=DARK, lw=0.6),
                "its place after": Patch(ec=DARK, lw=0.6, **GONE),
                "field written": Line2D([], [], color=DARK, **WRITTEN),
            }
        )
        frame.caption(CAPTION)
        frame.still()
        self.figure = frame.figure

    def picture(self, now: Phase, time: float, elapsed: float) -> NDArray[np.uint8]:
        """Return the frame at a time since the injection began (s), `elapsed` s played."""
        return self._frame.picture(now, time, elapsed, [panel.set(time) for panel in self._panels])


class _Panel:
    """What moves in one needle's section and uptake."""

    def __init__(self, frame: Frame, n: int, record: Record, scales: Scales) -> None:
        self._record, self._scale = record, scales.colour
        ax, curve = frame.sections[n], frame.curves[n]
        series = record.fields.concentration
        self._cut = cut(record, {str(i): values for i, values in enumerate(series)})
        self._where = frame.pixels(ax)
        self._raster = _raster(ax, self._cut, self._where)
        self._shades = (255.0 * self._scale.colours(np.arange(SHADES))).astype(np.uint8)
        self._front = frame.moves(
            ax.add_collection(LineCollection([], colors=THRESHOLD, linewidths=1.6, zorder=5))
        )
        self._injected = record.metrics["infiltration.dose_mg"] != 0.0
        colour = self._scale.colours(self._scale.norm(record.case.drug.concentration))
        self._around = {
            steel: _drawn(frame, ax, record, self._cut, liquid if steel else None)
            for steel, liquid in ((True, colour if self._injected else "white"), (False, None))
        }
        (mark,) = curve.plot([], [], "o", color=NEEDLE_COLOURS[n], ms=7, zorder=6, clip_on=False)
        self._mark = frame.moves(mark)
        self._now = frame.moves(curve.axvline(SOONEST, color=DARK, lw=0.8, zorder=4))
        self._reading, self._state = frame.reading(ax), frame.state(ax)

    def set(self, time: float) -> Painted:
        """Put everything where it is at a time (s), and return the concentration's colours."""
        record, case = self._record, self._record.case
        values = self._raster(self._at(time))
        threshold = case.injection.threshold_fraction * case.drug.concentration
        thinned = (self._raster.x[::2], self._raster.y[::2], values[::2, ::2])
        self._front.set_segments(contour_generator(*thinned).lines(threshold))
        injection = record.metrics["infiltration.injection_time_s"]
        steel = bool(needle_in(record, time - injection))
        for kind, artists in self._around.items():
            for artist in artists:
                artist.set_visible(kind is steel)
        mass = float(np.interp(time, record.uptake["time_s"], record.uptake["in_nodule_mg"]))
        self._mark.set_data([max(time, SOONEST)], [mass])
        self._now.set_xdata([max(time, SOONEST)] * 2)
        self._reading.set_text(f"{mass:.1f} mg in the nodule")
        ended = str(record.metrics["infiltration.ended_by"]).replace("_", " ")
        over = f"injection ended by: {ended}" if time >= injection else "injecting"
        self._state.set_text(over if self._injected else "no drug was injected")
        return self._painted(values)

    def _at(self, time: float) -> Array:
        """Return the section's concentration (mg/mL), linear between the written times."""
        first, second, share = self._record.fields.around(time)
        before, after = (self._cut.values[str(step)] for step in (first, second))
        return (1.0 - share) * before + share * after

    def _painted(self, values: NDArray[np.float32]) -> Painted:
        """Colour what is inside the mesh and not below the scale."""
        low, high = self._scale.norm.vmin, self._scale.norm.vmax
        shade = np.log(np.fmax(values, low) / low) * ((SHADES - 1) / np.log(high / low))
        index = np.minimum(shade + 0.5, SHADES - 1).astype(np.uint8)  # rounds
        return Painted(self._where, self._shades[index], values >= low)


def _raster(ax: Axes, section: Cut, where: tuple[slice, slice]) -> Raster:
    """Sample a section at its panel's pixels `where`, (rows, columns)."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    rows, columns = (part.stop - part.start for part in where)
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    return Raster(section.mesh, x, high + (np.arange(rows) + 0.5) * (low - high) / rows)


def _drawn(
    frame: Frame, ax: Axes, record: Record, section: Cut, liquid: tuple[float, ...] | str | None
) -> list[Artist]:
    """Draw what lies over the colours, the needle filled with `liquid` or gone."""
    before = set(ax.get_children())
    draw_surroundings(ax, record, section, liquid)
    return [frame.moves(artist) for artist in ax.get_children() if artist not in before]


def _uptake_axes(ax: Axes, record: Record, scales: Scales, last: float, colour: str) -> None:
    """Draw the whole curve, and when fields were written."""
    time_axis(ax, np.array([SOONEST, last]))
    ax.set_ylim(0.0, scales.mass)
    ax.set_xlabel("time since the injection began")
    wide = ax.get_window_extent().width > WIDE
    ax.tick_params(axis="x", labelrotation=0 if wide else 30)
    table = record.uptake
    if table is not None:
        ax.plot(table["time_s"][1:], table["in_nodule_mg"][1:], color=colour, zorder=3)
    if record.fields is not None:
        written = record.fields.times[1:]
        ax.plot(written, np.zeros(len(written)), color=DARK, zorder=4, **WRITTEN)
