"""What rounding leaves of a flow's balance, carried off.

Where the pores of one region conduct a billion times better than those around it, the flow between
its nodes is a difference of nearly equal pressures times a large conductance: its last digits are
rounding errors, and the nodes' balances are met to no more than they. A solution for these
residuals alone has all its own digits: kept as a flow, not added to the pressures, it takes them
away.
"""

from __future__ import annotations

from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from sim.volumes.control_volume import Edges
from sim.volumes.nodal import balances

Array = NDArray[np.float64]
Index = NDArray[np.int64]

ROUNDS = 2  # each gains the digits of one solution


def balanced(edges: Edges, conductances: Array, flow: Array, held: Index) -> Array:
    """Return `flow` (m,) in m3/s with the balance of all nodes but `held` restored.

    Parameters
    ----------
    conductances : (m,)
        Along which the residuals run off, m3/(s Pa), none negative.

    Raises
    ------
    SolverError
        When the matrix cannot be solved.
    """
    with closing(balances(edges, conductances, held)) as system:
        for _ in range(ROUNDS):
            pressure = system.solve(-edges.divergence(flow))
            flow = flow + conductances * edges.difference(pressure)
    return flow
