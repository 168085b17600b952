"""A measured force-depth curve, what was fitted to it, what is left, and how well it is fixed."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.figures.style import DARK, GREY, NEEDLE_COLOURS, label, legend_below
from sim.results.metrics import MM
from sim.sensitivity import LOG_SPAN
from sim.studies.calibrate import OFFSET, Calibrated, Calibration
from sim.studies.calibrate_problem import Parameter, Profile

FIT, MEASURED = NEEDLE_COLOURS
POINTS = {"marker": "o", "ms": 2.2, "ls": "", "color": MEASURED, "alpha": 0.55, "mew": 0.0}
SIZE = (9.6, 5.2)  # inches


def calibration_figure(asked: Calibration, found: Calibrated) -> Figure:
    """Draw the overlay over the residuals, and beside them a profile per parameter."""
    figure = plt.figure(figsize=SIZE)
    grid = figure.add_gridspec(1, 2, width_ratios=(1.7, 1.0))
    left = grid[0].subgridspec(2, 1, height_ratios=(2.2, 1.0))
    overlay = figure.add_subplot(left[0])
    rest = figure.add_subplot(left[1], sharex=overlay)
    _overlay(overlay, asked, found)
    _residuals(rest, asked, found)
    right = grid[1].subgridspec(len(found.fit.profiles), 1)
    for i, (parameter, profile) in enumerate(
        zip(found.fit.parameters, found.fit.profiles, strict=True)
    ):
        _profile(figure.add_subplot(right[i]), asked, found, parameter, profile, i)
    legend_below(figure, {line.get_label(): line for line in overlay.get_lines()})
    return figure


def _overlay(ax: Axes, asked: Calibration, found: Calibrated) -> None:
    measured, (depth, force) = asked.measured, found.fine
    ax.plot(MM * measured.depth, measured.force, **POINTS, label="measured")
    ax.plot(MM * found.fine_before[0], found.fine_before[1], color=GREY, lw=1.0, ls=":",
            label="with the values of the run")  # fmt: skip
    run = depth - found.offset <= found.stops
    ax.plot(MM * depth[run], force[run], color=FIT, label="fitted")
    if not run.all():
        ax.plot(MM * depth[~run], force[~run], color=FIT, ls="--",
                label="fitted, beyond where the run ends")  # fmt: skip
        stop = found.stops + found.offset
        end = MM * stop, float(np.interp(stop, depth, force))
        ax.plot(*end, "o", color=FIT, ms=5, label="where the run ends")
        label(ax, found.run.outcome.replace("_", " "), end, (-5, 5), ha="right")
    top = 1.08 * max(float(measured.force.max()), float(found.fit.fitted.max()))
    ax.set(
        xlim=(min(0.0, MM * measured.depth.min()), 1.02 * MM * measured.depth.max()),
        ylim=(min(0.0, float(measured.force.min())), top),
        ylabel="axial force (N)",
    )
    ax.set_title("Measured and simulated")
    ax.tick_params(labelbottom=False)


def _residuals(ax: Axes, asked: Calibration, found: Calibrated) -> None:
    measured = asked.measured
    ax.axhline(0.0, color=DARK, lw=0.8)
    ax.plot(MM * measured.depth, measured.force - found.fit.fitted, **POINTS)
    said = (
        f"rms {found.misfit(measured):.3g} N, lag-one correlation {found.fit.autocorrelation:.2f}"
    )
    label(ax, said, (0.02, 0.97), (0, 0), xycoords="axes fraction", va="top")
    kind = "hand's travel" if asked.axis == "travel" else "tip's depth in the tissue"
    ax.set(xlabel=f"{kind} since the skin (mm)", ylabel="measured − fitted (N)")


def _profile(
    ax: Axes, asked: Calibration, found: Calibrated, parameter: Parameter, profile: Profile, i: int
) -> None:
    unit, factor = asked.unit(parameter.name)
    fit, interval = found.fit, found.fit.intervals[i]
    ax.axvspan(factor * interval.low, factor * interval.high, color=FIT, alpha=0.15, lw=0.0)
    ax.plot(factor * profile.value, profile.tau, color=FIT, marker="o", ms=2.5)
    ax.set(ylim=(-1.6 * fit.limit, 1.6 * fit.limit), ylabel="signed root τ")
    for end in (-fit.limit, fit.limit):
        ax.axhline(end, color=GREY, lw=0.8, ls="--")
    ax.axvline(factor * fit.values[i], color=DARK, lw=0.8)
    if interval.low > 0.0 and interval.high >= LOG_SPAN * interval.low:
        ax.set_xscale("log")
    else:
        ax.xaxis.set_major_locator(MaxNLocator(4))
    name = "depth offset" if parameter.name == OFFSET else _last(parameter.name)
    ax.set_xlabel(f"{name} ({unit})" if unit else name)
    if i == 0:
        ax.set_title("Profiles, 95 % intervals")


def _last(key: str) -> str:
    """Return the words of a dotted key's last two parts."""
    return " ".join(key.split(".")[-2:]).replace("_", " ")
