"""Distributions of inputs, written as text with units, e.g. ``uniform(1 g/cm**3, 1.9 g/cm**3)``.

Every law is used through its inverse distribution function, so that any design over the unit cube
becomes a design over the inputs. What is written must lie inside the admissible range of its key
(`sim.config.limits`): a bounded law that does not is refused before anything runs. A normal law has
tails that never end; they are cut at the admissible range if that takes away no more than
`CUT` of the probability, and the law is refused otherwise (``truncated_normal`` says where to cut).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from sim.config.groups import GROUPS
from sim.config.limits import CHOICES, LIMITS, Limit
from sim.config.parse import quantity
from sim.config.sampling_schema import SYNTAX
from sim.config.uncertain import UncertainInput
from sim.errors import ConfigError
from sim.sensitivity import LOG_SPAN
from sim.units import to_si

CUT = 1e-3  # largest probability that the admissible range may take from a normal law's tails
TAIL = 0.005  # probability beyond the first and the last level of a law that has no ends
DIGITS = 12  # of a sample, in the unit it is written in

_CALL = re.compile(r"\s*(?P<name>\w+)\s*\((?P<arguments>.*)\)\s*")
_QUANTITY = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*(?P<unit>.*)")


class Law(Protocol):
    """The part of a frozen distribution of `scipy.stats` that is used."""

    def ppf(self, q: ArrayLike) -> NDArray[np.float64]:
        """Return the quantiles."""


@dataclass(frozen=True)
class Continuous:
    """A law of a quantity."""

    unit: str  # as written; "" of a plain number
    law: Law  # of the number in that unit
    levels: tuple[float, float] = (0.0, 1.0)  # probabilities between which a design has its levels

    def texts(self, probabilities: ArrayLike) -> list[str]:
        """Return the quantiles as a user would write them, with 12 digits and the unit."""
        return [f"{x:.{DIGITS}g} {self.unit}".strip() for x in self.law.ppf(probabilities)]


@dataclass(frozen=True)
class Discrete:
    """Choices, names of options or quantities, with the probability of each."""

    choices: tuple[str, ...]
    probabilities: tuple[float, ...]
    levels: tuple[float, float] = (0.0, 1.0)

    def texts(self, probabilities: ArrayLike) -> list[str]:
        """Return the choice at each cumulated probability."""
        steps = np.cumsum(self.probabilities)[:-1]
        return [self.choices[i] for i in np.searchsorted(steps, probabilities, side="right")]


type Distribution = Continuous | Discrete


def distribution(key: str, text: str) -> Distribution:
    """Read the distribution of an input.

    Parameters
    ----------
    key : str
        Dotted key, or a group whose options are chosen among, e.g. ``nodule``.
    text : str
        ``uniform(low, high)``, ``log_uniform(low, high)``, ``normal(mean, deviation)``,
        ``truncated_normal(mean, deviation, low, high)`` or ``discrete(first: weight, ...)``;
        quantities with units, weights 1 where they are left out.

    Raises
    ------
    ConfigError
        If the text is none of these, or takes values that the key may not have.
    """
    call = _CALL.fullmatch(text)
    if call is None or call["name"] not in SYNTAX:
        raise ConfigError(key, text, f"write one of {'; '.join(SYNTAX.values())}")
    arguments = [argument.strip() for argument in call["arguments"].split(",")]
    if call["name"] == "discrete":
        return _discrete(key, text, arguments)
    return _continuous(key, text, call["name"], arguments)


def of_range(entry: UncertainInput) -> str:
    """Write the distribution that stands for a range of the catalogue.

    A range says what is possible, not how likely: evenly spread is an assumption, in the logarithm
    where the range spans a factor of three or more; every choice is equally likely.
    """
    limit = LIMITS.get(_own(entry.key))
    if limit is None:
        choices = dict.fromkeys((entry.low, entry.default, entry.high))
        return f"discrete({', '.join(choices)})"
    low, high = to_si(entry.low, limit.unit), to_si(entry.high, limit.unit)
    name = "log_uniform" if low > 0.0 and high / low >= LOG_SPAN else "uniform"
    return f"{name}({entry.low}, {entry.high})"


def _own(key: str) -> str:
    """Return a key without the side of a comparison."""
    return key.removeprefix("a.").removeprefix("b.")


def _discrete(key: str, text: str, arguments: Sequence[str]) -> Discrete:
    pairs = [argument.partition(":") for argument in arguments]
    choices = tuple(choice.strip() for choice, _, _ in pairs)
    for choice in choices:
        _check_choice(key, choice)
    try:
        weights = np.array([float(weight) if sign else 1.0 for _, sign, weight in pairs])
    except ValueError as error:
        raise ConfigError(key, text, "a weight is a plain number") from error
    if len(set(choices)) < len(choices) or not np.all(weights > 0.0) or not np.all(weights < 1e9):
        raise ConfigError(key, text, "give each choice once, with a weight above 0")
    return Discrete(choices, tuple((weights / weights.sum()).tolist()))


def _check_choice(key: str, choice: str) -> None:
    """Refuse a choice that the key may not have."""
    group = key.partition("@")[0]
    options = GROUPS.get(group) or CHOICES.get(_own(key))
    limit = LIMITS.get(_own(key))
    if options is not None and choice not in options:
        raise ConfigError(key, choice, f"choose among {', '.join(options)}")
    if limit is not None and not (choice == "null" and limit.null):
        quantity(key, choice, limit)


def _continuous(key: str, text: str, name: str, arguments: Sequence[str]) -> Continuous:
    expected = SYNTAX[name].count(",") + 1
    first = _QUANTITY.fullmatch(arguments[0])
    if len(arguments) != expected or first is None:
        raise ConfigError(key, text, f"write {SYNTAX[name]}, with units")
    unit, limit = first["unit"], LIMITS.get(_own(key))
    try:
        numbers = [to_si(argument, unit) for argument in arguments]
    except ValueError as error:
        raise ConfigError(key, text, str(error)) from error
    if limit is not None:
        for value in arguments if "uniform" in name else (arguments[0], *arguments[2:]):
            quantity(key, value, limit)
    if name == "normal":
        return _normal(key, text, unit, limit, *numbers)
    low, high = numbers[-2:]
    if not low < high or (name == "log_uniform" and low <= 0.0):
        raise ConfigError(key, text, "low must be less than high, and above 0 in a logarithm")
    if name == "uniform":
        return Continuous(unit, stats.uniform(low, high - low))
    if name == "log_uniform":
        return Continuous(unit, stats.loguniform(low, high))
    return Continuous(unit, _truncated(key, text, *numbers))


def _normal(
    key: str, text: str, unit: str, limit: Limit | None, mean: float, deviation: float
) -> Continuous:
    """Return a normal law whose tails end where the admissible range does."""
    ends = (-math.inf, math.inf) if limit is None else _bounds(limit, unit)
    law = _truncated(key, text, mean, deviation, *ends)
    whole = stats.norm(mean, deviation)
    cut = whole.cdf(ends[0]) + whole.sf(ends[1])
    if cut > CUT:
        raise ConfigError(
            key,
            text,
            f"{100.0 * cut:.2g} % of it lies outside what is allowed; write "
            f"{SYNTAX['truncated_normal']}, or {limit.allowed}",
        )
    return Continuous(unit, law, (TAIL, 1.0 - TAIL))


def _bounds(limit: Limit, unit: str) -> tuple[float, float]:
    return to_si(limit.low, unit), to_si(limit.high, unit)


def _truncated(key: str, text: str, mean: float, deviation: float, low: float, high: float) -> Law:
    if deviation <= 0.0 or not low < high:
        raise ConfigError(key, text, "the deviation must be above 0, and low less than high")
    return stats.truncnorm((low - mean) / deviation, (high - mean) / deviation, mean, deviation)
