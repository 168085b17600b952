"""A sensitivity study: from its configuration to runs, indices, table, figure and an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from omegaconf import DictConfig, OmegaConf

from sim.config.compose import compose
from sim.config.experiments import CHECKS, physics
from sim.config.refusal import Refused, refusal
from sim.errors import ConfigError
from sim.figures.sensitivity import sensitivity_figure
from sim.figures.style import save
from sim.results.labels import label
from sim.results.names import FIGURES
from sim.results.progress import Show
from sim.studies.metric import values
from sim.studies.sensitivity import FEWEST, Effect, Share, morris, sobol
from sim.studies.sensitivity_words import answer, ended
from sim.sweeps.cost import cost_words
from sim.sweeps.point import Point
from sim.sweeps.pool import run_points
from sim.sweeps.sampling import Samples, sample, sampled_inputs

METHODS = ("morris", "saltelli")
TABLE, PICTURE = "sensitivity.csv", "sensitivity.png"


@dataclass(frozen=True)
class Study:
    """What is run and asked."""

    experiment: str
    overrides: tuple[str, ...]  # of every run
    terms: tuple[str, ...]  # overrides that say what a run leaves and may use
    samples: Samples
    method: str  # morris | saltelli
    seed: int
    metrics: tuple[str, ...]
    workers: int
    mesh: str  # its name, for the cost

    @property
    def points(self) -> list[Point]:
        """The runs, in the order of the design."""
        drawn = self.samples.overrides()
        return [Point(self.experiment, (*self.overrides, *own)) for own in drawn]

    @property
    def cost(self) -> str:
        """What the runs would cost, in a sentence."""
        return cost_words(self.experiment, {self.mesh: len(self.samples.texts)})


def to_study(cfg: DictConfig) -> Study:
    """Check the configuration of a study, the one that all its runs start from included.

    Raises
    ------
    ConfigError
        At the first key that is not allowed.
    """
    if cfg.of not in CHECKS:
        raise ConfigError("of", cfg.of, f"choose one of {', '.join(CHECKS)}")
    if cfg.method not in METHODS:
        raise ConfigError("method", cfg.method, f"choose one of {', '.join(METHODS)}")
    if not cfg.metrics:
        raise ConfigError("metrics", [], "give at least one, e.g. insertion.peak_force_N")
    if cfg.samples < FEWEST:
        raise ConfigError("samples", cfg.samples, f"give at least {FEWEST}: fewer have no interval")
    if cfg.workers < 1:
        raise ConfigError("workers", cfg.workers, "give a whole number above 0")
    own = [str(text) for text in cfg.overrides]
    try:
        base = compose(cfg.of, own)
    except Refused as error:
        raise refusal(error, own) from error
    physics(cfg.of, base)
    fixed = {text.partition("=")[0] for text in own}
    inputs = sampled_inputs(base, cfg.uncertain, {str(k): v for k, v in cfg.inputs.items()}, fixed)
    if not inputs:
        raise ConfigError("uncertain", list(cfg.uncertain), "give patterns of keys, or inputs")
    correlations = [(pair.first, pair.second, pair.rank) for pair in cfg.correlations]
    return Study(
        experiment=cfg.of,
        overrides=tuple(own),
        terms=tuple(
            f"{part}.{key}={'null' if value is None else value}"
            for part in ("output", "sweep")
            for key, value in cfg[part].items()
        ),
        samples=sample(inputs, cfg.method, cfg.samples, cfg.seed, correlations),
        method=cfg.method,
        seed=cfg.seed,
        metrics=tuple(dict.fromkeys(cfg.metrics)),
        workers=cfg.workers,
        mesh=str(OmegaConf.select(base, "mesh.name", default="default")),
    )


def run_study(study: Study, folder: Path, show: Show) -> list[str]:
    """Compute the runs that are not finished yet, evaluate them, and write table and figure.

    Parameters
    ----------
    study : Study
    folder : Path
        Of the sweep, gone on with if it has finished runs.
    show : callable

    Returns
    -------
    list of str
        The answer in sentences: how the runs ended, and for each metric what decides it.

    Raises
    ------
    ConfigError
        If the runs have no such metric.
    """
    runs = run_points(study.points, folder, study.workers, show, overrides_for_all=study.terms)
    found = {metric: evaluate(study, values(runs, metric)) for metric in study.metrics}
    table(study, found).to_csv(folder / TABLE, index=False)
    keys = [entry.key for entry in study.samples.inputs]
    save(sensitivity_figure(found, [label(key) for key in keys]), folder / FIGURES / PICTURE)
    sentences = [ended(runs)]
    for metric, indices in found.items():
        known = int(np.isfinite(values(runs, metric)).sum())
        sentences += answer(metric, indices, [label(key) for key in keys], known, len(runs))
    return sentences


def evaluate(study: Study, metric: np.ndarray) -> list[Effect] | list[Share]:
    """Return the indices of every input for a metric (runs,)."""
    if study.method == "morris":
        return morris(study.samples.cube, metric, study.seed)
    return sobol(len(study.samples.inputs), metric, study.seed)


def table(study: Study, found: dict[str, list[Effect] | list[Share]]) -> pd.DataFrame:
    """Return one row per metric and input; effects in the unit of the metric's name."""
    rows = [
        {
            "metric": metric,
            "input": entry.key,
            "label": label(entry.key),
            "distribution": entry.text,
        }
        | _cells(index)
        for metric, indices in found.items()
        for entry, index in zip(study.samples.inputs, indices, strict=True)
    ]
    return pd.DataFrame(rows)


def _cells(index: Effect | Share) -> dict[str, float]:
    names: Sequence[str] = ("mu_star",) if isinstance(index, Effect) else ("first", "total")
    cells: dict[str, float] = {}
    for name in names:
        estimate = getattr(index, name)
        cells |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    if isinstance(index, Effect):
        cells |= {"mu": index.mu, "sigma": index.sigma}
    return cells | {"used": index.used, "of": index.of}
