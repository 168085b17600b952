"""Two needles, round after round, side by side: ``./run python -m experiments.treatment``."""

from __future__ import annotations

import sys

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from experiments.wiring import SIDES, command_line, make_job, run_folder, side
from sim.config.app import hydra_main
from sim.config.treatment import command_of, comparison, to_treatment
from sim.errors import ConfigError
from sim.rounds.pair import run_treatments


@hydra_main("treatment", to_treatment)
def main(cfg: DictConfig) -> None:
    """Run or go on with both needles' rounds, print what they did and the report's path."""
    resuming = "resume" in cfg
    for override in HydraConfig.get().overrides.task:
        if resuming and not override.startswith("resume="):
            raise ConfigError("resume", override, "the configuration is the folder's; give no more")
    both, folder = comparison(cfg), run_folder()
    command = command_line("experiments.treatment")
    if resuming:
        command = command_of(folder, command)
    jobs = [make_job(side(both, name), folder / name, command) for name in SIDES]
    config = OmegaConf.to_yaml(both, resolve=True)
    if not run_treatments(*jobs, folder, config, command, Console()):
        sys.exit(1)


if __name__ == "__main__":
    main()
