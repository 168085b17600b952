"""Sampling as it is written on a command line, put into words that Hydra's grammar takes.

``injection.rate="normal(1 mL/min, 0.2 mL/min)"`` would be an unknown function to Hydra,
``--dry-run`` an unknown flag, and an override inside a list a syntax error.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from sim.config.sampling_schema import SYNTAX

DRY_RUN = "--dry-run"
MULTIRUN = ("-m", "--multirun")
SWEEPER = "hydra/sweeper="
_SAMPLED = re.compile(rf"[\w.@/]+=\s*(?:{'|'.join(SYNTAX)})\s*\(.*\)\s*")


def for_sweeper(arguments: Sequence[str]) -> list[str]:
    """Return a sweep's command line with sampled inputs and ``--dry-run`` as the sweeper's keys.

    Parameters
    ----------
    arguments : sequence of str
        Without the program's name. ``key=distribution(…)`` or ``--dry-run`` chooses the sampling
        sweeper where no other is chosen; without ``-m`` nothing is changed.
    """
    sampled = [text for text in arguments if _SAMPLED.fullmatch(text)]
    kept = [text for text in arguments if text not in sampled and text != DRY_RUN]
    if len(kept) == len(arguments) or not any(flag in arguments for flag in MULTIRUN):
        return list(arguments)
    if not any(text.startswith(SWEEPER) for text in kept):
        kept.append(f"{SWEEPER}sampling")
    if sampled:
        kept.append(_inputs("hydra.sweeper.inputs", sampled))
    if DRY_RUN in arguments:
        kept.append("hydra.sweeper.dry_run=true")
    return kept


def for_study(arguments: Sequence[str], own: Collection[str]) -> list[str]:
    """Return a study's command line with what belongs to its runs gathered under keys of the study.

    Parameters
    ----------
    arguments : sequence of str
        Without the program's name.
    own : collection of str
        First parts of the study's own keys. Every other ``key=distribution(…)`` goes into
        ``inputs``, every other ``key=value`` into ``overrides``, and ``--dry-run`` is ``dry_run``.
    """
    kept = ["dry_run=true" if text == DRY_RUN else text for text in arguments]
    theirs = [text for text in kept if "=" in text and not _own(text, own)]
    sampled = [text for text in theirs if _SAMPLED.fullmatch(text)]
    overrides = [_quoted(text) for text in theirs if text not in sampled]
    kept = [text for text in kept if text not in theirs]
    if sampled:
        kept.append(_inputs("inputs", sampled))
    if overrides:
        kept.append(f"overrides=[{','.join(overrides)}]")
    return kept


def _own(argument: str, own: Collection[str]) -> bool:
    first = re.split(r"[.=@]", argument.lstrip("+~"), maxsplit=1)[0]
    return first.startswith(("-", "hydra")) or first in own


def _inputs(key: str, sampled: Sequence[str]) -> str:
    pairs = [text.partition("=") for text in sampled]
    return f"+{key}={{{', '.join(f'{own}: {_quoted(text.strip())}' for own, _, text in pairs)}}}"


def _quoted(text: str) -> str:
    escaped = text.replace("'", "\\'")
    return f"'{escaped}'"
