"""Strength and friction of a nodule from a measured force-depth curve.

The curve is the axial force that the way in asks for (`sim.mechanics.loads`), whether or not the
hand of the run could give it: a measured curve shows that somebody's did. Nothing is solved anew
for a value of a parameter. The mineral's resistance is dimensionless and does not change with
strength, friction or the share of the wall's pressure (its modulus goes with its strength); the
push-away is computed once, as in `sim.reevaluation`. What would need a new solution cannot be
fitted.

A measured depth is the hand's travel (depth of the tip and push-away in series) or the tip's depth
in the undisplaced anatomy. Where the force falls so fast that the travel would come back, a machine
that sets the travel jumps ahead: the deepest tip at any travel counts. The reading at which the tip
touches the skin may be off by a constant, which is then fitted as well. Left out: compliance of
the machine and of its grips, drift and zero of the load cell, rates.

A calibration is no validation: what was fitted cannot be tested by the data it was fitted to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.case import Case
from sim.config.parse import case_from
from sim.insertion import evaluate, prepare
from sim.mechanics.loads import path_loads
from sim.outcome import InsertionResult
from sim.results.progress import Show, silent
from sim.studies.calibrate_data import Measured
from sim.studies.calibrate_fit import COLLINEAR, Fit, Noise, fit
from sim.studies.calibrate_problem import Parameter
from sim.units import to_si
from sim.walk import InsertionModels, path_depths

Array = NDArray[np.float64]

STEPS = 100  # of the path; kinks are depths of their own, and the curve is linear in between
OFFSET = "calibration.offset"


@dataclass(frozen=True, eq=False)
class Calibration:
    """What is to be fitted to what. Lengths in m."""

    texts: Mapping[str, object]  # the run's configuration, dotted key -> value as written
    parameters: tuple[Parameter, ...]  # by their keys in `texts`, SI
    units: tuple[str, ...]  # SI, of each
    shown: tuple[str, ...]  # unit of each that people see
    measured: Measured  # the readings that are fitted
    left_out: int  # readings of the file that are not
    deepest: float  # of the tip, that the path is computed to
    axis: Literal["travel", "tip"] = "travel"  # what a measured depth is
    offset: float = 0.0  # largest error of the reading at which the tip touches the skin
    noise: Noise = "constant"

    def case(self, values: Array) -> Case:
        """Return the run with the parameters at `values` (SI), an offset's left out."""
        named = zip(self.parameters, values, self.units, strict=False)
        return case_from(
            {**self.texts, **{p.name: f"{float(value)!r} {unit}" for p, value, unit in named}}
        )

    def unit(self, name: str) -> tuple[str, float]:
        """Return the unit in which a fitted quantity is shown, and the factor to it from SI."""
        if name == OFFSET:
            return "mm", 1e3
        i = [parameter.name for parameter in self.parameters].index(name)
        return self.shown[i], 1.0 / to_si(f"1 {self.shown[i]}", self.units[i])

    @cached_property
    def fitted(self) -> tuple[Parameter, ...]:
        """The parameters and, where it is not known, the offset."""
        if self.offset == 0.0:
            return self.parameters
        return (*self.parameters, Parameter(OFFSET, -self.offset, self.offset, 0.0))


@dataclass(frozen=True, eq=False)
class Calibrated:
    """The fit, and the run with the fitted values."""

    fit: Fit
    before: Array  # (n,) N, at the measured depths with the run's own values
    run: InsertionResult  # with the fitted values, to the deepest reading
    stops: float  # m, true depth as measured at which that run ends
    reached: NDArray[np.bool_]  # (n,) readings before the fitted run stops: the common range
    offset: float  # m, fitted
    fine: tuple[Array, Array]  # m of measured depth, N: the fitted curve in between as well
    fine_before: tuple[Array, Array]  # the same with the run's own values
    warnings: tuple[str, ...]

    def misfit(self, measured: Measured, where: NDArray[np.bool_] | None = None) -> float:
        """Root mean square of measured - fitted (N), of all readings or those of `where`."""
        error = measured.force - self.fit.fitted
        return float(np.sqrt(np.mean(np.square(error if where is None else error[where]))))


def calibrate(asked: Calibration, show: Show = silent) -> Calibrated:
    """Fit the parameters of `asked`.

    Parameters
    ----------
    asked : Calibration
    show : callable
        Gets (stage, fraction done).

    Raises
    ------
    SolverError
        When the mineral's resistance or the push-away has no solution, or a needle lies beyond
        what the soft tissue's crack is tabulated for.
    """
    own = case_from(dict(asked.texts))
    models = prepare(own, show)
    show("least squares", 0.0)
    measured, p = asked.measured, len(asked.parameters)

    def curve(values: Array) -> Array:
        offset = float(values[p]) if len(values) > p else 0.0
        force = simulated(asked, asked.case(values), models)
        return np.interp(measured.depth - offset, *force, left=0.0)

    found = fit(curve, measured.force, asked.fitted, measured.repetition, asked.noise)
    offset = float(found.values[p]) if len(found.values) > p else 0.0
    case = asked.case(found.values)
    run = evaluate(replace(case, target_depth=asked.deepest), models)
    way, force = simulated(asked, case, models)
    before = simulated(asked, own, models)
    stops = float(run.curve.travel[-1]) if asked.axis == "travel" else run.reached_depth
    reached = measured.depth - offset <= stops
    return Calibrated(
        fit=found,
        before=np.interp(measured.depth, *before, left=0.0),
        run=run,
        stops=stops,
        reached=reached,
        offset=offset,
        fine=(way + offset, force),
        fine_before=before,
        warnings=_warnings(asked, found, run, reached),
    )


def simulated(asked: Calibration, case: Case, models: InsertionModels) -> tuple[Array, Array]:
    """Return depth as it is measured (m, increasing) and axial force (N) of `case`."""
    depth = path_depths(replace(case, target_depth=asked.deepest), STEPS)
    loads = path_loads(case, models.resistance, depth)
    force = loads.total.force
    if asked.axis == "tip":
        return depth, force
    moved = models.support.displacement(
        loads.mineral.force, depth - case.nodule.depth, loads.skin.force, loads.subcutis.force
    )
    travel = depth + moved
    ahead = np.append(True, travel[1:] > np.maximum.accumulate(travel)[:-1])
    return travel[ahead], force[ahead]


def _warnings(
    asked: Calibration, found: Fit, run: InsertionResult, reached: NDArray[np.bool_]
) -> tuple[str, ...]:
    """Say in words what makes the values doubtful."""
    names = [parameter.name for parameter in asked.fitted]
    said = [_trade_off([names[j] for j in group], group, found) for group in found.trading]
    for name, unknown, bound, interval in zip(
        names, found.undetermined, found.at_bound, found.intervals, strict=True
    ):
        if unknown:
            said.append(
                f"not identifiable: these data leave {name} almost anywhere between its bounds; "
                "the value is no result"
            )
        elif bound:
            said.append(f"{name} was fitted at a bound: the misfit would fall beyond it")
        elif interval.open_low or interval.open_high:
            end = "low" if interval.open_low else "high"
            said.append(f"the {end} end of the interval of {name} is its bound, not the data's")
    if found.inflation > 1.0:
        said.append(
            f"the residuals follow one another (lag-one correlation {found.autocorrelation:.2f}): "
            "the model's shape is wrong somewhere, or the readings are closer than the noise "
            f"forgets; the variances were raised {found.inflation:.3g}-fold for it, which covers "
            "the latter, not a wrong model"
        )
    if not reached.all():
        said.append(
            f"with the fitted values the run ends at {1e3 * run.reached_depth:.3g} mm "
            f"({run.reason.rstrip('.')}), before {np.count_nonzero(~reached)} of {len(reached)} "
            "readings; beyond, the curve is the force that going on would take"
        )
    return tuple(said)


def _trade_off(names: list[str], group: tuple[int, ...], found: Fit) -> str:
    if len(names) == 1:
        return f"not identifiable: the curve hardly depends on {names[0]}"
    worse = float(found.worse[list(group)].max())
    return (
        f"hard to identify: {', '.join(names[:-1])} and {names[-1]} trade off against one another "
        f"(collinearity index {found.collinearity:.3g}, above {COLLINEAR:g}): the data fix a "
        f"combination of them {worse:.2g} times better than each; measure one on its own"
    )
