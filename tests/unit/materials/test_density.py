"""The density field: its values, its statistics, and the laws that follow it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.case import MineralLeft
from sim.materials.density import (
    at_density,
    density_at,
    permeability_at,
    porosity_at,
    strength_ratio,
)
from sim.materials.mineral import crushing_strength, kozeny_carman
from tests.unit.mechanics.patient import STONE, UNIFORM, case

POINTS = np.random.default_rng(0).uniform(0.0, 60e-3, (2, 4000))


def nodule(**field):
    return replace(case().nodule, density_field=replace(UNIFORM, **field))


def test_uniform():
    np.testing.assert_array_equal(density_at(nodule(), *POINTS), STONE.density)


def test_shell_and_core():
    stone = nodule(kind="shell_core")  # 2 mm of shell about an ellipsoid of 15 x 10 mm
    centre = stone.centre_depth
    r = np.array([0.0, 0.0, 0.0, 5.4e-3, 5.6e-3])
    depth = np.array([centre, centre - 2.9e-3, centre - 3.1e-3, centre, centre])
    found = density_at(stone, r, depth)
    np.testing.assert_array_equal(found, [1000.0, 1000.0, 1600.0, 1000.0, 1600.0])


def test_random_field_has_the_statistics_asked_for(check):
    length = 1e-3
    stone = nodule(kind="random", variation=0.1, correlation_length=length)
    here = density_at(stone, *POINTS) / STONE.density - 1.0
    apart = density_at(stone, POINTS[0] + 0.7 * length, POINTS[1]) / STONE.density - 1.0
    check("mean of the random density", abs(here.mean()), "≤", 0.1 * 0.1)
    check("its variation against 0.1", abs(here.std() / 0.1 - 1.0), "≤", 0.1)
    correlation = np.corrcoef(here, apart)[0, 1]
    check("its correlation 0.7 l apart", abs(correlation - np.exp(-(0.7**2))), "≤", 0.05)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_seed_fixes_the_field(seed):
    stone = nodule(kind="random", seed=seed)
    np.testing.assert_array_equal(density_at(stone, *POINTS), density_at(stone, *POINTS))
    other = density_at(nodule(kind="random", seed=3), *POINTS)
    assert np.corrcoef(other, density_at(stone, *POINTS))[0, 1] < 0.1


def test_the_widest_field_still_has_pores():
    stone = nodule(kind="random", variation=0.5)
    porosity = porosity_at(STONE, density_at(stone, *POINTS))
    assert porosity.min() > 0.0
    assert porosity.max() < 1.0


def test_the_laws_follow_the_density():
    density = np.array([800.0, 1600.0, 1900.0])
    porosity = 1.0 - density / STONE.solid_density
    own = 1.0 - STONE.density / STONE.solid_density
    mineral = replace(STONE, porosity=own, permeability=kozeny_carman(1e-6, own))
    np.testing.assert_allclose(porosity_at(mineral, density), porosity, rtol=1e-12)
    np.testing.assert_allclose(
        permeability_at(mineral, density), kozeny_carman(1e-6, porosity), rtol=1e-12
    )
    strength = [crushing_strength(p, 240e6, STONE.strength_decay) for p in porosity]
    np.testing.assert_allclose(
        strength_ratio(mineral, density), np.array(strength) / strength[1], rtol=1e-12
    )


def left(share: float) -> MineralLeft:
    """The same share everywhere."""
    grid = np.array([0.0, 0.1])
    return MineralLeft(grid, grid, np.full((2, 2), share), original=STONE.density)


@pytest.mark.parametrize("kind", ["uniform", "shell_core", "random"])
@pytest.mark.parametrize("share", [1.0, 0.3, 0.0])
def test_what_is_left_keeps_pores_and_some_solid(kind, share):
    whole = nodule(kind=kind)
    mineral = at_density(STONE, max(share * STONE.density, 0.02 * STONE.solid_density))
    dissolved = replace(whole, mineral=mineral, left=left(share))
    before, after = density_at(whole, *POINTS), density_at(dissolved, *POINTS)
    np.testing.assert_allclose(after, np.maximum(share * before, 0.02 * STONE.solid_density))
    porosity = porosity_at(STONE, after)
    assert 0.0 < porosity.min() <= porosity.max() < 1.0


def test_laws_at_another_density_are_those_of_that_mineral():
    stone = at_density(STONE, STONE.density)  # its porosity not rounded
    assert at_density(stone, stone.density) == stone
    light = at_density(stone, 1000.0)
    density = np.array([400.0, 1000.0, 1600.0])
    for law, own in ((strength_ratio, "crushing_strength"), (permeability_at, None)):
        scale = [1.0 if own is None else getattr(m, own) for m in (stone, light)]
        np.testing.assert_allclose(
            scale[0] * law(stone, density), scale[1] * law(light, density), rtol=1e-12
        )
    assert light.youngs_modulus / light.crushing_strength == pytest.approx(
        STONE.youngs_modulus / STONE.crushing_strength, rel=1e-12
    )
