"""Two needles in the same patient, side by side: ``./run python -m experiments.compare_gauges``."""

from __future__ import annotations

import sys

from omegaconf import DictConfig
from rich.console import Console

from experiments.wiring import SIDES, command_line, make_job, output_folder, side
from sim.config.app import hydra_main


@hydra_main("compare_gauges")
def main(cfg: DictConfig) -> None:
    """Run both, print the table and the report's path."""
    # imported when a run begins: a sweep's parent, --help and a refusal do without
    from sim.pair import run_pair

    names = [cfg[name].needle.name for name in SIDES]
    folder = output_folder("_against_".join(names))
    command = command_line("experiments.compare_gauges")
    jobs = [
        make_job(side(cfg, name), folder / name, command, turning_points=True) for name in SIDES
    ]
    if not run_pair(*jobs, folder, command, Console()):
        sys.exit(1)


if __name__ == "__main__":
    main()
