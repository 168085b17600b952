"""The best needle for a lesion under limits: ``./run python -m experiments.design``."""

from __future__ import annotations

from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from experiments.wiring import output_folder
from sim.config.app import hydra_main
from sim.config.design import to_design
from sim.results.names import FIGURES
from sim.results.progress import bars


@hydra_main("design", to_design)
def main(cfg: DictConfig) -> None:
    """Search, and say which design is best, what limits it and where everything is."""
    # imported when a run begins: --help and a refusal do without
    from sim.studies.design_run import ANSWER, DESIGNS, PICTURE, run_design

    console = Console()
    folder = output_folder("design")
    with bars(["design"], console) as (show,):
        said = run_design(to_design(cfg), OmegaConf.to_yaml(cfg, resolve=True), folder, show)
    for paragraph in said:
        console.print(paragraph, highlight=False)
    for what, path in (
        ("answer", folder / ANSWER),
        ("every design", folder / DESIGNS),
        ("picture", folder / FIGURES / PICTURE),
    ):
        console.print(f"{what}: {path}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
