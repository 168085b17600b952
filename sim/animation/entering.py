"""The needle's way in: the tip, the nodule it pushes away, and the force under it.

Drawn as computed: the tip's outline (a bevel as the cone it is computed as, a stylet in place) goes
down by the hand's travel; the nodule moves, rigidly, by its computed displacement. Skin and fascia
are drawn where they rest, for a run computes no dimple; the needle stays straight and on the axis.
Force against depth is in the nodule's own frame, as in the figure of the force.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Patch, Polygon
from numpy.typing import NDArray

from sim.animation.frame import Frame
from sim.animation.scales import Scales
from sim.animation.source import Act
from sim.animation.thrust import Thrust
from sim.animation.timeline import Phase
from sim.case import Case
from sim.figures.depth import EVENT, depth_axis
from sim.figures.section import ABOVE, STEEL, draw_layers
from sim.figures.style import DARK, GREY, LAYER_COLOURS, NEEDLE_COLOURS, THRESHOLD, label, say
from sim.needles.tip import tip_profile
from sim.outcome import Array
from sim.results.metrics import MM
from sim.results.record import Record

CAPTION = (
    "The hand moves at its set speed; the forces know no rate. Skin and fascia are drawn at rest "
    "(no dimple is computed), the nodule where it is pushed to."
)
ARRIVED = "reached_target"


class Entering:
    """The frames of an insertion."""

    def __init__(self, act: Act, scales: Scales, phases: Sequence[Phase]) -> None:
        self._frame = frame = Frame(act.title, len(act.records), phases)
        self._panels = []
        for n, record in enumerate(act.records):
            scales.frame(frame.sections[n])
            frame.name_panel(n, record)
            _at_rest(frame.sections[n], record.case)
            _force_axes(frame.curves[n], record.case, scales)
            if record.force is None:
                say(frame.sections[n], "no insertion computed")
            else:
                self._panels.append(_Panel(frame, n, record))
        frame.curves[0].set_ylabel("axial force (N)")
        frame.legend(
            {
                "needle": Patch(fc=STEEL, ec=DARK, lw=0.6),
                "nodule": Patch(fc=LAYER_COLOURS["nodule"], ec=DARK, lw=1.3),
                "at rest": Line2D([], [], color=GREY, ls=":", lw=1.2),
                "event passed": Line2D([], [], **EVENT),
            }
        )
        frame.caption(CAPTION)
        frame.still()
        self.figure = frame.figure

    def picture(self, now: Phase, time: float, elapsed: float) -> NDArray[np.uint8]:
        """Return the frame at a time of the insertion (s), `elapsed` s of the film played."""
        for panel in self._panels:
            panel.set(time)
        return self._frame.picture(now, time, elapsed)


class _Panel:
    """What moves in one needle's section and force curve."""

    def __init__(self, frame: Frame, n: int, record: Record) -> None:
        ax, curve, colour = frame.sections[n], frame.curves[n], NEEDLE_COLOURS[n]
        self._record, self._thrust = record, Thrust.of(record)
        self._nodule = frame.moves(
            ax.add_patch(
                _ellipse(record.case, fc=LAYER_COLOURS["nodule"], ec=DARK, lw=1.3, zorder=4.5)
            )
        )
        self._outline = _outline(record.case, ax.get_ylim()[0] + ABOVE)
        self._needle = frame.moves(
            ax.add_patch(Polygon(self._outline, fc=STEEL, ec=DARK, lw=0.7, zorder=5))
        )
        self._reading, self._state = frame.reading(ax), frame.state(ax)
        (line,) = curve.plot([], [], color=colour, lw=1.8, zorder=5)
        (mark,) = curve.plot([], [], "o", color=colour, ms=6, zorder=6)
        (passed,) = curve.plot([], [], **EVENT)
        self._line, self._mark, self._passed = map(frame.moves, (line, mark, passed))
        self._events = [
            (float(event["depth_mm"]), float(event["force_N"]), event["event"].replace("_", " "))
            for event in record.events[:-1]  # the last one is how it ended
        ]

    def set(self, time: float) -> None:
        """Put everything where it is at a time (s)."""
        thrust = self._thrust
        row = thrust.row(time)
        columns = (thrust.depth, thrust.force, thrust.displacement)
        depth, force, pushed = (thrust.at(row, column) for column in columns)
        self._nodule.set_center((0.0, MM * self._record.case.nodule.centre_depth + pushed))
        self._needle.set_xy(self._outline + np.array([0.0, depth + pushed]))
        rows = slice(int(row) + 1)
        self._line.set_data(np.append(thrust.depth[rows], depth),
                            np.append(thrust.force[rows], force))  # fmt: skip
        self._mark.set_data([depth], [force])
        passed = [event for event in self._events if event[0] <= depth]
        self._passed.set_data([at for at, _, _ in passed], [newton for _, newton, _ in passed])
        self._reading.set_text(
            f"tip {depth + pushed:.1f} mm below the skin\n"
            f"{force:.1f} N, nodule pushed {pushed:.2f} mm"
        )
        over = time >= thrust.duration
        failed = over and self._record.metrics["insertion.outcome"] != ARRIVED
        last = passed[-1][2] if passed else ""
        self._state.set_text(_ending(self._record) if over else last)
        self._state.set_color(THRESHOLD if failed else DARK)


def _ending(record: Record) -> str:
    """How an insertion ended, in two lines."""
    outcome = str(record.metrics["insertion.outcome"]).replace("_", " ")
    depth = record.metrics["insertion.depth_in_nodule_mm"]
    return f"{outcome}\n{depth:.1f} mm inside the nodule"


def _at_rest(ax: Axes, case: Case) -> None:
    """Shade skin and subcutis, and tell where the nodule rests."""
    skin, fascia = MM * case.tissue.skin.thickness, MM * case.tissue.depth
    for name, span in {"skin": (0.0, skin), "subcutis": (skin, fascia)}.items():
        ax.axhspan(*span, color=LAYER_COLOURS[name], lw=0.0, zorder=0)
    draw_layers(ax, case)
    ax.add_patch(_ellipse(case, fill=False, ec=GREY, ls=":", lw=1.2))


def _ellipse(case: Case, **look: object) -> Ellipse:
    nodule = case.nodule
    size = MM * nodule.diameter, MM * nodule.height
    return Ellipse((0.0, MM * nodule.centre_depth), *size, **look)


def _force_axes(ax: Axes, case: Case, scales: Scales) -> None:
    """Set up the axes of the force; with the operator's limit where it lies within them."""
    depth_axis(ax, case, ax.get_window_extent().width / ax.figure.dpi)
    ax.set_xlim(0.0, scales.deepest)
    ax.set_ylim(0.0, scales.force)
    target, limit = MM * case.target_depth, case.technique.force_limit
    ax.axvline(target, color=GREY, lw=0.8, zorder=1)
    label(ax, "target", (target, 0.04), (3, 0), xycoords=("data", "axes fraction"), color=GREY)
    if limit < scales.force:
        ax.axhline(limit, color=GREY, lw=1.2, ls=":", zorder=1)
        label(ax, "operator's limit", (1.0, limit), (-3, -2), color=GREY, ha="right", va="top",
              xycoords=("axes fraction", "data"))  # fmt: skip


def _outline(case: Case, height: float) -> Array:
    """Corners (mm) of a needle's section, its point at the origin, `height` long; y is depth."""
    profile = tip_profile(case.needle)
    along = MM * np.column_stack([profile.start, profile.end]).ravel()
    radii = MM * np.column_stack([profile.narrow, profile.wide]).ravel()
    half = np.column_stack([np.append(radii, radii[-1]), -np.append(along, height)])
    return np.vstack([half, half[::-1] * (-1.0, 1.0)])
