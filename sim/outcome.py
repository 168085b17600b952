"""What the two stages of a run hand on: `InsertionResult` to infiltration, both to the results.

SI units, depth positive downwards from the skin's surface.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.mechanics.mineral.crushed_zone import CrushedZone

Outcome = Literal[
    "reached_target",
    "stalled",
    "buckled",
    "bent",
    "deflected",
    "blunted",
    "torque_limit",
    "failed",
]

Ending = Literal["volume", "time_limit", "nothing_injected"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ForceCurve:
    """Quantities along the path, one entry per depth; arrays of equal length n."""

    depth: Array  # m, tip below the skin's surface, in the nodule's own frame
    force: Array  # N, axial, at the hand
    tip: Array  # N, share of tip and cutting edges
    friction: Array  # N, share of the shaft
    torque: Array  # N m
    buckling_load: Array  # N, of the ideally straight needle
    bending_limit: Array  # N, axial force at which it yields as it is loaded; inf: no bending
    nodule_displacement: Array  # m, push-away
    tip_deflection: Array  # m, lateral
    ratios: dict[str, Array]  # demand / limit of each mechanism

    @property
    def travel(self) -> Array:
        """The hand's way since the tip touched the skin (m): depth and push-away in series."""
        return self.depth + self.nodule_displacement


@dataclass(frozen=True)
class Event:
    """Something that happened on the way in."""

    depth: float  # m, as in the curve
    name: str  # e.g. "skin_puncture", "nodule_entry", "tip_held", "buckled"
    force: float  # N


@dataclass(frozen=True)
class InsertionResult:
    outcome: Outcome
    decided_by: str | None  # mechanism that reached its limit first; None: the tip arrived
    reason: str  # one sentence: what decided, at which depth, against which limit
    reached_depth: float  # m, tip below the skin's surface, in the nodule's own frame
    depth_in_nodule: float  # m, 0 when it was not entered
    curve: ForceCurve  # up to the reached depth
    skin_puncture_force: float  # N
    nodule_entry_force: float | None  # N; None: the nodule was not touched
    peak_force: float  # N
    peak_torque: float  # N m
    work: float  # J
    margins: dict[str, float]  # limit / demand, smallest over the path: buckling, bending,
    # blunting, splitting, operator, torque; inf where the demand is nil
    nodule_displacement: float  # m at the end
    tip_deflection: float  # m, lateral
    core_length: float  # m, of mineral in the lumen
    core_retention: float  # Pa, pressure in the lumen that blows the core out; 0: no core
    lumen_plugged: bool  # the core is long enough to stay as the tip goes on
    fragment_risk: str  # why steel may stay in the nodule; empty: it should not
    crushed: CrushedZone | None  # None: the nodule was not entered
    events: tuple[Event, ...] = ()
    notes: tuple[str, ...] = ()  # assumptions and limits a reader must know
    statistics: dict[str, float] = field(default_factory=dict)  # steps, iterations, cpu_s, ...


@dataclass(frozen=True)
class NodalFields:
    """Node values on the infiltration mesh at a list of times."""

    points: Array  # (n, 2) m, (r, z); or (n, 3)
    cells: NDArray[np.int64]  # (m, 3) triangles; or (m, 4) tetrahedra
    regions: dict[str, int]  # name -> tag
    cell_regions: NDArray[np.int64]  # (m,)
    porosity: Array  # (m,) per cell
    plastic_volume_strain: Array  # (m,) per cell, left by the needle; compaction < 0
    permeability: Array  # (m,) m2, per cell, as the pressure finds it
    pressure: Array  # (n,) Pa, as the injection ends
    times: Array  # (k,) s from the start of the injection
    concentration: Array  # (k, n) kg/m3 of pore fluid
    largest_concentration: Array  # (n,) kg/m3, over all steps (not only the written ones)
    exposure: Array  # (n,) kg s/m3, time integral of concentration
    mineral: Array | None = None  # (k, n) kg/m3, apparent density left; None: nothing dissolves


@dataclass(frozen=True)
class UptakeHistory:
    """Per accepted time step; arrays of equal length."""

    time: Array  # s
    in_nodule: Array  # kg
    in_skin: Array  # kg
    in_subcutis: Array  # kg
    cleared: Array  # kg, cumulative, by perfusion
    left_domain: Array  # kg, cumulative, through the open outer boundary
    lost_through_skin: Array  # kg, cumulative, out along the track
    in_bore: Array  # kg, in the liquid in the needle's way
    consumed: Array  # kg of drug, cumulative, by the mineral's dissolution
    mineral: Array  # kg left
    dissolved: Array  # kg of mineral in the pore liquid, beyond that of the tissue's own liquid
    mineral_gone: Array  # kg, cumulative: carried away dissolved, or removed at once


@dataclass(frozen=True, eq=False)
class TissueState:
    """What a round leaves behind, on the nodes and cells of its own (r, z) mesh."""

    points: Array  # (n, 2) m
    cells: NDArray[np.int64]  # (c, 3)
    cell_regions: NDArray[np.int64]  # (c,)
    porosity: Array  # (c,) during the round
    capacity: Array  # (n,) m3 of liquid that holds the drug
    concentration: Array  # (n,) kg/m3 of drug in the pore liquid
    dissolved: Array  # (n,) kg/m3 of dissolved mineral in the pore liquid
    mineral: Array  # (n,) kg/m3, apparent density of the mineral left, of the nodule's share
    whole: Array  # (n,) kg/m3, what it would be if none had ever been dissolved
    displaced_mineral: float  # kg, where the needle stood: neither reached nor taken away
    displaced_whole: float  # kg, what that would be if none had ever been dissolved


@dataclass(frozen=True)
class InfiltrationResult:
    displaced_volume: float  # m3 that left the barrel
    injected_volume: float  # m3 of liquid that entered the tissue
    injection_time: float  # s
    ended_by: Ending
    flow_rate: float  # m3/s
    peak_pressure: float  # Pa in the cavity
    plunger_force: float  # N
    conductance: float  # m3/(s Pa) of the tissue seen from the cavity
    backflow_fraction: float  # share of the flow that leaves the nodule along the shaft
    retained_in_needle: float  # kg
    lost_through_skin: float  # kg by the end of the injection
    leaked_later: float  # kg lost through the skin after it
    hydrofracture: bool  # cracks opened, or would: the wall's tension passes the tensile strength
    dose: float  # kg delivered into tissue by the end of the injection
    dose_in_nodule: float  # kg at the end of the injection
    dose_in_soft_tissue: float  # kg then in skin and fat
    infiltrated_fraction: float  # of the nodule's volume, ever above the threshold
    infiltrated_at_end: float  # the same by the end of the injection: the rest is diffusion
    threshold_curve: tuple[Array, Array]  # (fraction of injected concentration, volume fraction)
    exposure: float  # kg s/m3, pore-volume weighted nodule mean
    drug_consumed: float  # kg, by the mineral's dissolution
    nodule_volume: float  # m3 of the meshed nodule, beside the needle
    mineral_before: float  # kg in it
    mineral_removed: float  # kg of it
    stiffness_ratio: float | None  # volume mean of Young's modulus, end / start; None: no mineral
    mass_balance_error: float  # of the drug, relative
    water_balance_error: float  # of the liquid during the injection, relative
    mineral_balance_error: float  # of mineral, left and dissolved and gone, relative
    range_violation: float  # below 0 or above the injected concentration, relative to the latter
    history: UptakeHistory
    fields: NodalFields
    tissue: TissueState | None = None  # what the next round starts from; None: not kept
    notes: tuple[str, ...] = ()
    statistics: dict[str, float] = field(default_factory=dict)
