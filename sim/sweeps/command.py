"""The command of a sweep: an experiment with ``-m``, from its command line to its exit code."""

from __future__ import annotations

import os
import shlex
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from omegaconf import DictConfig
from rich.console import Console

from sim.config.experiments import CHECKS
from sim.errors import ConfigError
from sim.results.files import Json
from sim.sweeps.compute import quoted
from sim.sweeps.grid import expand, expand_preset
from sim.sweeps.multirun import Job
from sim.sweeps.pool import LEAN
from sim.sweeps.sweeping import sweeping
from sim.sweeps.table import load_table
from sim.sweeps.watch import tell, watching


def sweep(
    args: Namespace,
    cfg: DictConfig,
    experiment: str,
    hydras: Callable[[Job], Callable[[], None]],
) -> None:
    """Have Hydra launch a job for each point.

    Parameters
    ----------
    args : Namespace
        As `hydra.main` parses the command line.
    cfg : DictConfig
        What all points share, with Hydra's own section.
    experiment : str
    hydras : callable
        Makes a job the task of `hydra.main`.

    Raises
    ------
    ConfigError
        If runs of the experiment cannot be swept, or another sweep is at work in the folder.
    SystemExit
        With 1 if a run is not complete.
    """
    if experiment not in CHECKS:
        raise ConfigError("--multirun", experiment, f"choose one of {', '.join(CHECKS)}")
    folder = Path(cfg.hydra.sweep.dir).absolute()
    launch = hydras(Job(experiment, folder, _flags(args)))
    _rewrite(args, cfg, folder)
    launch()
    if not cfg.hydra.sweeper.get("dry_run") and any(load_table(folder)["status"] != "complete"):
        sys.exit(1)


@contextmanager
def at_work(job: Job, points: int) -> Iterator[None]:
    """Have the folder of a sweep to oneself, and tell how it goes on and ends."""
    command, console = shlex.join(sys.orig_argv), Console()
    about: dict[str, Json] = {"experiment": job.experiment, "command": command, "points": points}
    end = partial(tell, folder=job.folder, console=console)
    with sweeping(job.folder, about, end), watching(job.folder, console):
        yield


def _flags(args: Namespace) -> tuple[str, ...]:
    """Return what a run needs besides its overrides to find the same configurations."""
    paths = {"--config-path": args.config_path, "--config-dir": args.config_dir}
    flags = [word for flag, path in paths.items() if path for word in (flag, os.path.abspath(path))]
    named = ["--config-name", args.config_name] if args.config_name else []
    return (*flags, *named, *(o for o in args.overrides if o.startswith("hydra.searchpath=")))


def _rewrite(args: Namespace, cfg: DictConfig, folder: Path) -> None:
    """Have Hydra read lists for grids, what a sweep leaves, and one folder, whatever the time."""
    given = expand(args.overrides)
    lean = [o for o in LEAN if not any(g.startswith(o.partition("=")[0]) for g in given)]
    preset = expand_preset(cfg.hydra.sweeper.params or {})
    flags = [entry for entry in sys.argv[1:] if entry not in args.overrides]
    own = ["hydra/job_logging=sweep", f"hydra.sweep.dir={quoted(folder)}"]
    sys.argv[1:] = [*flags, *lean, *given, *preset, *own]
