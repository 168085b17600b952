"""The report of a sweep: what was swept, which values do best, how many runs failed and why."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.figures.choice import Choice, choose
from sim.figures.multiples import in_words
from sim.figures.sweep import Drawn, draw_sweep
from sim.report.numbers import shared_inputs
from sim.report.page import environment, shown, write_page
from sim.report.spread import spread
from sim.report.sweep_words import (
    ended_words,
    extremes_words,
    marginal_words,
    ranking_words,
    run_name,
)
from sim.report.words import number
from sim.results.files import Json, read_json
from sim.results.metrics import Meaning
from sim.results.names import PROVENANCE
from sim.results.record import REPORT
from sim.studies.metric import meaning
from sim.sweeps.axes import DEVICE, Axis, Swept, overrides_of, swept
from sim.sweeps.folder import SWEEP
from sim.sweeps.marginal import Marginal, marginal
from sim.sweeps.ranking import OUTCOME, ranking
from sim.sweeps.summary import reasons

TRIAL = "trial.json"  # in a trial's folder, which is a sweep's too
ROWS = 200  # of the table of runs
MOST_LEVELS = 12  # of an axis that is told value by value
MOST_METRICS = 5  # columns of the table of runs


@dataclass(frozen=True)
class Provenance:
    """Where a sweep's results come from: of the first complete run, and what differs."""

    made: dict[str, Json]
    commits: dict[str, int]  # runs by commit


def tell(
    folder: Path,
    table: pd.DataFrame,
    metrics: Sequence[str] = (),
    over: Sequence[str] = (),
    by: str | None = None,
) -> Path:
    """Draw a sweep and write its report; a trial keeps the report of its own.

    Parameters
    ----------
    folder : Path
        Of the sweep.
    table : DataFrame
        As `sim.results.load` returns it.
    metrics, over, by
        As `sim.figures.choice.choose` takes them.

    Returns
    -------
    Path
        Of the report.

    Raises
    ------
    ConfigError
        If there is no such metric or axis.
    """
    runs = swept(table)
    choice = choose(runs, metrics, over, by)
    drawn = draw_sweep(table, folder, runs, choice)
    if (folder / TRIAL).exists():
        return folder / REPORT
    return write_sweep_report(folder, table, runs, choice, drawn)


def write_sweep_report(
    folder: Path, table: pd.DataFrame, runs: Swept, choice: Choice, drawn: Sequence[Drawn]
) -> Path:
    """Write `folder`/report.html.

    Parameters
    ----------
    folder : Path
        Of the sweep.
    table : DataFrame
        As `sim.results.load` returns it.
    runs : Swept
        Of that table.
    choice : Choice
        What was drawn; its first metric is the one that the answer is about.
    drawn : sequence of Drawn
    """
    about = read_json(folder / SWEEP) if (folder / SWEEP).exists() else {}
    metric = next((m for m in choice.metrics if not in_words(runs.runs, m)), None)
    marginals = []
    if metric is not None:
        axes = [axis for axis in runs.axes if len(axis.levels) <= MOST_LEVELS]
        marginals = [marginal(runs, metric, axis) for axis in axes]
    found = ranking(runs)
    missing = reasons(table)
    experiments = list(dict.fromkeys(e for e in table["experiment"] if e)) or ["sweep"]
    page = environment()
    page.filters["run_name"] = run_name
    return write_page(
        folder,
        "sweep.html",
        page,
        experiment=" and ".join(experiments),
        command=str(about.get("command") or "unknown: the folder has no sweep.json"),
        again=f"./run python -m experiments.summarize {shlex.quote(str(folder))}",
        count=len(table),
        failures=[],
        ended=ended_words(table, int(about.get("points") or 0)),
        lead=extremes_words(runs, metric) if metric else "",
        ranked=ranking_words(found) if found else "",
        sentences=[text for one in marginals if (text := marginal_words(one, metric))],
        metric=meaning(metric) if metric else None,
        marginals=[_rows(one, meaning(metric)) for one in marginals],
        figures=[shown(d.name, d.path, d.caption) for d in drawn],
        varied=[(axis.key, axis.title, _levels(runs, axis)) for axis in runs.axes],
        held=_held(table),
        missing=missing,
        lost=sum(reason.count for reason in missing),
        columns=_columns(runs, choice),
        runs=_runs(runs, choice),
        total=len(runs.runs),
        numbers=spread([runs.runs]),
        most=ROWS,
        sided=runs.sided,
        inputs=shared_inputs(folder),
        origin=_provenance(folder, table),
    )


def _rows(found: Marginal, known: Meaning) -> tuple[str, list[list[str]]]:
    """Return an axis' name and, for each value, runs, complete, reached, median and range."""
    rows = []
    for at in found.levels:
        median, low, high = (number(known.shown(x)) if x == x else "—" for x in
                             (float(at.median), float(at.low), float(at.high)))  # fmt: skip
        reached = "—" if at.reached is None else str(at.reached)
        span = f"{median} ({low} – {high})" if at.compared > 1 else median
        rows.append(
            [found.axis.text(at.level), str(at.asked), str(at.complete), reached,
             str(at.compared), span]
        )  # fmt: skip
    return found.axis.label, rows


def _levels(runs: Swept, axis: Axis) -> str:
    if len(axis.levels) <= MOST_LEVELS:
        return ", ".join(axis.text(level, unit=False) for level in axis.levels)
    if axis.numeric:
        low, high = axis.text(axis.levels[0], unit=False), axis.text(axis.levels[-1], unit=False)
        return f"{low} to {high}, {len(axis.levels)} values"
    return f"{len(axis.levels)} values, {axis.levels[0]} to {axis.levels[-1]}"


def _held(table: pd.DataFrame) -> list[str]:
    """Return the overrides that all runs share."""
    given = [overrides_of(text) for text in table["overrides"]]
    if not given:
        return []
    shared = {key: value for key, value in given[0].items()
              if all(other.get(key) == value for other in given)}  # fmt: skip
    return [f"{key}={value}" for key, value in shared.items()]


def _columns(runs: Swept, choice: Choice) -> list[str]:
    device = ["needle"] if runs.sided and not any(a.key == "needle" for a in runs.axes) else []
    metrics = [meaning(metric) for metric in _shown(runs, choice)]
    return [
        "status",
        *device,
        *(axis.title for axis in runs.axes),
        *(f"{m.label} ({m.unit})" if m.unit else m.label for m in metrics),
        "run",
    ]


def _shown(runs: Swept, choice: Choice) -> list[str]:
    outcome = [column] if (column := runs.metric(OUTCOME)) else []
    metrics = [m for m in choice.metrics if m in runs.runs][:MOST_METRICS]
    return list(dict.fromkeys([*outcome, *metrics]))


def _runs(runs: Swept, choice: Choice) -> list[list[str]]:
    """Return the cells of the table of runs."""
    names = _shown(runs, choice)
    device = [DEVICE] if runs.sided and not any(a.key == "needle" for a in runs.axes) else []
    rows = []
    for row in runs.runs.head(ROWS).to_dict("records"):
        axes = [_cell(row[axis.key], 4) for axis in runs.axes]
        metrics = [_cell(meaning(name).shown(_known(row[name]))) for name in names]
        own = [str(row[name]) for name in device]
        rows.append([row["status"], *own, *axes, *metrics, row["folder"]])
    return rows


def _known(value: object) -> Json:
    """Return a cell's value, None where it has none."""
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _cell(value: object, digits: int = 3) -> str:
    return number(_known(value), digits)


def _provenance(folder: Path, table: pd.DataFrame) -> Provenance:
    made, commits = {}, Counter()
    for run in table["folder"]:
        for path in sorted((folder / run).glob(f"**/{PROVENANCE}"))[:1]:
            found = read_json(path)
            made = made or found
            commits[str(found.get("commit") or "not a git checkout")] += 1
    return Provenance(made, dict(commits))
