"""The record of one run: flat metrics, plain tables, fields and provenance in one folder.

This package is the edge where SI turns into the units that the files carry in their names.
`load` reads the table of many runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def load(folder: str | Path) -> pd.DataFrame:
    """Return the table of a sweep, one row a run, rebuilt first where rows are newer.

    Parameters
    ----------
    folder : str or Path
        Of the sweep.

    Returns
    -------
    DataFrame
        Columns as `sim.sweeps.table` says.

    Raises
    ------
    ConfigError
        If the folder is none of a sweep.
    """
    from sim.sweeps.table import load_table  # pandas: not for every run

    return load_table(Path(folder))
