"""What the needle meets along its path, from what the finite element problems found."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.case import Case
from sim.mechanics.failure import Utilisation, held_depth, utilisation
from sim.mechanics.loads import PathLoads, path_loads
from sim.mechanics.mineral.resistance import ResistanceCurve
from sim.mechanics.tissue.pushaway import NoduleSupport
from sim.needles.tip import tip_profile

Array = NDArray[np.float64]

BESIDE = np.array([1.0 - 1e-12, 1.0, 1.0 + 1e-12])  # of a kink: loads may jump there
POINT = 0.01  # share of the tip's length: rounding of the point below it is passed in one step


@dataclass(frozen=True)
class InsertionModels:
    """What the finite element problems found; reusable while mineral, tip and tissue stay."""

    resistance: ResistanceCurve
    support: NoduleSupport


@dataclass(frozen=True)
class Walk:
    """Everything along the path, per depth of the tip."""

    loads: PathLoads
    use: Utilisation
    displacement: Array  # m, of the nodule

    @classmethod
    def along(cls, case: Case, models: InsertionModels, depth: Array) -> Walk:
        """Evaluate with the tip at each `depth` (m, (n,)), in the nodule's own frame."""
        loads = path_loads(case, models.resistance, depth)
        on_nodule = models.support.displacement(
            loads.mineral.force,
            depth - case.nodule.depth,
            loads.skin.force,
            loads.subcutis.force,
        )
        return cls(loads, utilisation(case, loads), on_nodule)

    def until(self, stop: Walk) -> Walk:
        """Return what lies before the single depth of `stop`, and that."""
        return _followed(self, stop, self.loads.depth < stop.loads.depth[0])


def _followed[T](before: T, after: T, keep: NDArray[np.bool_]) -> T:
    """Arrays, and trees of them, of which the one is kept in part and the other appended."""
    if isinstance(before, np.ndarray):
        return np.append(before[keep], after)
    if isinstance(before, dict):
        return {name: _followed(values, after[name], keep) for name, values in before.items()}
    names = [field.name for field in fields(before)]
    return replace(
        before, **{n: _followed(getattr(before, n), getattr(after, n), keep) for n in names}
    )


def path_depths(case: Case, steps: int) -> Array:
    """Depths from the skin to the target, finer where the tip enters the nodule, all kinks in."""
    target, top = case.target_depth, case.nodule.depth
    profile = tip_profile(case.needle)
    length = profile.length
    kinks = np.unique(np.append(profile.start, profile.end))
    kinks = kinks[(kinks == 0.0) | (kinks > POINT * length)]
    edges = [0.0, case.tissue.skin.thickness, top, held_depth(case), top + case.nodule.height]
    points = np.concatenate(
        [
            np.linspace(0.0, target, steps + 1),
            np.linspace(top, top + length, steps + 1),
            np.multiply.outer(np.add.outer(edges, kinks), BESIDE).ravel(),
        ]
    )
    return np.unique(points[points <= target])
