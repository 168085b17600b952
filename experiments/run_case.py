"""One needle through insertion and infiltration: ``./run python -m experiments.run_case``."""

from __future__ import annotations

import sys

from omegaconf import DictConfig
from rich.console import Console

from experiments.wiring import command_line, make_job, output_folder
from sim.config.app import hydra_main


@hydra_main("run_case")
def main(cfg: DictConfig) -> None:
    """Run, say what happened and where the report is."""
    # imported when a run begins: a sweep's parent, --help and a refusal do without
    from sim.report.words import infiltration_words, insertion_words
    from sim.results.progress import bars
    from sim.results.record import REPORT, load
    from sim.run import run_case

    console = Console()
    folder = output_folder(cfg.needle.name)
    job = make_job(cfg, folder, command_line("experiments.run_case"))
    with bars([cfg.needle.name], console) as (show,):
        status = run_case(job, show)
    record = load(folder)
    console.print(insertion_words(record), infiltration_words(record), highlight=False)
    if status != "complete":
        sys.exit(1)
    left = f"report: {folder / REPORT}" if job.report else f"folder: {folder}"
    console.print(left, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
