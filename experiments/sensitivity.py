"""Which inputs decide a metric: ``./run python -m experiments.sensitivity``."""

from __future__ import annotations

import sys
from dataclasses import fields

from omegaconf import DictConfig
from rich.console import Console

from experiments.wiring import run_folder
from sim.config.app import hydra_main
from sim.config.sensitivity_schema import SensitivityConfig
from sim.results.names import FIGURES
from sim.results.progress import bars
from sim.studies.sensitivity_run import PICTURE, TABLE, run_study, to_study
from sim.sweeps.command_line import for_study


@hydra_main("sensitivity", to_study)
def main(cfg: DictConfig) -> None:
    """Run what is not finished, say what decides each metric and where table and figure are."""
    console = Console()
    study, folder = to_study(cfg), run_folder()
    console.print(study.cost, highlight=False)
    if cfg.dry_run:
        return
    with bars(["runs"], console) as (show,):
        sentences = run_study(study, folder, show)
    for sentence in sentences:
        console.print(sentence, highlight=False)
    console.print(f"table: {folder / TABLE}", highlight=False, soft_wrap=True)
    console.print(f"picture: {folder / FIGURES / PICTURE}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.argv[1:] = for_study(sys.argv[1:], [field.name for field in fields(SensitivityConfig)])
    main()
