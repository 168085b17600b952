"""What the plunger pushes through the mouth, in order, and what stays in the needle.

Between the barrel and the mouth lie hub and lumen. They hold air, blood or drug at the start
(`needle.lumen_content`), and drug at the end.

* ``drug`` (primed): drug enters the tissue at once.
* ``blood``: that volume enters first and holds no drug; it flows as the drug does (its viscosity
  is about twice that of thiosulfate).
* ``air``: the plunger first fills the dead volume, and no liquid enters the tissue meanwhile. The
  air's compression and its way into the tissue's pores are left out: it is gone without pressure.

Plug flow: the drug does not mix with what it displaces. The void beyond the mouth, which the
withdrawn stylet leaves, belongs to the tissue: liquid fills it from the start, and the drug in it
counts as delivered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.case import Needle


@dataclass(frozen=True)
class Portion:
    """A volume that the plunger displaces, by what passes the mouth meanwhile."""

    volume: float  # m3
    drug: float  # share of the syringe's concentration
    liquid: bool  # False: the needle fills, and nothing enters the tissue


def lumen_volume(needle: Needle) -> float:
    """Volume of the lumen (m3)."""
    return 0.25 * math.pi * needle.inner_diameter**2 * needle.length


def dead_volume(needle: Needle) -> float:
    """Volume of hub and lumen (m3)."""
    return needle.hub_volume + lumen_volume(needle)


def portions(needle: Needle, ordered: float) -> tuple[Portion, ...]:
    """Return what passes while the plunger displaces `ordered` (m3); none of them is empty."""
    first = 0.0 if needle.lumen_content == "drug" else min(dead_volume(needle), ordered)
    parts = (
        Portion(first, 0.0, needle.lumen_content != "air"),
        Portion(ordered - first, 1.0, True),
    )
    return tuple(part for part in parts if part.volume > 0.0)


def drug_volume_left(needle: Needle, displaced: float) -> float:
    """Volume of drug (m3) in hub and lumen once the plunger has displaced `displaced` (m3)."""
    dead = dead_volume(needle)
    return dead if needle.lumen_content == "drug" else min(dead, displaced)
