"""The nodule's support against closed forms of linear elasticity."""

import math
from dataclasses import replace

import numpy as np
import pytest
import ufl
from dolfinx import fem
from dolfinx.mesh import locate_entities_boundary, meshtags

from meshes.pushaway import pushaway_mesh
from sim.mechanics.tissue.elastic_tissue import ElasticTissue
from sim.mechanics.tissue.pushaway import NoduleSupport, nodule_support
from tests.unit.mechanics.patient import FAT, case

RADIUS = 1e-3  # m, of the sphere


def sphere_in_block(poisson_ratio, extent):
    """A hard sphere in the middle of a block of one soft material."""
    of, soft = case(), replace(FAT, poisson_ratio=poisson_ratio)
    tissue = replace(
        of.tissue,
        skin=replace(soft, thickness=0.3 * extent),
        subcutis=replace(soft, thickness=1.7 * extent),
    )
    nodule = replace(
        of.nodule, diameter=2.0 * RADIUS, height=2.0 * RADIUS, depth=extent - RADIUS,
        fixation="free",
    )  # fmt: skip
    return replace(of, tissue=tissue, nodule=nodule, mesh=replace(of.mesh, domain_radius=extent))


@pytest.mark.parametrize("poisson_ratio", [0.0, 0.3, 0.48])
def test_rigid_sphere_in_an_infinite_solid(poisson_ratio, check):
    """K = 24 pi G a (1 - nu) / (5 - 6 nu) (Kelvin's solution over a sphere)."""
    of = sphere_in_block(poisson_ratio, 0.4)
    shear = 0.5 * FAT.youngs_modulus / (1.0 + poisson_ratio)
    exact = 24.0 * math.pi * shear * RADIUS * (1.0 - poisson_ratio) / (5.0 - 6.0 * poisson_ratio)
    support = nodule_support(of)
    inside = (support.penetration >= 0.0) & (support.penetration <= 2.0 * RADIUS)
    error = np.abs(support.stiffness[inside] / exact - 1.0).max()
    check(f"rigid sphere in soft tissue, nu = {poisson_ratio}: stiffness", error, "≤", 6e-3)


@pytest.mark.parametrize("poisson_ratio", [0.0, 0.3, 0.48])
def test_a_force_beside_a_rigid_sphere_drags_it_along(poisson_ratio, check):
    """By Betti's theorem it moves the sphere as the sphere's own push would move that point.

    That field is Kelvin's solution with the doublet that makes it uniform on the sphere; on the
    axis u(r) / u(a) = (12 (1 - nu) a/r - 2 (a/r)^3) / (10 - 12 nu).
    """
    of = sphere_in_block(poisson_ratio, 0.4)
    mesh, tags = pushaway_mesh(of.tissue, of.nodule, of.mesh.domain_radius)
    with ElasticTissue(of, mesh, tags) as tissue:
        depth, influence = tissue.along_axis(tissue.solve(tissue.nodule_load()))
    ratio = 1.0 / np.linspace(1.1, 4.0, 30)  # a / r
    above, below = (
        np.interp(of.nodule.centre_depth + side * RADIUS / ratio, depth, influence)
        for side in (-1.0, 1.0)
    )
    centre = np.interp(of.nodule.centre_depth, depth, influence)
    nu = poisson_ratio
    exact = (12.0 * (1.0 - nu) * ratio - 2.0 * ratio**3) / (10.0 - 12.0 * nu)
    error = np.abs(np.concatenate([above / centre - exact, below / centre - exact])).max()
    check(f"drag beside a rigid sphere, nu = {nu}: displacement of the sphere", error, "≤", 1e-2)


def line_force(of, mesh, top, bottom):
    """A unit downward force spread evenly over the axis between two depths (per 2 pi)."""
    edges = locate_entities_boundary(
        mesh, 1, lambda x: (x[0] < 1e-12) & (x[1] < 1e-9 - top) & (x[1] > -bottom - 1e-9)
    )
    axis = ufl.Measure("ds", mesh, subdomain_data=meshtags(mesh, 1, np.sort(edges), 1))(1)
    length = fem.assemble_scalar(fem.form(fem.Constant(mesh, 1.0) * axis))
    assert length == pytest.approx(bottom - top, rel=1e-9)
    return lambda v: -v[1] / (2.0 * math.pi * length) * axis


def test_reciprocity(check):
    """Betti: the nodule's mean displacement per drag is the track's mean one per nodule's force."""
    of = case()
    top, skin = of.nodule.depth, of.tissue.skin.thickness
    mesh, tags = pushaway_mesh(of.tissue, of.nodule, of.mesh.domain_radius)
    support, error = nodule_support(of), []
    with ElasticTissue(of, mesh, tags) as tissue:
        mean = 2.0 * math.pi * tissue.nodule_load()
        v = ufl.TestFunction(tissue.space)
        for share, start, end in (
            (support.skin_share, 0.0, skin), (support.fat_share, skin, top),
        ):  # fmt: skip
            drag = tissue.solve(tissue.vector(line_force(of, mesh, start, end)(v)))
            row = np.interp(0.0, support.penetration, share / support.stiffness)
            error.append(row / (mean @ drag) - 1.0)
    check("push-away by the shaft's drag, reciprocity (Betti)", np.abs(error).max(), "≤", 1e-8)


def test_fingers_act_on_the_mean_displacement(check):
    """Springs spread over the nodule, solved with the tissue, against k beside K (Woodbury)."""
    of = case()
    of = replace(of, nodule=replace(of.nodule, fixation="free"))
    free, spring = nodule_support(of), 5e3
    mesh, tags = pushaway_mesh(of.tissue, of.nodule, of.mesh.domain_radius)
    with ElasticTissue(of, mesh, tags) as tissue:
        load = tissue.nodule_load()
        mean = 2.0 * math.pi * load
        push = mean @ tissue.solve(load)
        drag = mean @ tissue.solve(
            tissue.vector(line_force(of, mesh, 0.0, 1.5e-3)(ufl.TestFunction(tissue.space)))
        )
        exact = drag / (1.0 + spring * push)  # the fingers give -k u against drag's displacement
    small, tip = np.array([1e-6]), np.array([0.5 * of.nodule.height])
    u = replace(free, spring=spring).displacement(0.0 * small, tip, skin_drag=small) / small
    check("fingers beside tissue under a drag on the skin", abs(u[0] / exact - 1.0), "≤", 1e-4)


def test_the_default_patient_is_resolved(check):
    coarse, fine = nodule_support(case()), nodule_support(case(), refinement=2.0)
    tip = np.linspace(-1.4e-3, 10.9e-3, 50)
    rows = [("stiffness", 2e-3), ("skin_share", 2e-3), ("fat_share", 2e-2)]
    for name, bound in rows:
        one, two = (np.interp(tip, s.penetration, getattr(s, name)) for s in (coarse, fine))
        error = np.abs(one / two - 1.0).max()
        check(f"push-away, mesh halved: {name.replace('_', ' ')}", error, "≤", bound)
    # a hard nodule moves as one: it does not matter where it is pushed
    np.testing.assert_allclose(coarse.stiffness, coarse.stiffness[0], rtol=1e-3)


def support(spring, layer=1e-3, stiffness=7e3, share=1.0):
    return NoduleSupport(
        np.zeros(1), np.full(1, stiffness), layer, spring, np.full(1, share), np.full(1, share)
    )


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


def test_forces_on_skin_and_fat_count_by_their_shares():
    force, tip = np.array([2.0, 5.0]), np.full(2, 5e-3)
    held = support(5e3, share=0.4)
    together = held.displacement(force, tip, skin_drag=force, fat_drag=0.5 * force)
    np.testing.assert_allclose(together, held.displacement(1.6 * force, tip), rtol=1e-12)


def test_a_fixed_nodule_stays():
    of = case()
    fixed = nodule_support(replace(of, nodule=replace(of.nodule, fixation="fixed")))
    assert np.all(fixed.displacement(np.full(3, 9.0), np.zeros(3), 1.0, 1.0) == 0.0)
