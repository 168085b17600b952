"""What Hydra and OmegaConf refuse, said in our words."""

from __future__ import annotations

from omegaconf.errors import OmegaConfBaseException

from sim.errors import ConfigError


def refusal(error: OmegaConfBaseException) -> ConfigError:
    """Translate."""
    return ConfigError(error.full_key, error.value, str(error).splitlines()[0])
