"""One point of a sweep: found if it is finished, refused if it makes no sense, else computed.

Whoever has points to compute, Hydra's launchers or `sim.sweeps.pool`, calls `compute` for each; it
always returns a row. A run is looked for by its key, in the sweep's folder and in the store that
all sweeps share, and computed under the key's lock: of two that want the same run the second
waits and then finds it. Locks are `flock`'s: on a cluster the cache folder must be on a file system
that has them across nodes.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event

from omegaconf import DictConfig, OmegaConf

from sim.cache import digest
from sim.config.experiments import physics
from sim.config.limits import LIMITS
from sim.config.parse import quantity
from sim.errors import UNEXPECTED, ConfigError
from sim.locks import locked
from sim.side_by_side import Ending
from sim.sweeps import store
from sim.sweeps.child import Limits, run_child
from sim.sweeps.columns import input_columns
from sim.sweeps.folder import final, put, row_of, run_folder
from sim.sweeps.key import LENGTH, run_key
from sim.sweeps.point import Point
from sim.sweeps.row import Row, make_row, write_row

CONSOLE = "console.log"


def compute(
    point: Point,
    cfg: DictConfig | ConfigError,
    folder: Path,
    flags: Sequence[str] = (),
    stop: Event | None = None,
) -> Row:
    """Return the row of a point, computing it if no finished run of it is found.

    Parameters
    ----------
    point : Point
    cfg : DictConfig or ConfigError
        Its configuration, or why that could not be composed.
    folder : Path
        Of the sweep.
    flags : sequence of str
        Go to the entry point before the overrides: where else it finds configurations.
    stop : Event, optional
        Set by another thread to have the run interrupted.

    Raises
    ------
    KeyboardInterrupt
        Passed on after the run has ended and has its row.
    OSError
        If not even a row can be written.
    """
    try:
        if isinstance(cfg, ConfigError):
            raise cfg
        asked = physics(point.experiment, cfg)
    except ConfigError as error:
        return _refused(point, {} if isinstance(cfg, ConfigError) else _plain(cfg), error, folder)
    shutil.rmtree(run_folder(folder, _refused_key(point))[0], ignore_errors=True)  # no more
    key = run_key(point.experiment, asked, _plain(cfg)["output"])
    run, aside = run_folder(folder, key)
    row = row_of(run)
    if final(row):
        return row
    with locked(store.lock_of(key), partial(_unless, stop)):
        row = row_of(run)
        if final(row):
            return row
        shutil.rmtree(aside, ignore_errors=True)
        if (row := store.find(key, aside)) is not None:
            row = replace(
                row,
                overrides=point.overrides,
                inputs=input_columns(_plain(cfg)),  # as this sweep's other rows have them
                timings={**row.timings, "computed": False},
            )
            write_row(aside, row)
            put(aside)
            return row
        return _computed(point, cfg, key, folder, flags, stop)


def _plain(cfg: DictConfig) -> dict[str, object]:
    return OmegaConf.to_container(cfg, resolve=True)


def _refused(point: Point, config: Mapping[str, object], error: ConfigError, folder: Path) -> Row:
    """Keep the row of a point that cannot be run, by the texts it was asked for with."""
    key = _refused_key(point)
    run, _ = run_folder(folder, key)
    run.mkdir(exist_ok=True)
    row = make_row(
        run,
        key=key,
        experiment=point.experiment,
        overrides=point.overrides,
        ending=Ending("refused", " ".join(str(error).split())),
        config=config,
        timings={"wall_s": 0.0, "cpu_s": 0.0, "computed": False},
    )
    write_row(run, row)
    return row


def _refused_key(point: Point) -> str:
    """Return the key of a point without physics: of its texts."""
    texts = {"experiment": point.experiment, "overrides": list(point.overrides)}
    return digest(texts)[:LENGTH]


def _computed(
    point: Point,
    cfg: DictConfig,
    key: str,
    folder: Path,
    flags: Sequence[str],
    stop: Event | None,
) -> Row:
    """Run a point in a child process; its folder has a row at any moment."""
    run, aside = run_folder(folder, key)
    config = _plain(cfg)
    aside.mkdir(parents=True)

    def row(ending: Ending, wall: float = 0.0, cpu: float = 0.0) -> Row:
        made = make_row(
            aside,
            key=key,
            experiment=point.experiment,
            overrides=point.overrides,
            ending=ending,
            config=config,
            timings={"wall_s": wall, "cpu_s": cpu, "computed": True},
        )
        if ending.reason.startswith(UNEXPECTED):  # of the process; its record cannot tell so
            made = replace(made, reason=ending.reason)
        elif made.status == "failed" and not made.reason:
            made = replace(made, reason=f"{UNEXPECTED}end, see {CONSOLE}")
        write_row(aside, made)
        return made

    processes = int(_quantity(cfg, "processes") or 1)
    command = _command(point, aside, flags, processes)
    row(Ending("killed", "what computed it was ended without a word"))
    try:
        done = run_child(command, aside / CONSOLE, _limits(cfg), stop)
    except KeyboardInterrupt:
        row(Ending("interrupted", "the run was interrupted"))
        put(aside)
        raise
    ended = row(done.ending, done.wall, done.cpu)
    put(aside)
    if final(ended):
        store.keep(key, run)
    return ended


def _command(point: Point, folder: Path, flags: Sequence[str], processes: int) -> list[str]:
    """Return the command that computes a point into a folder."""
    ranks = ["mpirun", "-n", str(processes)] if processes > 1 else []
    module = [sys.executable, "-m", f"experiments.{point.experiment}"]
    own = ["hydra.mode=RUN", f"hydra.run.dir={quoted(folder)}"]
    return [*ranks, *module, *flags, *point.overrides, *own]


def _limits(cfg: DictConfig) -> Limits:
    return Limits(time=_quantity(cfg, "time_limit"), memory=_quantity(cfg, "memory_limit"))


def _quantity(cfg: DictConfig, name: str) -> float | None:
    key, value = f"sweep.{name}", cfg.sweep[name]
    return None if value is None else quantity(key, value, LIMITS[key])


def quoted(path: Path) -> str:
    """Return a path as a value of Hydra's grammar."""
    text = str(path).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"


def _unless(stop: Event | None) -> None:
    if stop is not None and stop.is_set():
        raise KeyboardInterrupt
