"""Two needles, round after round, side by side: ``./run python -m experiments.treatment``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from experiments.wiring import SIDES, command_line, make_job, run_folder, side
from sim.config.app import hydra_main
from sim.config.treatment import comparison
from sim.errors import ConfigError


@hydra_main("treatment")
def main(cfg: DictConfig) -> None:
    """Run or go on with both needles' rounds, print what they did and the report's path."""
    # imported when a run begins: a sweep's parent, --help and a refusal do without
    from sim.rounds.pair import begun_by, run_treatments

    resuming = "resume" in cfg
    if resuming:
        _refuse_more(HydraConfig.get().overrides.task)
    both, folder = comparison(cfg), run_folder()
    begun = begun_by(folder) if resuming else None
    command = begun or command_line("experiments.treatment")
    jobs = [make_job(side(both, name), folder / name, command) for name in SIDES]
    config = OmegaConf.to_yaml(both, resolve=True)
    if not run_treatments(*jobs, folder, config, command, Console()):
        sys.exit(1)


def _refuse_more(overrides: Sequence[str]) -> None:
    """Refuse whatever is given beside the folder to go on in."""
    for override in overrides:
        key, _, value = override.lstrip("+~").partition("=")
        if key != "resume":
            raise ConfigError(
                key, value, "with resume=FOLDER the configuration is the folder's; give no more"
            )


if __name__ == "__main__":
    main()
