"""The configuration of a treatment: a comparison of two needles, or the folder of one to go on."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from sim.case import Case
from sim.config.parse import compare_cases
from sim.errors import ConfigError

FILE = "config.yaml"


def to_treatment(cfg: DictConfig) -> tuple[Case, Case]:
    """Check the configuration of a treatment and return its two cases."""
    return compare_cases(comparison(cfg))


def comparison(cfg: DictConfig) -> DictConfig:
    """Return the comparison that a treatment is of, from the folder it goes on in if it does.

    Raises
    ------
    ConfigError
        If that folder holds no treatment.
    """
    if "resume" not in cfg:  # nor where it is a placeholder, "???"
        return OmegaConf.create({key: cfg[key] for key in cfg if key != "resume"})
    wanted = f"give the folder of a treatment, which holds {FILE}"
    try:
        found = OmegaConf.load(Path(str(cfg.resume)) / FILE)
    except (OSError, OmegaConfBaseException, YAMLError) as error:
        raise ConfigError("resume", str(cfg.resume), wanted) from error
    if not isinstance(found, DictConfig):
        raise ConfigError("resume", str(cfg.resume), wanted)
    return found
