"""What the experiments share: from a Hydra configuration to a job, its folder and its command."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from sim.config import to_case
from sim.results.inputs import inputs

if TYPE_CHECKING:
    from sim.run import Job

SIDES = ("a", "b")


def make_job(
    cfg: DictConfig,
    folder: Path,
    command: str,
    *,
    infiltration: bool = True,
    turning_points: bool = False,
) -> Job:
    """Return the job of one run's configuration, with or without what follows the insertion."""
    from sim.reevaluation import sweep  # takes seconds, which only a run is worth
    from sim.run import Job

    return Job(
        case=to_case(cfg),
        config=OmegaConf.to_yaml(cfg, resolve=True),
        folder=folder,
        command=command,
        inputs=inputs(cfg),
        sweep=partial(sweep, cfg) if turning_points and cfg.output.report else None,
        infiltration=infiltration,
        fields=cfg.output.fields,
        report=cfg.output.report,
    )


def side(cfg: DictConfig, name: str) -> DictConfig:
    """Return one side of a comparison as the configuration of a run."""
    shared = {key: node for key, node in cfg.items() if key not in SIDES}
    return OmegaConf.create(shared | dict(cfg[name].items()))


def run_folder() -> Path:
    """Return the folder that Hydra made for this run."""
    folder, here = Path(HydraConfig.get().runtime.output_dir), Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def output_folder(name: str) -> Path:
    """Return the folder for this run's record inside the one that Hydra made."""
    return run_folder() / name


def command_line(module: str) -> str:
    """Return the command that repeats this run."""
    overrides = list(HydraConfig.get().overrides.task)
    return f"./run {shlex.join(['python', '-m', module, *overrides])}"
