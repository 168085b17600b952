"""What can be shown of a record's fields: each quantity with its unit, over time and over records.

Between two times that were written a quantity is interpolated linearly; before the first and after
the last it stays as it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.figures.scale import ColourScale, Kind
from sim.outcome import Array
from sim.results.fields import Fields

SAME = 1e-6  # of a time, less apart from it is another no other
LOWEST = 1e-3  # of the largest value, where a logarithmic scale begins


@dataclass(frozen=True)
class Quantity:
    """One field of a record and how it is shown."""

    label: str
    unit: str
    values: Callable[[Fields], Array | None]  # (n,) or (m,); (k, n) over time; None: not computed
    on: Literal["nodes", "cells"] = "nodes"
    logarithmic: bool = False  # a logarithmic scale makes sense, and is what is shown first
    everywhere: bool = True  # False: only in the nodule, elsewhere it is zero

    @property
    def text(self) -> str:
        """Label and unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


QUANTITIES = {
    "concentration": Quantity(
        "concentration in pore fluid", "mg/mL", lambda f: f.concentration, logarithmic=True
    ),
    "largest": Quantity(
        "largest concentration ever", "mg/mL", lambda f: f.largest_concentration, logarithmic=True
    ),
    "exposure": Quantity("exposure", "mg h/mL", lambda f: f.exposure, logarithmic=True),
    "pressure": Quantity(
        "pressure during the injection", "kPa", lambda f: f.pressure, logarithmic=True
    ),
    "mineral": Quantity("mineral left", "g/cm³", lambda f: f.mineral, everywhere=False),
    "porosity": Quantity("porosity", "", lambda f: f.porosity, on="cells"),
    "compaction": Quantity(
        "plastic compaction (volume strain)", "", lambda f: -f.plastic_volume_strain, on="cells"
    ),
}


def at(quantity: Quantity, fields: Fields, time: float) -> Array | None:
    """Return a quantity at a time (s), node or cell values; None where it was not computed."""
    values = quantity.values(fields)
    if values is None or values.ndim == 1:
        return values
    after = int(np.searchsorted(fields.times, time))
    if after == 0 or after == len(fields.times):
        return values[min(after, len(fields.times) - 1)]
    t0, t1 = fields.times[after - 1 : after + 1]
    share = (time - t0) / (t1 - t0)
    return (1.0 - share) * values[after - 1] + share * values[after]


def times(fields: Sequence[Fields]) -> Array:
    """Return the times (s) that were written of any of the records, in order.

    Times that differ by rounding alone are one.
    """
    every = np.unique(np.concatenate([f.times for f in fields]))
    return every[np.append(True, np.diff(every) > SAME * every[1:])]


def scale(
    quantity: Quantity, fields: Sequence[Fields], kind: Kind, up_to: float = -np.inf
) -> ColourScale:
    """Return the one scale of colours for a quantity in all the records and at all times.

    It goes up to the largest value, and to `up_to` at least.
    """
    low, high = np.inf, up_to
    for values in map(quantity.values, fields):
        if values is not None:
            shown = values if quantity.everywhere else values[values > 0.0]
            low = min(low, shown.min(initial=np.inf))
            high = max(high, shown.max(initial=-np.inf))
    if not np.isfinite(low + high):
        low, high = 0.0, 1.0
    if kind == "log" and quantity.logarithmic and high > 0.0:
        return ColourScale(LOWEST * high, high, "log", "min")
    if quantity.logarithmic:  # nothing is where these are zero
        low = min(low, 0.0)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        high = low + (abs(low) or 1.0)
    return ColourScale(low, high, extend="neither" if quantity.everywhere else "min")
