"""A number as the catalogue holds it: with unit, source, confidence and range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

type Confidence = Literal["H", "M", "L", "A"]


@dataclass(frozen=True)
class Value:
    """A default of the configuration.

    Parameters
    ----------
    text : str
        The value with its unit as a user would write it, e.g. ``"240 MPa"``, or a choice.
    source : str
        The publication or catalogue it comes from, or what was assumed and why.
    confidence : {"H", "M", "L", "A"}
        High, medium, low (order of magnitude), or an assumption: no measurement was found.
    low, high : str, optional
        Range that a sensitivity pass goes through, written like `text`.
    """

    text: str
    source: str
    confidence: Confidence
    low: str | None = None
    high: str | None = None


# A group's option: values, plain names and numbers, None where nothing is set.
type Tree = Mapping[str, Value | str | float | Tree | None]
