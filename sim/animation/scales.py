"""The scales of a film: one for every needle, every round and every frame of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from matplotlib.axes import Axes

from sim.figures.cut import shown_width
from sim.figures.infiltration import BELOW, LOWEST
from sim.figures.scale import ColourScale, scale_bar
from sim.figures.section import ABOVE, set_frame
from sim.results.metrics import MM
from sim.results.record import Record

HEADROOM = 1.25
TICK = 2.0  # mm of depth
BAR = (0.985, 0.13)  # of length: its right end, in shares of a section


@dataclass(frozen=True)
class Scales:
    """Axis ranges and colours.

    Attributes
    ----------
    left, right, lowest : float
        Of the sections: mm from the axis, mm below the skin; `ABOVE` mm of air lie above.
    deepest, force, mass : float
        Ends of the curves' axes: mm, N, mg.
    colour : ColourScale
        Of the concentration in pore fluid (mg/mL).
    """

    left: float
    right: float
    lowest: float
    deepest: float
    force: float
    mass: float
    colour: ColourScale

    @classmethod
    def of(cls, records: Sequence[Record]) -> Self:
        """Take the scales that all of these records fit into."""
        cases = [record.case for record in records]
        lefts, rights = zip(*map(shown_width, records), strict=True)
        injected = max(case.drug.concentration for case in cases)
        forces = [record.force["force_N"].max() for record in records if record.force is not None]
        masses = [
            record.uptake["in_nodule_mg"].max() for record in records if record.uptake is not None
        ]
        return cls(
            left=min(lefts),
            right=max(rights),
            lowest=max(MM * case.tissue.depth for case in cases) + BELOW,
            deepest=max(MM * (case.nodule.depth + case.nodule.height) for case in cases),
            force=HEADROOM * float(max(forces, default=0.0)) or 1.0,
            mass=HEADROOM * float(max(masses, default=0.0)) or 1.0,
            colour=ColourScale(LOWEST * injected, injected, "log", "min"),
        )

    def frame(self, ax: Axes) -> None:
        """Set a section to the common spatial scale, which fills it: all of a film have one size.

        A bar of a round length is drawn.
        """
        box, height = ax.get_window_extent(), ABOVE + self.lowest
        scale = min(box.height / height, box.width / (self.right - self.left))  # pixels per mm
        middle, half = 0.5 * (self.left + self.right), 0.5 * box.width / scale
        set_frame(ax, (middle - half, middle + half), box.height / scale - ABOVE)
        ax.set_yticks(np.arange(0.0, self.lowest, TICK))
        scale_bar(ax, BAR)
