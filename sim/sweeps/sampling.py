"""Sampled inputs of a run: from a configuration to the overrides of every point."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
from omegaconf import DictConfig, OmegaConf

from sim.config.uncertain import uncertain_inputs
from sim.errors import ConfigError
from sim.sweeps.designs import DESIGNS, Array, correlated, runs
from sim.sweeps.distributions import Continuous, Distribution, distribution, of_range

INDEPENDENT = ("morris", "saltelli")  # designs whose indices presume independent inputs
MOST_RUNS = 1_000_000
_PLAIN = re.compile(r"[\w ./%*+-]+", re.ASCII)  # what Hydra reads without quotes


@dataclass(frozen=True)
class Input:
    """An input that is sampled."""

    key: str
    text: str  # its distribution as written
    distribution: Distribution


@dataclass(frozen=True)
class Samples:
    """A design over inputs."""

    inputs: tuple[Input, ...]
    cube: Array  # (points, inputs), cumulated probabilities
    texts: tuple[tuple[str, ...], ...]  # (points, inputs), as a user would write them

    def overrides(self) -> list[tuple[str, ...]]:
        """Return the overrides of every point in Hydra's syntax."""
        keys = [entry.key for entry in self.inputs]
        return [
            tuple(f"{key}={_quoted(text)}" for key, text in zip(keys, row, strict=True))
            for row in self.texts
        ]


def sampled_inputs(
    cfg: DictConfig,
    patterns: Sequence[str],
    given: Mapping[str, str],
    fixed: Collection[str] = (),
) -> tuple[Input, ...]:
    """Return the inputs to sample.

    Parameters
    ----------
    cfg : DictConfig
        Configuration of the run; its options say which inputs are uncertain.
    patterns : sequence of str
        Keys of uncertain inputs, ``*`` for any letters, that are taken with their catalogue ranges.
    given : mapping
        Further inputs, or other distributions for the same.
    fixed : collection of str
        Keys that the command line sets: no pattern takes them.

    Raises
    ------
    ConfigError
        If a pattern fits no uncertain input, or a distribution is not allowed.
    """
    uncertain = {entry.key: of_range(entry) for entry in uncertain_inputs(cfg)}
    for pattern in patterns:
        if not any(fnmatchcase(key, pattern) for key in uncertain):
            raise ConfigError("uncertain", pattern, f"fits none of {', '.join(uncertain)}")
    for key in given:
        if key in fixed:
            raise ConfigError(key, given[key], "it is set and sampled at once; leave out one")
        if not _known(cfg, key):
            raise ConfigError(key, given[key], "there is no such key or group")
    texts = {
        key: text
        for key, text in uncertain.items()
        if key not in fixed and any(fnmatchcase(key, pattern) for pattern in patterns)
    } | dict(given)
    return tuple(Input(key, text, distribution(key, text)) for key, text in texts.items())


def sample(
    inputs: Sequence[Input],
    method: str,
    samples: int,
    seed: int,
    correlations: Sequence[tuple[str, str, float]] = (),
) -> Samples:
    """Draw a design over the inputs.

    Parameters
    ----------
    inputs : sequence of Input
    method : str
        Key of `sim.sweeps.designs.DESIGNS`.
    samples : int
        Points; of ``morris`` trajectories, of ``saltelli`` base points.
    seed : int
        The same seed gives the same points.
    correlations : sequence of (key, key, rank correlation)

    Returns
    -------
    Samples
        No points and no inputs give one point without overrides.

    Raises
    ------
    ConfigError
        For an unknown method, a number of samples it cannot have, or impossible correlations.
    """
    if method not in DESIGNS:
        raise ConfigError("method", method, f"choose one of {', '.join(DESIGNS)}")
    if not inputs:
        return Samples((), np.empty((1, 0)), ((),))
    if not 1 <= runs(method, samples, len(inputs)) <= MOST_RUNS:
        raise ConfigError("samples", samples, f"give a number above 0, at most {MOST_RUNS} runs")
    if correlations and method in INDEPENDENT:
        raise ConfigError("correlations", method, "its indices presume independent inputs")
    try:
        cube = DESIGNS[method](samples, len(inputs), seed)
    except ValueError as error:
        raise ConfigError("samples", samples, str(error)) from error
    if method == "morris":  # its levels are at the ends of the cube
        low, high = np.array([entry.distribution.levels for entry in inputs]).T
        cube = low + (high - low) * cube
    if correlations:
        ranks = _ranks(inputs, correlations)
        try:
            cube = correlated(cube, ranks)
        except ValueError as error:
            raise ConfigError("correlations", list(correlations), str(error)) from error
    columns = [entry.distribution.texts(cube[:, i]) for i, entry in enumerate(inputs)]
    return Samples(tuple(inputs), cube, tuple(zip(*columns, strict=True)))


def _ranks(inputs: Sequence[Input], correlations: Sequence[tuple[str, str, float]]) -> Array:
    """Return the matrix of rank correlations."""
    index = {entry.key: i for i, entry in enumerate(inputs)}
    ranks = np.eye(len(inputs))
    for first, second, rank in correlations:
        for key in (first, second):
            if key not in index or not isinstance(inputs[index[key]].distribution, Continuous):
                raise ConfigError("correlations", key, "it is no sampled quantity")
        if first == second or not -1.0 < rank < 1.0:
            raise ConfigError("correlations", rank, "two inputs and a number between -1 and 1")
        ranks[index[first], index[second]] = ranks[index[second], index[first]] = rank
    return ranks


def _known(cfg: DictConfig, key: str) -> bool:
    """Say whether a configuration has a key; that of ``needle@a.needle`` is ``a.needle``."""
    parent, _, name = key.rpartition("@")[2].rpartition(".")
    node = OmegaConf.select(cfg, parent) if parent else cfg
    return OmegaConf.is_dict(node) and name in node


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else f"'{text}'"
