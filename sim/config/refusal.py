"""What Hydra and OmegaConf refuse, as a `ConfigError` in one line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import get_type_hints

from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf.errors import (
    ConfigAttributeError,
    ConfigKeyError,
    MissingMandatoryValue,
    OmegaConfBaseException,
)

from sim.config.limits import allowed
from sim.config.sampling_schema import SYNTAX
from sim.errors import ConfigError

NEEDED = "a value is needed here"
Refused = (HydraException, OmegaConfBaseException)
_CALL = re.compile(r"\s*(\w+)\s*\(")
_CALLS = {"grid": "grid(from, to, number[, log])", **SYNTAX}  # beside Hydra's own
_UNKNOWN = re.compile(r"Key '(\w+)' not in '\w+'")  # of an option whose keys a root's type checks


def refusal(error: Exception, overrides: Sequence[str] = ()) -> ConfigError:
    """Translate an exception that was raised while a configuration was composed.

    Parameters
    ----------
    error : Exception
        One of `Refused`, a `ConfigError`, which is returned, or what Hydra trips over, e.g. a
        `ValueError` for ``needle=null``.
    overrides : sequence of str
        ``key=value`` texts: where the value of the refused key is looked up.
    """
    if isinstance(error, ConfigError):
        return error
    if isinstance(error, MissingConfigException) and error.missing_cfg_file:
        group, _, option = error.missing_cfg_file.rpartition("/")
        return ConfigError(group or "--config-name", option, _choices(error.options or ()))
    cause = error.__cause__ if isinstance(error.__cause__, OmegaConfBaseException) else error
    if isinstance(cause, OmegaConfBaseException):
        key = cause.full_key or "the configuration"
        return ConfigError(key, _written(key, overrides, cause.value), _reason(cause))
    key, value = _offending(str(error), overrides)
    if unknown := _UNKNOWN.search(str(error)):
        return ConfigError(key, value, _foreign(unknown[1]))
    if call := _CALL.match(value):
        return ConfigError(key, value, _unknown_call(call[1]))
    if isinstance(error, HydraException) and not isinstance(error, OverrideParseException):
        reason = _line(str(error))
    else:
        reason = "Hydra cannot read it."
    return ConfigError(
        key, value, f"{reason} Write key=value, with a decimal point and ** for a power"
    )


def _written(key: str, overrides: Sequence[str], otherwise: object) -> object:
    """Return the value that the overrides give to a key, or to one below it."""
    for override in reversed(overrides):
        name, _, value = override.partition("=")
        if f"{name.lstrip('+~')}.".startswith(f"{key}."):
            return value
    return otherwise


def _offending(message: str, overrides: Sequence[str]) -> tuple[str, str]:
    """Return key and value of the override that a message of Hydra mentions."""
    for override in overrides:
        key, _, value = override.partition("=")
        if any(name in message for name in (override, f"'{key}'", f"'{key}/{value}'")):
            return key.lstrip("+~"), value
    return "the command line", " ".join(overrides)


def _unknown_call(name: str) -> str:
    """Say what is allowed in place of an unknown function, or of one with a slip inside."""
    near = difflib.get_close_matches(name, _CALLS, n=1)
    written = [_CALLS[known] for known in near or _CALLS]
    return f"write {'one of ' * (not near)}{'; '.join(written)}, in quotes, after -m"


def _line(message: str) -> str:
    """Return a message of several lines in one, without links and advice on Hydra's syntax."""
    text = re.split(r"See https|\n1\. |To append to", message)[0]
    return " ".join(text.split()).rstrip(".?") + "."


def _foreign(name: str) -> str:
    """Say why an option with a key of this name is not one of the experiment's."""
    reader = " (experiments.infiltration does)" if name == "image" else ""
    return f"this experiment knows no {name} in that group{reader}"


def _choices(options: Sequence[str]) -> str:
    return f"choose one of {', '.join(options)}" if options else "there is no such file or group"


def _reason(error: OmegaConfBaseException) -> str:
    key = error.full_key or ""
    if isinstance(error, MissingMandatoryValue):
        return NEEDED
    if "is not a ListConfig" in str(error.msg):
        return "give a list in brackets: [first,second]"
    if "is not Optional" in str(error.msg):
        own = allowed(key) or allowed(key.partition(".")[2])  # a.needle.length: one side's
        return "; ".join(filter(None, (NEEDED, own)))
    if isinstance(error, ConfigKeyError | ConfigAttributeError) and is_dataclass(error.object_type):
        parent = key.rpartition(".")[0]
        names = [f.name for f in fields(error.object_type)]
        known = [f"{parent}.{name}".lstrip(".") for name in names]
        below = [k for k in _below(error.object_type) if k.endswith(f".{error.key}")]
        if below:
            return f"there is no such key; did you mean {' or '.join(below)}?"
        return unknown_key(key, known)
    return _line((error.msg or str(error)).splitlines()[0])


def _below(schema: type) -> list[str]:
    """Return the keys one level below the fields of a structured configuration."""
    hints = get_type_hints(schema)
    nested = {name: hint for name, hint in hints.items() if is_dataclass(hint)}
    return [f"{name}.{field.name}" for name, hint in nested.items() for field in fields(hint)]


def unknown_key(key: str, known: Sequence[str]) -> str:
    """Say what is allowed in place of a key that is not among the known ones."""
    parent, _, name = key.rpartition(".")
    if name == "_target_":
        return "nothing of a configuration is instantiated"
    prefix = f"{parent}." if parent else ""
    names = [k.removeprefix(prefix).partition(".")[0] for k in known if k.startswith(prefix)]
    near = difflib.get_close_matches(name, names, n=1)
    return (
        "there is no such key"
        + (f", did you mean {near[0]}?" if near else ";")
        + f" allowed here: {', '.join(dict.fromkeys(names))}"
    )
