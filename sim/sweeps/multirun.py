"""Hydra's multirun as a sweep: what each of its jobs does, whatever process it is in.

A job computes its point in a child process and returns; it raises nothing and ends nothing. A
launcher that loses a worker (joblib ends all the others then) is left for threads of this process.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import parent_process
from pathlib import Path
from threading import Event

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.config_loader import ConfigLoader
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext
from hydra_plugins.hydra_joblib_launcher.joblib_launcher import JoblibLauncher
from joblib import effective_n_jobs
from omegaconf import DictConfig, OmegaConf, open_dict

from sim.config.refusal import refusal
from sim.errors import ConfigError
from sim.sweeps.child import die_with_parent
from sim.sweeps.compute import compute
from sim.sweeps.point import Point
from sim.sweeps.pool import COMPOSING, in_threads
from sim.sweeps.row import Row

REFUSED = "refused"  # root key of a configuration that could not be composed: why
NO_ROW = "no row"  # of a job, in place of a status

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What Hydra runs for each point; `flags` as for `sim.sweeps.compute.compute`."""

    experiment: str
    folder: Path
    flags: tuple[str, ...]

    def __call__(self, cfg: DictConfig) -> str:
        """Return the status of the point that this process' Hydra is at."""
        if parent_process() is not None:  # joblib's workers outlive a sweep that was killed
            die_with_parent()
        overrides = OmegaConf.to_container(HydraConfig.get().overrides.task)
        try:
            return self.row(overrides, cfg).status
        except OSError as error:  # a full disk: the same command goes on with this point
            log.error("%s: no row is written, %s", " ".join(overrides), error)
            return NO_ROW

    def row(self, overrides: Sequence[str], cfg: DictConfig, stop: Event | None = None) -> Row:
        """Return the row of the point with these overrides, of which `cfg` was composed."""
        point = Point(self.experiment, tuple(overrides))
        if REFUSED in cfg:
            return compute(point, ConfigError(**cfg[REFUSED]), self.folder, self.flags, stop)
        return compute(point, cfg, self.folder, self.flags, stop)


class Lenient(ConfigLoaderImpl):
    """Composes a job's configuration, or one that says why it cannot be."""

    def load_sweep_config(
        self, master_config: DictConfig, sweep_overrides: list[str]
    ) -> DictConfig:
        """Return the configuration of a job of a multirun."""
        try:
            return super().load_sweep_config(master_config, sweep_overrides)
        except Exception as error:  # for some overrides Hydra has no message of its own
            refused = refusal(error, sweep_overrides)
            cfg = super().load_sweep_config(master_config, [])
            with open_dict(cfg):
                cfg.hydra.overrides.task = sweep_overrides
                cfg[REFUSED] = {
                    "key": refused.key,
                    "given": str(refused.given),
                    "allowed": refused.allowed,
                }
            return cfg


def lenient(context: HydraContext) -> HydraContext:
    """Return a sweeper's context with a `Lenient` loader."""
    return HydraContext(
        config_loader=Lenient(context.config_loader.get_search_path()),
        callbacks=context.callbacks,
    )


class Surviving:
    """A launcher whose points are gone on with when it fails; what is finished is found.

    joblib's work is gone on with in threads of this process; a cluster's is given to it once more.
    """

    def __init__(
        self, launcher: Launcher, loader: ConfigLoader, job: Job, config: DictConfig
    ) -> None:
        self.launcher, self.loader, self.job, self.config = launcher, loader, job, config

    def launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        """Compute all points.

        Raises
        ------
        OSError
            If points have no row, on a full disk for one.
        """
        results = self._launch(job_overrides, initial_job_idx)
        lost = sum(result.return_value == NO_ROW for result in results)
        if lost:
            raise OSError(f"{lost} points have no row; the same command goes on with them")
        return results

    def _launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        try:
            return self.launcher.launch(job_overrides, initial_job_idx=initial_job_idx)
        except Exception as error:
            told = f"{type(self.launcher).__name__} failed ({type(error).__name__}: {error})"
            log.warning("%s; going on without it", " ".join(told.split()))
        if not isinstance(self.launcher, JoblibLauncher):
            return self.launcher.launch(job_overrides, initial_job_idx=initial_job_idx)
        tasks = [partial(self._row, list(overrides)) for overrides in job_overrides]
        in_threads(tasks, effective_n_jobs(self.launcher.joblib["n_jobs"]))
        return []

    def _row(self, overrides: list[str], stop: Event) -> Row:
        with COMPOSING:
            cfg = self.loader.load_sweep_config(self.config, overrides)
        with open_dict(cfg):
            del cfg["hydra"]
        return self.job.row(overrides, cfg, stop)
