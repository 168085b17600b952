"""A rind on the nodule: what it adds to the entry, and that it is gone below."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.case import Capsule, Case
from sim.mechanics.mineral.nodule_resistance import nodule_resistance
from sim.mechanics.mineral.resistance import ResistanceCurve, evaluate
from tests.unit.mechanics.patient import COAXIAL, case

RADIUS = 0.5 * COAXIAL.stylet.diameter
BURIED = 1.0 / math.tan(COAXIAL.tip.angle)


def covered(strength_ratio: float | None) -> Case:
    """The patient's stone under a rind as thick as half the stylet's radius; None: without."""
    bare = case(COAXIAL)
    mesh = replace(bare.mesh, penetration_size=0.34)
    rind = None if strength_ratio is None else Capsule(0.5 * RADIUS, strength_ratio, 0.02)
    return replace(bare, mesh=mesh, nodule=replace(bare.nodule, capsule=rind))


@pytest.fixture(scope="module")
def curves(tmp_path_factory) -> dict[float | None, ResistanceCurve]:
    folder = tmp_path_factory.mktemp("resistance")
    return {ratio: nodule_resistance(covered(ratio), folder) for ratio in (None, 1.0, 2.0)}


def test_a_rind_as_strong_as_the_rest_changes_nothing(curves) -> None:
    """Above all not by the mesh: the contact's edge is lost in a computed entry."""
    depth = np.linspace(0.0, 3.0 * BURIED, 200)
    (bare, wall), (same, wall_behind) = (evaluate(curves[r], depth) for r in (None, 1.0))
    np.testing.assert_allclose(same, bare, rtol=1e-12)
    np.testing.assert_allclose(wall_behind, wall, atol=0.02 * curves[None].steady_wall_pressure)


def test_a_rind_is_felt_at_the_entry_and_gone_below(curves) -> None:
    depth = np.linspace(0.01, 3.0, 300) * BURIED
    bare, through = (evaluate(curves[ratio], depth)[0] for ratio in (None, 2.0))
    rise = through / bare
    assert rise[depth < 0.1 * BURIED].mean() > 1.3
    assert rise.max() < 2.0
    assert rise[depth < BURIED].min() > 0.95
    below = depth > BURIED + 2.0
    np.testing.assert_allclose(rise[below], 1.0, atol=0.03)
    assert np.all(np.abs(np.diff(through)) < 0.2 * through.max())
