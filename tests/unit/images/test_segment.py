"""Which voxels are the nodule, and how much mineral they hold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from sim.errors import ConfigError
from sim.images.segment import segment

SPACING = np.array([0.5e-3, 0.5e-3, 0.5e-3])
SHAPE = (48, 40, 36)
VOXEL = SPACING.prod()


def scanned(*balls, blur=1.0, around=-60.0):
    """Density of balls (centre and radius in voxels, density), blurred by `blur` voxels."""
    index = np.stack(np.indices(SHAPE), axis=-1)
    density = np.full(SHAPE, around)
    for centre, radius, inside in balls:
        density[((index - centre) ** 2).sum(axis=-1) < radius**2] = inside
    return ndimage.gaussian_filter(density, blur, mode="nearest")


def voxels(*balls):
    return (scanned(*balls, blur=0.0) > 0.0).sum()


BALL = ((17, 20, 17), 9.0, 1000.0)
SMALL = ((32, 20, 17), 5.0, 1000.0)  # 1 mm from the ball
SPECK = ((25, 30, 25), 1.5, 1000.0)  # near it, but noise


@pytest.mark.parametrize(("blur", "error"), [(0.0, 1e-9), (0.7, 0.01), (1.5, 0.02)])
def test_volume_and_mineral_survive_the_blur(blur, error):
    found = segment(scanned(BALL, blur=blur), SPACING)
    assert found.volume == pytest.approx(voxels(BALL) * VOXEL, rel=error)
    assert found.mass == pytest.approx(1000.0 * voxels(BALL) * VOXEL, rel=0.01)
    assert found.level == pytest.approx(470.0, rel=0.1 * blur)
    density = found.density(np.ones(3))
    inside = found.coverage > 0.5
    assert density[inside].mean() == pytest.approx(1000.0, rel=0.02)
    assert density[inside].std() < 100.0


def test_a_cavity_belongs_to_the_nodule_with_its_own_density():
    hollow = (BALL, (BALL[0], 4.0, 50.0))
    found = segment(scanned(*hollow, blur=0.5), SPACING)
    assert found.volume == pytest.approx(voxels(BALL) * VOXEL, rel=0.01)
    shell = voxels(BALL) - voxels((BALL[0], 4.0, 1.0))
    mineral = (1000.0 * shell + 50.0 * (voxels(BALL) - shell)) * VOXEL
    assert found.mass == pytest.approx(mineral, rel=0.01)


def test_bone_nearby_keeps_its_mineral():
    bone = ((29, 20, 17), 1.8, 1500.0)  # a sliver with soft tissue between it and the nodule
    alone, beside = segment(scanned(BALL), SPACING), segment(scanned(BALL, bone), SPACING)
    assert beside.volume == pytest.approx(alone.volume, rel=0.01)
    assert beside.mass == pytest.approx(alone.mass, rel=0.01)


def test_air_nearby_is_no_missing_mineral():
    """As in a fingertip: the skin's surface is closer than the blur may reach."""
    density = scanned(BALL)
    density[:, 31:, :] = -750.0  # 2.5 voxels from the ball
    alone, thin = segment(scanned(BALL), SPACING), segment(density, SPACING)
    assert thin.level == pytest.approx(alone.level, abs=1.0)
    assert thin.mass == pytest.approx(alone.mass, rel=0.01)


def test_the_largest_component_or_a_confluent_cluster():
    density = scanned(BALL, SMALL, SPECK, blur=0.0)
    largest = segment(density, SPACING)
    assert largest.volume == pytest.approx(voxels(BALL) * VOXEL)
    cluster = segment(density, SPACING, gap=1.2e-3)
    assert cluster.volume == pytest.approx(voxels(BALL, SMALL) * VOXEL)
    apart = segment(scanned(BALL, ((37, 20, 17), 5.0, 1000.0), blur=0.0), SPACING, gap=1.2e-3)
    assert apart.volume == largest.volume


def test_labels_decide_and_the_threshold_is_the_users():
    density = scanned(BALL, SMALL)
    labels = scanned(SMALL, blur=0.0) > 0.0
    found = segment(density, SPACING, labels=labels)
    assert found.volume == pytest.approx(labels.sum() * VOXEL)
    assert found.mass == pytest.approx(1000.0 * found.volume, rel=0.02)
    wider = segment(scanned(BALL), SPACING, threshold=150.0)
    assert wider.level == 150.0
    assert wider.volume > 1.1 * segment(scanned(BALL), SPACING).volume
    assert wider.mass == pytest.approx(1000.0 * voxels(BALL) * VOXEL, rel=0.02)


def test_fine_noise_changes_little():
    noisy = scanned(BALL) + np.random.default_rng(3).normal(scale=60.0, size=SHAPE)
    found = segment(noisy, SPACING)
    assert found.volume == pytest.approx(voxels(BALL) * VOXEL, rel=0.02)
    assert found.mass == pytest.approx(1000.0 * voxels(BALL) * VOXEL, rel=0.02)


@pytest.mark.parametrize(
    ("balls", "words"),
    [
        ([], "it is empty: no voxel has more than 200 mg/cm3"),
        ([((17, 20, 2), 9.0, 1000.0)], "the nodule is truncated"),
        ([((17, 20, 33), 9.0, 1000.0)], "the nodule is truncated"),
        ([((17, 20, 17), 3.0, 1000.0)], "fewer than 300"),
    ],
)
def test_what_cannot_be_used(balls, words):
    with pytest.raises(ConfigError, match=words):
        segment(scanned(*balls, blur=0.5), SPACING)
