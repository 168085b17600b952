"""A hand-made patient, two needles and an analytic resistance curve, for tests of the insertion."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from sim.case import (
    Case,
    DensityField,
    Drug,
    Injection,
    MeshSettings,
    Mineral,
    Needle,
    Nodule,
    Schedule,
    SoftLayer,
    Steel,
    Stylet,
    Technique,
    Tip,
    Tissue,
)
from sim.mechanics.mineral.crushed_zone import CrushedZone
from sim.mechanics.mineral.resistance import ResistanceCurve
from sim.mechanics.tissue.pushaway import NoduleSupport
from sim.walk import InsertionModels

STEEL = Steel(193e9, 0.29, 1.0e9, 3.8e9)
HYPODERMIC = Needle(
    "27G", 27, "hypodermic", 0.4128e-3, 0.210e-3, 12.7e-3, 12.7e-3,
    Tip("bevel", math.radians(11.0), 10e-6), STEEL,
)  # fmt: skip
COAXIAL = Needle(
    "14G_coaxial", 14, "coaxial", 2.108e-3, 1.6e-3, 95e-3, 60e-3,
    Tip("trocar", math.radians(20.0), 50e-6), STEEL, Stylet(1.55e-3, 3e-3),
)  # fmt: skip
PUSH = Technique("push", 1e-3, 0.0, "continuous", 40.0, 1.0, 0.0, math.radians(5.0), 0.25, 0.1)
DRILL = replace(
    PUSH, kind="drill", rotation_speed=2.0 * math.pi, force_limit=150.0, cutting_coefficient=0.3
)
SKIN = SoftLayer(
    1.5e-3, 684e3, 0.48, 2.5e3, 0.11e6, 9.0, "planar", 0.2, 0.2, 9.4e-15, 0.35, 3.85e-4
)
FAT = SoftLayer(12e-3, 47.8e3, 0.3, 500.0, 18.4e3, 2.0, "planar", 0.2, 0.4, 5e-13, 0.35, 3.85e-4)
STONE = Mineral(
    1600.0, 3160.0, 0.494, 4.28e9, 0.2, 32.7e6, 240e6, 4.04, 3.3e6, 0.18e6, 1.5, 1.62, 0.5,
    "capped", 0.68, 0.35, 1.0, 2.5e-15, 0.15, 0.0,
)  # fmt: skip
UNIFORM = DensityField("uniform", 1000.0, 2e-3, 0.15, 1e-3, 1)


def case(needle: Needle = HYPODERMIC, technique: Technique = PUSH, **mineral: float) -> Case:
    """A 15 x 10 mm stone 2.5 mm below the skin; `mineral` replaces its properties."""
    stone = replace(STONE, **mineral)
    nodule = Nodule("stone", 15e-3, 10e-3, 2.5e-3, stone, "held", 5e3, UNIFORM)
    return Case(
        needle=needle,
        technique=technique,
        tissue=Tissue(SKIN, FAT),
        nodule=nodule,
        drug=Drug("sts_250", 250.0, 1.05e-3, 1.53e-3, 1112.0, 1.2e-9),
        injection=Injection(0.5e-6, 1e-6 / 60, 120.0, 4.78e-3, 50.0, 4.0, 6e-6, 0.1),
        schedule=Schedule(7 * 86400.0),
        mesh=MeshSettings(0.2, 1e-3, 3e-3, 0.25, 40e-3, 1e-3),
        target_depth=nodule.centre_depth,
    )


def analytic_curve(
    half_angle: float = math.radians(30.0), factor: float = 1.5, wall: float = 0.3
) -> ResistanceCurve:
    """Normal force in proportion to the contact area, uniform wall pressure: no finite elements."""
    buried = 1.0 / math.tan(half_angle)
    s = buried * np.linspace(0.0, 1.0, 4001)
    depth = np.append(s, 100.0)
    return ResistanceCurve(
        depth=depth,
        normal_factor=factor * np.minimum(depth / buried, 1.0) ** 2,
        wall_pressure=np.full(depth.size, wall),
        half_angle=half_angle,
        steady_factor=factor,
        steady_wall_pressure=wall,
        drift=0.0,
        crushed=CrushedZone(
            half_angle, np.array([0.0, 10.0]), np.array([-2.0, 10.0]), *np.zeros((3, 2, 2)), 1.0
        ),
        statistics={},
    )


def models(curve: ResistanceCurve | None = None) -> InsertionModels:
    """The analytic curve and a support of 7 N/mm with 1 mm of fat below."""
    support = NoduleSupport(np.array([0.0]), np.array([7e3]), 1e-3, 5e3, np.ones(1), np.ones(1))
    return InsertionModels(curve or analytic_curve(), support)
