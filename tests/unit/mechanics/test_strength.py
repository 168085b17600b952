import math
from dataclasses import replace

import numpy as np

from sim.case import DensityField
from sim.mechanics.needle.contact import engage
from sim.mechanics.strength import local_strength
from sim.needles.tip import tip_profile
from tests.unit.mechanics.patient import COAXIAL, STONE, case

PROFILE = tip_profile(COAXIAL)
SHELL = 2e-3
NODULE = replace(
    case().nodule, density_field=DensityField("shell_core", 1000.0, SHELL, 0.15, 1e-3, 1)
)
CORE = STONE.crushing_strength * math.exp(
    STONE.strength_decay * (1000.0 - STONE.density) / STONE.solid_density
)


def in_nodule(nodule, depth):
    return engage(PROFILE, depth, nodule.depth, nodule.depth + nodule.height)


def test_a_uniform_nodule_has_one_strength():
    nodule, depth = case().nodule, np.linspace(0.0, 15e-3, 31)
    local, part = local_strength(nodule), in_nodule(nodule, depth)
    for mean in (local.on_faces(part, depth), local.on_walls(part, depth)):
        np.testing.assert_allclose(mean, STONE.crushing_strength, rtol=1e-9)


def test_the_tip_meets_the_core_and_the_shaft_what_it_passed():
    depth = NODULE.depth + np.array([1.5e-3, 7.9e-3])
    local, part = local_strength(NODULE), in_nodule(NODULE, depth)
    faces, walls = local.on_faces(part, depth), local.on_walls(part, depth)
    np.testing.assert_allclose(faces[:-1, 0], STONE.crushing_strength, rtol=1e-9)
    np.testing.assert_allclose(faces[:, 1], CORE, rtol=1e-9)  # 4.9 and 7.9 mm below the top
    shaft = 7.9e-3 - PROFILE.length
    mean = (SHELL * STONE.crushing_strength + (shaft - SHELL) * CORE) / shaft
    np.testing.assert_allclose(walls[-1, 1], mean, rtol=2e-3)  # the jump falls between samples
