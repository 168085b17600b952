"""A known ellipsoid, scanned and read back: volume, mineral, density, also on a mesh."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from meshes.axisymmetric import REGIONS
from meshes.image import cell_density
from meshes.solid import solid_mesh
from sim.config.compose import default_case
from sim.images.build import ImageSettings, nodule_from_image
from sim.images.phantom import Phantom

ANTERIOR = np.array([0.0, -1.0, 0.0])
DEPTH, SOLID = 2.5e-3, 3160.0
PHANTOM = Phantom()
SCANS = {
    "0.4 x 0.4 x 0.8 mm": PHANTOM,
    "0.7 x 0.7 x 1.5 mm": replace(PHANTOM, spacing=(0.7e-3, 0.7e-3, 1.5e-3)),
    "three times the noise": replace(PHANTOM, noise=120.0),
    "light nodule in muscle": replace(PHANTOM, density=500.0, surroundings=55.0),
}


def read(ct, labels=None):
    settings = ImageSettings(ct, ANTERIOR, labels=labels, smoothing=0.3e-3)
    return nodule_from_image(settings, DEPTH, density=np.nan, solid_density=SOLID)


@pytest.fixture(scope="module")
def nodule(tmp_path_factory):
    ct = tmp_path_factory.mktemp("phantom") / "ct.nii.gz"
    PHANTOM.write(ct)
    return read(ct)


@pytest.mark.parametrize("scan", SCANS)
def test_volume_and_mineral_are_read_back(tmp_path, check, scan):
    phantom, ct, labels = SCANS[scan], tmp_path / "ct.nii.gz", tmp_path / "labels.nii.gz"
    phantom.write(ct, labels)
    for how, found in {"by density": read(ct), "by label map": read(ct, labels)}.items():
        what = f"phantom CT, {scan}, {how}"
        check(f"{what}: volume", abs(found.volume / phantom.volume - 1.0), "≤", 0.02)
        check(f"{what}: mineral", abs(found.mass / phantom.mass - 1.0), "≤", 0.02)


def test_surface_and_density_are_where_they_were(nodule, check):
    on_sphere = np.random.default_rng(5).normal(size=(2000, 3))
    on_sphere /= np.linalg.norm(on_sphere, axis=1)[:, None]

    def places(share):
        own = share * on_sphere * PHANTOM.semi_axes
        return nodule.frame.to_simulation(PHANTOM.centre + own @ PHANTOM.axes.T)

    away = np.sqrt((nodule.distance(places(1.0)) ** 2).mean())
    check("phantom CT: surface's distance from the ellipsoid, rms / voxel", away / 0.4e-3, "≤", 0.5)
    share = 0.7
    expected = PHANTOM.density * (1.0 + PHANTOM.variation * share * on_sphere[:, 0])
    error = nodule.density(places(share)) - expected
    check(
        "phantom CT: density at 0.7 of the radius, rms error / mean",
        float(np.sqrt((error**2).mean())) / PHANTOM.density,
        "≤",
        0.03,
    )


@pytest.mark.parametrize("size", [1.5e-3, 0.8e-3])
def test_a_mesh_keeps_volume_and_mineral(nodule, check, size):
    case = default_case(
        overrides=["mesh=coarse", "mesh.domain_radius=20 mm", "mesh.outer_size=5 mm"]
    )
    settings = replace(case.mesh, nodule_size=size)
    made = solid_mesh(case.tissue, nodule, settings, 0.5 * case.needle.outer_diameter, None)
    geometry = made.mesh.geometry
    corners = geometry.x[geometry.dofmap[made.cell_tags.find(REGIONS["nodule"])]]
    volumes = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / 6.0
    mineral = float(volumes @ cell_density(nodule, corners))
    what = f"phantom CT on tetrahedra of {1e3 * size:g} mm"
    check(f"{what}: volume", abs(volumes.sum() / PHANTOM.volume - 1.0), "≤", 0.02)
    check(f"{what}: mineral", abs(mineral / PHANTOM.mass - 1.0), "≤", 0.02)
