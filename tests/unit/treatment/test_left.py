"""The nodule that a round leaves, around the same axis or another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.insertion import insert
from sim.materials.density import density_at, porosity_at
from sim.treatment.left import around, nodule_left
from sim.treatment.transfer import ShareLeft, total_mineral, untouched
from tests.unit.treatment.meshes import case, domain, treated


def test_the_grid_holds_the_share_to_its_resolution(check):
    of = case()
    state = treated(domain(of, 6e-3))
    nodule = nodule_left(of.nodule, state, of.mesh.nodule_size)
    assert np.diff(nodule.left.r).max() <= of.mesh.nodule_size * (1.0 + 1e-12)
    volume = domain(of, 6e-3).cv.volumes["nodule"]
    r, z = state.points.T
    found = volume @ density_at(nodule, r, -z)
    check("mineral by the grid against the nodes'", abs(found / (volume @ state.mineral) - 1.0),
          "≤", 1e-3)  # fmt: skip
    assert nodule.mineral.density == pytest.approx(found / volume.sum(), rel=1e-3)
    assert nodule.left.original == of.nodule.mineral.density


def test_nothing_taken_away_is_the_same_nodule():
    of = case()
    nodule = nodule_left(of.nodule, untouched(domain(of, 6e-3)), of.mesh.nodule_size)
    assert nodule.mineral.density == pytest.approx(of.nodule.mineral.density, rel=1e-14)
    np.testing.assert_allclose(nodule.left.share, 1.0, rtol=1e-14)


def test_where_all_is_gone_there_are_still_pores_and_walls():
    of = case()
    state = untouched(domain(of, 6e-3))
    nodule = nodule_left(of.nodule, replace(state, mineral=0.0 * state.mineral), 1e-3)
    porosity = porosity_at(nodule.mineral, density_at(nodule, np.zeros(3), np.array([3e-3] * 3)))
    np.testing.assert_allclose(porosity, 0.98)
    assert nodule.mineral.permeability < 1e-10
    assert 0.0 < nodule.mineral.crushing_strength < 0.02 * of.nodule.mineral.crushing_strength


def test_a_ring_on_the_new_axis_has_one_radius(check):
    of, shift = case(), 3e-3
    state = treated(domain(of, 6e-3))
    moved = around(state, shift)
    for name in ("concentration", "dissolved"):
        mass = [float(s.capacity @ getattr(s, name)) for s in (state, moved.state)]
        check(f"{name} averaged around another axis", abs(mass[1] / mass[0] - 1.0), "≤", 1e-12)
    minerals = [total_mineral(s) for s in (state, moved.state)]
    check("mineral averaged around it", abs(minerals[1] / minerals[0] - 1.0), "≤", 1e-12)
    assert np.all(moved.state.mineral <= moved.state.whole)
    depth = np.linspace(4e-3, 11e-3, 20)
    line = np.column_stack((np.full(20, shift), -depth))
    gone = (1.0 + moved.corrections["mineral"]) * (1.0 - ShareLeft.of(state).at(line))
    below = np.column_stack((np.zeros(20), -depth))
    in_bore = depth < 6e-3  # off the new axis by the needle's radius
    found = ShareLeft.of(moved.state).at(below)
    np.testing.assert_allclose(1.0 - found[~in_bore], gone[~in_bore], atol=0.01)


def test_no_shift_changes_nothing():
    state = treated(domain(case(), 6e-3))
    moved = around(state, 0.0)
    np.testing.assert_allclose(moved.state.mineral, state.mineral, rtol=1e-9)
    np.testing.assert_allclose(moved.state.concentration, state.concentration, rtol=1e-9)
    np.testing.assert_allclose(moved.state.porosity, state.porosity, rtol=1e-12)


def test_a_softer_nodule_needs_less_force():
    of = case()
    state = treated(domain(of, 6e-3))
    softer = replace(of, nodule=nodule_left(of.nodule, state, of.mesh.nodule_size))
    before, after = insert(of), insert(softer)
    assert after.reached_depth >= before.reached_depth
    depth = before.curve.depth[before.curve.depth > of.nodule.depth + 1e-3]
    force = [np.interp(depth, x.curve.depth, x.curve.tip) for x in (before, after)]
    assert np.all(force[1] < force[0])
