"""Uniform curve times the mean strength of the place, against finite elements of that ground."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.case import DensityField, Tip
from sim.materials.density import density_at, strength_ratio
from sim.mechanics.loads import path_loads
from sim.mechanics.mineral.cone_contact import normal_share
from sim.mechanics.mineral.ground import Ground, StrengthTable
from sim.mechanics.mineral.resistance import evaluate, mineral_resistance, resistance_along
from tests.unit.mechanics.patient import HYPODERMIC, PUSH, case

R, ANGLE, ELEMENT = 1e-3, math.radians(20.0), 0.2
SHELL_AND_CORE = DensityField("shell_core", 1300.0, 4e-3, 0.15, 1e-3, 1)  # 0.68 of the strength


@pytest.mark.slow
def test_a_needle_that_passes_from_shell_to_core(check):
    needle = replace(HYPODERMIC, outer_diameter=2.0 * R, tip=Tip("trocar", ANGLE, 1e-12))
    of = case(needle, PUSH)
    nodule = replace(of.nodule, height=20e-3, diameter=20e-3, density_field=SHELL_AND_CORE)
    mineral = nodule.mineral
    below = np.linspace(0.0, 20.0, 801)
    density = density_at(nodule, np.zeros_like(below), nodule.depth + R * below)
    ratio = np.tile(strength_ratio(mineral, density), (2, 1))
    ground = Ground(StrengthTable(np.array([0.0, 20.0]), below, ratio))

    s = np.concatenate([np.linspace(1.0, 4.0, 7), np.linspace(4.25, 7.0, 12), [8.0, 10.0]])
    uniform = mineral_resistance(mineral, ANGLE, ELEMENT)
    local = path_loads(replace(of, nodule=nodule), uniform, nodule.depth + R * s).mineral
    factor, wall = evaluate(resistance_along(mineral, ANGLE, ELEMENT, ground, 12.0), s)
    strength = mineral.crushing_strength
    rubbed = normal_share(mineral.foam_shape, mineral.friction)
    normal = rubbed * strength * math.pi * R**2 * factor
    length = R * np.maximum(s - 1.0 / math.tan(ANGLE), 0.0)
    shaft = mineral.friction * mineral.wall_pressure_ratio * strength * wall * 2 * math.pi * R
    error, passing = np.abs(local.normal / normal - 1.0), (s > 4.0) & (s < 7.0)
    check("shell and core: normal force away from the boundary", error[~passing].max(), "≤", 0.005)
    check("shell and core: normal force while the cone passes it", error.max(), "≤", 0.05)
    error = np.abs(local.shaft - shaft * length).max() / local.shaft.max()
    check("shell and core: friction of the shaft", error, "≤", 0.02)
