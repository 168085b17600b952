"""The flux limiter on random graphs' worth of fluxes: conservative, bounded, and no timider."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.transport.limiter import passed, room
from sim.volumes.control_volume import Edges

Array = NDArray[np.float64]


@pytest.fixture
def chain() -> Edges:
    nodes = 60
    near = np.column_stack((np.arange(nodes - 1), np.arange(1, nodes)))
    far = np.column_stack((np.arange(nodes - 3), np.arange(3, nodes)))
    tail, head = np.unique(np.vstack((near, far)), axis=0).T
    return Edges(nodes, tail, head)


def limited(edges: Edges, correction: Array, low: Array, before: Array, capacity: Array) -> Array:
    return passed(edges, correction, *room(edges, low, before, capacity))


def test_random_corrections_stay_in_the_neighbourhoods_range(chain: Edges) -> None:
    random = np.random.default_rng(1)
    capacity = random.uniform(0.5, 2.0, chain.nodes)
    low, before = random.uniform(0.0, 1.0, (2, chain.nodes))
    correction = random.normal(0.0, 1.0, len(chain.tail))
    admitted = limited(chain, correction, low, before, capacity)
    after = low - chain.divergence(admitted) / capacity

    upper, lower = np.maximum(low, before), np.minimum(low, before)
    highest, lowest = upper.copy(), lower.copy()
    for here, there in ((chain.tail, chain.head), (chain.head, chain.tail)):
        np.maximum.at(highest, here, upper[there])
        np.minimum.at(lowest, here, lower[there])
    assert np.all(after <= highest + 1e-12)
    assert np.all(after >= lowest - 1e-12)
    np.testing.assert_allclose(capacity @ after, capacity @ low, rtol=1e-14)
    ratio = admitted / correction
    assert ratio.min() >= 0.0
    assert ratio.max() <= 1.0
    assert ratio.max() > 0.1  # it does let something pass


def test_small_corrections_pass_unchanged(chain: Edges) -> None:
    low = np.linspace(0.0, 1.0, chain.nodes) ** 2
    correction = np.full(len(chain.tail), 1e-6)
    correction[(chain.tail < 4) | (chain.head > chain.nodes - 5)] = 0.0
    admitted = limited(chain, correction, low, low, np.ones(chain.nodes))
    np.testing.assert_array_equal(admitted, correction)


def test_nothing_passes_where_all_is_equal(chain: Edges) -> None:
    flat = np.full(chain.nodes, 0.3)
    correction = np.ones(len(chain.tail))
    correction[::2] = -1.0
    admitted = limited(chain, correction, flat, flat, np.ones(chain.nodes))
    after = flat - chain.divergence(admitted)
    np.testing.assert_allclose(after, flat, atol=1e-15)
