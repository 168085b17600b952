"""Steady Darcy flow between two boundaries.

``div(k/mu grad p) = 0``: rigid tissue, one incompressible liquid of one viscosity, no gravity
(a centimetre of water is 0.1 kPa). The equations are linear: one solution at unit pressure serves
every pressure.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.volumes.control_volume import Edges
from sim.volumes.nodal import balances

Array = NDArray[np.float64]
Index = NDArray[np.int64]

REFINED = 1e-3  # of what the first solution left


@dataclass(frozen=True)
class Flow:
    """A discrete flow: what passes between nodes, and what enters the tissue at each node."""

    pressure: Array  # (n,) Pa
    edge_flow: Array  # (m,) m3/s, from tail to head
    supply: Array  # (n,) m3/s into the domain: > 0 at the source, < 0 where it leaves
    conductance: float  # m3/(s Pa), total inflow / pressure of the source
    imbalance: float  # largest error of an inner node's balance / total inflow

    def scaled(self, pressure: float) -> Flow:
        """Return the flow at another pressure of the source (Pa), from that at 1 Pa."""
        return replace(
            self,
            pressure=self.pressure * pressure,
            edge_flow=self.edge_flow * pressure,
            supply=self.supply * pressure,
        )


def unit_flow(edges: Edges, conductances: Array, source: Index, sink: Index) -> Flow:
    """Solve for the flow with pressure 1 Pa at the nodes `source` and 0 at the nodes `sink`.

    Parameters
    ----------
    conductances : (m,)
        Of the edges, m3/(s Pa), none negative.

    Raises
    ------
    SolverError
        When the matrix cannot be solved.
    """
    at_source = np.zeros(edges.nodes)
    at_source[source] = 1.0
    inner = np.ones(edges.nodes)
    inner[source] = inner[sink] = 0.0
    edge_flow = conductances * edges.difference(at_source)
    with closing(balances(edges, conductances, np.concatenate((source, sink)))) as system:
        pressure = at_source + system.solve(-edges.divergence(edge_flow))
        # once more for what it left: where conductances are 1e6 above the whole it weighs as much
        left = -edges.divergence(conductances * edges.difference(pressure))
        pressure = pressure + system.solve(left * inner, tolerance=REFINED)
    edge_flow = conductances * edges.difference(pressure)
    supply = edges.divergence(edge_flow)
    conductance = edges.total(supply, source)
    imbalance = edges.largest(np.abs(supply * inner)) / conductance
    return Flow(pressure, edge_flow, supply * (1.0 - inner), conductance, imbalance)
