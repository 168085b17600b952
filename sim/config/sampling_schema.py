"""Types of the sampling of inputs, for the sweeper and for the studies that draw their own runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from omegaconf import MISSING

SYNTAX = {  # of a distribution
    "uniform": "uniform(low, high)",
    "log_uniform": "log_uniform(low, high)",
    "normal": "normal(mean, deviation)",
    "truncated_normal": "truncated_normal(mean, deviation, low, high)",
    "discrete": "discrete(first: weight, second: weight, ...)",
}


@dataclass
class CorrelationConfig:
    """Spearman's rank correlation of two inputs."""

    first: str = MISSING
    second: str = MISSING
    rank: float = MISSING


@dataclass
class SamplingConfig:
    """What is sampled, and how."""

    method: str = "latin_hypercube"  # latin_hypercube | sobol | morris | saltelli
    samples: int = 64  # points; of morris trajectories, of saltelli base points
    seed: int = 0
    uncertain: list[str] = field(default_factory=list)  # patterns of keys, e.g. [nodule.*]
    inputs: dict[str, str] = field(default_factory=dict)  # key: distribution
    correlations: list[CorrelationConfig] = field(default_factory=list)
