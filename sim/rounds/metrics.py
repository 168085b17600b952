"""A treatment in numbers: one flat dictionary, and one row per round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.case import Case
from sim.results.files import Cell, Json
from sim.results.metrics import MEANINGS, MG, NOTHING_DISSOLVES, TREATMENT
from sim.rounds.checkpoint import Checkpoint
from sim.treatment.rounds import regression

MODEL = "treatment.dissolution_model"
NOT_FINISHED = "no round was finished"
STIFFNESS = (
    "treatment.stiffness_ratio: volume mean of Young's modulus, an upper bound of the nodule's"
)


@dataclass(frozen=True)
class Round:
    """A finished round."""

    metrics: dict[str, Json]
    left: Checkpoint


def flat(case: Case, rounds: Sequence[Round]) -> tuple[dict[str, Json], list[str]]:
    """Return the treatment's metrics, each round's below ``round_<n>.``, and the notes."""
    after = [after_round(case, entry) for entry in rounds]
    values: dict[str, Json] = {MODEL: case.dissolution.model}
    values |= after[-1] if after else dict.fromkeys(TREATMENT)
    notes = [f"{MODEL}: {closure_words(case)}", STIFFNESS]
    why = NOT_FINISHED if not after else NOTHING_DISSOLVES
    notes += [f"{key}: {why}" for key in TREATMENT if values[key] is None]
    for number, (entry, regressed) in enumerate(zip(rounds, after, strict=True), start=1):
        own = {key: entry.metrics[key] for key in _told(entry.metrics)} | regressed
        values |= {f"round_{number}.{key}": value for key, value in own.items()}
        told = [*(entry.metrics["run.notes"] or []), *_shift_notes(entry.left.shifted)]
        notes += [f"round_{number}.{note}" for note in told]
    return values, notes


def after_round(case: Case, entry: Round) -> dict[str, Json]:
    """Return what the rounds up to this one have done to the mineral; null without a closure."""
    if case.dissolution.model == "none":
        return dict.fromkeys(TREATMENT)
    found = regression(case, entry.left.state)
    values = (MG * found.mineral_removed, found.fraction, found.stiffness_ratio)
    return dict(zip(TREATMENT, values, strict=True))


def table(case: Case, rounds: Sequence[Round]) -> tuple[list[str], list[list[Cell]]]:
    """Return header and rows: every metric of each finished round."""
    rows = [entry.metrics | after_round(case, entry) for entry in rounds]
    keys = [key for key in MEANINGS if key != MODEL]
    cells = [
        [number, case.dissolution.model, *(_cell(row.get(key)) for key in keys)]
        for number, row in enumerate(rows, start=1)
    ]
    return ["round", MODEL, *keys], cells


def closure_words(case: Case) -> str:
    """Say what a number about the mineral is worth."""
    model = case.dissolution.model
    if model == "none":
        return "nothing dissolves under the closure `none`; no regression is computed"
    return f"a scenario of the closure `{model}`, calibrated or assumed, not a prediction"


def _told(metrics: dict[str, Json]) -> list[str]:
    """Keys of a round's record that belong to the treatment's."""
    return [key for key in metrics if key not in (MODEL, "run.notes")]


def _shift_notes(shifted: Mapping[str, float]) -> list[str]:
    """Say by how much the averaging around a shifted entry had to be corrected."""
    if not shifted:
        return []
    factors = ", ".join(f"{name} {value:+.1e}" for name, value in shifted.items())
    return [f"infiltration: averaged around the shifted entry, totals kept by factors 1 {factors}"]


def _cell(value: Json) -> Cell:
    return str(value).lower() if isinstance(value, bool) else value
