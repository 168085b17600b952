"""The plain tables of a run, in the units their columns name."""

from __future__ import annotations

import numpy as np

from sim.outcome import InfiltrationResult, InsertionResult
from sim.results.files import Table
from sim.results.metrics import MG, MM, N_MM


def force_table(result: InsertionResult) -> Table:
    """Return the force-depth curve, one row per computed depth; a ratio is demand / limit."""
    curve = result.curve
    return {
        "depth_mm": MM * curve.depth,
        "travel_mm": MM * curve.travel,
        "force_N": curve.force,
        "tip_N": curve.tip,
        "friction_N": curve.friction,
        "torque_Nmm": N_MM * curve.torque,
        "buckling_load_N": curve.buckling_load,
        "bending_limit_N": curve.bending_limit,
        "nodule_displacement_mm": MM * curve.nodule_displacement,
        "tip_deflection_mm": MM * curve.tip_deflection,
        **{f"{name}_ratio": ratio for name, ratio in curve.ratios.items()},
    }


EVENTS_HEADER = ("depth_mm", "event", "force_N")


def event_rows(result: InsertionResult) -> list[tuple[float, str, float]]:
    """Return what happened on the way in, in its order; the last event is how it ended."""
    return [(MM * event.depth, event.name, event.force) for event in result.events]


def uptake_table(result: InfiltrationResult) -> Table:
    """Return where the drug is, one row per accepted time step."""
    history = result.history
    return {
        "time_s": history.time,
        "in_nodule_mg": MG * history.in_nodule,
        "in_skin_mg": MG * history.in_skin,
        "in_subcutis_mg": MG * history.in_subcutis,
        "cleared_mg": MG * history.cleared,
        "left_domain_mg": MG * history.left_domain,
        "lost_through_skin_mg": MG * history.lost_through_skin,
        "in_bore_mg": MG * history.in_bore,
        "consumed_mg": MG * history.consumed,
        "mineral_left_mg": MG * history.mineral,
        "dissolved_mineral_mg": MG * history.dissolved,
        "mineral_gone_mg": MG * history.mineral_gone,
    }


def threshold_table(result: InfiltrationResult) -> Table:
    """Return the nodule's volume fraction that ever exceeded each concentration."""
    threshold, volume = result.threshold_curve
    return {
        "fraction_of_injected_concentration": np.asarray(threshold),
        "volume_fraction_of_nodule": np.asarray(volume),
    }
