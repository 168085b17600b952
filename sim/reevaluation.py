"""Cheap answers for cases that differ from a computed one in a single input.

What is reused and what is solved anew:

* the mineral's resistance is dimensionless: it is solved again, on the coarse setting and kept in
  the cache, only where one of its own parameters changes; other inputs scale it;
* the nodule's push-away adds to the hand's travel alone and decides no outcome: it is never solved
  again;
* of the injection only the flow is solved, on a mesh coarsened by `COARSENING` and with the tip's
  depth rounded to `DEPTH_STEP`: does the ordered volume go in within the time limit, and does more
  than half of it leave the nodule along the track?

The default itself is answered on the same settings, so that mesh errors flip nothing.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from omegaconf import DictConfig

from sim.case import Case, MeshSettings, Mineral, SoftLayer, Tissue
from sim.config import to_case, uncertain_inputs, with_value
from sim.infiltration import _tip_depth as tip_depth
from sim.insertion import InsertionModels, evaluate
from sim.mechanics.contact import needle_cone
from sim.mechanics.failure import OUTCOMES
from sim.mechanics.resistance import mineral_resistance
from sim.outcome import InsertionResult
from sim.results.progress import Show
from sim.sensitivity import Answer, Range, Row, one_at_a_time
from sim.transport.domain import Domain
from sim.transport.syringe import deliver

COARSENING = 2.0
DEPTH_STEP = 5e-5  # m
COARSE_PENETRATION = 0.25  # element size / needle radius


def sweep(
    cfg: DictConfig, case: Case, models: InsertionModels, show: Show
) -> tuple[list[Row], list[str]]:
    """Put every uncertain input of a run's configuration to the ends of its range.

    Parameters
    ----------
    cfg : DictConfig
        The configuration that `case` was made from.
    case, models
        The default and what its insertion was computed with.
    show : callable
        Gets (stage, fraction done).

    Returns
    -------
    rows, notes
        As `sim.sensitivity.one_at_a_time`.
    """
    again = Reevaluation(case, models)
    ranges = [Range(x.key, x.default, x.low, x.high) for x in uncertain_inputs(cfg)]
    return one_at_a_time(
        case.needle.name,
        ranges,
        again.answer(case),
        lambda key, text: again.answer(to_case(with_value(cfg, key, text))),
        lambda fraction: show("turning points", fraction),
    )


@dataclass(frozen=True)
class _Injection:
    """Flow at unit pressure on the coarse mesh."""

    conductance: float  # m3/(s Pa); 0 where the mouth is not in the tissue
    route: str


class Reevaluation:
    """Answers for variants of `case`; equal sub-problems are solved once."""

    def __init__(self, case: Case, models: InsertionModels) -> None:
        self.case, self.models = case, models
        self._insertions: dict[Case, InsertionResult] = {}
        self._injections: dict[tuple[object, ...], _Injection] = {}

    def answer(self, case: Case) -> Answer:
        """Return what happens to `case`.

        Raises
        ------
        SolverError
            When a sub-problem that had to be solved anew has no solution.
        """
        insertion = self._insertion(case)
        stopping = [margin for name, margin in insertion.margins.items() if name in OUTCOMES]
        injection = self._injection(case, insertion)
        ended_by = "time_limit"
        if injection.conductance > 0.0:
            delivery = deliver(case.needle, case.drug, case.injection, injection.conductance)
            ended_by = delivery.ended_by
        return Answer(insertion.outcome, ended_by, injection.route, min(stopping))

    def _insertion(self, case: Case) -> InsertionResult:
        key = _insertion_problem(case, self.case)
        if key not in self._insertions:
            self._insertions[key] = evaluate(key, self._models(key))
        return self._insertions[key]

    def _models(self, case: Case) -> InsertionModels:
        if _mineral_problem(case) == _mineral_problem(self.case):
            return self.models
        angle = needle_cone(case.needle).half_angle
        resistance = mineral_resistance(case.nodule.mineral, angle, COARSE_PENETRATION)
        return dataclasses.replace(self.models, resistance=resistance)

    def _injection(self, case: Case, insertion: InsertionResult) -> _Injection:
        depth = DEPTH_STEP * round(tip_depth(case, insertion) / DEPTH_STEP)
        key = _flow_problem(case, depth)
        if key not in self._injections:
            self._injections[key] = _inject(case, depth)
        return self._injections[key]


def _inject(case: Case, depth: float) -> _Injection:
    domain = Domain.around(dataclasses.replace(case, mesh=_coarser(case.mesh)), depth)
    if domain.outline is None:
        return _Injection(0.0, "soft_tissue")
    film = domain.film()
    flow = domain.unit_flow(film)
    if not domain.mouth_in_nodule():
        return _Injection(flow.conductance, "soft_tissue")
    leak = domain.backflow(flow, film) / flow.conductance  # at 1 Pa
    return _Injection(flow.conductance, "track" if leak > 0.5 else "nodule")


def _insertion_problem(case: Case, default: Case) -> Case:
    """Return `case` with everything at `default` that no force depends on."""

    def bare[T: (SoftLayer, Mineral)](layer: T) -> T:
        return dataclasses.replace(layer, permeability=0.0, diffusion_ratio=0.0, clearance_rate=0.0)

    tissue, nodule = case.tissue, case.nodule
    return dataclasses.replace(
        case,
        tissue=Tissue(bare(tissue.skin), bare(tissue.subcutis)),
        nodule=dataclasses.replace(nodule, mineral=bare(nodule.mineral)),
        drug=default.drug,
        injection=default.injection,
    )


def _coarser(mesh: MeshSettings) -> MeshSettings:
    return dataclasses.replace(
        mesh,
        tip_size=COARSENING * mesh.tip_size,
        nodule_size=COARSENING * mesh.nodule_size,
        outer_size=COARSENING * mesh.outer_size,
    )


def _mineral_problem(case: Case) -> tuple[float, ...]:
    """Everything the dimensionless penetration problem depends on."""
    mineral = case.nodule.mineral
    ratios = (
        mineral.youngs_modulus / mineral.crushing_strength,
        mineral.poisson_ratio,
        mineral.foam_shape,
        mineral.hardening_ratio,
        mineral.densification_strain,
        needle_cone(case.needle).half_angle,
    )
    return tuple(round(value, 9) for value in ratios)


def _flow_problem(case: Case, depth: float) -> tuple[object, ...]:
    """Everything the flow at unit pressure depends on."""
    nodule, tissue = case.nodule, case.tissue
    layers = (tissue.skin, tissue.subcutis)
    return (
        case.needle,
        depth,
        *((layer.thickness, layer.permeability) for layer in layers),
        (nodule.diameter, nodule.height, nodule.depth, nodule.mineral.permeability),
        (case.injection.track_gap, case.drug.viscosity),
    )
