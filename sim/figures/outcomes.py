"""How words are told apart in pictures: by colour and, in grey or without colour vision, by hatch.

Colours are Okabe and Ito's; light without a hatch is where the needle arrives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim.figures.style import DARK

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """Of one word; `marker` where it is a point."""

    colour: str
    hatch: str
    marker: str


OUTCOMES = {
    "reached_target": Look("#bfe3f7", "", "o"),
    "bent": Look("#e69f00", "////", "^"),
    "buckled": Look("#d55e00", "\\\\\\\\", "v"),
    "stalled": Look("#a9a9a9", "....", "s"),
    "torque_limit": Look("#f0e442", "xxxx", "D"),
    "deflected": Look("#cc79a7", "||||", ">"),
    "blunted": Look("#5a5a5a", "----", "P"),
    "failed": Look("#ffffff", "++++", "X"),
}
OTHERS = (
    Look("#bfe3f7", "", "o"),
    Look("#e69f00", "////", "^"),
    Look("#009e73", "....", "s"),
    Look("#cc79a7", "||||", ">"),
    Look("#f0e442", "xxxx", "D"),
    Look("#d55e00", "\\\\\\\\", "v"),
    Look("#5a5a5a", "----", "P"),
)
LEGEND = {
    "legend.handleheight": 1.6,
    "legend.handlelength": 2.6,
}  # so that a hatch can be seen in it


def looks(words: Iterable[str]) -> dict[str, Look]:
    """Return how each of these words looks: as outcomes where all are, else in their order."""
    found = list(dict.fromkeys(words))
    if set(found) <= set(OUTCOMES):
        return {word: look for word, look in OUTCOMES.items() if word in found}
    return {word: OTHERS[i % len(OTHERS)] for i, word in enumerate(sorted(found))}


def paint(
    ax: Axes,
    x: Array,
    y: Array,
    words: NDArray[np.object_],
    known: Mapping[str, Look],
    border: str | None = None,
) -> None:
    """Fill cells by their words.

    Parameters
    ----------
    ax : Axes
    x, y : array
        Edges of the cells, (columns + 1,) and (rows + 1,).
    words : array (rows, columns)
        What is in none of `known` stays empty.
    known : mapping
    border : str, optional
        Colour of the lines between cells; without it cells that are alike run together.
    """
    for word, look in known.items():
        at = np.argwhere(words == word)
        cells = [
            [(x[j], y[i]), (x[j + 1], y[i]), (x[j + 1], y[i + 1]), (x[j], y[i + 1])] for i, j in at
        ]
        if cells:
            filled = PolyCollection(
                cells, facecolors=look.colour, edgecolors=border or look.colour,
                lw=0.5 if border else 0.2,
            )  # fmt: skip
            filled.set_gid(word)
            ax.add_collection(filled)
        if cells and look.hatch:
            ax.add_collection(
                PolyCollection(
                    cells, facecolors="none", edgecolors=DARK, hatch=look.hatch, lw=0.0, zorder=1.1
                )
            )


def patches(known: Mapping[str, Look]) -> dict[str, Patch]:
    """Return the entries of a legend."""
    return {
        word.replace("_", " "): Patch(
            facecolor=look.colour, hatch=look.hatch, edgecolor=DARK, lw=0.5
        )
        for word, look in known.items()
    }
