"""The injection into rigid tissue: syringe, needle, film and tissue, portion by portion.

``div(k/mu grad p) = 0`` in the tissue (one incompressible liquid of one viscosity, no gravity: a
centimetre of water is 0.1 kPa), beside the film of `sim.flow.film`, behind the needle of
`sim.flow.syringe`. Nothing depends on time but what stands in the dead volume
(`sim.flow.dead_volume`), so that each portion flows steadily. The plunger stops at the ordered
volume or at the time limit; a hand that is not strong enough only makes the flow smaller.

Simplification: edges with a negative transmissibility (a dozen, at obtuse corners) carry no flow:
liquid then only flows down the pressure, so that none enters the needle's mouth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sim.case import Case
from sim.domain.domain import Domain
from sim.flow.dead_volume import Portion, dead_volume, drug_volume_left, portions
from sim.flow.film import film_along
from sim.flow.network import SteadyFlow, Tissue, by_newton, by_picard
from sim.flow.stage import Injected, Stage, ending
from sim.flow.syringe import TURBULENT, Syringe, reynolds_number, syringe_and_needle
from sim.volumes.nodal import symmetric


def inject_rigid(domain: Domain, plug: float = 0.0) -> Injected:
    """Inject into `domain` through a needle with a core of resistance `plug` (Pa s/m3) in it.

    Raises
    ------
    SolverError
        When the flow cannot be found.
    """
    case, cv = domain.case, domain.cv
    needle, drug, injection = case.needle, case.drug, case.injection
    syringe = syringe_and_needle(needle, drug, injection, plug)
    conductances = cv.conductances(domain.mobility)
    tissue = Tissue(cv.edges, conductances, domain.mouth, domain.sink, film_along(domain))
    solve = by_newton if symmetric(cv.edges) == "cholesky" else by_picard
    flow = solve(tissue, syringe)

    passed = list(_passed(case, syringe, flow.rate))
    displaced = sum(part.volume for part, _ in passed)
    injected = sum(part.volume for part, _ in passed if part.liquid)
    duration = sum(time for _, time in passed)
    flowing = sum(time for part, time in passed if part.liquid)
    pressures = [_pressures(part, syringe, flow) for part, _ in passed]
    barrel = max(barrel for _, barrel in pressures)
    return Injected(
        stages=tuple(_stage(flow, part, time, drug.concentration) for part, time in passed),
        displaced_volume=displaced,
        injected_volume=injected,
        duration=duration,
        ended_by=ending(injection, displaced, injected),
        flow_rate=injected / flowing if flowing else 0.0,
        peak_pressure=max(cavity for cavity, _ in pressures),
        plunger_force=syringe.force(barrel),
        conductance=flow.rate / flow.cavity,
        backflow_fraction=domain.backflow(flow.film_flow) / flow.rate,
        retained_in_needle=drug.concentration * drug_volume_left(needle, displaced),
        notes=_notes(case, passed, flow),
        statistics={
            "flow_imbalance": flow.imbalance,
            "film_iterations": float(flow.iterations),
            "film_share": flow.film_share,
            "reynolds": reynolds_number(needle, drug, flow.rate),
            "barrel_pressure_Pa": barrel,
            "plug_drop_Pa": plug * flow.rate,
            "inertial_drop_Pa": syringe.inertia * flow.rate**2,
        },
    )


def _passed(case: Case, syringe: Syringe, flow_rate: float) -> Iterator[tuple[Portion, float]]:
    """Yield what passes the mouth within the time limit, and how long each portion takes (s).

    The dead volume fills as fast as the full needle delivers against the air.
    """
    left = case.injection.time_limit
    for portion in portions(case.needle, case.injection.volume):
        rate = flow_rate if portion.liquid else syringe.flow(0.0)[0]
        needed = portion.volume / rate
        if needed <= left:
            yield portion, needed
            left -= needed
        else:
            yield replace(portion, volume=rate * left), left
            return


def _pressures(portion: Portion, syringe: Syringe, flow: SteadyFlow) -> tuple[float, float]:
    """Pressures (Pa) in the cavity and in the barrel while a portion passes."""
    if portion.liquid:
        return flow.cavity, flow.cavity + syringe.drop(flow.rate)
    return 0.0, syringe.drop(syringe.flow(0.0)[0])


def _stage(flow: SteadyFlow, portion: Portion, duration: float, concentration: float) -> Stage:
    still = np.zeros_like(flow.pressure)
    if not portion.liquid:
        return Stage(duration, still, np.zeros_like(flow.edge_flow), still, still, 0.0)
    inlet = portion.drug * concentration
    return Stage(duration, flow.pressure, flow.edge_flow, flow.supply, still, inlet)


def _notes(case: Case, passed: list[tuple[Portion, float]], flow: SteadyFlow) -> tuple[str, ...]:
    needle, notes = case.needle, []
    if needle.lumen_content != "drug":
        notes.append(
            f"infiltration.retained_in_needle_mg: hub and lumen ({1e9 * dead_volume(needle):.3g} "
            f"uL) hold {needle.lumen_content} at the start (assumption), which goes first"
        )
    if not any(part.drug for part, _ in passed):
        notes.append(
            "infiltration.dose_mg: no drug leaves the needle, for what the plunger displaces "
            f"({1e9 * sum(part.volume for part, _ in passed):.3g} uL) only fills hub and lumen"
        )
    reynolds = reynolds_number(needle, case.drug, flow.rate)
    if reynolds > TURBULENT:
        notes.append(
            f"infiltration.plunger_force_N: turbulent in the lumen (Re {reynolds:.0f}); computed "
            "as laminar, the needle takes more"
        )
    return tuple(notes)
