"""The injection and the days after it: where the drug goes once the needle has stopped.

Chain: mesh at the reached depth -> flow at unit pressure -> what the syringe delivers -> transport
during the injection -> diffusion and clearance until the follow-up ends.

Simplifications beside those of the modules used: the nodule is centred on the needle's axis; what
the needle crushed is kept as a field and does not change the flow, nor does a crack; the track
behind the needle closes when the injection ends; a needle that did not enter the nodule injects no
deeper than its top, also where it slid past it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from meshes.outline import needle_outline
from sim.case import Case
from sim.dissolution.closure import closure, closure_notes
from sim.dissolution.reaction import State
from sim.domain.axisymmetric import axisymmetric_domain
from sim.domain.domain import Domain
from sim.flow.stage import Stage
from sim.flow.syringe import Delivery, deliver, lumen_volume, plug_resistance
from sim.outcome import Ending, InfiltrationResult, InsertionResult, NodalFields
from sim.transport.marching import Control, injection_steps, resting_steps
from sim.transport.species import Species
from sim.transport.uptake import Recorder

Array = NDArray[np.float64]
type Progress = Callable[[str, float], None]  # (stage, fraction done)

INJECTION_FIELDS = 6  # times at which the field is kept: evenly during the injection,
HALVINGS = 13  # and after it at the follow-up's end, half of it, a quarter, ...
FRACTIONS = np.linspace(0.01, 1.0, 100)  # of the injected concentration, for the threshold curve


def infiltrate(
    case: Case, insertion: InsertionResult, progress: Progress | None = None
) -> InfiltrationResult:
    """Inject through the needle where `insertion` left it, and follow the drug.

    A mouth that is not in the tissue injects nothing: every mass is then zero and a note says so.

    Raises
    ------
    SolverError
        When the mesh, a linear system or a time step fails.
    """
    show = progress or _show_nothing
    clock = _Clock()
    show("mesh", 0.0)
    tip_depth = _tip_depth(case, insertion)
    domain = axisymmetric_domain(case, tip_depth, insertion.crushed)
    clock.stop("mesh")
    if domain.pose is None:
        return _nothing_injected(domain, insertion, tip_depth)

    film = domain.film()
    unit = domain.unit_flow(film)
    delivery = deliver(
        case.needle, case.drug, case.injection, unit.conductance, _plug(case, insertion)
    )
    flow = unit.scaled(delivery.cavity_pressure)
    clock.stop("flow")

    inlet, tolerance = case.drug.concentration, case.mesh.time_tolerance
    dose = delivery.volume * inlet
    follow_up = case.schedule.follow_up
    during = np.linspace(0.0, delivery.duration, INJECTION_FIELDS)
    after = follow_up * 0.5 ** np.arange(HALVINGS, -1.0, -1.0)
    times = np.concatenate((during, delivery.duration + after))
    pores, whole = domain.pores(), domain.mineral()
    capacity = sum(pores.values())
    zeros = np.zeros_like(capacity)
    start = State(capacity, zeros, zeros, whole, zeros)
    reaction = closure(case, whole, pores["nodule"] / capacity)
    recorder = Recorder(domain.cv.edges, pores, start, times, inlet)

    def solutes(stage: Stage | None) -> tuple[Species, ...]:
        drug = domain.species(stage)
        if reaction is None or not reaction.dissolves:
            return (drug,)
        return drug, domain.species(stage, case.dissolution.complex_diffusivity)

    stage = Stage(delivery.duration, flow.pressure, flow.edge_flow, flow.supply, zeros, inlet)
    control = Control(inlet, dose, tolerance, tuple(during))
    for step in injection_steps(solutes, (stage,), start, reaction, control):
        recorder.add(step)
        show("injection", recorder.time / delivery.duration)
    injection_steps_taken = recorder.steps
    dose_in_nodule = recorder.mass("nodule")
    unbalanced = recorder.drug_error
    clock.stop("injection")

    control = replace(control, milestones=tuple(after))
    for step in resting_steps(solutes, recorder.state, follow_up, reaction, control):
        recorder.add(step)
        show("follow-up", step.time / follow_up)
    clock.stop("follow_up")

    weights = domain.cv.volumes["nodule"] / domain.cv.volumes["nodule"].sum()
    relative = recorder.state.largest / inlet
    tension = _wall_tension(domain, delivery.cavity_pressure)
    return InfiltrationResult(
        injected_volume=delivery.volume,
        injection_time=delivery.duration,
        ended_by=delivery.ended_by,
        flow_rate=delivery.flow_rate,
        peak_pressure=delivery.cavity_pressure,
        plunger_force=delivery.plunger_force,
        conductance=unit.conductance,
        backflow_fraction=domain.backflow(flow.film_flow) / delivery.flow_rate,
        retained_in_needle=inlet * lumen_volume(case.needle),
        lost_through_skin=float(recorder.lost[2]),
        hydrofracture=tension > case.nodule.mineral.tensile_strength,
        dose=dose,
        dose_in_nodule=dose_in_nodule,
        infiltrated_fraction=float(weights @ (relative >= case.injection.threshold_fraction)),
        threshold_curve=(FRACTIONS, np.array([weights @ (relative >= f) for f in FRACTIONS])),
        exposure=float(pores["nodule"] @ recorder.exposure / pores["nodule"].sum()),
        mass_balance_error=max(unbalanced, recorder.drug_error, recorder.calcium_error),
        range_violation=recorder.range_violation / inlet,
        history=recorder.history(),
        fields=_fields(domain, flow.pressure, recorder),
        notes=_notes(domain, insertion, tension, delivery),
        statistics={
            "nodes": float(domain.cv.edges.nodes),
            "flow_imbalance": unit.imbalance,
            "reynolds": delivery.reynolds,
            "barrel_pressure_Pa": delivery.barrel_pressure,
            "plug_drop_Pa": delivery.plug_drop,
            "wall_tension_Pa": tension,
            "injection_steps": float(injection_steps_taken),
            "resting_steps": float(recorder.steps - injection_steps_taken),
            "resting_fallbacks": float(recorder.fallbacks),
        }
        | clock.spent,
    )


def ended_by(case: Case, insertion: InsertionResult) -> Ending:
    """Return what would end the injection of `infiltrate`, without following the drug."""
    domain = axisymmetric_domain(case, _tip_depth(case, insertion), insertion.crushed)
    if domain.pose is None:
        return "nothing_injected"
    unit = domain.unit_flow(domain.film())
    plug = _plug(case, insertion)
    return deliver(case.needle, case.drug, case.injection, unit.conductance, plug).ended_by


@dataclass
class _Clock:
    """CPU seconds by stage."""

    spent: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.process_time)

    def stop(self, stage: str) -> None:
        now = time.process_time()
        self.spent[f"{stage}_cpu_s"] = now - self._last
        self._last = now


def _show_nothing(stage: str, fraction: float) -> None:
    pass


def _tip_depth(case: Case, insertion: InsertionResult) -> float:
    if insertion.depth_in_nodule > 0.0:
        return insertion.reached_depth
    return min(insertion.reached_depth, case.nodule.depth)


def _plug(case: Case, insertion: InsertionResult) -> float:
    """Resistance (Pa s/m3) of the core that stays in the lumen; 0 where it is blown out."""
    if insertion.core_retention <= case.injection.pressure_limit:
        return 0.0
    return plug_resistance(case.needle, case.drug, case.nodule.mineral, insertion.core_length)


def _wall_tension(domain: Domain, pressure: float) -> float:
    """Effective hoop tension (Pa) at the wall of a cavity in the nodule; 0 outside of it.

    Long cylinder in an infinite elastic medium whose pores take up the liquid, no stress before:
    ``p (2 - eta)`` with ``eta = (1 - 2 nu) / (1 - nu)`` for a Biot coefficient of 1 (Haimson and
    Fairhurst 1967). A sphere has ``p (3/2 - eta)``; a wall that lets nothing in, ``p``.
    """
    if not domain.mouth_in_nodule():
        return 0.0
    poisson = domain.case.nodule.mineral.poisson_ratio
    return pressure * (2.0 - (1.0 - 2.0 * poisson) / (1.0 - poisson))


def _fields(domain: Domain, pressure: Array, recorder: Recorder) -> NodalFields:
    cv = domain.cv
    return NodalFields(
        points=cv.points,
        cells=cv.cells,
        regions=dict(cv.regions),
        cell_regions=cv.cell_regions,
        porosity=cv.per_cell(domain.porosity),
        plastic_volume_strain=domain.plastic_volume_strain,
        pressure=pressure,
        times=recorder.times[: len(recorder.snapshots)],
        concentration=np.array([kept.drug for kept in recorder.snapshots]),
        largest_concentration=recorder.state.largest,
        exposure=recorder.exposure,
    )


def _notes(
    domain: Domain, insertion: InsertionResult, tension: float, delivery: Delivery
) -> tuple[str, ...]:
    case = domain.case
    notes = [
        "infiltration.peak_pressure_kPa: rigid tissue; fat opened by the injection is left out",
        "infiltration.backflow_fraction: the track is a clear gap of constant width "
        f"{1e6 * case.injection.track_gap:.3g} um (assumption), the flow grows with its cube",
    ]
    if not domain.mouth_in_nodule():
        notes.append(
            "infiltration.hydrofracture: not judged, the middle of the mouth is not in the nodule"
        )
    else:
        strength = case.nodule.mineral.tensile_strength
        notes.append(
            f"infiltration.hydrofracture: effective hoop tension {1e-6 * tension:.3g} MPa against "
            f"a tensile strength of {1e-6 * strength:.3g} MPa; a crack's flow is not computed"
        )
    if case.nodule.texture == "paste":
        notes.append(
            "infiltration: a paste would be pushed aside; it is computed as a porous solid"
        )
    if insertion.core_length > 0.0:
        core = f"infiltration: the lumen took up a core of {1e3 * insertion.core_length:.2g} mm"
        lost = 100.0 * delivery.plug_drop / delivery.barrel_pressure
        seeping = (
            f"; it stays, and {lost:.3g} % of the syringe's pressure is lost in it (permeability "
            "of the mineral it was cut from; crushed, it may be another)"
        )
        notes.append(core + (seeping if delivery.plug_drop > 0.0 else "; the syringe blows it out"))
    if insertion.outcome == "deflected":
        notes.append("infiltration: computed on the axis, at the nodule's top at the deepest")
    return (*notes, *closure_notes(case))


def _nothing_injected(
    domain: Domain, insertion: InsertionResult, tip_depth: float
) -> InfiltrationResult:
    """Return zeros on a mesh without a needle, and say how far the mouth is from being covered."""
    case, inlet = domain.case, domain.case.drug.concentration
    top = 1e3 * needle_outline(case.needle, tip_depth, case.injection.pull_back).top_of_mouth
    where = f"{top:.2g} mm above the skin's surface" if top > 0.0 else f"only {-top:.2g} mm deep"
    reason = (
        "infiltration.ended_by: nothing was injected, because the needle's mouth is open to the "
        f"air: with the tip at {1e3 * tip_depth:.3g} mm the mouth's upper edge is {where}, and "
        f"tissue must cover it by a needle's radius ({500.0 * case.needle.outer_diameter:.2g} mm)"
    )
    zeros = np.zeros(domain.cv.edges.nodes)
    pores = domain.pores()
    start = State(sum(pores.values()), zeros, zeros, domain.mineral(), zeros)
    recorder = Recorder(domain.cv.edges, pores, start, np.zeros(1), inlet)
    return InfiltrationResult(
        injected_volume=0.0,
        injection_time=0.0,
        ended_by="nothing_injected",
        flow_rate=0.0,
        peak_pressure=0.0,
        plunger_force=0.0,
        conductance=0.0,
        backflow_fraction=0.0,
        retained_in_needle=inlet * lumen_volume(case.needle),
        lost_through_skin=0.0,
        hydrofracture=False,
        dose=0.0,
        dose_in_nodule=0.0,
        infiltrated_fraction=0.0,
        threshold_curve=(FRACTIONS, np.zeros_like(FRACTIONS)),
        exposure=0.0,
        mass_balance_error=0.0,
        range_violation=0.0,
        history=recorder.history(),
        fields=_fields(domain, zeros, recorder),
        notes=(reason,),
    )
