"""The report of one run, from its folder alone."""

from __future__ import annotations

from pathlib import Path

from sim.figures.draw import draw
from sim.report.build import write_report
from sim.results.record import load


def write_own_report(folder: Path, command: str) -> Path:
    """Draw a finished run's pictures and write its report into its folder.

    Parameters
    ----------
    folder : Path
        Of the run.
    command : str
        Command line that repeats it.
    """
    record = load(folder)
    return write_report(folder, [record], draw([record], folder), command)
