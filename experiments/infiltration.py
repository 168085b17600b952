"""The infiltration alone, from a stated place: ``./run python -m experiments.infiltration``.

In 3-D it also runs on several processes, of which the first writes:
``./run mpirun -n 2 python -m experiments.infiltration site.geometry=3d mesh=solid``.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial

from mpi4py import MPI
from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from experiments.ranks import Ranks
from experiments.wiring import command_line, output_folder
from sim.case import Case
from sim.config.app import hydra_main
from sim.config.infiltration import to_infiltration
from sim.config.store import register
from sim.infiltration_alone import NeedleInPlace, infiltrate_alone
from sim.outcome import InfiltrationResult
from sim.report.words import infiltration_words
from sim.results.inputs import inputs
from sim.results.progress import Show, bars, silent
from sim.results.record import FIELDS, REPORT, load
from sim.run import Job, run_case

RANKS = Ranks(MPI.COMM_WORLD)


@hydra_main("infiltration")
def main(cfg: DictConfig) -> None:
    """Run, say where the drug went and where the fields and the report are."""
    console, asked = Console(), to_infiltration(cfg)
    for key, text in asked.measured.items():
        OmegaConf.update(cfg, key, text)
    config = OmegaConf.to_yaml(cfg, resolve=True)
    folder = output_folder(cfg.needle.name)
    job = Job(
        case=asked.case,
        config=config,
        folder=folder,
        command=command_line("experiments.infiltration"),
        inputs=inputs(cfg),
        alone=partial(_inject, asked),
        fields=cfg.output.fields,
        report=cfg.output.report,
    )
    RANKS.ask(config, folder)
    with bars([cfg.needle.name], console) as (show,):
        status = run_case(job, show)
    console.print(infiltration_words(load(folder)), highlight=False)
    if status != "complete":
        sys.exit(1)
    console.print(f"fields: {folder / FIELDS}", highlight=False, soft_wrap=True)
    left = f"report: {folder / REPORT}" if job.report else f"folder: {folder}"
    console.print(left, highlight=False, soft_wrap=True)


def _inject(asked: NeedleInPlace, case: Case, show: Show) -> InfiltrationResult:
    """Inject `case` where the needle of `asked` stands."""
    return infiltrate_alone(replace(asked, case=case), RANKS.comm, show)


def follow(config: str) -> None:
    """Compute with the first process what it was asked for."""
    register()
    infiltrate_alone(to_infiltration(OmegaConf.create(config)), RANKS.comm, silent)


if __name__ == "__main__":
    RANKS.run(main, follow)
