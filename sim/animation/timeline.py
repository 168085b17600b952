"""From a film's seconds to the times of what it shows, and how both are written on a frame.

The insertion runs in real time where the film is long enough; the injection evenly; what follows
it logarithmically, for the drug moves within minutes what it later moves within days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sim.animation.thrust import Thrust
from sim.figures.uptake import SOONEST
from sim.results.record import Record

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
SEVERAL = 3.0  # of a unit: fewer are counted in the next smaller one
SHARE = 0.4  # of the film's length that the insertion may take where more follows
INJECTING = 0.35  # of the rest
HOLD = 1.5  # s of the film that stand still when the insertion is over
BRIEF = 2.0  # s of the film: an insertion that is over sooner is slowed down

type Law = Literal["linear", "log"]


@dataclass(frozen=True)
class Phase:
    """A stretch of the film with one law of time.

    Attributes
    ----------
    name : str
    length : float
        s of the film, `hold` included.
    start, end : float
        Times shown (s, positive where the law is "log").
    law : "linear" or "log"
    hold : float
        s of the film at the end that stand still.
    """

    name: str
    length: float
    start: float
    end: float
    law: Law = "linear"
    hold: float = 0.0

    def time(self, elapsed: float) -> float:
        """Return the time shown (s) when `elapsed` s of the phase have been played."""
        done = min(max(elapsed / (self.length - self.hold), 0.0), 1.0)
        if self.law == "log":
            return self.start * (self.end / self.start) ** done
        return self.start + done * (self.end - self.start)

    def clock(self, time: float) -> str:
        """Write a time of the phase, in the unit of its end unless that is decades away."""
        return stamp(time, self.end if self.law == "linear" else None)

    @property
    def scale(self) -> str:
        """How fast time passes, in words for the frame."""
        moving = self.length - self.hold
        if self.law == "log":
            factor = (self.end / self.start) ** (1.0 / moving)
            return f"logarithmic time: ×{factor:.2g} per second of film"
        speed = (self.end - self.start) / moving
        return "real time" if abs(speed - 1.0) < 1e-6 else f"{speed:.2g} × real time"


def phases(records: Sequence[Record], seconds: float) -> list[Phase]:
    """Divide `seconds` of film among what the records hold; the insertion alone may take less."""
    thrusts = [Thrust.of(record) for record in records if record.force is not None]
    ends = [record.metrics["infiltration.injection_time_s"] for record in records if record.fields]
    made, rest = [], seconds
    if thrusts:
        duration = max(thrust.duration for thrust in thrusts)
        hold = min(HOLD, 0.1 * seconds)
        most = (SHARE if ends else 1.0) * seconds - hold
        length = min(max(duration, BRIEF), most) + hold
        made.append(Phase("insertion", length, 0.0, duration, hold=hold))
        rest -= length
    if ends:
        injected = max(ends)
        last = max(record.fields.times[-1] for record in records if record.fields)
        if injected > 0.0:  # not where no mouth was in the tissue
            made.append(Phase("injection", INJECTING * rest, 0.0, injected))
            rest *= 1.0 - INJECTING
        made.append(Phase("afterwards", rest, injected or SOONEST, last, "log"))
    return made


def stamp(seconds: float, like: float | None = None) -> str:
    """Write a time in the unit people count it in, or that in which they count `like` (s)."""
    scale = seconds if like is None else like
    if scale < SEVERAL * MINUTE:
        return f"{seconds:.1f} s"
    if scale < SEVERAL * HOUR:
        return f"{seconds / MINUTE:.1f} min"
    if scale < SEVERAL * DAY:
        return f"{seconds / HOUR:.1f} h"
    return f"{seconds / DAY:.1f} d"
