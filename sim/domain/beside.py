"""What lies beside an edge or a facet: the cells that hold all its nodes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from sim.volumes.control_volume import ControlVolumes

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def beside(cv: ControlVolumes, groups: Index) -> csr_array:
    """Return the matrix that takes the mean over the cells with all nodes of a group.

    Parameters
    ----------
    groups : (k, m)
        Nodes of each group: the two of an edge, or those of a facet.

    Returns
    -------
    csr_array
        (k, c), rows that sum to 1: its product with a value per cell (c,) is that beside each
        group.
    """
    count, vertices = cv.cells.shape
    own = np.repeat(np.arange(count), vertices)
    shape = (len(cv.points), count)
    cells_of = csr_array((np.ones(own.size), (cv.cells.ravel(), own)), shape=shape)
    common = cells_of[groups[:, 0]]
    for nodes in groups.T[1:]:
        common = common.multiply(cells_of[nodes])
    return (diags_array(1.0 / common.sum(axis=1)) @ common).tocsr()
