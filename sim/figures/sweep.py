"""The pictures of a sweep as files, each with what it shows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from sim.errors import ConfigError
from sim.figures.bands import bands_figure
from sim.figures.choice import Choice
from sim.figures.multiples import in_words, multiples_figure
from sim.figures.paired import paired_figure
from sim.figures.ranking import ranking_figure
from sim.figures.style import save
from sim.figures.tornado import correlations_figure, tornado_figure
from sim.figures.trends import MOST_LINES, trends_figure
from sim.report.words import listed
from sim.results.names import FIGURES
from sim.studies.metric import meaning
from sim.sweeps.axes import DEVICE, NEEDLE, Axis, Swept
from sim.sweeps.columns import column_of
from sim.sweeps.effects import correlations, star
from sim.sweeps.ranking import DOSE, FORCE, OUTCOME, ranking

MOST_LEVELS = 40  # of an axis in small multiples
MOST_PANELS = 12
FILLED = 0.8  # share of the cells that have a run, below which a table is no grid
STUDIES = {  # pictures that a study has left in the folder's figures
    "sensitivity": "How much each input moves each metric over the whole of its range, with 95 % "
    "intervals, as the sensitivity study of these runs found it.",
}
PAIRED = (DOSE, FORCE)
OWN = (  # pictures that are drawn here
    "ranking.png",
    "trends.png",
    "multiples_*.png",
    "tornado.png",
    "correlations.png",
    "bands.png",
    "sides.png",
)


@dataclass(frozen=True)
class Drawn:
    """A picture of a sweep; `caption` says what it shows and how to read it."""

    name: str
    path: Path
    caption: str


def draw_sweep(table: pd.DataFrame, folder: Path, runs: Swept, choice: Choice) -> list[Drawn]:
    """Draw what can be drawn of a sweep into `folder`/figures, the answer first.

    Parameters
    ----------
    table : DataFrame
        As `sim.results.load` returns it.
    folder : Path
        Of the sweep.
    runs : Swept
        Of that table.
    choice : Choice
    """
    pictures = folder / FIGURES
    for old in (path for pattern in OWN for path in pictures.glob(pattern)):
        old.unlink()  # of another choice
    drawn = [
        Drawn(name, save(figure, pictures / f"{name}.png"), caption)
        for name, figure, caption in _pictures(table, folder, runs, choice)
    ]
    drawn += [
        Drawn(name, pictures / f"{name}.png", caption)
        for name, caption in STUDIES.items()
        if (pictures / f"{name}.png").exists()
    ]
    return drawn


def _pictures(
    table: pd.DataFrame, folder: Path, runs: Swept, choice: Choice
) -> Iterator[tuple[str, Figure, str]]:
    found = ranking(runs)
    if found is not None:
        yield "ranking", ranking_figure(found), _ranking_caption(found.paired)
    yield from _trends(runs, choice)
    yield from _multiples(runs, choice)
    yield from _effects(runs, choice)
    yield from _pairs(table, runs)
    by = _column(choice.by, table) if choice.by and len(choice.by.levels) <= MOST_LINES else None
    try:
        if by:
            figure = bands_figure(table, folder, by, choice.by.levels)
        else:
            needles = next((axis.levels for axis in runs.axes if axis.key == NEEDLE), ())
            figure = bands_figure(table, folder, order=needles)
    except ConfigError:  # no run left a curve, or there are more needles than colours
        return
    yield (
        "bands",
        figure,
        "Median (line) and 10 to 90 % (band) of the runs' curves, with the number of runs that "
        "they are of. A run that stopped counts up to where it stopped.",
    )


def _ranking_caption(paired: bool) -> str:
    told = (
        "Only conditions in which every needle has a complete run are compared. "
        if paired
        else "The needles were not run in the same conditions: they are shown side by side, but a "
        "difference may come from the conditions. "
    )
    return (
        f"The needle that reaches its target in most conditions above. {told}A run is a point; a "
        "run that was stopped by the hand has the hand's limit as its largest force, so forces are "
        "told (diamond) of runs that reached the target. Shares of conditions that somebody chose "
        "are no rates among patients."
    )


def _trends(runs: Swept, choice: Choice) -> Iterator[tuple[str, Figure, str]]:
    numbers = [metric for metric in choice.metrics if not in_words(runs.runs, metric)]
    if not numbers or not choice.over:
        return
    over, by = choice.over[0], choice.by
    if by is None and len(choice.over) == 2 and len(choice.over[1].levels) <= MOST_LINES:
        by = choice.over[1]
    if by is not None and (len(by.levels) > MOST_LINES or runs.sampled(by)):
        by = None
    others = [axis.label for axis in runs.axes if axis not in (over, by)]
    told = f"Each run is a point; lines are medians over {listed(others)}." if others else (
        "Each point is a run."
    )  # fmt: skip
    lines = f", a line for each value of {by.label}" if by else ""
    yield (
        "trends",
        trends_figure(runs, numbers, over, by),
        f"Results over {over.label}{lines}. {told} Runs that are not complete are not drawn. "
        "A run that did not reach its target is hollow; its largest force is what stopped it, so "
        "lines of force are of runs that reached theirs.",
    )


def _multiples(runs: Swept, choice: Choice) -> Iterator[tuple[str, Figure, str]]:
    over, by = choice.over, choice.by
    if len(over) == 1 and by is not None:
        over, by = (*over, by), None
    small = [axis for axis in over if not runs.sampled(axis) and len(axis.levels) <= MOST_LEVELS]
    if len(small) < 2:
        return
    if by is not None and (runs.sampled(by) or len(by.levels) > MOST_PANELS):
        by = None
    axes = [*over, *([by] if by else [])]
    tried = runs.runs.groupby([axis.key for axis in axes]).ngroups
    if not choice.asked and tried < FILLED * math.prod(len(axis.levels) for axis in axes):
        return
    outcome = runs.metric(OUTCOME)
    words = [outcome] if outcome and runs.runs[outcome].nunique() > 1 else []
    others = [axis.label for axis in runs.axes if axis not in (*over, by)]
    for metric in dict.fromkeys([*words, *choice.metrics[: 1 if words else 2]]):
        what = meaning(metric).label
        cells = f" A cell stands for all runs over {listed(others)}: " + (
            "its most frequent word." if in_words(runs.runs, metric) else "their median."
        )
        panels = f", a panel for each value of {by.label}" if by else ""
        yield (
            f"multiples_{metric.replace('.', '_').replace(' ', '_')}",
            multiples_figure(runs, metric, (over[0], over[1]), by),
            f"{what} over {over[0].label} and {over[1].label}{panels}; one scale for all."
            f"{cells if others else ''} Cells are of one size, whatever lies between two values.",
        )


def _effects(runs: Swept, choice: Choice) -> Iterator[tuple[str, Figure, str]]:
    numbers = [metric for metric in choice.metrics if not in_words(runs.runs, metric)]
    if not numbers or len(runs.axes) < 2:
        return
    metric = numbers[0]
    found = star(runs, metric)
    if found is not None and 2 <= len(found.swings) >= 0.5 * len(runs.axes):
        base = ", ".join(f"{axis.label} {axis.text(found.base[axis.key])}" for axis in runs.axes)
        yield (
            "tornado",
            tornado_figure(found, metric),
            f"{meaning(metric).label} when one input leaves the base ({base}) and the others stay. "
            "How wide a bar is depends on how far its input was varied; interactions do not show.",
        )
    ranks = correlations(runs, metric)
    if len(ranks) > 1 and any(runs.sampled(axis) for axis in runs.axes):
        yield (
            "correlations",
            correlations_figure(ranks, metric),
            f"Which sampled input goes with {meaning(metric).label.lower()}: Spearman's rank "
            "correlation over the complete runs, their number in brackets. It sees what rises or "
            "falls throughout, and no interactions.",
        )


def _pairs(table: pd.DataFrame, runs: Swept) -> Iterator[tuple[str, Figure, str]]:
    """Yield the comparisons of one needle with another, where there are two or more."""
    if not runs.sided or runs.runs[DEVICE].nunique() != 2:
        return
    names = list(dict.fromkeys(runs.runs[DEVICE]))
    measures = {}
    for name in PAIRED:
        column = runs.metric(name)
        if column and {f"a.{column}", f"b.{column}"} <= set(table):
            both = table.loc[table["status"] == "complete", [f"a.{column}", f"b.{column}"]]
            known = meaning(column)
            pairs = both.dropna().to_numpy(float).T
            if pairs.shape[1] > 1:
                measures[f"{known.label} ({known.unit})"] = pairs
    if measures:
        yield (
            "sides",
            paired_figure(names, measures, "conditions"),
            "Each condition of the sweep a line from one needle to the other.",
        )


def _column(axis: Axis, table: pd.DataFrame) -> str | None:
    """Return the table's column of an axis that bands can be drawn by."""
    names = (f"{axis.key}.name", column_of(axis.key))
    return next((name for name in names if name in table and name != "needle.name"), None)
