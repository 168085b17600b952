"""What is being looked at: which records, which quantity, when, how; the page only passes it on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from omegaconf import OmegaConf

from sim.animation.timeline import stamp
from sim.errors import ConfigError
from sim.figures.cut import shown_width
from sim.figures.scale import ColourScale
from sim.figures.style import NEEDLE_COLOURS
from sim.outcome import Array
from sim.results.metrics import MM
from sim.results.record import Record
from sim.viewer import quantities, surfaces
from sim.viewer.curves import CURVES, Curve, over_time, picture
from sim.viewer.needle import ABOVE, stands, tube
from sim.viewer.panel import Labels
from sim.viewer.probe import Place, described, place
from sim.viewer.quantities import QUANTITIES, Quantity
from sim.viewer.runs import Entry, find, read
from sim.viewer.scene import Scene

NEGLIGIBLE = 1e-6  # of the scale's upper end: rounding
KEPT = 4  # records that stay in memory
MOST = 2  # records side by side
CURVE_ROWS = 200  # pixels
PROBED = "probe"  # the curve of the probed point
OF_DRUG = ("concentration", "largest")  # shown up to the injected one, with the threshold


@dataclass(frozen=True, eq=False)
class Shown:
    """One record in the picture, or why there is none."""

    name: str
    record: Record | None
    problem: str = ""  # why nothing can be painted

    @property
    def painted(self) -> bool:
        """Whether there are fields."""
        return self.record is not None and self.record.fields is not None


class Session:
    """The records of a folder and the view of one or two of them."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.entries = find(root)
        self.scene = Scene()
        self.shown: list[Shown] = []
        self.times: Array = np.zeros(1)
        self.quantity, self.logarithmic, self.threshold = "concentration", True, True
        self.in_space, self.clip = False, 0.0
        self.curve_of = "uptake"
        self._time = 0.0
        self._point: Array | None = None
        self._places: list[Place | None] = []
        self._scale: ColourScale | None = None
        self._records: OrderedDict[int, Record] = OrderedDict()

    @property
    def reach(self) -> float:
        """Distance from the axis (mm) up to which all records are shown."""
        return max((np.abs(shown_width(s.record)).max() for s in self._with_fields), default=10.0)

    @property
    def choices(self) -> dict[str, str]:
        """Labels of the quantities that a shown record has."""
        return {
            key: q.text
            for key, q in QUANTITIES.items()
            if any(q.values(s.record.fields) is not None for s in self._with_fields)
        }

    @property
    def can_be_logarithmic(self) -> bool:
        """Whether a logarithmic scale makes sense for the quantity."""
        return self._quantity.logarithmic

    @property
    def time(self) -> float:
        """Seconds after the start of the injection."""
        return self._time

    def load(self, numbers: Sequence[int]) -> list[Shown]:
        """Read the records of these numbers in the list; what cannot be read says why."""
        return [self._load(number) for number in numbers[:MOST]]

    def show(self, shown: list[Shown]) -> None:
        """Put records side by side, from the first time on."""
        self.shown = shown
        fields = [s.record.fields for s in self._with_fields]
        self.times = quantities.times(fields) if fields else np.zeros(1)
        self._time = float(self.times[0])
        self._point, self._places = None, [None] * len(shown)
        if self.quantity not in self.choices:
            self.quantity = next(iter(self.choices), self.quantity)
        self.arrange()
        self.look()

    def arrange(self) -> None:
        """Make the surfaces anew, for other records, another view or another clip plane."""
        reach = self.reach
        clip = float(np.clip(self.clip, -0.95 * reach, 0.95 * reach))
        cut = [
            None
            if not s.painted
            else surfaces.block(s.record.fields, reach, clip)
            if self.in_space
            else surfaces.section(s.record.fields, reach)
            for s in self.shown
        ]
        tubes = [tube(s.record) if s.painted else None for s in self.shown]
        labels = [
            Labels(s.name, colour, self._places_of(s, reach))
            for s, colour in zip(self.shown, NEEDLE_COLOURS, strict=False)
        ]
        self.scene.arrange(cut, tubes, labels)
        self.recolour()
        if self._point is not None:
            self._probe(self._point)

    def look(self) -> None:
        """Put the camera where all is seen."""
        depth = max((MM * s.record.case.tissue.depth for s in self._with_fields), default=10.0)
        size = (2.0 * self.reach, depth + ABOVE)
        centre = np.array([0.0, 0.5 * (ABOVE - depth), 0.0])
        self.scene.look(centre, size, from_aside=self.in_space)

    def recolour(self) -> None:
        """Find the scale of colours anew, for other records or another quantity."""
        fields = [s.record.fields for s in self._with_fields]
        kind = "log" if self.logarithmic else "linear"
        injected = [s.record.case.drug.concentration for s in self._with_fields]
        up_to = max(injected, default=1.0) if self.quantity in OF_DRUG else -np.inf
        self._scale = quantities.scale(self._quantity, fields, kind, up_to)
        self.go_to(self._time)

    def go_to(self, time: float) -> None:
        """Paint what is there at a time (s)."""
        self._time = float(np.clip(time, self.times[0], self.times[-1]))
        quantity = self._quantity
        values = [
            quantities.at(quantity, s.record.fields, self._time) if s.painted else None
            for s in self.shown
        ]
        for panel, shown, own in zip(self.scene.panels, self.shown, values, strict=True):
            panel.say(*self._words(shown, own))
            if shown.painted:
                panel.show_needle(stands(shown.record, self._time))
        on_cells = quantity.on == "cells"
        if all(own is None for own in values):
            self.scene.clear_legend()
            return
        self.scene.paint(values, on_cells=on_cells, scale=self._scale, legend=quantity.text)
        for panel, shown in zip(self.scene.panels, self.shown, strict=True):
            if shown.painted:
                panel.draw_threshold(self._level(shown.record))

    def probe(self, x: float, y: float) -> None:
        """Probe the point under a point of the picture (shares of it, y downwards)."""
        point = self.scene.pick(x, y)
        if point is not None:
            self._probe(point)

    @property
    def probed(self) -> str:
        """What the probed point has, in every record."""
        if self._point is None:
            return ""
        quantity, told = self._quantity, []
        for shown, at in zip(self.shown, self._places, strict=True):
            if not shown.painted:
                continue
            values = quantities.at(quantity, shown.record.fields, self._time)
            if at is None:
                told.append(f"{shown.name}: no tissue there")
            elif values is not None:
                value = at.value(values, on_cells=quantity.on == "cells")
                small = abs(value) < NEGLIGIBLE * abs(self._scale.high)
                number = "≈ 0" if small else f"{value:.3g}"
                told.append(f"{shown.name}: {number} {quantity.unit}".rstrip())
        return f"{described(self._point)} – {', '.join(told)}"

    def curve(self, columns: int) -> Curve:
        """Return the curve that is chosen, so many pixels wide."""
        sides = [s.record for s in self.shown]
        if self.curve_of != PROBED:
            return picture(CURVES[self.curve_of][1], sides, columns, CURVE_ROWS)
        quantity = self._quantity
        if quantity.on == "cells" or not self._over_time(quantity):
            quantity = QUANTITIES["concentration"]
        series = [
            (s.name, side, s.record.fields.times, at.course(quantity.values(s.record.fields)))
            for side, (s, at) in enumerate(zip(self.shown, self._places, strict=True))
            if at is not None and quantity.values(s.record.fields) is not None
        ]
        label = f"at the probed point: {quantity.text}"
        return picture(lambda ax, _: over_time(ax, series, label), sides, columns, CURVE_ROWS)

    @property
    def _quantity(self) -> Quantity:
        return QUANTITIES[self.quantity]

    @property
    def _with_fields(self) -> list[Shown]:
        return [shown for shown in self.shown if shown.painted]

    def _over_time(self, quantity: Quantity) -> bool:
        found = (quantity.values(s.record.fields) for s in self._with_fields)
        return any(values is not None and values.ndim == 2 for values in found)

    def _load(self, number: int) -> Shown:
        entry: Entry = self.entries[number]
        try:
            record = self._records.pop(number, None) or read(entry, self.root)
        except ConfigError as error:
            return Shown(entry.name, None, error.allowed)
        self._records[number] = record
        while len(self._records) > KEPT:
            self._records.popitem(last=False)
        return Shown(record.name, record, why_no_fields(record))

    def _words(self, shown: Shown, values: Array | None) -> tuple[str, str]:
        """Return what is written under the title and, where nothing is painted, why."""
        if not shown.painted:
            return "", shown.problem
        parts = [str(shown.record.metrics["insertion.outcome"] or "").replace("_", " ")]
        times = shown.record.fields.times
        if values is None:
            return parts[0], "not computed for this run"
        if self._over_time(self._quantity):
            parts.append(stamp(self._time))
            if len(times) == 1:
                parts = [*parts[:1], f"at {stamp(times[0])}, the one time that was kept"]
            elif self._time > 1.001 * times[-1]:
                parts.append(f"as it was at its end, {stamp(times[-1])}")
        return " · ".join(filter(None, parts)), ""

    def _level(self, record: Record) -> float | None:
        if not self.threshold or self.quantity not in OF_DRUG:
            return None
        return record.case.injection.threshold_fraction * record.case.drug.concentration

    def _probe(self, point: Array) -> None:
        self._point, self._places = point, []
        for panel in self.scene.panels:
            found = panel.nearest(point)
            at = None if found is None else place(panel.surface, *found, point)
            self._places.append(at)
            panel.draw_probe(None if panel.surface is None else point)

    def _places_of(
        self, shown: Shown, reach: float
    ) -> list[tuple[str, tuple[float, float, float]]]:
        """Return the names of the parts of a section and where they are written."""
        if self.in_space or not shown.painted:
            return []
        tissue, left = shown.record.case.tissue, -0.985 * reach
        skin, fascia = MM * tissue.skin.thickness, MM * tissue.depth
        return [
            ("skin", (left, -0.75 * skin, 0.1)),
            ("subcutis", (left, -skin - 0.8, 0.1)),
            ("fascia", (left, -fascia + 0.25, 0.1)),
        ]


def why_no_fields(record: Record) -> str:
    """Say why a record has no fields; empty if it has."""
    if record.fields is not None:
        return ""
    if OmegaConf.select(OmegaConf.create(record.config), "output.fields") == "none":
        return "its fields were not kept\n(output.fields=none)"
    reason = next((n for n in record.notes if n.startswith("infiltration")), "")
    return f"no infiltration was computed\n{reason}".rstrip()
