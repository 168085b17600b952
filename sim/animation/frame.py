"""A frame: what stands still is drawn once, what moves is drawn over it again and again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from numpy.typing import NDArray

from sim.animation.timeline import Phase, stamp
from sim.figures.style import DARK, GREY
from sim.results.record import Record

WIDTH, HEIGHT, DPI = 1280, 720, 100  # pixels: multiples of 16, as the codec's blocks are
SECTIONS = {  # left, bottom, width, height of the sections by the number of needles
    1: [(0.055, 0.215, 0.57, 0.635)],
    2: [(0.055, 0.445, 0.40, 0.415), (0.485, 0.445, 0.40, 0.415)],
}
CURVES = {
    1: [(0.765, 0.215, 0.22, 0.635)],
    2: [(0.055, 0.195, 0.40, 0.155), (0.485, 0.195, 0.40, 0.155)],
}
COLOURS = {1: (0.642, 0.40, 0.010, 0.40), 2: (0.90, 0.47, 0.012, 0.35)}  # of the colour bar
LEGEND = {1: (0.636, 0.205), 2: (0.892, 0.195)}  # its lower left corner
ON_MAP = {1: (0.636, 0.815), 2: (0.892, 0.832)}  # that of the map's, over the colour bar
STRIP = (0.055, 0.065, 0.93, 0.018)  # how far the film is
FIELD = 1.0  # zorder that fields are painted at
LETTERS = 84  # of the film's title in a line
SMALL = {"fontsize": 9, "va": "top", "color": DARK, "zorder": 8}
PHASE_COLOURS = {"insertion": "#aeb6c0", "injection": "#56b4e9", "afterwards": "#b7d9ee"}


@dataclass(frozen=True)
class Painted:
    """Colours for a part of a picture's pixels."""

    where: tuple[slice, slice]  # (rows, columns)
    colours: NDArray[np.uint8]  # (rows, columns, 4)
    shown: NDArray[np.bool_]  # (rows, columns)


class Frame:
    """A figure of one or two needles, with a clock and a strip that tells how far the film is.

    `sections` and `curves` hold one pair of axes per needle.
    """

    def __init__(self, title: str, count: int, phases: Sequence[Phase]) -> None:
        self.figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, layout="none")
        self.canvas = FigureCanvasAgg(self.figure)
        self.sections = [self.figure.add_axes(box) for box in SECTIONS[count]]
        self.curves = [self.figure.add_axes(box) for box in CURVES[count]]
        self._moving: list[Artist] = []
        self.write(fill(title, LETTERS), (STRIP[0], 0.955), fontsize=13, weight="bold", va="center")
        right = STRIP[0] + STRIP[2]
        self._clock = self.moves(
            self.write("", (right, 0.955), fontsize=19, weight="bold", ha="right", va="center")
        )
        self._pace = self.moves(
            self.write("", (right, 0.912), fontsize=9, color=GREY, ha="right", va="center")
        )
        self._strip(phases)

    def moves(self, artist: Artist) -> Artist:
        """Have an artist drawn anew in every frame; return it."""
        artist.set_animated(True)
        self._moving.append(artist)
        return artist

    def write(self, text: str, at: tuple[float, float], **how: object) -> Text:
        """Write at a place of the figure (shares of its size)."""
        return self.figure.text(*at, text, **({"color": DARK} | how))

    def colour_bar(self) -> Axes:
        """Make room for a colour bar and return it."""
        return self.figure.add_axes(COLOURS[len(self.sections)])

    def name_panel(self, n: int, record: Record) -> None:
        """Write over the n-th section whose it is, and label its axes."""
        ax = self.sections[n]
        ax.set_title(record.name)
        solid = record.fields is not None and record.fields.points.shape[1] == 3
        ax.set_xlabel("x (mm)" if solid else "distance from the needle's axis (mm)")
        if n == 0:
            ax.set_ylabel("depth (mm)")

    def reading(self, ax: Axes) -> Text:
        """Return the text that tells numbers, at a section's upper left."""
        return self.moves(ax.text(0.015, 0.97, "", transform=ax.transAxes, **SMALL))

    def state(self, ax: Axes) -> Text:
        """Return the text that tells what happens, at a section's upper right."""
        right = {"ha": "right", "weight": "bold"}
        return self.moves(ax.text(0.985, 0.97, "", transform=ax.transAxes, **SMALL, **right))

    def caption(self, text: str) -> None:
        """Write at the bottom what was left out or assumed."""
        self.write(text, (STRIP[0], 0.025), fontsize=8, color=GREY, va="center")

    def legend(
        self, entries: Mapping[str, Artist], places: Mapping[int, tuple[float, float]] = LEGEND
    ) -> None:
        """Put a legend beside the curves, or elsewhere: lower left corners by count of needles."""
        self.figure.legend(
            list(entries.values()), list(entries), loc="lower left", fontsize=7.5,
            bbox_to_anchor=places[len(self.sections)], borderaxespad=0.0, handlelength=1.5,
        )  # fmt: skip

    def still(self) -> None:
        """Draw what stands still; to be called once, before the first picture."""
        self._moving.sort(key=Artist.get_zorder)  # stable
        self.canvas.draw()
        self._background = self.canvas.copy_from_bbox(self.figure.bbox)

    def pixels(self, ax: Axes) -> tuple[slice, slice]:
        """Return the rows and columns of the picture within a panel."""
        left, bottom, right, top = (round(edge) for edge in ax.get_window_extent().extents)
        return slice(HEIGHT - top, HEIGHT - bottom), slice(left, right)

    def picture(
        self, now: Phase, time: float, elapsed: float, fields: Sequence[Painted] = ()
    ) -> NDArray[np.uint8]:
        """Return the pixels (HEIGHT, WIDTH, 4) of a phase, the clock at `time`, `elapsed` s played.

        `fields` are painted over what stands still, among what moves at their height.
        """
        self._clock.set_text(now.clock(time))
        self._pace.set_text(f"{now.name}, {now.scale}")
        self._played.set_width(elapsed)
        self.canvas.restore_region(self._background)
        pixels = np.asarray(self.canvas.buffer_rgba())
        under = bisect_left(self._moving, FIELD, key=Artist.get_zorder)
        for artist in self._moving[:under]:
            self.figure.draw_artist(artist)
        for field in fields:
            np.copyto(pixels[field.where], field.colours, where=field.shown[..., None])
        for artist in self._moving[under:]:
            self.figure.draw_artist(artist)
        return pixels

    def _strip(self, phases: Sequence[Phase]) -> None:
        """Draw the film's phases along its length, and a bar of what is played."""
        ax = self.figure.add_axes(STRIP)
        ax.set_axis_off()
        ax.set_xlim(0.0, sum(phase.length for phase in phases))
        ax.set_ylim(0.0, 1.0)
        start = 0.0
        small = {"fontsize": 8, "color": DARK, "annotation_clip": False}
        for phase in phases:
            end = start + phase.length
            ax.add_patch(
                Rectangle((start, 0.0), phase.length, 1.0, fc=PHASE_COLOURS[phase.name], ec="white")
            )
            ends = f"{phase.name}, to {stamp(phase.end)}"
            ax.annotate(ends, (0.5 * (start + end), 1.0), (0, 3), textcoords="offset points",
                        ha="center", **small)  # fmt: skip
            start = end
        self._played = self.moves(ax.add_patch(Rectangle((0.0, 0.0), 0.0, 0.4, fc=DARK, lw=0.0)))
