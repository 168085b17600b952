"""Evenly spaced values with units: ``injection.volume=grid(0.1 mL, 1 mL, 5, log)``.

Hydra's own ``range()`` yields bare numbers, and its grammar takes no further functions, so a grid
is written out as the list of its values before Hydra reads it: on the command line by `expand`, in
a preset's ``hydra.sweeper.params`` by `expand_preset`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np

from sim.errors import ConfigError
from sim.units import to_si

DIGITS = 12  # significant
MOST = 10_000  # values
ALLOWED = (
    "give grid(from, to, number) or grid(from, to, number, log), e.g. grid(0.1 mL, 1 mL, 5, log)"
)
PARAMS = "hydra.sweeper.params"
_GRID = re.compile(r"\bgrid\(([^()]*)\)")
_END = re.compile(r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(?P<unit>.*)")


def expand(arguments: Iterable[str]) -> list[str]:
    """Return a command line's overrides with every ``grid(…)`` written out as a list of values.

    Parameters
    ----------
    arguments : iterable of str
        Overrides ``key=value``; those without a grid are passed on as they are.

    Raises
    ------
    ConfigError
        By the override's key, if a grid is not as `values` takes it.
    """
    return [_expanded(argument) for argument in arguments]


def expand_preset(params: Mapping[str, object]) -> list[str]:
    """Return the override that writes out the grids of ``hydra.sweeper.params``; none: no override.

    Parameters
    ----------
    params : mapping
        {key: its values as written in the preset}.

    Raises
    ------
    ConfigError
        As `expand`.
    """
    written = {key: str(text) for key, text in params.items() if _GRID.search(str(text))}
    pairs = [
        f'{key}: "{_expanded(f"{key}={text}")[len(key) + 1 :]}"' for key, text in written.items()
    ]
    return [f"{PARAMS}={{{', '.join(pairs)}}}"] if pairs else []


def values(key: str, arguments: str) -> list[str]:
    """Return the values of a grid as texts, both ends as they were written.

    Parameters
    ----------
    key : str
        The swept key, for the refusal.
    arguments : str
        What is between the brackets: from, to, number and, for values evenly spaced in the
        logarithm, ``log``. The values between have the unit of the first one.

    Raises
    ------
    ConfigError
        If the ends are the same or no quantities of one dimension, the number is no whole one, or
        an end of a logarithmic grid is not positive.
    """
    given = f"grid({arguments})"
    parts = [part.strip().strip("'\"").strip() for part in arguments.split(",")]
    if len(parts) not in (3, 4) or parts[3:] not in ([], ["log"]):
        raise ConfigError(key, given, ALLOWED)
    start, end, count = parts[:3]
    match = _END.fullmatch(start)
    if match is None:
        raise ConfigError(key, given, f"{start!r} is not a number followed by a unit; {ALLOWED}")
    unit = match["unit"]
    try:
        low, high = to_si(start, unit), to_si(end, unit)
    except ValueError as error:
        raise ConfigError(key, given, f"{end!r} does not go with {start!r}: {error}") from error
    if not count.isdecimal() or not 2 <= int(count) <= MOST:
        raise ConfigError(key, given, f"give a whole number of values from 2 to {MOST}")
    if low == high:
        raise ConfigError(key, given, "the ends must differ")
    if parts[3:] and not (low > 0.0 and high > 0.0):
        raise ConfigError(key, given, "both ends of a logarithmic grid must be above 0")
    spaced = np.geomspace if parts[3:] else np.linspace
    between = [f"{value:.{DIGITS}g} {unit}".strip() for value in spaced(low, high, int(count))]
    return [start, *between[1:-1], end]


def _expanded(argument: str) -> str:
    key, equals, value = argument.partition("=")

    def listed(match: re.Match[str]) -> str:
        texts = values(key, match[1])
        return ",".join(f"'{text}'" if " " in text else text for text in texts)

    return f"{key}{equals}{_GRID.sub(listed, value)}"
