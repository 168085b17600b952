"""Configurations from Python, without a command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import hydra
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig, OmegaConf

from sim.case import Case
from sim.config.parse import to_case
from sim.config.store import register

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


def compose(config_name: str, overrides: Sequence[str] = ()) -> DictConfig:
    """Compose a configuration of `configs/` with overrides in Hydra's syntax."""
    register()
    state = GlobalHydra.instance()
    at_work = state.hydra  # inside an experiment, whose own Hydra goes on afterwards
    state.clear()
    try:
        with hydra.initialize_config_dir(str(CONFIGS), version_base="1.3"):
            return hydra.compose(config_name, overrides=list(overrides))
    finally:
        state.hydra = at_work


def default_case(
    needle: str = "27G", technique: str = "push", overrides: Sequence[str] = ()
) -> Case:
    """Return the default patient with that needle and technique.

    Parameters
    ----------
    needle, technique : str
        Options of these groups.
    overrides : sequence of str
        Further overrides, e.g. ``["nodule=paste", "needle.length=25.4 mm"]``.
    """
    choice = [f"needle={needle}", f"technique={technique}"]
    return to_case(compose("run_case", [*choice, *overrides]))


def with_value(cfg: DictConfig, key: str, text: str) -> DictConfig:
    """Return a copy of a configuration with one value replaced."""
    changed = cfg.copy()
    OmegaConf.update(changed, key, text)
    return changed
