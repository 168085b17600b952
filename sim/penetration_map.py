"""How insertions end over mineral density and solid strength, needle by needle.

Stresses scale with the mineral's crushing strength: E / sigma_c and the hardening ratio do not
change with porosity or solid strength, so one dimensionless resistance serves every solid strength
and, of the density, only the strain matters at which the pores are closed (`hardening`). The curves
are solved, or read from the cache, at a few densities `SPACING` apart in its logarithm, which that
strain is linear in, and interpolated between: exact in the strength, to 2 % in the density (tests).
Everything else along the path is evaluated for each cell as in a run of its own, in fewer steps.

The nodule is taken as fixed: its push-away adds to the hand's travel and decides no outcome.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.case import Case, Mineral
from sim.errors import SolverError
from sim.insertion import evaluate, prepare
from sim.materials.mineral import densification_strain, porosity
from sim.mechanics.failure import OUTCOMES
from sim.mechanics.mineral import resistance
from sim.mechanics.mineral.resistance import ResistanceCurve
from sim.outcome import InsertionResult
from sim.walk import InsertionModels

Array = NDArray[np.float64]
type Show = Callable[[str, float], None]  # (stage, fraction done)

SPACING = {"capped": 0.2, "compaction": 0.1}  # of the tabulated densities, in the logarithm
STEPS = 40  # of the path; margins are extreme at its kinks, which are depths of their own
TOLERANCE = 1e-6  # m, of the depth at which the needle stops
OUT_OF_REACH = "out_of_reach"


@dataclass(frozen=True)
class Cell:
    """One needle in one mineral. Quantities are None where nothing was computed."""

    needle: str
    technique: str
    free_length: float  # m
    density: float  # kg/m3
    solid_strength: float  # Pa
    crushing_strength: float  # Pa
    outcome: str  # as of an insertion, or `OUT_OF_REACH`
    decided_by: str  # mechanism that ended it; of one that arrived, the one that came closest
    reason: str
    reached_depth: float | None = None  # m below the skin's surface
    depth_in_nodule: float | None = None  # m
    peak_force: float | None = None  # N
    smallest_margin: float | None = None  # of those that can stop the needle
    margins: dict[str, float] | None = None  # limit / demand, smallest over the way to the target


def penetration_map(
    needles: Sequence[Case], minerals: Sequence[Sequence[Mineral]], show: Show
) -> Iterator[Cell]:
    """Evaluate every needle in every mineral; yields the cells by needle, density, strength.

    Parameters
    ----------
    needles : sequence of Case
        In the patient as given; each at one free length.
    minerals : sequence of sequences of Mineral
        By density, then by solid strength, both increasing.
    show : callable
        Gets (stage, fraction done).

    Raises
    ------
    SolverError
        When a resistance has no solution. What fails in a single cell is that cell's outcome.
    """
    every = [mineral for column in minerals for mineral in column]
    for i, case in enumerate(needles):
        stage = f"{case.needle.name}, {1e3 * case.needle.free_length:g} mm"
        show(stage, i / len(needles))
        if case.target_depth >= case.needle.free_length:
            yield from (_out_of_reach(with_mineral(case, mineral)) for mineral in every)
            continue
        case = replace(case, nodule=replace(case.nodule, fixation="fixed"))
        table = ModelTable(with_mineral(case, every[0]), every[0].density, every[-1].density)
        for j, mineral in enumerate(every):
            yield _evaluated(with_mineral(case, mineral), table)
            show(stage, (i + (j + 1) / len(every)) / len(needles))


class ModelTable:
    """Models of one needle's insertion at tabulated densities, and between them.

    Raises
    ------
    SolverError
        When a penetration problem has no solution.
    """

    def __init__(self, case: Case, low: float, high: float) -> None:
        mineral = case.nodule.mineral
        self._spacing = SPACING[mineral.densification]
        first, last = (
            math.log(mineral.solid_density / density) / self._spacing for density in (high, low)
        )
        self._first = math.floor(first + 1e-9)
        self._models = [
            prepare(with_mineral(case, at_closure(mineral, self._spacing * k)))
            for k in range(self._first, max(math.ceil(last - 1e-9), self._first + 1) + 1)
        ]

    def at(self, mineral: Mineral) -> InsertionModels:
        """Return the models for a mineral with one of the densities between the ends."""
        position = densification_strain(mineral.porosity) / self._spacing - self._first
        below = min(max(math.floor(position), 0), len(self._models) - 2)
        one, other = self._models[below : below + 2]
        return replace(one, resistance=blend(one.resistance, other.resistance, position - below))


def at_closure(mineral: Mineral, strain: float) -> Mineral:
    """Return a mineral with the porosity that the logarithmic volume `strain` closes.

    Its strength is left: the resistance is relative to it.
    """
    density = mineral.solid_density * math.exp(-strain)
    closed = densification_strain(mineral.porosity)
    return replace(
        mineral,
        density=density,
        porosity=porosity(density, mineral.solid_density),
        densification_strain=mineral.densification_strain / closed * strain,
    )


def blend(one: ResistanceCurve, other: ResistanceCurve, weight: float) -> ResistanceCurve:
    """Return the curve (1 - `weight`) x `one` + `weight` x `other`, of the same cone.

    What is not blended (the crushed zone) is that of the curve that goes deeper.
    """
    longer = max(one, other, key=lambda curve: curve.depth[-1])
    ends = [resistance.evaluate(curve, longer.depth) for curve in (one, other)]

    def mixed(a: Array | float, b: Array | float) -> Array | float:
        return (1.0 - weight) * a + weight * b

    factor, wall = (mixed(a, b) for a, b in zip(*ends, strict=True))
    return replace(
        longer,
        normal_factor=factor,
        wall_pressure=wall,
        steady_factor=mixed(one.steady_factor, other.steady_factor),
        steady_wall_pressure=mixed(one.steady_wall_pressure, other.steady_wall_pressure),
        drift=max(one.drift, other.drift),
    )


def with_mineral(case: Case, mineral: Mineral) -> Case:
    """Return the same needle and patient with another mineral."""
    return replace(case, nodule=replace(case.nodule, mineral=mineral))


def _evaluated(case: Case, table: ModelTable) -> Cell:
    try:
        result = evaluate(case, table.at(case.nodule.mineral), STEPS, TOLERANCE)
    except SolverError as error:
        return _cell(case, "failed", "", str(error))
    return replace(
        _cell(case, result.outcome, result.decided_by or _closest(result), result.reason),
        reached_depth=result.reached_depth,
        depth_in_nodule=result.depth_in_nodule,
        peak_force=result.peak_force,
        smallest_margin=min(result.margins[name] for name in OUTCOMES),
        margins=result.margins,
    )


def _out_of_reach(case: Case) -> Cell:
    reach, target = 1e3 * case.needle.free_length, 1e3 * case.target_depth
    reason = f"the target at {target:.3g} mm lies beyond the needle's {reach:.3g} mm"
    return _cell(case, OUT_OF_REACH, "", reason)


def _cell(case: Case, outcome: str, decided_by: str, reason: str) -> Cell:
    mineral = case.nodule.mineral
    return Cell(
        needle=case.needle.name,
        technique=case.technique.kind,
        free_length=case.needle.free_length,
        density=mineral.density,
        solid_strength=mineral.solid_strength,
        crushing_strength=mineral.crushing_strength,
        outcome=outcome,
        decided_by=decided_by,
        reason=reason,
    )


def _closest(result: InsertionResult) -> str:
    """Name the mechanism that came closest to ending the insertion."""
    return min(OUTCOMES, key=result.margins.__getitem__)


def strength_limit(cells: Sequence[Cell], density: float) -> float:
    """Return the solid strength (Pa) up to which a needle reaches its target at a density.

    Interpolates the smallest margin in the logarithms over the cells of one needle.

    Parameters
    ----------
    cells : sequence of Cell
        All evaluated cells of one needle at one length, by density, then solid strength.
    density : float
        kg/m3; beyond the map's densities the nearest is taken.

    Returns
    -------
    float
        0 where it does not reach it at the smallest strength, inf where at all of them.
    """
    densities = np.unique([cell.density for cell in cells])
    strengths = np.log(np.unique([cell.solid_strength for cell in cells]))
    margins = np.log([cell.smallest_margin or np.nan for cell in cells])
    margins = margins.reshape(len(densities), len(strengths))
    column = np.array([np.interp(density, densities, row) for row in margins.T])
    short = np.flatnonzero(~(column >= 0.0))
    if short.size == 0:
        return math.inf
    if short[0] == 0:
        return 0.0
    a, b = short[0] - 1, short[0]
    share = column[a] / (column[a] - column[b])
    return float(np.exp(strengths[a] + share * (strengths[b] - strengths[a])))
