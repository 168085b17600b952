"""What the flow hands to the transport: the injection as a row of stages with a steady flow."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.case import Injection
from sim.outcome import Ending

Array = NDArray[np.float64]

WHOLE = 1.0 - 1e-9  # share of the ordered volume that counts as all of it


@dataclass(frozen=True)
class Stage:
    """A part of the injection, or of the pause after it, during which nothing of the flow changes.

    At every node ``swelling = supply - divergence(edge_flow)``.
    """

    duration: float  # s
    pressure: Array  # (n,) Pa
    edge_flow: Array  # (m,) m3/s, from tail to head, film included
    supply: Array  # (n,) m3/s into the domain: > 0 at the mouth, < 0 where liquid leaves; where
    # tissue that swells draws liquid through a sink's node, > 0 and free of drug
    swelling: Array  # (n,) m3/s by which each node's pore volume grows; 0 in rigid tissue
    inlet: float  # kg/m3, concentration of what enters: 0 while the lumen's blood goes first


@dataclass(frozen=True)
class Injected:
    """What syringe, needle and tissue do together."""

    stages: tuple[Stage, ...]
    displaced_volume: float  # m3 that left the barrel
    injected_volume: float  # m3 of liquid that entered the tissue
    duration: float  # s, until the plunger stops
    ended_by: Ending
    flow_rate: float  # m3/s of liquid into the tissue, mean while it flows
    peak_pressure: float  # Pa in the cavity
    plunger_force: float  # N, largest
    conductance: float  # m3/(s Pa) of the tissue seen from the cavity, at the end
    backflow_fraction: float  # share of the liquid that leaves the nodule along the shaft
    retained_in_needle: float  # kg of drug in lumen and hub at the end
    fractured: bool | None = None  # whether cracks opened; None: the flow does not know cracks
    permeability: Array | None = None  # (c,) m2, at the end; None: as the needle left it
    notes: tuple[str, ...] = ()
    statistics: dict[str, float] = field(default_factory=dict)


def ending(injection: Injection, displaced: float, injected: float) -> Ending:
    """Return what ended an injection.

    Parameters
    ----------
    displaced, injected : float
        Volumes (m3) that left the barrel, and that entered the tissue.
    """
    if not injected:
        return "nothing_injected"
    return "volume" if displaced >= WHOLE * injection.volume else "time_limit"
