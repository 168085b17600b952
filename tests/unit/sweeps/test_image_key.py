"""A nodule from an image counts by what the image holds, wherever the file lies."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import pyvista as pv

from sim.config import compose
from sim.config.experiments import physics
from sim.sweeps.key import run_key


@pytest.fixture
def key(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pv.Sphere(radius=4.0).save("ball.stl")
    shutil.copy("ball.stl", "moved.stl")
    moved = pv.Sphere(radius=4.0)
    moved.points = moved.points + np.array([0.0, 0.0, 0.1]) * (moved.points[:, 2:] > 0.0)
    moved.save("changed.stl")

    def of(path, *overrides):
        site = ["site.geometry=3d", "mesh=solid_coarse", "nodule=image", *overrides]
        asked = compose("infiltration", [*site, f"nodule.image.path={path}"])
        return run_key("infiltration", physics("infiltration", asked))

    return of


def test_the_content_counts_and_the_path_does_not(key):
    base = key("ball.stl", "nodule.image.unit=1 mm")
    assert key("moved.stl", "nodule.image.unit=0.1 cm") == base
    assert key("changed.stl", "nodule.image.unit=1 mm") != base
    assert key("ball.stl", "nodule.image.unit=1.1 mm") != base
