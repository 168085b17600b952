"""Syringe and needle: what they drive into a cavity at a given pressure.

The hand keeps its rate as long as its force allows it (``control: flow``), or presses as hard as it
can (``force``). The pressure in the barrel, plunger force less stopper friction over the bore's
area, is lost in the lumen and in the core of mineral that may sit in it::

    p_barrel - p_cavity = R Q + K rho/2 (Q/A)^2,    R = 128 mu L / (pi d^4) + plug

Hagen-Poiseuille's law, and the Hagenbach-Couette loss of the parabola's kinetic energy and of
its development at the entrance, K = 2.24 (Boussinesq 1891; 1 + 1.25 in Shah and London 1978).
With a 27G at 0.1 mL/s it is a fourth of Poiseuille's drop, at 1 mL/min a twentieth; both
are little against the tissue. It is all there once the entrance length of 0.06 Re d is shorter than
the tube. Left out: turbulence (Re > 2300 is noted by the caller), the hub's own loss, the
compressibility of barrel and stopper, the way the plunger needs to start.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.case import Drug, Injection, Mineral, Needle

ENTRANCE_LOSS = 2.24  # K, in units of the mean velocity's rho v^2 / 2
TURBULENT = 2300.0  # Reynolds number in a tube


@dataclass(frozen=True)
class Syringe:
    """Barrel, needle and hand."""

    pressure_limit: float  # Pa, largest in the barrel
    rate: float  # m3/s, largest flow; inf: force-controlled
    resistance: float  # Pa s/m3, R
    inertia: float  # Pa s2/m6, K rho / (2 A^2)
    bore: float  # m2, area
    friction: float  # N, of the stopper

    def force(self, barrel: float) -> float:
        """Return the plunger's force (N) for a pressure in the barrel (Pa)."""
        return barrel * self.bore + self.friction

    def drop(self, flow: float) -> float:
        """Return the pressure (Pa) lost between barrel and cavity."""
        return self.resistance * flow + self.inertia * flow**2

    def flow(self, cavity: float) -> tuple[float, float]:
        """Return the flow (m3/s) against `cavity` (Pa), and its slope (m3/(s Pa)).

        At the rate, or where that takes more than the largest force, the root of
        ``R Q + K rho/2 (Q/A)^2 = p_max - p_cavity``; an odd function where it is negative.
        """
        drop = self.pressure_limit - cavity
        root = math.sqrt(self.resistance**2 + 4.0 * self.inertia * abs(drop))
        forced = 2.0 * drop / (self.resistance + root)
        return (self.rate, 0.0) if forced > self.rate else (forced, -1.0 / root)

    def cavity_pressure(self, conductance: float) -> float:
        """Return the pressure (Pa) before a tissue that takes `conductance` (m3/(s Pa)) times it.

        In series: the root of ``p + R G p + K rho/2 (G p / A)^2 = p_max``, or ``Q_set / G`` where
        that is less.
        """
        linear = 1.0 + self.resistance * conductance
        root = math.sqrt(linear**2 + 4.0 * self.inertia * conductance**2 * self.pressure_limit)
        return min(self.rate / conductance, 2.0 * self.pressure_limit / (linear + root))


def syringe_and_needle(
    needle: Needle, drug: Drug, injection: Injection, plug: float = 0.0
) -> Syringe:
    """Return what drives the injection; `plug` (Pa s/m3) is the resistance of a core in the lumen.

    Liquid of one viscosity, that of the drug in the syringe, fills the needle.
    """
    area = 0.25 * math.pi * needle.inner_diameter**2
    return Syringe(
        pressure_limit=injection.pressure_limit,
        rate=injection.rate if injection.control == "flow" else math.inf,
        resistance=needle_resistance(needle, drug.injection_viscosity) + plug,
        inertia=0.5 * ENTRANCE_LOSS * drug.density / area**2,
        bore=0.25 * math.pi * injection.syringe_bore**2,
        friction=injection.stopper_friction,
    )


def needle_resistance(needle: Needle, viscosity: float) -> float:
    """Pressure drop per flow (Pa s/m3) of the whole lumen, ``128 mu L / (pi d^4)``."""
    return 128.0 * viscosity * needle.length / (math.pi * needle.inner_diameter**4)


def plug_resistance(needle: Needle, drug: Drug, mineral: Mineral, length: float) -> float:
    """Pressure drop per flow (Pa s/m3) of a core of `length` (m) in the lumen, ``mu l / (k A)``.

    The core keeps the permeability of the mineral (the mean one where it varies): what crushing and
    compaction do to it is not known. The lumen it fills is not taken off the needle's own
    resistance.
    """
    area = 0.25 * math.pi * needle.inner_diameter**2
    return drug.viscosity * length / (mineral.permeability * area)


def reynolds_number(needle: Needle, drug: Drug, flow: float) -> float:
    """Reynolds number in the lumen at `flow` (m3/s)."""
    return 4.0 * drug.density * flow / (math.pi * needle.inner_diameter * drug.injection_viscosity)
