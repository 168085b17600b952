"""When the hand is where: the quasi-static walk of the tip, played at the technique's speed.

The forces know no rate; the hand is taken to move at its set speed until the needle ends its way.
Where the force drops the nodule springs back and the walk runs backwards: there the tip jumps
ahead under the hand, which stands still.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.outcome import Array
from sim.results.metrics import MM
from sim.results.record import Record


@dataclass(frozen=True)
class Thrust:
    """The force table of a record against the hand's time; lengths in mm."""

    speed: float  # mm/s, of the hand
    travel: Array  # (m,) strictly increasing: rows that the hand reaches for the first time
    rows: Array  # (m,) their numbers in the table
    depth: Array  # (k,) of the tip in the nodule's own frame
    force: Array  # (k,) N
    displacement: Array  # (k,) of the nodule

    @classmethod
    def of(cls, record: Record) -> Self:
        """Take a record's force table."""
        table, speed = record.force, MM * record.case.technique.axial_speed
        travel = table["travel_mm"]
        furthest = np.maximum.accumulate(travel)
        fresh = np.flatnonzero(np.diff(furthest, prepend=-1.0) > 0.0)
        columns = (table[name] for name in ("depth_mm", "force_N", "nodule_displacement_mm"))
        return cls(speed, travel[fresh], fresh.astype(float), *columns)

    @property
    def duration(self) -> float:
        """Time until the needle ends its way (s)."""
        return float(self.travel[-1] / self.speed)

    def row(self, time: float) -> float:
        """Return where in the table the hand is at a time (s): a row's number, with a fraction."""
        if time >= self.duration:
            return float(len(self.depth) - 1)
        return float(np.interp(self.speed * time, self.travel, self.rows))

    def at(self, row: float, column: Array) -> float:
        """Return a column's value at a row's number with a fraction."""
        return float(np.interp(row, np.arange(len(column)), column))
