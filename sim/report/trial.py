"""The report of a trial: a study's results section, in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sim.config.trial import Trial
from sim.figures.trial import BY, spoken
from sim.report.numbers import shared_inputs
from sim.report.page import environment, shown, write_page
from sim.report.spread import spread
from sim.report.words import number
from sim.results.labels import LABELS, typeset
from sim.results.provenance import git_commit, versions
from sim.results.record import CONFIG
from sim.studies.aim import SPARE
from sim.studies.cohort import FLATNESS, Patient
from sim.studies.paired import Estimate, number_needed
from sim.studies.paired_power import MOST
from sim.studies.trial import DOSE, INFILTRATED, MEASURES, NOTHING, Analysis
from sim.sweeps.columns import unit_of

CAPTIONS = {
    "pairs": "Each patient a line from one needle to the other. Left: drug in the nodule when the "
    "injection ends. Right: share of the nodule's volume that ever exceeded the threshold.",
    "density": "Insertions over the density of the nodule's mineral. Filled points above: the tip "
    "reached its target; open ones below: it did not. Lines: share of each class of density, with "
    "Wilson's 95 % interval.",
    "subgroups": "Differences with 95 % intervals in subgroups of at least five patients. "
    "Exploratory: no interval is adjusted for their number.",
}
AIMED = {
    "mouth": "both aimed by one rule: when the drug is injected, the middle of the tube's lowest "
    "opening (the lumen's in a bevel, the end of a cannula whose stylet is withdrawn) is at the "
    f"nodule's centre, but the tip no deeper than {1e3 * SPARE:g} mm above the nodule's far side",
    "tip": "both aimed with the tip at the nodule's centre (or where target_depth says), wherever "
    "their mouth is",
}
WORDS = {
    "nodule": "texture",
    "tissue": "site",
    FLATNESS: "nodule's height / diameter",
    "operator's strength": "operator's strength",
}


def write_trial_report(
    folder: Path,
    trial: Trial,
    patients: Sequence[Patient],
    laws: Sequence[tuple[str, str, str]],
    again: Mapping[str, int],
    found: Analysis,
    tables: Sequence[pd.DataFrame],
    pictures: Mapping[str, Path],
    command: str,
) -> Path:
    """Write `folder`/report.html.

    Parameters
    ----------
    folder : Path
    trial : Trial
    patients : sequence of Patient
    laws : sequence of tuples
        (key, law, source) of every quantity drawn.
    again : mapping
        How often a draw was repeated, by the key refused.
    found : Analysis
    tables : sequence of DataFrame
        The runs of either needle, a row a patient.
    pictures : mapping
        PNG files by name.
    command : str
        Command line that repeats the trial.
    """
    made = environment()
    made.filters |= {"p": p_value, "effect": effect, "points": lambda e: effect(e, 100.0)}
    names = [spoken(name) for name in trial.names]
    return write_page(
        folder,
        "trial.html",
        made,
        names=names,
        trial=trial,
        aimed=AIMED[trial.aim],
        answers=answer(trial, found),
        cohort=[
            (LABELS.get(key, WORDS.get(key, key)), _seen(key, patients), law, source)
            for key, law, source in laws
        ],
        again={LABELS.get(key, key): times for key, times in again.items()},
        found=found,
        nnt=number_needed(found.success.difference),
        missing=[
            (name, reason, count)
            for name, gone in zip(names, found.missing, strict=True)
            for reason, count in gone.items()
        ],
        endings=_table(found.endings),
        injections=_table(found.injections),
        rows=[
            (MEASURES[m.name], m, 100.0 if m.name == INFILTRATED else 1.0) for m in found.measures
        ],
        by=BY,
        influence={LABELS.get(k, k): rho for k, rho in found.influence.items()},
        needed=[
            ("Target reached (McNemar, exact)", found.success.pairs_needed),
            *((f"{MEASURES[m.name][0]} (signed ranks)", m.pairs_needed) for m in found.measures),
        ],
        most=MOST,
        figures=[
            shown(name, path, CAPTIONS[name], " and ".join(names))
            for name, path in pictures.items()
        ],
        failures=(),
        inputs=shared_inputs(folder),
        numbers=spread(tables),
        config=(folder / CONFIG).read_text(encoding="utf-8"),
        provenance={"commit": git_commit(), "versions": versions()},
        command=command,
    )


def answer(trial: Trial, found: Analysis) -> list[str]:
    """Say in words who reached the target, how much drug arrived, and what could turn it."""
    a, b = (spoken(name) for name in trial.names)
    table, n = found.success.table, found.success.table.number
    dose = next(measure for measure in found.measures if measure.name == DOSE)
    success = (
        f"The {b} reached its target in {table.both + table.first_only} of {n} virtual patients, "
        f"the {a} in {table.both + table.second_only}: a difference of "
        f"{effect(found.success.difference, 100.0)} percentage points (95 % interval; McNemar, "
        f"exact, p {p_value(found.success.p)})."
    )
    doses = (
        f"When the injection ended, {number(dose.means[0])} mg of drug were in the nodule with the "
        f"{a} and {number(dose.means[1])} mg with the {b}, on average: {b} less {a} "
        f"{effect(dose.mean)} mg (signed ranks, p {p_value(dose.p)}); more from the {a} in "
        f"{dose.higher[0]} patients, from the {b} in {dose.higher[2]}."
    )
    return [success, doses, *_nothing(found, (a, b)), _robust(found)]


def _nothing(found: Analysis, names: Sequence[str]) -> list[str]:
    """Say in how many patients a needle that was put in injected nothing."""
    counts = [
        (name, ended.get(NOTHING, 0)) for name, ended in zip(names, found.injections, strict=True)
    ]
    return [
        f"With the {name} nothing was injected in {count} patients, whose dose is 0: its mouth was "
        "not covered by tissue when the tip stood at its target, or nothing passed."
        for name, count in counts
        if count
    ]


def _robust(found: Analysis) -> str:
    """Say where another assumption moves the interval of the difference in dose over 0."""
    first, *others = found.scenarios
    here = _beside_zero(first.dose)
    moved: dict[int, list[str]] = {}
    for scenario in others:
        if (there := _beside_zero(scenario.dose)) != here:
            turned = scenario.dose.value * first.dose.value < 0.0
            name = f"{scenario.name} (its estimate, too, has the other sign)"
            moved.setdefault(there, []).append(name if turned and there == 0 else scenario.name)
    held = "includes" if here == 0 else "excludes"
    words = [f"The 95 % interval of the difference in dose {held} 0 as configured"]
    beside = {-1: "lies below 0", 0: "includes 0", 1: "lies above 0"}
    words += [f"it {beside[there]} under: {', '.join(names)}" for there, names in moved.items()]
    if not moved:
        words.append("none of the few assumptions that were varied below changes that")
    return f"{'; '.join(words)}. What all patients share is not among the assumptions varied."


def _beside_zero(estimate: Estimate) -> int:
    """Return on which side of 0 an interval lies; 0 where it includes it."""
    return int(estimate.low > 0.0) - int(estimate.high < 0.0)


def effect(estimate: Estimate | None, factor: float = 1.0) -> str:
    """An effect and its interval, with a real minus sign."""
    if estimate is None:
        return "—"
    value, low, high = (factor * x for x in (estimate.value, estimate.low, estimate.high))
    return f"{_signed(value)} ({_signed(low)} to {_signed(high)})".replace("-", "−")


def _signed(value: float) -> str:
    digits = 0 if abs(value) >= 100 or value == 0 else 1 if abs(value) >= 1 else 2
    return f"{value:.{digits}f}"


def p_value(p: float) -> str:
    """A p-value with its relation."""
    return "< 0.0001" if p < 1e-4 else f"= {p:.2g}"


def _table(sides: Sequence[Mapping[str, int]]) -> list[tuple[str, int, int]]:
    """Return one row per ending with both needles' counts."""
    endings = dict.fromkeys([*sides[0], *sides[1]])
    return [(spoken(e), sides[0].get(e, 0), sides[1].get(e, 0)) for e in endings]


def _seen(key: str, patients: Sequence[Patient]) -> str:
    """Return what the patients have: counts of options, or median and range."""
    if key in ("nodule", "tissue"):
        options = [getattr(patient, key) for patient in patients]
        return ", ".join(f"{spoken(o)} {options.count(o)}" for o in dict.fromkeys(options))
    if not all(key in patient.values for patient in patients):
        return ""
    values = [patient.number_of(key) for patient in patients]
    middle, low, high = np.median(values), min(values), max(values)
    return f"{middle:.3g} ({low:.3g} to {high:.3g}) {typeset(unit_of(key) or '')}".strip()
