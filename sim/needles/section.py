"""Section properties of a tube, with or without a stylet in its bore.

The stylet is not bonded: it shares the curvature, so second moments add about the common axis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.case import Needle


@dataclass(frozen=True)
class Section:
    """Cross-section of the needle as it stands during insertion (SI units).

    Parameters
    ----------
    area : float
        Steel area A, m2.
    second_moment : float
        I, m4; half the polar moment.
    outer_radius : float
        Distance of the extreme fibre, m.
    plastic_modulus : float
        Z_p, m3; first moment of both halves about the neutral axis.
    """

    area: float
    second_moment: float
    outer_radius: float
    plastic_modulus: float

    @property
    def section_modulus(self) -> float:
        """Elastic section modulus I/c (m3)."""
        return self.second_moment / self.outer_radius

    def yield_moment(self, yield_strength: float) -> float:
        """Bending moment at first yield (N m)."""
        return yield_strength * self.section_modulus

    def plastic_moment(self, yield_strength: float) -> float:
        """Bending moment of the fully plastic section (N m)."""
        return yield_strength * self.plastic_modulus

    def yield_torque(self, yield_strength: float) -> float:
        """Torque at first yield after von Mises, (sigma_y/sqrt 3) 2I/c (N m)."""
        return yield_strength / math.sqrt(3.0) * 2.0 * self.section_modulus


def section(needle: Needle, with_stylet: bool = True) -> Section:
    """Return the section of a needle's shaft.

    Parameters
    ----------
    needle : Needle
        Tube and, for a coaxial set, its stylet.
    with_stylet : bool
        Count the stylet if there is one: for bending and axial load, where it shares the curvature
        and the shortening. Torque is carried by the cannula alone: pass False.
    """
    discs = [(needle.outer_diameter, 1.0), (needle.inner_diameter, -1.0)]
    if with_stylet and needle.stylet is not None:
        discs.append((needle.stylet.diameter, 1.0))
    return Section(
        area=sum(sign * math.pi / 4.0 * d**2 for d, sign in discs),
        second_moment=sum(sign * math.pi / 64.0 * d**4 for d, sign in discs),
        outer_radius=0.5 * needle.outer_diameter,
        plastic_modulus=sum(sign * d**3 / 6.0 for d, sign in discs),
    )
