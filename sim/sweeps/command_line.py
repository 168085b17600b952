"""Sampling as it is written on a command line, put into words that Hydra's grammar takes.

``injection.rate="normal(1 mL/min, 0.2 mL/min)"`` would be an unknown function to Hydra, and
``--dry-run`` an unknown flag.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sim.sweeps.distributions import SYNTAX

DRY_RUN = "--dry-run"
SWEEPER = "hydra/sweeper="
_SAMPLED = re.compile(rf"(?P<key>[\w.@/]+)=(?P<text>\s*(?:{'|'.join(SYNTAX)})\s*\(.*\)\s*)")


def sampling(arguments: Sequence[str]) -> list[str]:
    """Return a command line on which sampled inputs and ``--dry-run`` are keys of the sweeper.

    Parameters
    ----------
    arguments : sequence of str
        Without the program's name. ``key=distribution(…)`` or ``--dry-run`` chooses the sampling
        sweeper where no other is chosen.
    """
    matches = {text: match for text in arguments if (match := _SAMPLED.fullmatch(text))}
    kept = [text for text in arguments if text not in matches and text != DRY_RUN]
    if len(kept) == len(arguments):
        return kept
    if not any(text.startswith(SWEEPER) for text in kept):
        kept.append(f"{SWEEPER}sampling")
    if matches:
        pairs = ", ".join(f"{m['key']}: '{m['text'].strip()}'" for m in matches.values())
        kept.append(f"+hydra.sweeper.inputs={{{pairs}}}")
    if DRY_RUN in arguments:
        kept.append("hydra.sweeper.dry_run=true")
    return kept
