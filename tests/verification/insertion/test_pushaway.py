"""The nodule's support against closed forms of linear elasticity."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.mechanics.pushaway import NoduleSupport, nodule_support
from tests.unit.mechanics.patient import FAT, case


def sphere_in_block(poisson_ratio, extent):
    """A hard sphere of 1 mm radius in the middle of a block of one soft material."""
    of, soft = case(), replace(FAT, poisson_ratio=poisson_ratio)
    tissue = replace(
        of.tissue,
        skin=replace(soft, thickness=0.3 * extent),
        subcutis=replace(soft, thickness=1.7 * extent),
    )
    nodule = replace(of.nodule, diameter=2e-3, height=2e-3, depth=extent - 1e-3, fixation="free")
    return replace(of, tissue=tissue, nodule=nodule, mesh=replace(of.mesh, domain_radius=extent))


@pytest.mark.parametrize("poisson_ratio", [0.0, 0.3, 0.48])
def test_rigid_sphere_in_an_infinite_solid(poisson_ratio, check):
    """K = 24 pi G a (1 - nu) / (5 - 6 nu) (Kelvin's solution over a sphere)."""
    of = sphere_in_block(poisson_ratio, 0.4)
    shear = 0.5 * FAT.youngs_modulus / (1.0 + poisson_ratio)
    exact = 24.0 * math.pi * shear * 1e-3 * (1.0 - poisson_ratio) / (5.0 - 6.0 * poisson_ratio)
    error = np.abs(nodule_support(of).stiffness / exact - 1.0).max()
    check(f"rigid sphere in soft tissue, nu = {poisson_ratio}: stiffness", error, "≤", 6e-3)


def test_the_default_patient_is_resolved():
    coarse, fine = nodule_support(case()), nodule_support(case(), refinement=2.0)
    np.testing.assert_allclose(coarse.stiffness, fine.stiffness, rtol=2e-3)
    # a hard nodule moves as one: it does not matter where it is pushed
    np.testing.assert_allclose(coarse.stiffness, coarse.stiffness[0], rtol=1e-3)


def support(spring, layer=1e-3, stiffness=7e3):
    return NoduleSupport(np.array([0.0, 1e-2]), np.full(2, stiffness), layer, spring)


@pytest.mark.parametrize("spring", [0.0, 5e3])
def test_small_pushes_meet_tissue_and_fingers_side_by_side(spring):
    force = np.array([0.0, 1e-4, 1e-3])
    displacement = support(spring).displacement(force, np.full(3, 5e-3))
    np.testing.assert_allclose(displacement, force / (7e3 + spring), rtol=1e-4)


@pytest.mark.parametrize("spring", [0.0, 5e3])
def test_large_pushes_seat_the_nodule_on_the_fascia(spring):
    force = np.array([1.0, 10.0, 30.0, 1e3])
    u = support(spring).displacement(force, np.full(4, 5e-3))
    assert np.all(np.diff(u) > 0.0)
    assert u[-1] == pytest.approx(1e-3)
    hencky = spring * u[:3] + 7e3 * 1e-3 * -np.log1p(-u[:3] / 1e-3)
    np.testing.assert_allclose(hencky, force[:3], rtol=1e-9)
