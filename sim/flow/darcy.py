"""Steady Darcy flow from the needle's mouth, with the film along the shaft.

``div(k/mu grad p) = 0``: rigid tissue, one incompressible liquid of one viscosity, no gravity
(a centimetre of water is 0.1 kPa). The mouth is at the cavity's pressure, the outer side and the
film's end on the skin are at that of the air, all else is closed. The equations are linear, so one
solution at unit pressure serves every pressure.

Edges with a negative transmissibility (a dozen, at obtuse corners) carry no flow: liquid then only
ever flows down the pressure, so none enters the needle's mouth, and each node's balance is kept.

The film between steel and tissue is a gap of constant width h << r along the steel (thin annulus,
Poiseuille): an edge of length L at radius r conducts ``2 pi r h^3 / (12 mu L)`` beside the tissue.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.volumes.control_volume import ByRegion, ControlVolumes, Edges
from sim.volumes.nodal import NodalSystem, symmetric

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Flow:
    """A discrete flow: what passes between nodes, and what enters the tissue at each node."""

    pressure: Array  # (n,) Pa
    edge_flow: Array  # (m,) m3/s, from tail to head, film included
    film_flow: Array  # (f,) m3/s, from tail to head, the film's edges alone
    supply: Array  # (n,) m3/s into the domain: > 0 at the mouth, < 0 where the liquid leaves
    conductance: float  # m3/(s Pa), total inflow / cavity pressure
    imbalance: float  # largest error of an inner node's balance / total inflow

    def scaled(self, pressure: float) -> Flow:
        """Return the flow at another cavity pressure (Pa), from that at 1 Pa."""
        return replace(
            self,
            pressure=self.pressure * pressure,
            edge_flow=self.edge_flow * pressure,
            film_flow=self.film_flow * pressure,
            supply=self.supply * pressure,
        )


@dataclass(frozen=True)
class Film:
    """The gap along the shaft: the mesh edges it follows and their conductances."""

    edges: Index  # (f,) indices into the mesh's edges
    transmissibility: Array  # (f,) m3/(s Pa)


def unit_flow(
    cv: ControlVolumes,
    mobility: ByRegion,
    source: Index,
    sink: Index,
    film: Film | None = None,
) -> Flow:
    """Solve for the flow with pressure 1 Pa at the nodes `source` and 0 at the nodes `sink`.

    Parameters
    ----------
    mobility : mapping
        Permeability / viscosity of each region or cell, m2/(Pa s).
    film : Film, optional
        Conducts beside the tissue.

    Raises
    ------
    SolverError
        When the matrix cannot be factored.
    """
    edges = cv.edges
    conductances = np.maximum(cv.transmissibility(mobility), 0.0)
    if film is not None:
        np.add.at(conductances, film.edges, film.transmissibility)
    pressure = unit_pressure(edges, conductances, source, sink)
    difference = edges.difference(pressure)
    edge_flow = conductances * difference
    supply = edges.divergence(edge_flow)
    inner = np.ones(edges.nodes)
    inner[source] = inner[sink] = 0.0
    conductance = edges.total(supply, source)
    imbalance = edges.largest(np.abs(supply * inner)) / conductance
    film_flow = np.empty(0)
    if film is not None:
        film_flow = film.transmissibility * difference[film.edges]
    supply *= 1.0 - inner
    return Flow(pressure, edge_flow, film_flow, supply, conductance, imbalance)


def unit_pressure(edges: Edges, conductances: Array, source: Index, sink: Index) -> Array:
    """Return the nodal pressures (n,) with 1 Pa at the nodes `source`, 0 at the nodes `sink`."""
    at_source = np.zeros(edges.nodes)
    at_source[source] = 1.0
    right = -edges.divergence(conductances * edges.difference(at_source))
    diagonal = edges.gathered(conductances, conductances)
    held = np.concatenate((source, sink))
    method = symmetric(edges)
    system = NodalSystem(edges, diagonal, -conductances, -conductances, held, method)
    with closing(system):
        return at_source + system.solve(right)
