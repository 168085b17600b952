"""Syringe and needle in series with the tissue.

The hand sets the rate as long as its force allows it; then the largest pressure in the barrel
drives the flow through the needle (Hagen-Poiseuille, laminar, entry losses left out), a core of
mineral that stays in its lumen (Darcy) and the tissue in series.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from sim.case import Drug, Injection, Mineral, Needle


@dataclass(frozen=True)
class Delivery:
    """What the syringe does against one tissue."""

    cavity_pressure: float  # Pa
    barrel_pressure: float  # Pa
    flow_rate: float  # m3/s
    duration: float  # s
    volume: float  # m3
    ended_by: Literal["volume", "time_limit"]
    plunger_force: float  # N, stopper friction included
    reynolds: float  # in the lumen
    plug_drop: float  # Pa, lost in the core of mineral in the lumen


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


def lumen_volume(needle: Needle) -> float:
    """Dead volume of the lumen (m3); the hub's is left out."""
    return 0.25 * math.pi * needle.inner_diameter**2 * needle.length


def deliver(
    needle: Needle, drug: Drug, injection: Injection, conductance: float, plug: float = 0.0
) -> Delivery:
    """Inject through `needle` into a tissue of `conductance` (m3/(s Pa)).

    ``p_cav = min(Q_set / G, p_max / (1 + R G))`` with the resistance R of the needle and of the
    `plug` (Pa s/m3, `plug_resistance`) in its lumen; the injection ends when the ordered volume is
    in or the time is up. The needle is primed: what the plunger displaces enters the tissue.
    """
    resistance = needle_resistance(needle, drug.injection_viscosity) + plug
    pressure = min(
        injection.rate / conductance,
        injection.pressure_limit / (1.0 + resistance * conductance),
    )
    rate = pressure * conductance
    barrel = pressure + resistance * rate
    needed = injection.volume / rate
    duration = min(needed, injection.time_limit)
    area = 0.25 * math.pi * injection.syringe_bore**2
    return Delivery(
        cavity_pressure=pressure,
        barrel_pressure=barrel,
        flow_rate=rate,
        duration=duration,
        volume=rate * duration,
        ended_by="volume" if needed <= injection.time_limit else "time_limit",
        plunger_force=barrel * area + injection.stopper_friction,
        reynolds=4.0
        * drug.density
        * rate
        / (math.pi * needle.inner_diameter * drug.injection_viscosity),
        plug_drop=plug * rate,
    )
