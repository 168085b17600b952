"""The liquid film between the needle's shaft and the tissue, whose gap opens with its pressure.

Along the steel liquid flows as between two plates, ``q = h^3 / (12 mu) |grad p|`` per width. The
tissue is pressed away from the thin tube as from a long cylindrical cavity in an infinite elastic
medium in plane strain, so that (Morrison et al. 1999)::

    h(p) = h0 + r_c (p - p0)+ / (2 G)

with the residual gap h0 (roughness, overcut), the shaft's radius r_c, the shear modulus G of what
lies beside it and the prestress p0 that soft tissue puts on the shaft; mineral that was crushed
and drilled aside puts none on it.

The flow along an edge between nodes i and j is the integral of ``h^3 dp`` between their pressures:
exact where nothing leaks on the way (Kirchhoff's transformation), and always from the higher
pressure to the lower one.

Simplifications: each place opens as if the pressure were the same all along the shaft, also close
to its ends and on a tip's cone; the opening follows at once, small strains; the opened gap's own
volume is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.domain.domain import Domain

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Film:
    """The mesh edges along the shaft and the law of the gap at each."""

    edges: Index  # (f,) indices into the mesh's edges
    conductance: Array  # (f,) 1/(Pa s): flow per pressure and gap cubed
    gap: float  # m, h0
    compliance: Array  # (f,) m/Pa, r_c / (2 G)
    prestress: Array  # (f,) Pa

    def flow(self, tail: Array, head: Array) -> Array:
        """Return the flow (f,) in m3/s from tail to head with these pressures (f,) in Pa."""
        return self.conductance * (self._integral(tail) - self._integral(head))

    def slope(self, pressure: Array) -> Array:
        """Return how the flow grows with its upstream pressure (f,), m3/(s Pa)."""
        return self.conductance * self.opening(pressure) ** 3

    def secant(self, tail: Array, head: Array) -> Array:
        """Return the flow per pressure difference (f,), m3/(s Pa)."""
        apart = np.abs(tail - head) > 1e-6 * np.abs(tail + head)  # closer ones would cancel
        mean = self.slope(0.5 * (tail + head))
        return np.divide(self.flow(tail, head), tail - head, out=mean, where=apart)

    def opening(self, pressure: Array) -> Array:
        """Return the gap h (f,) in m at a pressure."""
        return self.gap + self.compliance * np.maximum(pressure - self.prestress, 0.0)

    def _integral(self, pressure: Array) -> Array:
        """Integral (f,) of ``h^3 dp`` from 0; written out, for differences would cancel."""
        excess = np.maximum(pressure - self.prestress, 0.0)
        opened, gap = self.compliance * excess, self.gap
        cubic = 1.5 * gap**2 * opened + gap * opened**2 + 0.25 * opened**3
        return gap**3 * pressure + cubic * excess


def film_along(domain: Domain) -> Film:
    """Return the film along the needle's shaft of `domain`."""
    case, wall = domain.case, domain.wall
    radius = 0.5 * case.needle.outer_diameter
    return Film(
        edges=wall.edges,
        conductance=wall.shape / (12.0 * case.drug.viscosity),
        gap=case.injection.track_gap,
        compliance=radius / (2.0 * domain.wall_modulus),
        prestress=np.where(domain.wall_is_soft, case.injection.track_prestress, 0.0),
    )
