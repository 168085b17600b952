"""From time steps of a poroelastic body to the stages that the transport takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.flow.poro_body import PorousBody
from sim.flow.poro_march import Moment
from sim.flow.stage import Stage
from sim.volumes.control_volume import Edges
from sim.volumes.nodal import balances

Array = NDArray[np.float64]


def stage(moment: Moment, inlet: float) -> Stage:
    """Return a step as a stage; `inlet` is the concentration of what enters (kg/m3)."""
    step = moment.step
    flows = step.edge_flow, step.supply, step.swelling
    return Stage(step.duration, step.state.pressure, *flows, inlet)


def still(edges: Edges, duration: float) -> Stage:
    """Return a stage in which nothing moves."""
    nodes, links = np.zeros(edges.nodes), np.zeros(len(edges.tail))
    return Stage(duration, nodes, links, nodes, nodes, 0.0)


def joined(stages: Sequence[Stage], least: float) -> Iterator[Stage]:
    """Join neighbours of the same inlet until each passes or drains `least` (m3), or is the last.

    Each flow is the mean over the time of what is joined, so that every node's balance is kept.
    """
    group: list[Stage] = []
    exchanged = 0.0
    for own, following in pairwise([*stages, None]):
        group.append(own)
        exchanged += 0.5 * own.duration * np.abs(own.supply).sum()
        if following is None or following.inlet != own.inlet or exchanged >= least:
            yield _mean(group)
            group, exchanged = [], 0.0


def _mean(group: list[Stage]) -> Stage:
    duration = sum(x.duration for x in group)

    def mean(of: str) -> Array:
        return sum(x.duration / duration * getattr(x, of) for x in group)

    flows = mean("edge_flow"), mean("supply"), mean("swelling")
    return Stage(duration, mean("pressure"), *flows, group[0].inlet)


def released(body: PorousBody, last: Moment, swollen: Array) -> Stage:
    """Return the stage in which the rest of the swelling, `swollen` (n,) in m3, leaves.

    It takes as long as the `last` step.
    """
    edges, duration = body.biot.cv.edges, last.step.duration
    swelling = -swollen / duration
    conductance, free = body.take(last.condition), body.biot.free
    with closing(balances(edges, conductance, np.flatnonzero(~free))) as system:
        pressure = system.solve(-swelling)
    edge_flow = conductance * edges.difference(pressure)
    outflow = edges.divergence(edge_flow)
    supply = np.where(free, 0.0, swelling + outflow)
    return Stage(duration, pressure, edge_flow, supply, supply - outflow, 0.0)
