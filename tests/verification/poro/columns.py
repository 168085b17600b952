"""Rectangles in (r, z) with named sides, for consolidation with a closed form."""

from collections.abc import Callable

import numpy as np
from dolfinx.mesh import DiagonalType, create_rectangle, locate_entities_boundary, meshtags
from mpi4py import MPI

from sim.volumes.control_volume import ControlVolumes, control_volumes

SIDES = {"left": 1, "right": 2, "bottom": 3, "top": 4}


def rectangle(inner: float, width: float, height: float, cells: tuple[int, int]) -> ControlVolumes:
    """Return ``inner < r < inner + width``, ``0 < z < height``, each cell cut along both diagonals.

    With one diagonal a node would look further up than down, and the order would fall to 1.
    """
    corners = [(inner, 0.0), (inner + width, height)]
    mesh = create_rectangle(MPI.COMM_SELF, corners, cells, diagonal=DiagonalType.crossed)
    ends: dict[str, tuple[int, float]] = {
        "left": (0, inner),
        "right": (0, inner + width),
        "bottom": (1, 0.0),
        "top": (1, height),
    }

    def on(axis: int, value: float) -> Callable[[np.ndarray], np.ndarray]:
        return lambda x: np.isclose(x[axis], value, rtol=1e-10, atol=1e-10)

    found = {name: locate_entities_boundary(mesh, 1, on(*end)) for name, end in ends.items()}
    facets = np.concatenate(list(found.values()))
    values = np.concatenate([np.full(len(f), SIDES[name]) for name, f in found.items()])
    order = np.argsort(facets)
    count = mesh.topology.index_map(2).size_local
    everywhere = meshtags(mesh, 2, np.arange(count, dtype=np.int32), np.ones(count, np.int32))
    sides = meshtags(mesh, 1, facets[order], values[order].astype(np.int32))
    return control_volumes(mesh, everywhere, sides, {"body": 1}, SIDES)
