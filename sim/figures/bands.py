"""Median and 10-90 % bands of force over depth and of the drug over time, over a sweep's runs.

At each depth the quantiles are of the runs that get there: those that stopped before do not count.
So from the first stop on a band describes the runs that went on, and is paler. It ends where less
than half of the runs, or fewer than `ENOUGH`, are left; there every run has a line of its own.
Below each panel stands how many runs are left. Runs that arrived at their target leave as well:
their number is in the legend.

Depth counts from the skin where all nodules lie equally deep, else from the nodule's top; it then
begins where all needles are in the skin. Curves are linear between their rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.case import Case
from sim.errors import ConfigError
from sim.figures.depth import ACROSS, DEPTH, depth_axis
from sim.figures.style import DARK, GREY, LAYER_COLOURS, label, legend_below
from sim.figures.trends import LOOKS
from sim.figures.uptake import time_axis
from sim.outcome import Array
from sim.results.files import read_json, read_table
from sim.results.metrics import MM
from sim.results.record import CASE, FORCE, UPTAKE, build
from sim.sweeps.row import records

NEEDLE, OUTCOME, REACHED = "needle.name", "insertion.outcome", "reached_target"
QUANTILES = (0.1, 0.5, 0.9)
ENOUGH = 5  # runs that make a band
BAND = "median, 10 to 90 %; paler where some runs have left"
POINTS = 400  # of a band
ALIKE = 0.99  # of the longest follow-up: shorter by no more, runs end together
HEADROOM = 1.1  # for the layers' names
WIDTH, HEIGHT = 6.4, 5.0  # inches, of one quantity


type Curve = tuple[Array, Array]  # x ascending, y
type Looks = Mapping[str, dict[str, object]]  # colour and dash of each group's lines


@dataclass(frozen=True)
class Run:
    """The curves of one needle of one run, as (x, y); None where a stage did not run."""

    group: str
    outcome: str
    case: Case
    force: Curve | None  # mm below the skin, N
    drug: Curve | None  # s, mg in the nodule


@dataclass(frozen=True)
class Band:
    """Quantiles of curves over one axis, of those that reach so far."""

    at: Array  # (n,)
    quantiles: Array  # (3, n), as QUANTILES; NaN where no curve is left
    left: Array  # (n,) curves that reach so far


def band(curves: Sequence[Curve], at: Array) -> Band:
    """Return the quantiles at each place of the curves that reach so far, and how many do.

    Parameters
    ----------
    curves : sequence of (x, y)
        x ascending; linear in between, and nothing beyond its ends.
    at : (n,)
    """
    values = np.array([np.interp(at, x, y, left=np.nan, right=np.nan) for x, y in curves])
    left = np.isfinite(values).sum(axis=0)
    quantiles = np.full((len(QUANTILES), len(at)), np.nan)
    quantiles[:, left > 0] = np.nanquantile(values[:, left > 0], QUANTILES, axis=0)
    return Band(at, quantiles, left)


def bands_figure(
    table: pd.DataFrame, folder: Path, by: str = NEEDLE, order: Sequence[object] = ()
) -> Figure:
    """Draw the bands of every group of runs, with how many runs are left at a depth.

    Parameters
    ----------
    table : DataFrame
        Of a sweep, as `sim.results.load` returns it; or some of its rows.
    folder : Path
        Of the sweep; the table's `folder` column is in it.
    by : str
        Column by which runs are grouped; the name of the needle also of runs of two needles.
    order : sequence, optional
        Values of that column in the order in which they take their looks, also those of which no
        run left a curve; others follow.

    Raises
    ------
    ConfigError
        If there is no such column, if it has too many values for a picture, or if no run left a
        curve.
    """
    runs = read_runs(table, folder, by)
    told = (_named(value) if by == NEEDLE else _text(value) for value in order)
    every = {
        name: [run for run in runs if run.group == name]
        for name in dict.fromkeys([*told, *(run.group for run in runs)])
    }
    if len(every) > len(LOOKS):
        raise ConfigError("by", by, f"a column with at most {len(LOOKS)} values")
    looks = {
        name: {"color": colour, "ls": dash}
        for name, (colour, _, dash) in zip(every, LOOKS, strict=False)
    }
    groups = {name: members for name, members in every.items() if members}
    kinds = [kind for kind in ("force", "drug") if any(getattr(run, kind) for run in runs)]
    if not kinds:
        raise ConfigError("folder", str(folder), f"runs that left {FORCE} or {UPTAKE}")
    figure, axes = plt.subplots(
        2, len(kinds), figsize=(WIDTH * len(kinds) * (0.8 if len(kinds) > 1 else 1.0), HEIGHT),
        sharex="col", squeeze=False, height_ratios=(3.0, 1.0),
    )  # fmt: skip
    for (above, below), kind in zip(axes.T, kinds, strict=True):
        draw = _forces if kind == "force" else _drugs
        draw(above, below, groups, looks)
        below.set_ylim(bottom=0.0)
        below.set_ylabel("runs left")
        below.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    entries: dict[str, Artist] = {}
    for name, members in groups.items():
        entries[_told(name, members)] = Line2D([], [], **looks[name])
    if max(len(members) for members in groups.values()) >= ENOUGH:
        entries[BAND] = Patch(color=DARK, alpha=0.25, lw=0.0)
        entries["a run"] = Line2D([], [], color=DARK, lw=0.5)
    legend_below(figure, entries)
    return figure


def read_runs(table: pd.DataFrame, folder: Path, by: str = NEEDLE) -> list[Run]:
    """Read the curves of every row's needle or needles; rows without a record are left out.

    Raises
    ------
    ConfigError
        If `by` is no column of the table.
    """
    if by != NEEDLE and by not in table:
        raise ConfigError("by", by, "a column of the table, such as " + NEEDLE)
    runs = []
    for _, row in table.iterrows():
        for side, path in records(folder / row["folder"]).items():
            runs.append(_run(row, side, path, by))
    return runs


def _run(row: pd.Series, side: str, path: Path, by: str) -> Run:
    case = build(Case, read_json(path / CASE))
    group = _named(case.needle.name) if by == NEEDLE else _text(row[by])
    outcome = row.get(f"{side}.{OUTCOME}" if side else OUTCOME)
    curves: list[Curve | None] = []
    for file, x, y in ((FORCE, "depth_mm", "force_N"), (UPTAKE, "time_s", "in_nodule_mg")):
        curve = None
        if (path / file).exists():
            columns = read_table(path / file)
            curve = columns[x], columns[y]
        curves.append(curve)
    return Run(group, str(outcome), case, *curves)


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _named(needle: object) -> str:
    return str(needle).replace("_", " ")


def _told(name: str, members: Sequence[Run]) -> str:
    """Return a group's name with how many runs it has, and how many of them arrived."""
    inserted = [run for run in members if run.force is not None]
    arrived = sum(run.outcome == REACHED for run in inserted)
    more = f", {arrived} reached the target" if inserted else ""
    return f"{name} ({len(members)} run{'s' * (len(members) != 1)}{more})"


def _forces(above: Axes, below: Axes, groups: Mapping[str, Sequence[Run]], looks: Looks) -> None:
    """Draw the force's bands, on the anatomy where all runs have the same."""
    cases = [run.case for members in groups.values() for run in members]
    tops = [MM * case.nodule.depth for case in cases]
    alike = np.ptp(tops) < 1e-9 and np.ptp([case.tissue.skin.thickness for case in cases]) < 1e-12
    curves = {
        name: [
            (run.force[0] - (0.0 if alike else MM * run.case.nodule.depth), run.force[1])
            for run in members
            if run.force is not None
        ]
        for name, members in groups.items()
    }
    every = [curve for members in curves.values() for curve in members]
    if alike:
        depth_axis(above, cases[0], WIDTH)
        above.set_xlabel("")  # it stands below
        below.set_xlabel(DEPTH)
    else:
        below.set_xlabel("tip's depth below the nodule's top (mm)")
        above.axvline(0.0, color=GREY, lw=0.8)
        above.axvspan(0.0, 1e3, color=LAYER_COLOURS["nodule"], lw=0, zorder=0)
        label(above, "nodule", (0.0, 0.97), (4, 0), xycoords=ACROSS, va="top")
        above.set_xlim(max(x[0] for x, _ in every), max(x[-1] for x, _ in every))
    low, high = max(x[0] for x, _ in every), max(x[-1] for x, _ in every)
    _bands(above, below, curves, np.linspace(low, high, POINTS), looks)
    above.set_ylabel("axial force (N)")
    above.set_ylim(0.0, HEADROOM * above.get_ylim()[1])


def _drugs(above: Axes, below: Axes, groups: Mapping[str, Sequence[Run]], looks: Looks) -> None:
    """Draw the drug's bands on a log time axis."""
    curves = {
        name: [run.drug for run in members if run.drug is not None]
        for name, members in groups.items()
    }
    times = [time for members in curves.values() for time, _ in members]
    time_axis(above, *(time[1:] for time in times))
    ends = [time[-1] for time in times]
    first, last = above.get_xlim()
    if min(ends) > ALIKE * max(ends):  # they differ by the injections' length only
        last = min(ends)
    _bands(above, below, curves, np.geomspace(first, last, POINTS), looks)
    above.set_ylabel("drug in the nodule (mg)")
    above.set_ylim(bottom=0.0)
    below.set_xlabel("time from the start of the injection")


def _bands(
    above: Axes, below: Axes, groups: Mapping[str, Sequence[Curve]], at: Array, looks: Looks
) -> None:
    """Draw each group's band, paler where some of its runs are gone, and how many are left."""
    for name, curves in groups.items():
        if not curves:
            continue
        found = band(curves, at)
        low, median, high = found.quantiles
        banded = (2 * found.left >= len(curves)) & (found.left >= ENOUGH)
        look = looks[name]
        for part in (banded, banded & (found.left == len(curves))):  # one over the other: not pale
            above.fill_between(at, low, high, where=part, color=look["color"], alpha=0.16, lw=0)
            above.plot(at, np.where(part, median, np.nan), alpha=0.6, **look)
        own_look = look | ({"lw": 1.1} if len(curves) < ENOUGH else {"lw": 0.5, "ls": "-"})
        for x, y in curves:
            own = np.interp(at, x, y, left=np.nan, right=np.nan)
            above.plot(at, np.where(banded, np.nan, own), **own_look)
        below.step(at, found.left, where="mid", **look)
