"""From mesh to mesh: totals to rounding, bounds kept, nothing changed where nothing has to be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.treatment.left import nodule_left
from sim.treatment.transfer import carried, conserving, removed_mineral, total_mineral, untouched
from sim.treatment.triangles import Triangles
from tests.unit.treatment.meshes import case, domain, treated


def dissolved_case(of, state):
    return replace(of, nodule=nodule_left(of.nodule, state, of.mesh.nodule_size))


def drug(state):
    return float(state.capacity @ state.concentration)


def test_triangles_sample_what_is_linear_and_integrate_over_the_solid():
    mesh = domain(case(), 6e-3).cv
    triangles = Triangles(mesh.points, mesh.cells)
    at = np.random.default_rng(0).uniform((3e-3, -12e-3), (20e-3, -1e-3), (500, 2))
    linear = 2.0 + 3.0 * mesh.points[:, 0] - 5.0 * mesh.points[:, 1]
    expected = 2.0 + 3.0 * at[:, 0] - 5.0 * at[:, 1]
    np.testing.assert_allclose(triangles.node_weights(at) @ linear, expected, rtol=1e-10)
    np.testing.assert_allclose(
        triangles.integrals(1.0), sum(mesh.volumes.values()), rtol=1e-10, atol=1e-22
    )
    held = mesh.points[mesh.cells[triangles.cells_at(at)]]
    assert np.all(np.abs(held.mean(axis=1) - at).max(axis=1) < 3e-3)


def test_outside_of_the_mesh_the_nearest_node_counts():
    mesh = domain(case(), 6e-3).cv
    triangles = Triangles(mesh.points, mesh.cells)
    at = np.array([[0.0, -3e-3], [40e-3, -5e-3]])  # in the needle; beyond the outer boundary
    weights = triangles.node_weights(at)
    nearest = np.linalg.norm(mesh.points[:, None] - at, axis=2).argmin(axis=0)
    np.testing.assert_array_equal(weights.toarray().argmax(axis=1), nearest)
    np.testing.assert_array_equal(weights.sum(axis=1), 1.0)


@pytest.mark.parametrize("total", [0.5, 2.0, 3.9, 4.0])
def test_one_factor_keeps_total_and_bounds(total):
    x, weights = np.array([1.0, 0.5, 0.0, 0.9]), np.array([1.0, 2.0, 0.5, 1.0])
    bound = np.ones(4)
    found, factor = conserving(x, weights, total, bound)
    np.testing.assert_array_equal(found, np.minimum(bound, factor * x))
    assert found @ weights == pytest.approx(total, rel=1e-14)


def test_bounds_give_way_where_they_cannot_hold_the_total():
    found, factor = conserving(np.array([1.0, 0.5]), np.ones(2), 3.0, np.ones(2))
    assert found.sum() == pytest.approx(3.0, rel=1e-14)
    assert factor == 2.0


def test_the_same_mesh_passes_through_bit_by_bit():
    of = case()
    here = domain(of, 6e-3)
    state = treated(here)
    there = carried(state, here)
    for name, value in vars(state).items():
        np.testing.assert_array_equal(getattr(there.state, name), value, err_msg=name)
    assert set(there.corrections.values()) == {0.0}


def test_pores_that_open_keep_each_nodes_drug():
    of = case()
    state = treated(domain(of, 6e-3))
    there = carried(state, domain(dissolved_case(of, state), 6e-3)).state
    assert there.capacity.sum() > 1.003 * state.capacity.sum()  # all of the tissue's
    np.testing.assert_allclose(
        there.capacity * there.concentration, state.capacity * state.concentration, rtol=1e-14
    )
    np.testing.assert_array_equal(there.mineral, state.mineral)


@pytest.mark.parametrize(("needle", "technique"), [("27G", "push"), ("14G_coaxial", "drill")])
@pytest.mark.parametrize("depth", [4e-3, 9e-3])
def test_another_mesh_keeps_totals_and_bounds(needle, technique, depth, check):
    of = case(needle, technique)
    state = treated(domain(of, 7.5e-3))
    there = carried(state, domain(dissolved_case(of, state), depth))
    after = there.state
    check("drug carried to another mesh", abs(drug(after) / drug(state) - 1.0), "≤", 1e-12)
    calcium = [float(s.capacity @ s.dissolved) for s in (state, after)]
    check("dissolved mineral carried", abs(calcium[1] / calcium[0] - 1.0), "≤", 1e-12)
    minerals = [total_mineral(s) for s in (state, after)]
    check("mineral carried", abs(minerals[1] / minerals[0] - 1.0), "≤", 1e-12)
    gone = [removed_mineral(s) for s in (state, after)]
    check("mineral gone carried", abs(gone[1] / gone[0] - 1.0), "≤", 1e-12)
    assert after.concentration.min() >= 0.0
    assert after.concentration.max() <= state.concentration.max()
    assert after.mineral.min() >= 0.0
    assert np.all(after.mineral <= after.whole)
    assert after.displaced_mineral >= -1e-5 * minerals[0]  # rims are polygons
    assert max(abs(x) for x in there.corrections.values()) <= 0.03


def test_mineral_that_nothing_reached_stays_as_it_was():
    of = case()
    there = carried(untouched(domain(of, 7.5e-3)), domain(of, 5e-3))
    np.testing.assert_array_equal(there.state.mineral, there.state.whole)
    assert removed_mineral(there.state) == 0.0


def test_an_untouched_nodule_holds_its_volumes_mineral():
    of = case("14G_coaxial", "drill")
    state = untouched(domain(of, 7.5e-3))
    nodule = of.nodule
    whole = np.pi / 6.0 * nodule.diameter**2 * nodule.height * nodule.mineral.density
    assert total_mineral(state) == pytest.approx(whole, rel=3e-3)  # its rim is a polygon
    hole = np.pi * (0.5 * of.needle.outer_diameter) ** 2 * 5e-3 * of.nodule.mineral.density
    assert 0.5 * hole < state.displaced_mineral < hole


def test_what_is_counted_from_the_tissues_own_liquid_keeps_its_sign():
    of = case()
    here = domain(of, 7.5e-3)
    state = treated(here)
    r, z = state.points.T
    excess = state.dissolved - np.exp(-(((r - 6e-3) ** 2 + (z + 6e-3) ** 2) / 4e-6))
    after = carried(replace(state, dissolved=excess), domain(of, 5e-3)).state
    for sign in (1.0, -1.0):
        before, now = (
            float(s.capacity @ np.maximum(sign * d, 0.0))
            for s, d in ((state, excess), (after, after.dissolved))
        )
        assert now == pytest.approx(before, rel=0.01)
    total = float(after.capacity @ after.dissolved)
    assert total == pytest.approx(float(state.capacity @ excess), rel=1e-12)
