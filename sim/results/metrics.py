"""The flat metrics of a run: one number, word or null per key; every dimensional key has its unit.

Concentrations are mg of the pentahydrate per mL of pore fluid. What is infinite or was not
computed is null, and its reason is in the notes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.case import Case
from sim.mechanics.failure import OUTCOMES
from sim.outcome import InfiltrationResult, InsertionResult
from sim.results.files import Json

MM = 1e3  # from SI, as all factors below
N_MM = 1e3
MJ = 1e3
ML = 1e6
MG = 1e6
KPA = 1e-3
MPA = 1e-6
G_PER_CM3 = 1e-3
ML_PER_MIN = 6e7
MG_H_PER_ML = 1.0 / 3600.0

STOPPING = tuple(OUTCOMES)  # mechanisms that end an insertion
MARGINS = (*STOPPING, "folding", "splitting", "bearing")


@dataclass(frozen=True)
class Meaning:
    """How a metric is shown to people."""

    label: str
    unit: str = ""  # "%": the metric is a share

    def shown(self, value: Json) -> Json:
        """Return the metric in the unit it is shown in."""
        return 100.0 * value if self.unit == "%" and value is not None else value


MEANINGS: dict[str, Meaning] = {
    "insertion.outcome": Meaning("Outcome of the insertion"),
    "insertion.decided_by": Meaning("Mechanism that decided it"),
    "insertion.reached_depth_mm": Meaning("Tip's depth below the skin", "mm"),
    "insertion.target_depth_mm": Meaning("Target depth", "mm"),
    "insertion.depth_in_nodule_mm": Meaning("Depth in the nodule", "mm"),
    "insertion.peak_force_N": Meaning("Peak axial force", "N"),
    "insertion.skin_puncture_force_N": Meaning("Largest force of the skin on the tip", "N"),
    "insertion.nodule_entry_force_N": Meaning(
        "Largest force until the tip is buried in the nodule", "N"
    ),
    "insertion.peak_torque_Nmm": Meaning("Peak torque", "N mm"),
    "insertion.work_mJ": Meaning("Work of the insertion, rotation included", "mJ"),
    "insertion.buckling_margin": Meaning("Margin to buckling"),
    "insertion.bending_margin": Meaning("Margin to yield in bending"),
    "insertion.blunting_margin": Meaning("Margin to blunting"),
    "insertion.splitting_margin": Meaning("Margin to splitting the nodule"),
    "insertion.operator_margin": Meaning("Margin to the operator's force limit"),
    "insertion.torque_margin": Meaning("Margin to the torque limit"),
    "insertion.slip_margin": Meaning("Margin to slipping off the nodule"),
    "insertion.folding_margin": Meaning("Margin to folding of the point (part of blunting)"),
    "insertion.bearing_margin": Meaning("Margin to sideways yield of the mineral"),
    "insertion.nodule_displacement_mm": Meaning("Push-away of the nodule", "mm"),
    "insertion.tip_deflection_mm": Meaning("Lateral deflection of the tip", "mm"),
    "insertion.core_length_mm": Meaning("Core of mineral in the lumen", "mm"),
    "insertion.lumen_plugged": Meaning("Lumen takes up a plug of mineral"),
    "insertion.fragment_risk": Meaning("Steel may stay in the nodule"),
    "infiltration.displaced_volume_mL": Meaning("Volume out of the syringe", "mL"),
    "infiltration.injected_volume_mL": Meaning("Volume into the tissue", "mL"),
    "infiltration.injection_time_s": Meaning("Injection time", "s"),
    "infiltration.ended_by": Meaning("Injection ended by"),
    "infiltration.flow_rate_mL_per_min": Meaning("Flow rate", "mL/min"),
    "infiltration.peak_pressure_kPa": Meaning("Peak pressure at the tip", "kPa"),
    "infiltration.plunger_force_N": Meaning("Plunger force", "N"),
    "infiltration.conductance_mL_per_min_per_kPa": Meaning("Conductance of tissue", "mL/(min kPa)"),
    "infiltration.backflow_fraction": Meaning("Backflow along the shaft, of the flow", "%"),
    "infiltration.retained_in_needle_mg": Meaning("Drug retained in the needle", "mg"),
    "infiltration.hydrofracture": Meaning("Hydrofracture expected"),
    "infiltration.dose_mg": Meaning("Dose delivered into tissue", "mg"),
    "infiltration.dose_in_nodule_mg": Meaning("Dose in the nodule, end of injection", "mg"),
    "infiltration.dose_in_soft_tissue_mg": Meaning("Dose gone into skin and fat by then", "mg"),
    "infiltration.lost_through_skin_mg": Meaning("Dose lost through the skin by then", "mg"),
    "infiltration.leaked_later_mg": Meaning("Dose leaked through the skin afterwards", "mg"),
    "infiltration.dose_fraction_in_nodule": Meaning(
        "Dose in the nodule, of the dose delivered", "%"
    ),
    "infiltration.nodule_volume_mL": Meaning("Nodule's volume beside the needle", "mL"),
    "infiltration.mineral_mg": Meaning("Mineral in it before the injection", "mg"),
    "infiltration.infiltrated_fraction_of_nodule": Meaning("Infiltrated share of the nodule", "%"),
    "infiltration.infiltrated_at_end_of_injection": Meaning(
        "Infiltrated share when the injection ends", "%"
    ),
    "infiltration.exposure_mg_h_per_mL": Meaning("Mean exposure of the nodule", "mg h/mL"),
    "infiltration.mass_balance_error": Meaning("Mass balance error of the drug (relative)"),
    "infiltration.water_balance_error": Meaning("Balance error of the liquid (relative)"),
    "infiltration.mineral_balance_error": Meaning("Balance error of the mineral (relative)"),
    "infiltration.range_violation": Meaning("Range violation (relative)"),
    "treatment.dissolution_model": Meaning("Dissolution model"),
    "treatment.mineral_removed_mg": Meaning("Mineral removed", "mg"),
    "treatment.mineral_removed_fraction": Meaning("Mineral removed, of all", "%"),
    "treatment.stiffness_ratio": Meaning("Stiffness after / before"),
    "run.status": Meaning("Status of the run"),
    "run.wall_s": Meaning("Wall time", "s"),
    "run.peak_memory_MB": Meaning("Peak memory", "MB"),
}

NO_DEMAND = "the load it guards against never arose (infinite margin)"
ARRIVED = "no mechanism reached its limit before the target"
NOT_TOUCHED = "the nodule was not touched"
NO_DOSE = "no drug was delivered"
NOTHING_DISSOLVES = "the closure `none` dissolves nothing"
NOT_INJECTED = "the injection was not computed"
NO_MINERAL = "no mineral was left in the nodule"
TREATMENT = (
    "treatment.mineral_removed_mg",
    "treatment.mineral_removed_fraction",
    "treatment.stiffness_ratio",
)


def insertion_metrics(case: Case, result: InsertionResult) -> tuple[dict[str, Json], list[str]]:
    """Return the metrics of the insertion and the reasons of those that are null."""
    values: dict[str, Json] = {
        "insertion.outcome": result.outcome,
        "insertion.decided_by": result.decided_by,
        "insertion.reason": result.reason,
        "insertion.reached_depth_mm": MM * result.reached_depth,
        "insertion.target_depth_mm": MM * case.target_depth,
        "insertion.depth_in_nodule_mm": MM * result.depth_in_nodule,
        "insertion.peak_force_N": result.peak_force,
        "insertion.skin_puncture_force_N": result.skin_puncture_force,
        "insertion.nodule_entry_force_N": result.nodule_entry_force,
        "insertion.peak_torque_Nmm": N_MM * result.peak_torque,
        "insertion.work_mJ": MJ * result.work,
    }
    values |= {f"insertion.{name}_margin": result.margins[name] for name in MARGINS}
    values |= {
        "insertion.nodule_displacement_mm": MM * result.nodule_displacement,
        "insertion.tip_deflection_mm": MM * result.tip_deflection,
        "insertion.core_length_mm": MM * result.core_length,
        "insertion.lumen_plugged": result.lumen_plugged,
        "insertion.fragment_risk": bool(result.fragment_risk),
    }
    reasons = {f"insertion.{name}_margin": NO_DEMAND for name in MARGINS}
    reasons |= {"insertion.nodule_entry_force_N": NOT_TOUCHED, "insertion.decided_by": ARRIVED}
    values, notes = _nulled(values, reasons)
    if result.fragment_risk:
        notes.append(f"insertion.fragment_risk: {result.fragment_risk}")
    return values, notes


def infiltration_metrics(result: InfiltrationResult) -> tuple[dict[str, Json], list[str]]:
    """Return the metrics of the infiltration and the reasons of those that are null."""
    share = result.dose_in_nodule / result.dose if result.dose > 0.0 else None
    return _nulled(
        {
            "infiltration.displaced_volume_mL": ML * result.displaced_volume,
            "infiltration.injected_volume_mL": ML * result.injected_volume,
            "infiltration.injection_time_s": result.injection_time,
            "infiltration.ended_by": result.ended_by,
            "infiltration.flow_rate_mL_per_min": ML_PER_MIN * result.flow_rate,
            "infiltration.peak_pressure_kPa": KPA * result.peak_pressure,
            "infiltration.plunger_force_N": result.plunger_force,
            "infiltration.conductance_mL_per_min_per_kPa": ML_PER_MIN / KPA * result.conductance,
            "infiltration.backflow_fraction": result.backflow_fraction,
            "infiltration.retained_in_needle_mg": MG * result.retained_in_needle,
            "infiltration.lost_through_skin_mg": MG * result.lost_through_skin,
            "infiltration.leaked_later_mg": MG * result.leaked_later,
            "infiltration.hydrofracture": result.hydrofracture,
            "infiltration.dose_mg": MG * result.dose,
            "infiltration.dose_in_nodule_mg": MG * result.dose_in_nodule,
            "infiltration.dose_in_soft_tissue_mg": MG * result.dose_in_soft_tissue,
            "infiltration.dose_fraction_in_nodule": share,
            "infiltration.nodule_volume_mL": ML * result.nodule_volume,
            "infiltration.mineral_mg": MG * result.mineral_before,
            "infiltration.infiltrated_fraction_of_nodule": result.infiltrated_fraction,
            "infiltration.infiltrated_at_end_of_injection": result.infiltrated_at_end,
            "infiltration.exposure_mg_h_per_mL": MG_H_PER_ML * result.exposure,
            "infiltration.mass_balance_error": result.mass_balance_error,
            "infiltration.water_balance_error": result.water_balance_error,
            "infiltration.mineral_balance_error": result.mineral_balance_error,
            "infiltration.range_violation": result.range_violation,
        },
        {"infiltration.dose_fraction_in_nodule": NO_DOSE},
    )


def treatment_metrics(
    case: Case, result: InfiltrationResult | None
) -> tuple[dict[str, Json], list[str]]:
    """Return what one injection does to the mineral; null where no closure or no result is."""
    model = case.dissolution.model
    values: dict[str, Json] = dict.fromkeys(TREATMENT)
    why = NOTHING_DISSOLVES if model == "none" else NOT_INJECTED
    if model != "none" and result is not None and not result.mineral_before:
        why = NO_MINERAL
    elif model != "none" and result is not None:
        removed = result.mineral_removed
        numbers = (MG * removed, removed / result.mineral_before, result.stiffness_ratio)
        values = dict(zip(TREATMENT, numbers, strict=True))
    nulls, notes = _nulled(values, dict.fromkeys(values, why))
    return {"treatment.dissolution_model": model} | nulls, notes


def missing_metrics(stage: str, why: str) -> tuple[dict[str, Json], list[str]]:
    """Return null for every metric of a stage that did not run, with one note that says why."""
    keys = [key for key in MEANINGS if key.startswith(f"{stage}.")]
    return dict.fromkeys(keys), [f"{stage}.*: {why}"]


def _nulled(values: dict[str, Json], reasons: dict[str, str]) -> tuple[dict[str, Json], list[str]]:
    """Turn infinite and undefined values into null, each with a note."""
    finite: dict[str, Json] = {}
    notes = []
    for key, value in values.items():
        if isinstance(value, float) and not math.isfinite(value):
            value = None
        if value is None:
            notes.append(f"{key}: {reasons.get(key, 'undefined')}")
        finite[key] = _plain(value)
    return finite, notes


def _plain(value: Json) -> Json:
    """NumPy scalars are not JSON."""
    return value.item() if hasattr(value, "item") else value
