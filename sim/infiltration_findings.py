"""What a run of the infiltration comes to: its result, and the notes that a reader needs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from meshes.outline import needle_outline
from sim.case import Case
from sim.dissolution.closure import closure_notes
from sim.domain.domain import Domain
from sim.flow.dead_volume import drug_volume_left
from sim.flow.stage import Injected
from sim.materials.density import strength_ratio
from sim.outcome import InfiltrationResult, InsertionResult, NodalFields, TissueState
from sim.transport.uptake import Recorder, water_error

Array = NDArray[np.float64]

FRACTIONS = np.linspace(0.01, 1.0, 100)  # of the injected concentration, for the threshold curve


@dataclass(frozen=True)
class Whereabouts:
    """Where the drug is and was at one moment."""

    entered: float  # kg
    nodule: float  # kg
    soft_tissue: float  # kg
    through_skin: float  # kg
    largest: Array  # (n,) kg/m3, so far

    @classmethod
    def of(cls, recorder: Recorder) -> Whereabouts:
        """Return what `recorder` has at this moment."""
        soft = recorder.mass("skin") + recorder.mass("subcutis")
        lost, largest = float(recorder.lost[2]), recorder.state.largest
        return cls(recorder.entered, recorder.mass("nodule"), soft, lost, largest)


def result_of(
    domain: Domain,
    injected: Injected,
    recorder: Recorder,
    at_end: Whereabouts,
    tissue: TissueState | None,
    statistics: dict[str, float],
) -> InfiltrationResult:
    """Put together the result; `at_end` is of the end of the injection."""
    case, cv = domain.case, domain.cv
    edges, inlet = cv.edges, case.drug.concentration
    volume, pores = cv.volumes["nodule"], domain.pores()["nodule"]
    largest = recorder.state.largest / inlet
    whole = edges.total(volume)
    exceeding = np.array([edges.total(volume * (largest >= f)) for f in FRACTIONS]) / whole
    threshold = case.injection.threshold_fraction
    reached, reached_at_end = (
        edges.total(volume * (values >= threshold)) / whole
        for values in (largest, at_end.largest / inlet)
    )
    begun, left = recorder.snapshots[0].mineral, recorder.state.mineral
    stiffness = _stiffness(domain, begun)
    tension = wall_tension(domain, injected.peak_pressure)
    cracked = injected.fractured
    if cracked is None:
        cracked = tension > case.nodule.mineral.tensile_strength
    return InfiltrationResult(
        displaced_volume=injected.displaced_volume,
        injected_volume=injected.injected_volume,
        injection_time=injected.duration,
        ended_by=injected.ended_by,
        flow_rate=injected.flow_rate,
        peak_pressure=injected.peak_pressure,
        plunger_force=injected.plunger_force,
        conductance=injected.conductance,
        backflow_fraction=injected.backflow_fraction,
        retained_in_needle=injected.retained_in_needle,
        lost_through_skin=at_end.through_skin,
        leaked_later=float(recorder.lost[2]) - at_end.through_skin,
        hydrofracture=cracked,
        dose=at_end.entered,
        dose_in_nodule=at_end.nodule,
        dose_in_soft_tissue=at_end.soft_tissue,
        infiltrated_fraction=reached,
        infiltrated_at_end=reached_at_end,
        threshold_curve=(FRACTIONS, exceeding),
        exposure=edges.total(pores * recorder.exposure) / edges.total(pores),
        drug_consumed=recorder.consumed,
        nodule_volume=whole,
        mineral_before=edges.total(begun),
        mineral_removed=edges.total(begun - left),
        stiffness_ratio=_stiffness(domain, left) / stiffness if stiffness > 0.0 else None,
        mass_balance_error=recorder.drug_error,
        water_balance_error=water_error(edges, injected.stages),
        mineral_balance_error=recorder.calcium_error,
        range_violation=recorder.range_violation / inlet,
        history=recorder.history(),
        fields=_fields(domain, injected, recorder),
        tissue=None if tissue is None else _left(tissue, recorder, volume),
        notes=(*injected.notes, *_notes(domain, injected, tension), *closure_notes(case)),
        statistics=injected.statistics | {"wall_tension_Pa": tension} | statistics,
    )


def wall_tension(domain: Domain, pressure: float) -> float:
    """Effective hoop tension (Pa) at the wall of a cavity in the nodule; 0 outside of it.

    Long cylinder in an infinite elastic medium whose pores take up the liquid, no stress before:
    ``p (2 - eta)`` with ``eta = (1 - 2 nu) / (1 - nu)`` for a Biot coefficient of 1 (Haimson and
    Fairhurst 1967). A sphere has ``p (3/2 - eta)``; a wall that lets nothing in, ``p``.
    """
    if domain.pose is None or not domain.mouth_in_nodule():
        return 0.0
    poisson = domain.case.nodule.mineral.poisson_ratio
    return pressure * (2.0 - (1.0 - 2.0 * poisson) / (1.0 - poisson))


def nothing_injected(domain: Domain) -> Injected:
    """Return the injection through a mouth that is open to the air."""
    case = domain.case
    return Injected(
        stages=(),
        displaced_volume=0.0,
        injected_volume=0.0,
        duration=0.0,
        ended_by="nothing_injected",
        flow_rate=0.0,
        peak_pressure=0.0,
        plunger_force=0.0,
        conductance=0.0,
        backflow_fraction=0.0,
        retained_in_needle=case.drug.concentration * drug_volume_left(case.needle, 0.0),
    )


def arrival_notes(
    case: Case,
    insertion: InsertionResult,
    tip_depth: float,
    plug: float,
    result: InfiltrationResult,
    corrections: dict[str, float],
) -> tuple[str, ...]:
    """Return what the insertion, and the rounds before, mean for the injection."""
    notes = []
    if result.ended_by == "nothing_injected" and not result.displaced_volume:
        outline = needle_outline(case.needle, tip_depth, case.injection.pull_back)
        top = 1e3 * outline.top_of_mouth
        above, deep = f"{top:.2g} mm above the skin's surface", f"only {-top:.2g} mm deep"
        notes.append(
            "infiltration.ended_by: nothing was injected, because the needle's mouth is open to "
            f"the air: with the tip at {1e3 * tip_depth:.3g} mm the mouth's upper edge is "
            f"{above if top > 0.0 else deep}, and tissue must cover it by a needle's radius "
            f"({500.0 * case.needle.outer_diameter:.2g} mm)"
        )
    elif insertion.core_length > 0.0:
        core = f"infiltration: the lumen took up a core of {1e3 * insertion.core_length:.2g} mm"
        drop = plug * result.flow_rate
        if drop > 0.0:
            lost = 100.0 * drop / case.injection.pressure(result.plunger_force)
            core += (
                f"; it stays, and {lost:.3g} % of the syringe's pressure is lost in it "
                "(permeability of the mineral it was cut from; crushed, it may be another)"
            )
        else:
            core += "; it stays" if plug > 0.0 else "; the syringe blows it out"
        notes.append(core)
    if insertion.outcome == "deflected":
        notes.append("infiltration: computed on the axis, at the nodule's top at the deepest")
    if any(corrections.values()):
        said = ", ".join(f"{name} {value:+.1e}" for name, value in corrections.items())
        notes.append(
            f"infiltration: carried from the last round's mesh, totals kept by factors 1 {said}"
        )
    return tuple(notes)


def drained_notes(
    case: Case, injected: Injected, flowing: float, until: float | None
) -> tuple[str, ...]:
    """Return what it means that the tissue drains until `flowing` s after the injection's start.

    `until` is when the next round begins, None where there is none.
    """
    notes, injection = [], case.injection
    drained = f"the tissue drains until {flowing:.3g} s after the injection's start"
    asked, leaves = (
        (injected.duration + rest) * (1.0 + 1e-9)  # all but rounding
        for rest in (case.schedule.follow_up, injection.dwell)
    )
    if until is None and flowing > asked:
        notes.append(
            f"infiltration: {drained}; the run ends then, later than schedule.follow_up asks for "
            f"({asked:.3g} s)"
        )
    if injection.track == "leaks" and flowing > leaves:
        notes.append(
            f"infiltration.leaked_later_mg: {drained}; the needle stays for that long, beyond "
            f"injection.dwell ({injection.dwell:.3g} s)"
        )
    return tuple(notes)


def _stiffness(domain: Domain, mineral: Array) -> float:
    """Sum over the nodule of Young's modulus, for ratios (an upper bound of the whole's: Voigt)."""
    volume = domain.cv.volumes["nodule"]
    inside = volume > 0.0
    density = mineral[inside] / volume[inside]
    stiffness = np.zeros_like(volume)
    stiffness[inside] = volume[inside] * strength_ratio(domain.case.nodule.mineral, density)
    return domain.cv.edges.total(stiffness)


def _left(tissue: TissueState, recorder: Recorder, volume: Array) -> TissueState:
    state = recorder.state
    nothing = np.zeros_like(volume)
    return replace(
        tissue,
        capacity=state.capacity,
        concentration=state.drug,
        dissolved=state.dissolved,
        mineral=np.divide(state.mineral, volume, out=nothing, where=volume > 0.0),
    )


def _fields(domain: Domain, injected: Injected, recorder: Recorder) -> NodalFields:
    cv, volume = domain.cv, domain.cv.volumes["nodule"]
    kept = recorder.snapshots
    stages = [x for x in injected.stages if cv.edges.total(x.supply, domain.mouth) > 0.0]
    still = np.zeros(cv.edges.nodes)
    mineral, permeability = None, injected.permeability
    if permeability is None:
        permeability = cv.per_cell(domain.permeability)
    if domain.case.dissolution.model != "none":
        masses = np.array([snapshot.mineral for snapshot in kept])
        mineral = np.divide(masses, volume, out=np.zeros_like(masses), where=volume > 0.0)
    return NodalFields(
        points=cv.points,
        cells=cv.cells,
        regions=dict(cv.regions),
        cell_regions=cv.cell_regions,
        porosity=cv.per_cell(domain.porosity),
        plastic_volume_strain=domain.plastic_volume_strain,
        permeability=permeability,
        pressure=stages[-1].pressure if stages else still,
        times=np.array([snapshot.time for snapshot in kept]),
        concentration=np.array([snapshot.drug for snapshot in kept]),
        largest_concentration=recorder.state.largest,
        exposure=recorder.exposure,
        mineral=mineral,
    )


def _notes(domain: Domain, injected: Injected, tension: float) -> tuple[str, ...]:
    case = domain.case
    if domain.pose is None:
        return ()
    notes = []
    if case.flow.kind == "rigid":
        notes.append(
            "infiltration.peak_pressure_kPa: rigid tissue; fat opened by the injection is left out"
        )
    notes.append(
        "infiltration.backflow_fraction: the track's gap is "
        f"{1e6 * case.injection.track_gap:.3g} um at no pressure (assumption), the flow grows with "
        "its cube"
    )
    share = domain.mouth_share()
    if 1e-3 < share < 0.999:
        notes.append(
            f"infiltration.dose_in_nodule_mg: {100.0 * (1.0 - share):.2g} % of the needle's mouth, "
            "with the bore it leaves open, lie in skin or fat, which take the liquid first; the "
            "backflow along the shaft then says little about the nodule"
        )
    if injected.fractured is None and not domain.mouth_in_nodule():
        notes.append(
            "infiltration.hydrofracture: not judged, most of the mouth is not in the nodule"
        )
    elif injected.fractured is None:
        strength = case.nodule.mineral.tensile_strength
        notes.append(
            f"infiltration.hydrofracture: effective hoop tension {1e-6 * tension:.3g} MPa against "
            f"a tensile strength of {1e-6 * strength:.3g} MPa; a crack's flow is not computed "
            "(flow=poroelastic_fracture does)"
        )
    if case.nodule.texture == "paste":
        notes.append(
            "infiltration: a paste would be pushed aside; it is computed as a porous solid"
        )
    return tuple(notes)
