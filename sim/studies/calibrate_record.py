"""A calibration and its folder: values with intervals, curve, picture, and words."""

from __future__ import annotations

import math
import shlex
from pathlib import Path

from sim.errors import SolverError
from sim.figures.calibrate import calibration_figure
from sim.figures.style import save
from sim.results.files import Cell, Json, write_json, write_rows, write_text
from sim.results.folder import LOG, METRICS, log_to, new_folder
from sim.results.metrics import MM
from sim.results.names import FIGURES
from sim.results.progress import DONE, Show, silent
from sim.results.provenance import Stopwatch, peak_memory, provenance
from sim.results.record import CONFIG, PROVENANCE
from sim.run import concluded
from sim.studies.calibrate import OFFSET, Calibrated, Calibration, calibrate

VALUES, TABLE, CURVE, PICTURE = (
    "calibration.json",
    "calibration.csv",
    "curve.csv",
    "calibration.png",
)
HEADER = (
    "parameter",
    "unit",
    "value",
    "low_95",
    "high_95",
    "linear_low_95",
    "linear_high_95",
    "low_bound",
    "high_bound",
    "at_bound",
    "interval_open",
    "run_value",
)
CURVE_HEADER = ("repetition", "depth_mm", "force_N", "fitted_N", "run_N", "before_run_ends")
NOT_VALIDATION = (
    "This is a calibration, no validation: the values were chosen to meet these data, so these "
    "data cannot test them. A later run takes them as given; test it against other data (another "
    "needle, another specimen, a curve that was not used here).",
    "The intervals hold for this specimen and if the model is right: they say nothing about other "
    "nodules, nor about what the model leaves out.",
)


def run_calibration(
    asked: Calibration, config: str, folder: Path, show: Show = silent
) -> tuple[str, list[str]]:
    """Calibrate and leave values, curve and picture in `folder`, however it ends.

    Parameters
    ----------
    asked : Calibration
    config : str
        The resolved configuration behind it, as YAML.
    folder : Path
    show : callable
        Gets (stage, fraction done).

    Returns
    -------
    status : str
        "complete", or "failed" when a solver gave up.
    answer : list of str
        Sentences: values, warnings, how to use them, and what they are not.

    Raises
    ------
    ConfigError
        If the folder is taken.
    KeyboardInterrupt
        Passed on, after the folder has got the status "interrupted".
    """
    watch, values, warnings = Stopwatch(), {}, []
    with new_folder(folder) as aside, log_to(aside / LOG):
        write_text(aside / CONFIG, config)

        def finish(status: str, reason: str) -> None:
            ending: dict[str, Json] = {
                "run.status": status,
                "run.wall_s": watch.wall,
                "run.peak_memory_MB": peak_memory(),
                "run.notes": [f"run.status: {reason}"] * bool(reason) + warnings,
            }
            write_json(aside / METRICS, values | ending)
            write_json(aside / PROVENANCE, provenance(watch))

        try:
            with concluded(finish):
                with watch.stage("calibration"):
                    found = calibrate(asked, show)
                values |= _metrics(asked, found)
                warnings += found.warnings
                write_json(aside / VALUES, _record(asked, found))
                write_rows(aside / TABLE, HEADER, _rows(asked, found))
                write_rows(aside / CURVE, CURVE_HEADER, _curve(asked, found))
                with watch.stage("figures"):
                    save(calibration_figure(asked, found), aside / FIGURES / PICTURE)
                show(DONE, 1.0)
        except SolverError as error:
            return "failed", [f"No values: {error}."]
        finish("complete", "")
    return "complete", answer(asked, found)


def answer(asked: Calibration, found: Calibrated) -> list[str]:
    """Return what a reader must know, in sentences."""
    measured = asked.measured
    said = [
        f"{name}: {value:.4g}, 95 % {low:.4g} to {high:.4g} {unit}".rstrip() + "."
        for name, unit, value, low, high, *_ in _rows(asked, found)
    ]
    misfit = f"Misfit of {len(measured.depth)} readings: {found.misfit(measured):.3g} N rms"
    if found.reached.any() and not found.reached.all():
        before = found.misfit(measured, found.reached)
        misfit += f"; of the {found.reached.sum()} before the fitted run ends: {before:.3g} N"
    said.append(f"{misfit}.")
    said += [f"Warning: {warning}." for warning in found.warnings]
    return [*said, f"To use them: {overrides(asked, found)}", *NOT_VALIDATION]


def overrides(asked: Calibration, found: Calibrated) -> str:
    """Return the fitted values as overrides of a run, ready to paste; an offset is none."""
    texts = []
    for name, unit, value, *_ in _rows(asked, found):
        if name != OFFSET:
            texts.append(shlex.quote(f"{name}={value:.5g} {unit}".strip()))
    return " ".join(texts)


def _rows(asked: Calibration, found: Calibrated) -> list[list[Cell]]:
    """One row per parameter, in the unit of its lower bound as written."""
    fit, rows = found.fit, []
    for parameter, value, interval, linear, at_bound in zip(
        fit.parameters, fit.values, fit.intervals, fit.linear, fit.at_bound, strict=True
    ):
        unit, factor = asked.unit(parameter.name)
        numbers = (value, interval.low, interval.high, linear.low, linear.high)
        numbers += (parameter.low, parameter.high)
        opened = {(False, False): "", (True, False): "low", (False, True): "high"}
        rows.append(
            [
                parameter.name,
                unit,
                *(factor * float(number) for number in numbers),
                int(at_bound),
                opened.get((interval.open_low, interval.open_high), "both"),
                None if parameter.start is None else factor * parameter.start,
            ]
        )
    return rows


def _record(asked: Calibration, found: Calibrated) -> dict[str, Json]:
    fit, measured, run = found.fit, asked.measured, found.run
    names = [parameter.name for parameter in fit.parameters]
    return {
        "data": {
            "path": str(measured.path),
            "sha256": measured.sha256,
            "readings": len(measured.depth),
            "repetitions": measured.repetitions,
            "left_out": asked.left_out,
        },
        "parameters": [dict(zip(HEADER, row, strict=True)) for row in _rows(asked, found)],
        "correlation": {
            one: {other: float(fit.correlation[i, j]) for j, other in enumerate(names)}
            for i, one in enumerate(names)
        },
        "collinearity_index": fit.collinearity,
        "identifiable": not fit.trading and not any(fit.undetermined),
        "residuals": {
            "rms_N": found.misfit(measured),
            "rms_before_run_ends_N": (
                found.misfit(measured, found.reached) if found.reached.any() else None
            ),
            "rms_of_run_as_given_N": math.sqrt(((measured.force - found.before) ** 2).mean()),
            "noise": asked.noise,
            "standard_deviation": fit.deviation,  # N, or of the force where it is proportional
            "lag_one_correlation": fit.autocorrelation,
            "variance_raised_by": fit.inflation,
        },
        "run_with_fitted_values": {
            "outcome": run.outcome,
            "reason": run.reason,
            "reached_depth_mm": MM * run.reached_depth,
        },
        "warnings": list(found.warnings),
        "overrides": overrides(asked, found),
        "notes": list(NOT_VALIDATION),
    }


def _metrics(asked: Calibration, found: Calibrated) -> dict[str, Json]:
    """The numbers of a table of calibrations."""
    values: dict[str, Json] = {"calibration.rms_N": found.misfit(asked.measured)}
    for name, unit, value, low, high, *_ in _rows(asked, found):
        key = f"calibration.{name.rpartition('.')[0].rpartition('.')[2]}_{name.rpartition('.')[2]}"
        suffix = f"_{unit}" if unit else ""
        values |= {f"{key}{suffix}": value, f"{key}_low{suffix}": low, f"{key}_high{suffix}": high}
    return values | {"calibration.collinearity_index": found.fit.collinearity}


def _curve(asked: Calibration, found: Calibrated) -> list[list[Cell]]:
    measured = asked.measured
    columns = (
        measured.repetition + 1,
        MM * measured.depth,
        measured.force,
        found.fit.fitted,
        found.before,
        found.reached.astype(int),
    )
    return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]
