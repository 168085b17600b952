"""Hydrofracture: smeared cracks in the mineral, opened by the liquid and conducting it.

Crack band (Bazant and Oh 1983). Where Terzaghi's effective tension in a cell of mineral passes the
tensile strength, the cell softens, exponentially, over a strain that makes the work per area of
crack the fracture energy ``G_c = K_IC^2 (1 - nu^2) / E``, whatever the element's size. The opening
is ``w = d e h`` (damage, strain across the crack, band width) and the crack adds ``w^3 / (12 h)``
to the permeability (cubic law). Damage never heals; an unloaded crack closes to its origin.

Two families of cracks: those across the largest tension in the half plane, of band width
sqrt(2 area); and those along planes through the axis, across the hoop tension. These are taken as
one plane (two wings), so that their band is half the circle, pi r, at any mesh.

A band cannot be wider than ``2 E G_c / sigma_t^2`` (it would snap back); there the strength is
lowered to ``sqrt(E G_c / h)`` (Bazant and Oh), close to that of a body with a crack of length h: a
large nodule splits at a lower pressure than a small one.

Simplifications: the softening is isotropic, and so is the permeability in the half plane; the tip's
suction, turbulence, and shear along the crack are left out, and so is the stress that the
insertion left behind. Skin and fat do not crack.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

REMAINING = 1e-5  # stiffness of a cell that is cracked through / intact: as soft as fat
PERMEABLE = 1e-9  # m2; a wider crack (0.1 mm in 0.1 mm) has no more pressure to lose


@dataclass(frozen=True, eq=False)
class Brittle:
    """What cracks, per cell (c,); axis 1 of what is (c, 2): in the half plane, hoop."""

    youngs_modulus: Array  # Pa
    poisson_ratio: Array
    band: Array  # (c, 2) m, width of the band that one crack stands for
    strength: Array  # (c, 2) Pa, limited by the band's width; inf where nothing cracks
    softening: Array  # (c, 2) strain of the exponential fall / strain at the strength

    @classmethod
    def of(
        cls,
        youngs_modulus: Array,
        poisson_ratio: Array,
        tensile_strength: Array,
        toughness: Array,
        radius: Array,
        area: Array,
    ) -> Brittle:
        """Limit strengths to what the bands can dissipate.

        Parameters
        ----------
        tensile_strength, toughness : (c,)
            Pa; inf where nothing cracks. K_IC, Pa m^0.5.
        radius, area : (c,)
            Of each cell: its centre's distance from the axis (m), its area in the half plane (m2).
        """
        band = np.column_stack((np.sqrt(2.0 * area), np.pi * radius))
        work = toughness**2 * (1.0 - poisson_ratio**2)  # E G_c
        strength = np.minimum(tensile_strength[:, None], np.sqrt(work[:, None] / band))
        strength[np.isinf(tensile_strength)] = np.inf
        with np.errstate(invalid="ignore"):
            softening = work[:, None] / (band * strength**2) - 0.5
        return cls(youngs_modulus, poisson_ratio, band, strength, softening)

    def tension(self, strain: Array) -> tuple[Array, Array]:
        """Return largest tensions of the uncracked solid (Pa) and strains along them, (c, 2).

        Parameters
        ----------
        strain : (c, 4)
            rr, zz, hoop and the tensor's rz.
        """
        rr, zz, hoop, rz = strain.T
        half = np.hypot(0.5 * (rr - zz), rz)
        along = np.column_stack((0.5 * (rr + zz) + half, hoop))
        young, poisson = self.youngs_modulus, self.poisson_ratio
        first = young * poisson / ((1.0 + poisson) * (1.0 - 2.0 * poisson))
        shear = 0.5 * young / (1.0 + poisson)
        volume = rr + zz + hoop
        return (first * volume)[:, None] + 2.0 * shear[:, None] * along, along

    def loaded(self, strain: Array) -> Array:
        """Return the tension of the uncracked solid / strength, (c, 2)."""
        return self.tension(strain)[0] / self.strength

    def damage(self, history: Array) -> Array:
        """Return the damage (c, 2) after the largest `loaded` of all times, `history` (c, 2)."""
        over = np.maximum(history, 1.0)
        with np.errstate(invalid="ignore"):
            return np.where(history > 1.0, 1.0 - np.exp(-(over - 1.0) / self.softening) / over, 0.0)

    def stiffness_left(self, history: Array) -> Array:
        """Return the share of the moduli that is left in each cell, (c,)."""
        return np.maximum(1.0 - self.damage(history).max(axis=1), REMAINING)

    def opening(self, strain: Array, history: Array) -> Array:
        """Return the openings (c, 2) in m of the cracks in each band."""
        return self.damage(history) * np.maximum(self.tension(strain)[1], 0.0) * self.band

    def permeability(self, strain: Array, history: Array) -> Array:
        """Return what the cracks add to the permeability (c,), m2."""
        added = (self.opening(strain, history) ** 3 / (12.0 * self.band)).sum(axis=1)
        return np.minimum(added, PERMEABLE)
