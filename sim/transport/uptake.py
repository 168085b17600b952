"""What is kept of a transport run: masses per step, fields at chosen times, extremes, integrals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.outcome import UptakeHistory
from sim.transport.species import Species, Step

Array = NDArray[np.float64]


class Recorder:
    """Collects accepted steps.

    Parameters
    ----------
    regions : dict
        Name -> pore volume of each node in that region (n,), m3.
    inlet : float
        Injected concentration (kg/m3).
    times : (k,)
        When to keep the field (s, ascending, the first one 0); linear between steps.
    """

    def __init__(self, regions: dict[str, Array], inlet: float, times: Array) -> None:
        self.regions, self.inlet, self.times = regions, inlet, times
        nodes = len(next(iter(regions.values())))
        self.time = 0.0
        self.concentration = np.zeros(nodes)
        self.largest = np.zeros(nodes)
        self.exposure = np.zeros(nodes)
        self.fields = [self.concentration]
        self.range_violation = 0.0
        self.losses = np.zeros(3)
        self._rows = [self._row()]

    def add(self, species: Species, step: Step) -> None:
        """Take in one accepted step of `species`."""
        before, start = self.concentration, self.time
        self.time += step.duration
        self.concentration = step.concentration
        while len(self.fields) < len(self.times) and self._reached(self.times[len(self.fields)]):
            share = min(1.0, (self.times[len(self.fields)] - start) / step.duration)
            self.fields.append((1.0 - share) * before + share * self.concentration)
        np.maximum(self.largest, self.concentration, out=self.largest)
        self.exposure += step.integral
        losses = species.losses(step.integral)
        self.losses += (losses.cleared, losses.left_domain, losses.through_track)
        outside = max(-self.concentration.min(), self.concentration.max() - self.inlet)
        self.range_violation = max(self.range_violation, float(outside) / self.inlet)
        self._rows.append(self._row())

    def mass(self, region: str) -> float:
        """Mass in a region now (kg)."""
        return float(self.regions[region] @ self.concentration)

    @property
    def steps(self) -> int:
        """Steps so far."""
        return len(self._rows) - 1

    @property
    def accounted(self) -> float:
        """Mass in the tissue and mass that left it so far (kg)."""
        return sum(self.mass(name) for name in self.regions) + float(self.losses.sum())

    def history(self) -> UptakeHistory:
        """Return the masses at every step."""
        return UptakeHistory(*np.array(self._rows).T)

    def _reached(self, time: float) -> bool:
        return self.time >= time * (1.0 - 1e-9)

    def _row(self) -> tuple[float, ...]:
        masses = [self.mass(name) for name in ("nodule", "skin", "subcutis")]
        return (self.time, *masses, *self.losses)
