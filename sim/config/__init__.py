"""Typed configurations in text with units, checked and converted to a `Case` in SI."""

from sim.config.compose import compose, default_case, with_value
from sim.config.parse import case_from, compare_cases, one_round, read_texts, to_case
from sim.config.uncertain import UncertainInput, uncertain_inputs

__all__ = [
    "UncertainInput",
    "case_from",
    "compare_cases",
    "compose",
    "default_case",
    "one_round",
    "read_texts",
    "to_case",
    "uncertain_inputs",
    "with_value",
]
