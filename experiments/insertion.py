"""One needle's insertion, without the injection: ``./run python -m experiments.insertion``."""

from __future__ import annotations

import sys

from omegaconf import DictConfig
from rich.console import Console

from experiments.wiring import command_line, make_job, output_folder
from sim.config.app import hydra_main


@hydra_main("insertion")
def main(cfg: DictConfig) -> None:
    """Run, say what happened and where the force curve and the report are."""
    # imported when a run begins: a sweep's parent, --help and a refusal do without
    from sim.report.words import insertion_words
    from sim.results.progress import bars
    from sim.results.record import FORCE, REPORT, load
    from sim.run import run_case

    console = Console()
    folder = output_folder(cfg.needle.name)
    job = make_job(cfg, folder, command_line("experiments.insertion"), infiltration=False)
    with bars([cfg.needle.name], console) as (show,):
        status = run_case(job, show)
    console.print(insertion_words(load(folder)), highlight=False)
    if status != "complete":
        sys.exit(1)
    console.print(f"forces: {folder / FORCE}", highlight=False, soft_wrap=True)
    left = f"report: {folder / REPORT}" if job.report else f"folder: {folder}"
    console.print(left, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
