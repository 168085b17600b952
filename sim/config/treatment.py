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
    if OmegaConf.is_missing(cfg, "resume"):
        return OmegaConf.create({key: cfg[key] for key in cfg if key != "resume"})
    path = Path(str(cfg.resume)) / FILE
    try:
        return OmegaConf.load(path)
    except (OSError, OmegaConfBaseException, YAMLError) as error:
        raise ConfigError(
            "resume", str(cfg.resume), f"give the folder of a treatment, which holds {FILE}"
        ) from error


def command_of(folder: Path, otherwise: str) -> str:
    """Return the command that began the treatment in `folder`, from its configuration's comment."""
    first = (folder / FILE).read_text(encoding="utf-8").partition("\n")[0]
    return first.removeprefix("# ") if first.startswith("# ") else otherwise
