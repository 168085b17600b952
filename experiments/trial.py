"""Two needles in a cohort of virtual patients: ``./run python -m experiments.trial``."""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from experiments.wiring import command_line, run_folder
from sim.config.app import hydra_main
from sim.config.trial import to_trial
from sim.results.progress import bars


@hydra_main("trial", to_trial)
def main(cfg: DictConfig) -> None:
    """Draw the patients, run both needles in each, and say what came of it."""
    # imported when a run begins: --help and a refusal do without
    from sim.results.record import REPORT
    from sim.studies.trial_run import PATIENTS, run_trial

    console, folder = Console(), run_folder()
    config = OmegaConf.to_yaml(cfg, resolve=True)
    with bars(["trial"], console) as (show,):
        whole, answer = run_trial(
            to_trial(cfg), config, folder, command_line("experiments.trial"), show
        )
    for paragraph in answer:
        console.print(paragraph, highlight=False)
    for what, path in (("patients", folder / PATIENTS), ("report", folder / REPORT)):
        if path.exists():
            console.print(f"{what}: {path}", highlight=False, soft_wrap=True)
    if not whole:
        sys.exit(1)


if __name__ == "__main__":
    main()
