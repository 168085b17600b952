"""The colours of all fields: even steps, lightness alone tells more from less, for all eyes."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib import colormaps

from sim.figures.colour_map import evenly_spaced, lab
from sim.figures.style import SEQUENTIAL

DEFICIENCIES = {  # of severity 1 (Machado, Oliveira and Fernandes 2009), for linear sRGB
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def shades(name: str) -> np.ndarray:
    return colormaps[name](np.linspace(0.0, 1.0, 256))[:, :3]


def spread(rgb: np.ndarray) -> float:
    """Return the largest colour difference of neighbours / the mean one."""
    steps = np.linalg.norm(np.diff(lab(rgb), axis=0), axis=1)
    return float(steps.max() / steps.mean())


def seen(rgb: np.ndarray, matrix: list[list[float]]) -> np.ndarray:
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.array(matrix).T, 0.0, 1.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize(
    ("rgb", "known"),
    [([1.0, 1.0, 1.0], [100.0, 0.0, 0.0]), ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
     ([1.0, 0.0, 0.0], [53.24, 80.09, 67.20]), ([0.0, 0.0, 1.0], [32.30, 79.19, -107.86])],
)  # fmt: skip
def test_lab_of_known_colours(rgb, known):
    np.testing.assert_allclose(lab(np.array([rgb]))[0], known, atol=0.02)


def test_equal_steps_look_equal():
    assert spread(shades(SEQUENTIAL)) < 1.02
    assert spread(shades("YlGnBu")) > 1.3, "as shipped it would not need to be re-spaced"
    assert spread(evenly_spaced("viridis")(np.linspace(0.0, 1.0, 256))[:, :3]) < 1.02


def test_more_is_darker_from_nearly_white():
    lightness = lab(shades(SEQUENTIAL))[:, 0]
    steps = np.diff(lightness)
    assert np.all(steps < 0.0)
    assert np.abs(steps).min() > 0.4 * np.abs(steps).mean()
    assert lightness[0] > 97.0
    assert lightness[-1] < 20.0
    assert not np.all(np.diff(lab(shades("jet"))[:, 0]) < 0.0), "this test can fail"


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_it_is_as_clear_to_colour_blind_readers(deficiency):
    as_seen = lab(seen(shades(SEQUENTIAL), DEFICIENCIES[deficiency]))
    assert np.all(np.diff(as_seen[:, 0]) < 0.0)
    steps = np.linalg.norm(np.diff(as_seen, axis=0), axis=1)
    whole = np.linalg.norm(np.diff(lab(shades(SEQUENTIAL)), axis=0), axis=1)
    assert steps.min() > 0.25 * whole.mean()
