"""The drug in the pore liquid: ``phi dc/dt + div(q c - phi D grad c) = -k phi c``.

c is the mass per volume of pore liquid, phi the porosity, q Darcy's flux, D = ratio D_0 the
diffusivity in the pores and k the clearance by perfusion. The ratio D_eff/D_0 is thus that of the
pore liquid, 1/tortuosity^2, and phi multiplies the flux: with a skin of porosity 0.2 a ratio of
0.35 that already held phi would mean a tortuosity below 1. Mechanical dispersion, sorption and the
weight of the solution (density-driven flow) are left out.

On control volumes: ``d(C c)/dt = supply - L c``, C the pore volume, L upwinded. C may grow at a
constant rate (tissue that swells); diffusion and clearance keep the pores of the beginning. Edges
with a negative diffusive transmissibility carry no diffusion (12 of 42k in a half plane at obtuse
corners, one in 1e4 in 3-D).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sim.volumes.control_volume import Edges

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Species:
    """Coefficients of one phase of the transport (with or without flow) on fixed control volumes.

    At every node ``swelling = supply - divergence(edge_flow)``. Nodes in `absorbing` are held at
    concentration zero: what reaches them has left the domain.
    """

    edges: Edges
    capacity: Array  # (n,) m3, pore volume, at the phase's beginning
    diffusion: Array  # (m,) m3/s, phi D x transmissibility of the edge, not negative
    clearance: Array  # (n,) m3/s, clearance rate x pore volume
    absorbing: Index
    edge_flow: Array  # (m,) m3/s, zero without flow
    supply: Array  # (n,) m3/s: > 0 enters, with the injected concentration; < 0 leaves
    swelling: Array | float = 0.0  # (n,) m3/s by which the pore volume grows
    drawn_in: Array | float = 0.0  # (n,) m3/s of the supply that comes from beyond, clear
    forward: Array = field(init=False, repr=False)  # (m,) m3/s, what a unit at the tail sends off
    backward: Array = field(init=False, repr=False)  # (m,) m3/s, what a unit at the head sends off
    diagonal: Array = field(init=False, repr=False)  # (n,) m3/s, what a unit sends off in all
    operator: csr_array = field(init=False, repr=False)  # L, (n, n), right in the rank's own rows

    def __post_init__(self) -> None:
        edges, flow = self.edges, self.edge_flow
        forward = np.maximum(flow, 0.0) + self.diffusion
        backward = np.maximum(-flow, 0.0) + self.diffusion
        diagonal = edges.gathered(forward, backward) + self.clearance
        diagonal += np.maximum(-self.supply, 0.0)
        object.__setattr__(self, "forward", forward)
        object.__setattr__(self, "backward", backward)
        object.__setattr__(self, "diagonal", diagonal)
        object.__setattr__(self, "operator", edges.matrix(diagonal, -backward, -forward))

    @property
    def injected(self) -> Array:
        """What enters with the injected concentration (n,), m3/s."""
        return np.maximum(self.supply, 0.0) - self.drawn_in

    def capacity_at(self, elapsed: float) -> Array:
        """Pore volume (n,) in m3 after `elapsed` seconds of the phase."""
        return self.capacity + elapsed * self.swelling

    def losses(self, integral: Array) -> Losses:
        """Return what left during a step from the time integral of concentration (n,), kg s/m3."""
        edges = self.edges
        return Losses(
            cleared=edges.total(self.clearance * integral),
            left_domain=-edges.total(self.operator @ integral, self.absorbing),
            through_track=edges.total(np.maximum(-self.supply, 0.0) * integral),
        )


@dataclass(frozen=True)
class Losses:
    """Masses that left during a step (kg)."""

    cleared: float
    left_domain: float
    through_track: float

    @property
    def total(self) -> float:
        """All of it (kg)."""
        return self.cleared + self.left_domain + self.through_track


@dataclass(frozen=True)
class Step:
    """An accepted time step."""

    duration: float  # s
    concentration: Array  # (n,) kg/m3 at its end
    integral: Array  # (n,) kg s/m3: the time integral that the losses belong to
