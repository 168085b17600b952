"""The report of a treatment: rounds in words, numbers and pictures, in one file."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from sim.report import numbers
from sim.report.case_words import case_words
from sim.report.page import environment, shown, write_page
from sim.report.verdict import ALIKE
from sim.report.words import ENDED, number, percent, scenario_words
from sim.results.files import Json
from sim.results.labels import typeset
from sim.results.metrics import MEANINGS, Meaning
from sim.results.record import REPORT
from sim.rounds.record import Treatment
from sim.sensitivity import REACHED

CAPTIONS = {
    "round_forces": "Axial force at the hand against depth in every round. A round meets what the "
    "last one left; the curve ends where the insertion ended.",
    "rounds": "Over the rounds: largest axial force, drug in the nodule at the end of the "
    "injection, share of the nodule that exceeded the threshold in that round, and the mineral "
    "that was removed since before the first round.",
    "weeks": "Drug in the nodule, the nodule's mean exposure to it and the mineral removed, from "
    "the start of the first injection on; exposure and mineral are added up over the rounds.",
    "mineral_left": "Mineral before (left half) and after (right half) a round; one colour scale, "
    "which does not begin at zero and ends at the density before any treatment: denser is what a "
    "needle compacted. A scenario of the closure, no prediction.",
}
DOSE = "infiltration.dose_in_nodule_mg"
NOT_COMPARED = ("schedule", "output.", "resume=", "hydra.")  # of a treatment's overrides
KEY = (  # what the answer rests on
    "insertion.outcome",
    "insertion.depth_in_nodule_mm",
    "insertion.peak_force_N",
    DOSE,
    "infiltration.infiltrated_fraction_of_nodule",
    "treatment.mineral_removed_fraction",
)


def write_rounds_report(
    folder: Path,
    treatments: Sequence[Treatment],
    pictures: dict[str, Path],
    command: str,
    failures: Sequence[str] = (),
) -> Path:
    """Write `folder`/report.html.

    Parameters
    ----------
    folder : Path
    treatments : sequence of Treatment
        One per needle, in the same patient.
    pictures : dict
        PNG files by name, as `sim.figures.rounds.draw_rounds` returns them.
    command : str
        Command line that repeats this result.
    failures : sequence of str
        What a reader must know about rounds that are missing.
    """
    firsts = [treatment.rounds[0] for treatment in treatments if treatment.rounds]
    needles = " and ".join(treatment.name for treatment in treatments)
    return write_page(
        folder,
        "rounds.html",
        environment(),
        title=needles,
        headline=verdict_words(treatments) if len(treatments) == 2 and len(firsts) == 2 else "",
        scenario=scenario_words(treatments[0].case),
        sure=sure_words(treatments, command),
        key=_rows(treatments, KEY),
        compared=case_words(firsts, [t.name for t in treatments if t.rounds]) if firsts else "",
        answers=[round_words(treatment) for treatment in treatments],
        failures=failures,
        figures=[shown(name, path, CAPTIONS[name], needles) for name, path in pictures.items()],
        columns=[record.name for treatment in treatments for record in treatment.rounds],
        rows=_rows(treatments, tuple(MEANINGS)),
        notes=[
            f"{treatment.name}: {typeset(str(note))}"
            for treatment in treatments
            for note in treatment.metrics["run.notes"] or []
        ],
        reports=[
            (record.name, (record.folder / REPORT).relative_to(folder).as_posix())
            for treatment in treatments
            for record in treatment.rounds
        ],
        inputs=numbers.inputs(firsts),
        records=firsts,
        command=command,
    )


def verdict_words(treatments: Sequence[Treatment]) -> str:
    """Name the needle that brought more drug into the nodule over the rounds that both finished."""
    arrived, doses = [], []
    shared = min(len(treatment.rounds) for treatment in treatments)
    alike = all(len(treatment.rounds) == shared for treatment in treatments)
    first = "round" if shared == 1 else f"{shared} rounds"
    over = "all rounds" if alike else f"the first {first}, which both finished"
    for treatment in treatments:
        rounds = range(1, shared + 1)
        ways = [treatment.metrics[f"round_{n}.insertion.outcome"] for n in rounds]
        doses.append(sum(treatment.metrics[f"round_{n}.{DOSE}"] or 0.0 for n in rounds))
        arrived.append(f"the {treatment.name} in {ways.count(REACHED)} of {len(ways)} rounds")
    totals = " against ".join(f"{number(dose)} mg" for dose in sorted(doses, reverse=True))
    if max(doses) <= ALIKE * min(doses):
        return f"Neither needle by the drug ({totals} over {over}). Targets reached: " + (
            f"{', '.join(arrived)}."
        )
    ahead = treatments[doses.index(max(doses))]
    return (
        f"The {ahead.name}, by the drug in the nodule when the injections end ({totals} over "
        f"{over}). Targets reached: {', '.join(arrived)}."
    )


def sure_words(treatments: Sequence[Treatment], command: str) -> list[str]:
    """Say what the answer hangs on: a treatment does not vary its uncertain inputs."""
    told = [
        "A treatment does not vary its uncertain inputs: what would turn the first round is in the "
        "report of a comparison of the same needles under the same closure: "
        f"{comparison_command(command, treatments[0].case.dissolution.model)}"
    ]
    if treatments[0].case.dissolution.model != "none":
        told.append(
            "What becomes of the mineral, and so every round after the first, hangs on the closure "
            "above all, which is a scenario: repeat the treatment with another "
            "(dissolution=equilibrium, effective_yield, clinical_fit)."
        )
    return told


def comparison_command(command: str, model: str) -> str:
    """Return the command that compares a treatment's needles under its closure.

    What concerns the rounds, the folder and the report is left out: a comparison has no rounds,
    and its report is what is asked for.
    """
    words = shlex.split(command.replace("experiments.treatment", "experiments.compare_gauges"))
    kept = [word for word in words if not word.lstrip("+~").startswith(NOT_COMPARED)]
    if not any(word.startswith("dissolution=") for word in kept):
        kept.append(f"dissolution={model}")
    return shlex.join(kept)


def round_words(treatment: Treatment) -> str:
    """What became of force, drug and mineral over the finished rounds, and what is left."""
    last = len(treatment.rounds)
    if last == 0:
        return f"The {treatment.name} has no finished round."
    case, of = treatment.case, treatment.case.schedule.rounds

    def told(key: str) -> Json:
        return treatment.metrics[f"round_{last}.{key}"]

    def spread(key: str) -> str:
        return _span([treatment.metrics[f"round_{n}.{key}"] for n in range(1, last + 1)])

    rounds = "One round" if last == 1 else f"{last} rounds"
    course = (
        f"{rounds}{f' of {of}' if last < of else ''} with the {treatment.name}: "
        f"{_outcomes(treatment)}; {spread('insertion.depth_in_nodule_mm')} mm inside the nodule, "
        f"peak force {spread('insertion.peak_force_N')} N, {spread(DOSE)} mg of drug in the nodule "
        "when the injection ends."
    )
    if case.dissolution.model == "none":
        return course
    removed = told("treatment.mineral_removed_fraction")
    milligrams = told("treatment.mineral_removed_mg")
    stiffness = told("treatment.stiffness_ratio")
    return (
        f"{course} In this scenario {percent(removed)} of the mineral ({number(milligrams)} mg) is "
        f"removed, and the nodule keeps {percent(stiffness)} of its stiffness."
    )


def _outcomes(treatment: Treatment) -> str:
    """How the insertions ended, rounds that ended alike together."""
    rounds = range(1, len(treatment.rounds) + 1)
    ways = [str(treatment.metrics[f"round_{n}.insertion.outcome"]) for n in rounds]
    words = [ENDED.get(way, "reached its target") for way in ways]
    if len(set(words)) == 1:
        return f"it {words[0]}" + (" every time" if len(words) > 1 else "")
    return "it " + ", then ".join(words)


def _span(values: Sequence[Json]) -> str:
    """The smallest and the largest known value, once if they read the same."""
    known = [float(value) for value in values if value is not None]
    if not known:
        return number(None)
    low, high = number(min(known)), number(max(known))
    return low if low == high else f"{low} to {high}"


def _rows(
    treatments: Sequence[Treatment], keys: Sequence[str]
) -> list[tuple[str, Meaning, list[Json]]]:
    """One row per metric, one value per needle and round."""
    return [
        (
            key,
            MEANINGS[key],
            [
                treatment.metrics.get(f"round_{n}.{key}", treatment.metrics.get(key))
                for treatment in treatments
                for n in range(1, len(treatment.rounds) + 1)
            ],
        )
        for key in keys
    ]
