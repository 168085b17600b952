"""Median and 10-90 % bands of force over depth and of the drug over time, over a sweep's runs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

NEEDLE = "needle.name"


def bands_figure(table: pd.DataFrame, folder: Path, by: str = NEEDLE) -> Figure:
    """Draw the bands of every group of runs, with how many runs are left at a depth.

    Parameters
    ----------
    table : DataFrame
        Of a sweep, as `sim.results.load` returns it; or some of its rows.
    folder : Path
        Of the sweep; the table's `folder` column is in it.
    by : str
        Column by which runs are grouped. Of runs of two needles the column of each side
        (``a.needle.name``) where there is one.

    Raises
    ------
    ConfigError
        If there is no such column, if it has too many values for a picture, or if no run left a
        curve.
    """
    raise NotImplementedError
