"""What a trial's runs say: both needles in the same patients.

`a` and `b` are the two needles; every difference is b - a. A pair counts where both runs are
complete; what the others would do to the answer is one of the scenarios. A needle that was put in
but injects nothing (its mouth open to the air) has a dose of 0, as has one that never arrived.

P-values and intervals are of drawing patients from this cohort's laws with the model taken as true:
none is adjusted for the number of questions asked, and none is evidence about people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.studies.cohort import Patient
from sim.studies.paired import (
    Estimate,
    Pairs,
    hodges_lehmann,
    mcnemar,
    mean_difference,
    pairs,
    risk_difference,
    spearman,
    wilcoxon,
)
from sim.studies.paired_power import mcnemar_pairs, wilcoxon_pairs

Array = NDArray[np.float64]

OUTCOME, REACHED = "insertion.outcome", "reached_target"
ENDED, NOTHING = "infiltration.ended_by", "nothing_injected"
DOSE, INFILTRATED = "dose_in_nodule_mg", "infiltrated_fraction_of_nodule"
MEASURES = {  # of the infiltration: what it is, its unit
    DOSE: ("Drug in the nodule when the injection ends", "mg"),
    INFILTRATED: ("Share of the nodule that was infiltrated", ""),
}
DENSITY = "nodule.mineral.density"
LEAST_PAIRS = 2  # of complete runs, for any comparison
LEAST = 5  # patients of a subgroup with an interval of its own


@dataclass(frozen=True)
class Success:
    """The primary outcome: the needle reached the depth it was aimed at."""

    table: Pairs  # first b, second a
    p: float
    difference: Estimate  # of the rates
    pairs_needed: int | None


@dataclass(frozen=True)
class Measure:
    """A secondary outcome; quartiles of a and of b, differences of pairs."""

    name: str
    a: tuple[float, float, float]
    b: tuple[float, float, float]
    means: tuple[float, float]
    mean: Estimate  # of the differences
    shift: Estimate  # Hodges and Lehmann's
    p: float
    higher: tuple[int, int, int]  # patients with more from a, the same, more from b
    pairs_needed: int | None


@dataclass(frozen=True)
class Subgroup:
    """Some of the patients; no interval where there are fewer than `LEAST`."""

    by: str
    name: str
    number: int
    reached: tuple[int, int]  # a, b
    success: Estimate | None  # difference of the rates
    doses: tuple[float, float]  # means, mg
    dose: Estimate | None  # mean difference, mg


@dataclass(frozen=True)
class Scenario:
    """The same comparison when something else is assumed."""

    name: str
    number: int  # patients whose runs it changes
    success: Estimate
    doses: tuple[float, float]
    dose: Estimate
    infiltrated: Estimate


@dataclass(frozen=True)
class Analysis:
    """All that a trial reports."""

    analysed: NDArray[np.bool_]  # (patients,) both runs complete
    missing: tuple[Mapping[str, int], Mapping[str, int]]  # of a and of b, by status and reason
    endings: tuple[Mapping[str, int], Mapping[str, int]]  # how insertions ended
    injections: tuple[Mapping[str, int], Mapping[str, int]]  # how injections ended
    success: Success
    measures: tuple[Measure, ...]
    subgroups: tuple[Subgroup, ...]
    scenarios: tuple[Scenario, ...]
    influence: Mapping[str, Estimate]  # rank correlation of a drawn quantity with the dose's gain


class Tables:
    """The two needles' runs, a row a patient each.

    Parameters
    ----------
    runs : DataFrame
        Two rows a patient, needle a before needle b, as `sim.sweeps.pool.run_points` returns them.
    """

    def __init__(self, runs: pd.DataFrame) -> None:
        self.both = tuple(runs.iloc[side::2].reset_index(drop=True) for side in (0, 1))
        self.complete = tuple((t["status"] == "complete").to_numpy() for t in self.both)
        self.analysed = self.complete[0] & self.complete[1]

    def reached(self, side: int) -> NDArray[np.bool_]:
        """Return in whom the target was reached; not where the run is missing."""
        return (self.both[side][OUTCOME] == REACHED).to_numpy() & self.complete[side]

    def measure(self, side: int, name: str, alternatives: Sequence[str] = ()) -> Array:
        """Return a measure of the infiltration, under the first alternative that a run has.

        0 where the run is missing: mask those out, or count them as failures.
        """
        table = self.both[side]
        values = table[f"infiltration.{name}"]
        for alternative in reversed(alternatives):
            column = f"{alternative}.{name}"
            if column in table:
                values = table[column].where(table[column].notna(), values)
        return np.where(self.complete[side], values.astype(float).fillna(0.0), 0.0)

    def has(self, side: int, alternative: str) -> NDArray[np.bool_]:
        """Return which runs have an alternative."""
        column = f"{alternative}.{DOSE}"
        table = self.both[side]
        return table[column].notna().to_numpy() if column in table else np.zeros(len(table), bool)


def analyse(
    patients: Sequence[Patient],
    tables: Tables,
    density_bounds: Sequence[float],
    seed: int,
    resamples: int,
) -> Analysis:
    """Analyse a trial.

    Parameters
    ----------
    patients : sequence of Patient
    tables : Tables
    density_bounds : sequence of float
        Between the subgroups, g/cm3, increasing.
    seed, resamples : int
        Of the bootstrap.

    Raises
    ------
    ValueError
        If fewer than two patients have both runs.
    """
    analysed = tables.analysed
    if analysed.sum() < LEAST_PAIRS:
        raise ValueError(f"both runs are complete in {analysed.sum()} patients; two are needed")

    def mean(difference: Array) -> Estimate:
        return mean_difference(difference, seed, resamples)

    reached = [tables.reached(side)[analysed] for side in (0, 1)]
    measured = {
        name: [tables.measure(side, name)[analysed] for side in (0, 1)] for name in MEASURES
    }
    kept = [patient for patient, there in zip(patients, analysed, strict=True) if there]
    gain = measured[DOSE][1] - measured[DOSE][0]
    return Analysis(
        analysed=analysed,
        missing=tuple(_missing(table) for table in tables.both),
        endings=tuple(_counts(table[OUTCOME][analysed]) for table in tables.both),
        injections=tuple(_counts(table[ENDED][analysed]) for table in tables.both),
        success=_success(*reached),
        measures=tuple(_measure(name, *both, mean) for name, both in measured.items()),
        subgroups=tuple(
            _subgroup(by, name, members, reached, measured[DOSE], mean)
            for by, name, members in _groups(kept, density_bounds)
        ),
        scenarios=tuple(_scenarios(tables, mean)),
        influence=_influence(kept, gain),
    )


def _missing(table: pd.DataFrame) -> dict[str, int]:
    gone = table[table["status"] != "complete"]
    return _counts(gone["status"] + ": " + gone["reason"].astype(str))


def _counts(column: pd.Series) -> dict[str, int]:
    return {str(name): int(count) for name, count in column.value_counts().items()}


def _success(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> Success:
    table = pairs(b, a)
    shares = table.first_only / table.number, table.second_only / table.number
    return Success(table, mcnemar(table), risk_difference(table), mcnemar_pairs(*shares))


def _measure(name: str, a: Array, b: Array, mean: Callable[[Array], Estimate]) -> Measure:
    difference = b - a
    signs = np.sign(difference)
    return Measure(
        name=name,
        a=tuple(float(q) for q in np.quantile(a, (0.25, 0.5, 0.75))),
        b=tuple(float(q) for q in np.quantile(b, (0.25, 0.5, 0.75))),
        means=(float(a.mean()), float(b.mean())),
        mean=mean(difference),
        shift=hodges_lehmann(difference),
        p=wilcoxon(difference),
        higher=tuple(int(np.sum(signs == sign)) for sign in (-1.0, 0.0, 1.0)),
        pairs_needed=wilcoxon_pairs(difference),
    )


def _groups(
    patients: Sequence[Patient], bounds: Sequence[float]
) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """Yield (by what, name, members) of every subgroup that somebody is in."""
    for by in ("nodule", "tissue"):
        options = np.array([getattr(patient, by) for patient in patients])
        for option in dict.fromkeys(options):
            yield by, str(option), options == option
    if not all(DENSITY in patient.values for patient in patients):
        return
    density = np.array([patient.number_of(DENSITY) for patient in patients])
    for low, high in pairwise([-np.inf, *bounds, np.inf]):
        members = (density >= low) & (density < high)
        name = f"{low:g} – {high:g} g/cm³"
        if not np.isfinite(low):
            name = f"below {high:g} g/cm³"
        elif not np.isfinite(high):
            name = f"from {low:g} g/cm³"
        if members.any():
            yield DENSITY, name, members


def _subgroup(
    by: str,
    name: str,
    members: NDArray[np.bool_],
    reached: Sequence[NDArray[np.bool_]],
    doses: Sequence[Array],
    mean: Callable[[Array], Estimate],
) -> Subgroup:
    a, b = (r[members] for r in reached)
    dose_a, dose_b = (d[members] for d in doses)
    enough = members.sum() >= LEAST
    return Subgroup(
        by=by,
        name=name,
        number=int(members.sum()),
        reached=(int(a.sum()), int(b.sum())),
        success=risk_difference(pairs(b, a)) if enough else None,
        doses=(float(dose_a.mean()), float(dose_b.mean())),
        dose=mean(dose_b - dose_a) if enough else None,
    )


def _scenarios(tables: Tables, mean: Callable[[Array], Estimate]) -> Iterator[Scenario]:
    """Yield the comparison under other assumptions; what no run has is left out.

    A run that has both a core and a dead volume counts with the first in "both": the two together
    are not computed.
    """
    core, dead = "without_core", "dead_volume_added"
    everyone = np.ones_like(tables.analysed)
    choices = {
        "as configured": (),
        "core blown out": (core,),
        "dead volume ordered as well": (dead,),
        "core blown out and dead volume ordered": (core, dead),
    }
    for name, alternatives in choices.items():
        changed = [tables.has(side, which) for side in (0, 1) for which in alternatives]
        number = int(np.sum(np.any(changed, axis=0) & tables.analysed)) if changed else 0
        if number or not alternatives:
            yield _scenario(name, number, tables, tables.analysed, alternatives, mean)
    injected = [(table[ENDED] != NOTHING).to_numpy() for table in tables.both]
    members = tables.analysed & injected[0] & injected[1]
    without = int(np.sum(tables.analysed & ~members))
    if without and members.sum() >= LEAST_PAIRS:
        name = "without patients in whom a needle injected nothing"
        yield _scenario(name, without, tables, members, (), mean)
    missing = int(np.sum(~tables.analysed))
    if missing:
        name = "a run that is missing counts as a failure without drug"
        yield _scenario(name, missing, tables, everyone, (), mean)


def _scenario(
    name: str,
    number: int,
    tables: Tables,
    members: NDArray[np.bool_],
    alternatives: Sequence[str],
    mean: Callable[[Array], Estimate],
) -> Scenario:
    a, b = (tables.reached(side)[members] for side in (0, 1))
    dose, share = (
        [tables.measure(side, measure, alternatives)[members] for side in (0, 1)]
        for measure in MEASURES
    )
    return Scenario(
        name=name,
        number=number,
        success=risk_difference(pairs(b, a)),
        doses=(float(dose[0].mean()), float(dose[1].mean())),
        dose=mean(dose[1] - dose[0]),
        infiltrated=mean(share[1] - share[0]),
    )


def _influence(patients: Sequence[Patient], gain: Array) -> dict[str, Estimate]:
    """Return the rank correlations with the gain in dose, the strongest first."""
    keys = [key for key in patients[0].values if all(key in p.values for p in patients)]
    found = {
        key: spearman(np.array([patient.number_of(key) for patient in patients]), gain)
        for key in keys
    }
    found["operator's strength"] = spearman(np.array([p.strength for p in patients]), gain)
    told = {key: rho for key, rho in found.items() if np.isfinite(rho.value)}
    return dict(sorted(told.items(), key=lambda item: -abs(item[1].value)))
