"""Needles and drills in bone against published forces: orders of magnitude, nothing fitted.

Bone is put in as the same crushing foam as a nodule's mineral, with

* strength 68 MPa (rate s)^0.06 (rho cm3/g)^2 (Carter & Hayes 1977), rate 0.5/s, about v / R of
  all tools here,
* Young's modulus 8920 MPa (rho cm3/g)^1.83 (Morgan, Bayraktar & Keaveny 2003, pooled),
* friction 0.35 (steel on bone 0.3-0.45), and the nodule's own assumptions for what is not known of
  bone either: plastic Poisson's ratio 0.15, hardening 0.5, half of the wall's pressure stays.

The experiments state neither density nor drill: those are assumptions, named where they are made.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.case import Case, Needle, Technique, Tip
from sim.materials.mineral import densification_strain, foam_shape
from sim.mechanics.loads import path_loads
from sim.mechanics.mineral.resistance import mineral_resistance
from sim.needles.tip import tip_profile
from tests.unit.mechanics.patient import DRILL, HYPODERMIC, PUSH, case

TISSUE_DENSITY = 1850.0  # kg/m3, of bone without its pores
ELEMENT = 0.2  # radii
RATE = 0.5  # 1/s


def in_bone(needle: Needle, technique: Technique, density: float) -> Case:
    """`needle` and a block of bone thicker than it goes in."""
    relative = density / 1000.0
    porosity = 1.0 - density / TISSUE_DENSITY
    of = case(
        needle,
        technique,
        density=density,
        solid_density=TISSUE_DENSITY,
        porosity=porosity,
        crushing_strength=68e6 * RATE**0.06 * relative**2,
        youngs_modulus=8920e6 * relative**1.83,
        foam_shape=foam_shape(0.15),
        hardening_ratio=0.5,
        densification_strain=densification_strain(porosity),
        friction=0.35,
        wall_pressure_ratio=0.5,
    )
    return replace(of, nodule=replace(of.nodule, height=40e-3))


def tool(diameter: float, tip: Tip) -> Needle:
    return replace(HYPODERMIC, outer_diameter=diameter, tip=tip)


def test_a_jamshidi_needle_in_trabecular_bone(check):
    """8G (4 mm) at 1 mm/s: about 1000 N at 25 mm (Mulligan et al. 2010).

    Density 353 kg/m3: mean of human femoral heads, whose strength was measured as 6.1 +- 3.3 MPa;
    the law gives 8.1 MPa. The needle's tapered crown, filled with a core, stands as a closed cone
    of 20 degrees.
    """
    needle = tool(4e-3, Tip("trocar", math.radians(20.0), 50e-6))
    of = in_bone(needle, PUSH, 353.0)
    curve = mineral_resistance(of.nodule.mineral, needle.tip.angle, ELEMENT)
    depth = of.nodule.depth + np.array([5e-3, 15e-3, 25e-3])
    force = path_loads(of, curve, depth).mineral.force
    assert np.all(np.diff(force) > 0.0)
    what = "8G Jamshidi in trabecular bone, 25 mm: force (N), measured about 1000"
    check(what, force[-1], "≥", 1000.0 / 3.0)
    check(what, force[-1], "≤", 3.0 * 1000.0)


@pytest.mark.parametrize("diameter", [2.5e-3, 4e-3])
def test_a_drill_in_cortical_bone(diameter, check):
    """Thrust 8-20 N and torque 22-41 N mm in bovine and porcine femora (review tables).

    Assumptions: point of 118 degrees, 1000 rpm, feed 0.05 mm per turn, density 1800 kg/m3 (cortical
    bone), mu_c = 0.3 as for the needle. A foam is a poor model of bone with 3 % pores, and a twist
    drill's rake cuts better than mu_c = 0.3: the thrust comes out too high.
    """
    turns = 1000.0 / 60.0
    technique = replace(
        DRILL, rotation_speed=2.0 * math.pi * turns, axial_speed=0.05e-3 * turns
    )  # a feed of 0.05 mm
    drill = tool(diameter, Tip("trocar", math.radians(59.0), 10e-6))
    of = in_bone(drill, technique, 1800.0)
    curve = mineral_resistance(of.nodule.mineral, drill.tip.angle, ELEMENT)
    buried = np.array([of.nodule.depth + tip_profile(drill).length])
    load = path_loads(of, curve, buried).mineral
    size = f"{1e3 * diameter:g} mm drill, cortical bone"
    for what, value, low, high in (
        (f"{size}: thrust (N), measured 8-20", load.force[0], 8.0, 20.0),
        (f"{size}: torque (N mm), measured 22-41", 1e3 * load.torque[0], 22.0, 41.0),
    ):
        middle = math.sqrt(low * high)
        check(what, value, "≥", middle / 10.0)
        check(what, value, "≤", middle * 10.0)
