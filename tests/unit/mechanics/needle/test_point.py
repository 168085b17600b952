import math

import numpy as np
import pytest

from sim.case import Tip
from sim.mechanics.needle.point import folding

YIELD, PRESSURE = 1.0e9, 60e6
BEVEL, TROCAR = (Tip(kind, math.radians(a), 10e-6) for kind, a in (("bevel", 11), ("trocar", 20)))


def fold(tip, share, tilt, depth):
    depth = np.atleast_1d(depth)
    tilts, pressures = (np.full_like(depth, value) for value in (tilt, PRESSURE))
    return folding(tip, share, tilts, pressures, depth, YIELD)


def test_a_bevel_in_full_contact():
    """2 zeta p / (sigma_y tan^2 beta), whatever the depth once the edge's rounding is passed."""
    exact = 2.0 * 0.1 * PRESSURE / (YIELD * math.tan(BEVEL.angle) ** 2)
    np.testing.assert_allclose(fold(BEVEL, 0.1, 0.0, [0.2e-3, 1e-3, 5e-3]), exact, rtol=1e-12)


def test_a_tilted_surface_folds_a_cone():
    exact = math.pi / 9.0 * 0.3 * PRESSURE / (YIELD * math.tan(TROCAR.angle))
    np.testing.assert_allclose(fold(TROCAR, 0.1, 0.3, [0.2e-3, 1e-3]), exact, rtol=1e-12)
    assert fold(TROCAR, 0.1, 0.0, 1e-3) == 0.0


@pytest.mark.parametrize("depth", [20e-6, 80e-6, 150e-6, 1e-3])
@pytest.mark.parametrize(("share", "tilt"), [(0.1, 0.0), (0.0, 0.2), (0.2, 0.1)])
@pytest.mark.parametrize("tip", [BEVEL, TROCAR])
def test_the_weakest_section_is_found(tip, share, tilt, depth):
    """Moment over plastic moment, section by section, unit width."""
    slope, x = math.tan(tip.angle), np.linspace(1e-6, 4e-3, 400_000)
    half = np.maximum(tip.edge_radius, (0.5 if tip.kind == "bevel" else 1.0) * x * slope)
    if tip.kind == "bevel":
        inside = np.minimum(x, depth)
        moment = share * PRESSURE * inside * (x - 0.5 * inside)
        moment += tilt * PRESSURE * depth * slope * np.maximum(x - depth, 0.0)
        plastic = YIELD * half**2
    else:
        moment = tilt * PRESSURE * math.pi * (depth * slope) ** 2 * np.maximum(x - depth, 0.0)
        plastic = YIELD * 4.0 / 3.0 * half**3
    np.testing.assert_allclose(
        fold(tip, share, tilt, depth), np.max(moment / plastic), rtol=1e-4, atol=1e-12
    )


def test_nothing_folds_above_the_mineral():
    assert fold(BEVEL, 0.1, 0.1, -1e-3) == fold(BEVEL, 0.1, 0.1, 0.0) == 0.0
    sharp = Tip("bevel", BEVEL.angle, 0.0)
    assert fold(sharp, 0.1, 0.1, 0.0) == 0.0
