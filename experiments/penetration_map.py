"""Outcome over mineral and needle: ``./run python -m experiments.penetration_map``."""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from experiments.wiring import output_folder
from sim.config.app import hydra_main
from sim.config.penetration_map import to_map
from sim.results.names import FIGURES
from sim.results.progress import bars


@hydra_main("penetration_map")
def main(cfg: DictConfig) -> None:
    """Evaluate the map, say which needle gets through what, and where table and picture are."""
    # imported when a run begins: --help and a refusal do without
    from sim.map_run import MAP, PICTURE, run_map

    console = Console()
    folder = output_folder("map")
    with bars(["map"], console) as (show,):
        config = OmegaConf.to_yaml(cfg, resolve=True)
        status, answer = run_map(*to_map(cfg), config, folder, show)
    for sentence in answer:
        console.print(sentence, highlight=False)
    if status != "complete":
        sys.exit(1)
    console.print(f"table: {folder / MAP}", highlight=False, soft_wrap=True)
    console.print(f"picture: {folder / FIGURES / PICTURE}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
