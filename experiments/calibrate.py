"""Strength and friction from a measured curve: ``./run python -m experiments.calibrate``."""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from experiments.wiring import output_folder
from sim.config.app import hydra_main
from sim.config.calibrate import to_calibration
from sim.results.names import FIGURES
from sim.results.progress import bars


@hydra_main("calibrate", to_calibration)
def main(cfg: DictConfig) -> None:
    """Fit, say the values and how far to trust them, and where table and picture are."""
    # imported when a run begins: --help and a refusal do without
    from sim.studies.calibrate_record import PICTURE, TABLE, run_calibration

    console = Console()
    folder = output_folder("calibration")
    with bars(["calibration"], console) as (show,):
        config = OmegaConf.to_yaml(cfg, resolve=True)
        status, answer = run_calibration(to_calibration(cfg), config, folder, show)
    for sentence in answer:
        console.print(sentence, highlight=False, soft_wrap=True, markup=False)
    if status != "complete":
        sys.exit(1)
    console.print(f"table: {folder / TABLE}", highlight=False, soft_wrap=True)
    console.print(f"picture: {folder / FIGURES / PICTURE}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
