"""What pictures over the tip's depth share: the anatomy behind the curves, and events by name.

Depth is taken in the nodule's own frame, so the anatomy stands still while the needle pushes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from scipy.optimize import isotonic_regression

from sim.case import Case
from sim.figures.style import DARK, GREY, LAYER_COLOURS, label
from sim.outcome import Array
from sim.results.metrics import MM

DEPTH = "tip's depth in the undisplaced anatomy (mm)"
TARGET = "target"
SMALL = 7.5  # points, of names
LINE = 10.5  # points from one line of small text to the next
LETTER = 4.8  # points, more than a small letter is wide
PANEL = 58.0  # points left of an inch of the figure: margins and ticks take the others
BEND = 0.97  # height at which the line to a name turns to it, share of the axis
ACROSS = ("data", "axes fraction")
EVENT = {"marker": "o", "ms": 3.5, "mfc": "white", "mec": DARK, "ls": "", "zorder": 7}


def layers_of(case: Case) -> dict[str, tuple[float, float]]:
    """Return from which to which depth (mm) each layer reaches along the axis."""
    nodule = case.nodule
    top, bottom = MM * nodule.depth, MM * (nodule.depth + nodule.height)
    skin = min(MM * case.tissue.skin.thickness, top)
    spans = {"skin": (0.0, skin), "subcutis": (skin, top), "nodule": (top, bottom)}
    return {name: (start, end) for name, (start, end) in spans.items() if end > start}


def depth_axis(ax: Axes, case: Case, inches: float) -> None:
    """Make x the depth down to the nodule's bottom, shade and name the layers.

    `inches` is the panel's width in the figure, from which follows whether a name fits.
    """
    spans, target = layers_of(case), MM * case.target_depth
    whole = max(end for _, end in spans.values())
    ax.set_xlim(0.0, whole)
    ax.set_xlabel(DEPTH)
    for name, (start, end) in spans.items():
        ax.axvspan(start, end, color=LAYER_COLOURS[name], lw=0, zorder=0)
        fits = (end - start) / whole * PANEL * inches > LETTER * len(name)
        cut = min(max(target, start), end)  # the target's line does not cross the name
        piece = (cut, end) if end - cut >= cut - start else (start, cut)
        at = 0.5 * sum(piece), BEND
        how = {"ha": "center", "va": "top", "rotation": 0 if fits else 90}
        label(ax, name, at, (0, 0), xycoords=ACROSS, **how)


def name_depths(
    ax: Axes, target: float, inches: float, events: Sequence[Mapping[str, str]] = ()
) -> None:
    """Name the target and what happened on the way above the axis, each led to by a line.

    Parameters
    ----------
    ax : Axes
        With its limits set; x is the depth.
    target : float
        Its depth (mm).
    inches : float
        Width of the panel in the figure, from which follows what names would overlap.
    events : sequence
        Rows of events.csv: `depth_mm`, `event`, `force_N`; marked on the curve.
    """
    top, whole = ax.get_ylim()[1], np.ptp(ax.get_xlim())
    named = [(target, 0.0, TARGET)]
    for event in events:
        at = float(event["depth_mm"]), float(event["force_N"])
        named.append((*at, event["event"].replace("_", " ")))
        ax.plot(*at, **EVENT)
    named.sort(key=lambda entry: entry[0])
    places = spread(np.array([at for at, *_ in named]), LINE * whole / (PANEL * inches))
    for (at, start, name), place in zip(named, places, strict=True):
        look = (
            {"color": GREY, "lw": 0.8} if name == TARGET else {"color": DARK, "lw": 0.6, "ls": ":"}
        )
        ax.plot([at, at, place], [start, BEND * top, top], clip_on=False, zorder=1.5, **look)
    names = ax.secondary_xaxis("top")
    rotation = 90 if events else 0
    names.set_xticks(places, [name for *_, name in named], rotation=rotation)
    names.tick_params(length=0.0, pad=1.5, labelsize=SMALL, labelcolor=DARK)
    names.spines["top"].set_visible(False)


def spread(at: Array, gap: float) -> Array:
    """Return places at least `gap` apart, in the order of `at` and as near to it as can be.

    Least squares under an order: isotonic regression of what is left without the gaps.
    """
    steps = gap * np.arange(len(at))
    return isotonic_regression(at - steps).x + steps
