"""Made-up but physically shaped results, for tests of what is done with results."""

from __future__ import annotations

import math

import numpy as np
import pyvista as pv

from sim.case import Case
from sim.mechanics.mineral.crushed_zone import CrushedZone
from sim.needles.tip import cone_half_angle
from sim.outcome import (
    Array,
    Event,
    ForceCurve,
    InfiltrationResult,
    InsertionResult,
    NodalFields,
    UptakeHistory,
)
from tests.unit.mechanics.patient import COAXIAL as NEEDLE_14G  # noqa: F401  the tests' patient
from tests.unit.mechanics.patient import DRILL, case  # noqa: F401


def insertion(of: Case, reached: float | None = None) -> InsertionResult:
    """An insertion that reaches the target, or one that buckles at `reached` (m)."""
    end = of.target_depth if reached is None else reached
    depth = np.linspace(0.0, end, 60)
    inside = np.clip(depth - of.nodule.depth, 0.0, None)
    radius = of.needle.outer_diameter / 2
    tip = 0.3 * (depth > 0) + 33e6 * math.pi * radius**2 * np.minimum(inside / (4 * radius), 1.5)
    friction = 40.0 * depth + 400.0 * inside
    force = tip + friction
    limit = np.where(inside > of.needle.outer_diameter, 32.0, 3.9)
    outcome = "reached_target" if reached is None else "buckled"
    entered = inside[-1] > 0.0
    return InsertionResult(
        outcome=outcome,
        decided_by=None if reached is None else "buckling",
        reason=f"{outcome} at {1e3 * end:.2f} mm",
        reached_depth=end,
        depth_in_nodule=float(inside[-1]),
        curve=ForceCurve(depth, force, tip, friction, 2e-3 * force, limit, 1.2 * limit,
                         1e-4 * force / force.max(), 5e-5 * force / force.max(),
                         {"operator": force / 40.0, "torque": 2e-3 * force}),
        skin_puncture_force=0.6,
        nodule_entry_force=1.2 if entered else None,
        peak_force=float(force.max()),
        peak_torque=float(2e-3 * force.max()),
        work=float(np.trapezoid(force, depth)),
        margins={"buckling": 1.4 if reached is None else 0.99, "bending": 2.0, "blunting": 5.0,
                 "splitting": 3.0, "operator": 40.0 / force.max(), "torque": math.inf,
            "slip": 4.0, "folding": 9.0, "bearing": 3.0},
        nodule_displacement=1e-4,
        tip_deflection=5e-5,
        core_length=0.0,
        core_retention=0.0,
        lumen_plugged=False,
        fragment_risk="",
        crushed=zone(of) if entered else None,
        events=(Event(0.5e-3, "skin_puncture", 0.6), Event(end, outcome, float(force[-1]))),
        notes=("the needle stays straight until it buckles",),
        statistics={"steps": 60.0},
    )  # fmt: skip


def zone(of: Case) -> CrushedZone:
    """Mineral compacted over a third of a radius around the cone and the bore."""
    r, zeta = np.linspace(0.05, 6.0, 60), np.linspace(-2.0, 6.0, 40)
    compaction = (
        0.8 * np.exp(-np.maximum(r - 1.0, 0.0) / 0.3) * np.exp(-np.maximum(zeta, 0.0)[:, None])
    )
    angle = cone_half_angle(of.needle.tip)
    return CrushedZone(angle, r, zeta, -compaction, compaction, 0.2 * compaction, 1.0)


def field(of: Case, reached: float, spread: float, n: int = 41) -> NodalFields:
    """A drop of drug around the tip on a structured mesh with a hole where the needle is."""
    r = np.linspace(0.0, 1.0, n) ** 1.5 * 20e-3
    z = -np.linspace(0.0, of.tissue.depth, 2 * n)
    points = np.stack(np.meshgrid(r, z, indexing="ij"), axis=-1).reshape(-1, 2)
    i, j = np.meshgrid(np.arange(n - 1), np.arange(2 * n - 1), indexing="ij")
    corner = (i * 2 * n + j).ravel()
    right, below, across = corner + 2 * n, corner + 1, corner + 2 * n + 1
    cells = np.vstack(
        [np.column_stack([corner, right, across]), np.column_stack([corner, across, below])]
    )
    centre = points[cells].mean(axis=1)
    keep = ~((centre[:, 0] < of.needle.outer_diameter / 2) & (centre[:, 1] > -reached))
    cells, centre = cells[keep], centre[keep]
    nodule = of.nodule
    radius = np.hypot(
        centre[:, 0] / (nodule.diameter / 2),
        (centre[:, 1] + nodule.centre_depth) / (nodule.height / 2),
    )
    tags = np.where(radius < 1, 3, np.where(-centre[:, 1] < of.tissue.skin.thickness, 1, 2))
    distance = np.hypot(points[:, 0], points[:, 1] + reached)
    return _drop(points, cells, tags, distance, spread)


def solid_field(of: Case, reached: float, spread: float, n: int = 17) -> NodalFields:
    """The same drop in a box of tetrahedra."""
    nodule, side = of.nodule, 20e-3
    box = pv.RectilinearGrid(
        np.linspace(-side, side, n),
        np.linspace(-side, side, n),
        np.linspace(-of.tissue.depth, 0, n),
    ).to_tetrahedra()
    points, cells = box.points, box.cells_dict[pv.CellType.TETRA].astype(np.int64)
    centre = points[cells].mean(axis=1)
    across = np.hypot(centre[:, 0], centre[:, 1]) / (nodule.diameter / 2)
    radius = np.hypot(across, (centre[:, 2] + nodule.centre_depth) / (nodule.height / 2))
    tags = np.where(radius < 1, 3, np.where(-centre[:, 2] < of.tissue.skin.thickness, 1, 2))
    distance = np.linalg.norm(points - np.array([0.0, 0.0, -reached]), axis=1)
    return _drop(points, cells, tags, distance, spread)


def _drop(points: Array, cells: Array, tags: Array, distance: Array, spread: float) -> NodalFields:
    times = np.array([0.0, 30.0, 3600.0, 6 * 3600.0, 86400.0, 7 * 86400.0])
    widths = spread * np.sqrt(1.0 + times / 7200.0)
    concentration = np.array(
        [250.0 * (spread / w) ** 3 * np.exp(-((distance / w) ** 2)) for w in widths]
    )
    concentration[0] = 0.0
    return NodalFields(
        points=points,
        cells=cells,
        regions={"skin": 1, "subcutis": 2, "nodule": 3},
        cell_regions=tags,
        porosity=np.array([0.0, 0.2, 0.4, 0.49])[tags],
        plastic_volume_strain=np.where(tags == 3, -0.1, 0.0),
        permeability=np.array([0.0, 1e-16, 2e-15, 1e-14])[tags],
        pressure=1e5 * np.exp(-distance / 2e-3),
        times=times,
        concentration=concentration,
        largest_concentration=concentration.max(axis=0),
        exposure=np.trapezoid(concentration, times, axis=0),
    )


def infiltration(of: Case, reached: float, spread: float = 2.5e-3) -> InfiltrationResult:
    """An injection of 0.5 mL that diffuses and is cleared over seven days."""
    dose = of.drug.concentration * of.injection.volume
    time = np.concatenate([np.linspace(0.0, 30.0, 20), np.geomspace(31.0, 7 * 86400.0, 60)])
    delivered = dose * np.minimum(time / 30.0, 1.0)
    lost, cleared = 0.05 * delivered, 0.3 * delivered * (1.0 - np.exp(-time / 3600.0))
    soft = 0.3 * delivered - cleared
    fraction = np.geomspace(0.01, 1.0, 25)
    return InfiltrationResult(
        displaced_volume=of.injection.volume,
        injected_volume=of.injection.volume,
        injection_time=30.0,
        ended_by="volume",
        flow_rate=of.injection.rate,
        peak_pressure=3e5,
        plunger_force=12.0,
        conductance=5e-14,
        backflow_fraction=0.2,
        retained_in_needle=1e-7,
        lost_through_skin=float(lost[-1]),
        leaked_later=0.0,
        hydrofracture=False,
        dose=dose,
        dose_in_nodule=0.65 * dose,
        dose_in_soft_tissue=0.3 * dose,
        drug_consumed=0.0,
        nodule_volume=1.18e-6,
        mineral_before=1.9e-3,
        mineral_removed=0.0,
        stiffness_ratio=1.0,
        water_balance_error=1e-13,
        mineral_balance_error=1e-14,
        infiltrated_fraction=0.3,
        infiltrated_at_end=0.2,
        threshold_curve=(fraction, np.exp(-4.0 * fraction)),
        exposure=1e5,
        mass_balance_error=1e-12,
        range_violation=0.0,
        history=UptakeHistory(time, 0.65 * delivered, 0.1 * soft, 0.9 * soft, cleared,
                              0.0 * time, lost, *np.zeros((5, len(time)))),
        fields=field(of, reached, spread),
        statistics={"steps": 80.0},
    )  # fmt: skip
