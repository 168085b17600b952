"""The ellipsoid in space."""

import dataclasses
import math

import numpy as np
import pytest

from sim.case import DensityField
from sim.config.compose import default_case
from sim.geometry.shape import Ellipsoid

NODULE = default_case().nodule
TURNED = Ellipsoid(NODULE, 8e-3, yaw=0.4, pitch=-0.3, roll=0.2)


def surface_points(shape: Ellipsoid, count: int = 500) -> np.ndarray:
    normal = np.random.default_rng(0).normal(size=(count, 3))
    unit = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    return shape.centre + (unit * shape.semi_axes) @ shape.rotation.T


def test_points_just_inside_and_outside_of_the_surface() -> None:
    points = surface_points(TURNED)
    assert np.all(TURNED.inside(TURNED.centre + 0.999 * (points - TURNED.centre)))
    assert not np.any(TURNED.inside(TURNED.centre + 1.001 * (points - TURNED.centre)))


def test_bounds_touch_the_surface() -> None:
    points = surface_points(TURNED, 200_000)
    low, high = TURNED.bounds
    np.testing.assert_allclose(points.min(axis=0), low, atol=2e-5)
    np.testing.assert_allclose(points.max(axis=0), high, atol=2e-5)
    assert np.all(points >= low - 1e-12)
    assert np.all(points <= high + 1e-12)


def test_distance_is_exact_to_first_order_at_the_surface() -> None:
    points = surface_points(TURNED)
    own = (points - TURNED.centre) @ TURNED.rotation / TURNED.semi_axes**2
    normal = own @ TURNED.rotation.T / np.linalg.norm(own, axis=1, keepdims=True)
    step = 1e-6
    np.testing.assert_allclose(TURNED.distance(points + step * normal), step, rtol=5e-3)
    np.testing.assert_allclose(TURNED.distance(points - step * normal), -step, rtol=5e-3)
    assert TURNED.distance(TURNED.centre[None])[0] == pytest.approx(-4e-3)


def test_a_quarter_turn_swaps_the_axes() -> None:
    turned = Ellipsoid(NODULE, 8e-3, yaw=0.5 * math.pi)
    reach = turned.bounds[1] - turned.centre
    np.testing.assert_allclose(reach, 0.5 * np.array([8e-3, NODULE.diameter, NODULE.height]))


def test_shell_and_core() -> None:
    field = DensityField("shell_core", 900.0, 2e-3, 0.0, 1.0, 1)
    shape = Ellipsoid(dataclasses.replace(NODULE, density_field=field), 8e-3)
    points = shape.centre + np.array([[0.0, 1.9e-3, 0.0], [0.0, 2.1e-3, 0.0]])
    np.testing.assert_allclose(shape.density(points), [900.0, NODULE.mineral.density])


def test_random_density_has_the_variation_asked_for() -> None:
    field = DensityField("random", 900.0, 2e-3, 0.1, 1e-3, 7)
    shape = Ellipsoid(dataclasses.replace(NODULE, density_field=field), 8e-3)
    points = np.random.default_rng(1).uniform(-0.02, 0.02, size=(20_000, 3))
    density = shape.density(points)
    assert density.std() / NODULE.mineral.density == pytest.approx(0.1, rel=0.1)
    assert density.mean() == pytest.approx(NODULE.mineral.density, rel=0.01)
