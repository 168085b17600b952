"""Hydrofracture: smeared cracks in the mineral, opened by the liquid and conducting it.

Crack band (Bazant and Oh 1983). Where Terzaghi's effective tension in a cell of mineral passes the
tensile strength, the cell softens, exponentially, over a strain that makes the work per area of
crack the fracture energy ``G_c = K_IC^2 (1 - nu^2) / E``, whatever the element's size. The opening
is ``w = d e h`` (damage, strain across the crack, band width) and the crack adds ``w^3 / (12 h)``
to the permeability (cubic law). Damage never heals; an unloaded crack closes to its origin.

Two families of cracks: those across the largest tension in the half plane, of band width
sqrt(2 area), whose direction stays once they open (fixed cracks); and those along planes through
the axis, across the hoop tension. These are taken as one plane (two wings), so that their band is
half the circle, pi r, at any mesh.

A band cannot be wider than ``2 E G_c / sigma_t^2`` (it would snap back); there the strength is
lowered to ``sqrt(E G_c / h)`` (Bazant and Oh), close to that of a body with a crack of length h: a
large nodule splits at a lower pressure than a small one.

Simplifications: what a crack adds to the permeability of the half plane is isotropic; where cells
crack side by side, cracks in the half plane stand an element apart, so that what they conduct at a
given strain grows with the element's area; a closed crack stays soft in compression; the lag of the
liquid behind the crack's tip, turbulence, and the stress that the insertion left behind are left
out. Skin and fat do not crack.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.flow.biot import isotropic

Array = NDArray[np.float64]

REMAINING = 1e-7  # stiffness across a crack that is through / intact
PERMEABLE = 1e-9  # m2; a wider crack (0.1 mm in 0.1 mm) has no more pressure to lose


@dataclass(frozen=True, eq=False)
class Cracks:
    """How far each cell has cracked."""

    history: Array  # (c, 2) largest effective tension so far / strength, > 1: cracked
    angle: Array  # (c,) rad, of the first family's normal from the r axis; stays once cracked


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

    def stiffness(self, cracks: Cracks) -> Array:
        """Return each cell's stiffness (c, 4, 4) for strains rr, zz, hoop and rz (engineering's).

        Secant: ``d / ((1 - d) E)`` is added to the compliance across each crack; across and along
        it, the shear stiffness falls by 1 - d.
        """
        stiffness = isotropic(self.youngs_modulus, self.poisson_ratio)
        damage = self.damage(cracks.history)
        cracked = np.flatnonzero(damage.max(axis=1) > 0.0)
        left, poisson = 1.0 - damage[cracked], self.poisson_ratio[cracked]
        compliance = np.broadcast_to(np.eye(3), (len(cracked), 3, 3)).copy()
        compliance -= poisson[:, None, None] * (1.0 - np.eye(3))
        compliance[:, 0, 0], compliance[:, 2, 2] = 1.0 / left.T
        own = np.zeros((len(cracked), 4, 4))
        own[:, :3, :3] = np.linalg.inv(compliance)
        own[:, 3, 3] = 0.5 / (1.0 + poisson) * left[:, 0]
        turn, young = _turn(cracks.angle[cracked]), self.youngs_modulus[cracked, None, None]
        stiffness[cracked] = young * (turn.transpose(0, 2, 1) @ own @ turn)
        return stiffness

    def loaded(self, strain: Array, before: Cracks, during: Cracks) -> Cracks:
        """Return what `strain` makes of the cracks `before`.

        Parameters
        ----------
        strain : (c, 4)
            rr, zz, hoop and rz (engineering's).
        during : Cracks
            Those whose stiffness the strain was found with.
        """
        stress = np.einsum("cij,cj->ci", self.stiffness(during), strain)
        towards = 0.5 * np.arctan2(2.0 * stress[:, 3], stress[:, 0] - stress[:, 1])
        angle = np.where(during.history[:, 0] > 1.0, during.angle, towards)
        across = self._across(stress, angle) / (1.0 - self.damage(during.history))
        return Cracks(np.maximum(before.history, across / self.strength), angle)

    def _across(self, stress: Array, angle: Array) -> Array:
        """Stress across the cracks, (c, 2)."""
        c, s = np.cos(angle), np.sin(angle)
        in_plane = c**2 * stress[:, 0] + s**2 * stress[:, 1] + 2.0 * c * s * stress[:, 3]
        return np.column_stack((in_plane, stress[:, 2]))

    def damage(self, history: Array) -> Array:
        """Return the damage (c, 2) after the largest effective tension / strength (c, 2)."""
        over = np.maximum(history, 1.0)
        with np.errstate(invalid="ignore"):
            damage = 1.0 - np.exp(-(over - 1.0) / self.softening) / over
        return np.where(history > 1.0, np.minimum(damage, 1.0 - REMAINING), 0.0)

    def opening(self, strain: Array, cracks: Cracks) -> Array:
        """Return the openings (c, 2) in m of the cracks in each band, ``d s / ((1 - d) E) h``."""
        stress = np.einsum("cij,cj->ci", self.stiffness(cracks), strain)
        damage = self.damage(cracks.history)
        tension = np.maximum(self._across(stress, cracks.angle), 0.0) / (1.0 - damage)
        return damage * tension / self.youngs_modulus[:, None] * self.band

    def permeability(self, opening: Array) -> Array:
        """Return what cracks of `opening` (c, 2) in m add to the permeability (c,), m2."""
        return np.minimum((opening**3 / (12.0 * self.band)).sum(axis=1), PERMEABLE)


def _turn(angle: Array) -> Array:
    """Matrix (c, 4, 4) from strains rr, zz, hoop, rz to those across, along, hoop, shear."""
    c, s = np.cos(angle), np.sin(angle)
    turn = np.zeros((len(angle), 4, 4))
    turn[:, 0, 0] = turn[:, 1, 1] = c**2
    turn[:, 0, 1] = turn[:, 1, 0] = s**2
    turn[:, 0, 3], turn[:, 1, 3] = c * s, -c * s
    turn[:, 2, 2] = 1.0
    turn[:, 3, 0], turn[:, 3, 1], turn[:, 3, 3] = -2.0 * c * s, 2.0 * c * s, c**2 - s**2
    return turn
