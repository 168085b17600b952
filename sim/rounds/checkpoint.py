"""The tissue between two rounds, on disk: what a round has left and the next one starts from.

Every round starts from this file, also in an uninterrupted run, so that a treatment that is taken
up again gives the same numbers. It is written aside, forced to the disk and renamed: a file that is
there is whole. It carries the digest of the configuration it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import h5py
import numpy as np

from sim.errors import ConfigError
from sim.outcome import TissueState
from sim.results.files import synchronise, written

FILE = "tissue.h5"
CONFIGURATION, SHIFTED = "configuration", "shifted"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What the next round needs to know."""

    state: TissueState
    shifted: Mapping[str, float]  # of this round's entry: factors that kept the totals, less 1


def write_checkpoint(path: Path, checkpoint: Checkpoint, configuration: str) -> None:
    """Write `path` whole or not at all.

    Parameters
    ----------
    path : Path
    checkpoint : Checkpoint
    configuration : str
        Digest of what the treatment is computed from.

    Raises
    ------
    OSError
        When the disk is full; what was there before stays.
    """
    with written(path) as aside, h5py.File(aside, "w") as file:
        file.attrs[CONFIGURATION] = configuration
        file.create_group(SHIFTED).attrs.update(checkpoint.shifted)
        for name, value in vars(checkpoint.state).items():
            file.create_dataset(name, data=value)
    synchronise(path.parent)


def read_checkpoint(path: Path, configuration: str) -> Checkpoint:
    """Read what `write_checkpoint` wrote.

    Raises
    ------
    ConfigError
        When it cannot be read, or belongs to another configuration.
    """
    try:
        with h5py.File(path) as file:
            if file.attrs[CONFIGURATION] != configuration:
                raise ConfigError(
                    "resume",
                    str(path),
                    "it belongs to another configuration; give the one in the treatment's "
                    "config.yaml, or another folder",
                )
            values = {field.name: file[field.name][()] for field in fields(TissueState)}
            shifted = {name: float(value) for name, value in file[SHIFTED].attrs.items()}
    except (OSError, KeyError) as error:
        raise ConfigError(
            "resume", str(path), f"it is no checkpoint ({error}); remove its folder"
        ) from error
    scalars = {name: float(value) for name, value in values.items() if np.ndim(value) == 0}
    return Checkpoint(TissueState(**values | scalars), shifted)
