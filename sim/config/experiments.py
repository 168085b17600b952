"""What the configuration of each experiment has to pass, and what it is in SI."""

from __future__ import annotations

from collections.abc import Callable

from omegaconf import DictConfig

from sim.config.parse import compare_cases, one_round, to_case
from sim.config.penetration_map import to_map
from sim.config.treatment import to_treatment
from sim.errors import ConfigError

type Check = Callable[[DictConfig], object]  # raises ConfigError


def _to_infiltration(cfg: DictConfig) -> object:
    from sim.config.infiltration import to_infiltration  # meshes and images: more than a second

    return to_infiltration(cfg)


CHECKS: dict[str, tuple[Check, ...]] = {  # the first one's answer is what is computed, in SI
    "run_case": (to_case, one_round),
    "insertion": (to_case, one_round),
    "infiltration": (_to_infiltration, one_round),
    "compare_gauges": (compare_cases, one_round),
    "treatment": (to_treatment,),
    "penetration_map": (to_map,),
}


def physics(experiment: str, cfg: DictConfig) -> object:
    """Return what a configuration asks to compute, in SI.

    Raises
    ------
    ConfigError
        If it cannot be run, or nothing of that name can be.
    """
    if experiment not in CHECKS:
        raise ConfigError("experiment", experiment, f"choose one of {', '.join(CHECKS)}")
    answers = [check(cfg) for check in CHECKS[experiment]]
    return answers[0]
