"""What can be measured of a picture: of a figure before it is saved, and of a file's pixels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import NDArray
from PIL import Image

PIXEL = 1.0  # by which text may stand over the canvas: rounding of glyphs


def pixels(path: Path) -> NDArray[np.uint8]:
    """Return the pixels of an image file, (rows, columns, 3)."""
    return np.asarray(Image.open(path).convert("RGB"))


def share_of(image: NDArray[np.uint8], colour: str, within: float = 12.0) -> float:
    """Return the share of an image's pixels that have a colour, each channel `within` 255ths."""
    wanted = 255.0 * np.array(to_rgb(colour))
    return float(np.all(np.abs(image - wanted) <= within, axis=-1).mean())


def is_blank(image: NDArray[np.uint8]) -> bool:
    """Return whether nearly all pixels have one colour."""
    _, counts = np.unique(image.astype(np.int64) @ (65536, 256, 1), return_counts=True)
    return bool(counts.max() > 0.999 * counts.sum())


def texts(figure: Figure) -> list[Text]:
    """Return the visible texts of a figure, laid out as they are saved."""
    figure.canvas.draw()
    hidden = {id(text) for ax in figure.axes for text in _off_axis(ax)}
    return [
        text
        for text in figure.findobj(lambda artist: isinstance(artist, Text))
        if text.get_text().strip()
        and text.get_visible()
        and id(text) not in hidden
        and (text.axes is None or text.axes.get_visible())
    ]


def outside(figure: Figure) -> list[str]:
    """Return the texts that do not lie wholly within the figure's canvas."""
    canvas = figure.bbox.padded(PIXEL)
    return [
        text.get_text()
        for text in texts(figure)
        if not (
            (box := text.get_window_extent()).x0 >= canvas.x0
            and box.x1 <= canvas.x1
            and box.y0 >= canvas.y0
            and box.y1 <= canvas.y1
        )
    ]


def overlapping(figure: Figure, share: float = 0.1) -> list[tuple[str, str]]:
    """Return the pairs of texts that cover more than a share of the smaller one's area."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    found = []
    for (first, a), (second, b) in combinations(boxes, 2):
        width = min(a.x1, b.x1) - max(a.x0, b.x0)
        height = min(a.y1, b.y1) - max(a.y0, b.y0)
        if width > 0.0 and height > 0.0:
            smaller = min(a.width * a.height, b.width * b.height)
            if width * height > share * smaller:
                found.append((first, second))
    return found


def _off_axis(ax: Axes) -> Iterator[Text]:
    """Yield the tick labels that are not drawn: an axis keeps ticks that it no longer uses."""
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        for tick in (*axis.majorTicks, *axis.minorTicks):
            if not (low <= tick.get_loc() <= high and ax.axison):
                yield from (tick.label1, tick.label2)
