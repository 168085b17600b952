"""Which code a result comes from: a version and a hash of the sources of each stage.

A stage's result is reused as long as both stay: not by the commit, which also changes with what
has no part in it. A comment changes the hash too, which costs a computation and no more. Versions
of libraries are not in it: raise `STAGES[...].version` where one changes the numbers.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Stage:
    """A step of a run whose result can be kept."""

    version: int  # raised where results change and the sources cannot tell
    sources: tuple[str, ...]  # modules, and packages with all that is in them
    after: tuple[str, ...] = ()  # stages whose code it is computed with as well


_LAWS = ("sim.materials.density", "sim.materials.mineral", "sim.materials.value")
STAGES = {
    "mesh": Stage(1, ("meshes", "sim.case", "sim.geometry", "sim.needles.tip", *_LAWS)),
    "resistance": Stage(1, ("sim.mechanics.mineral", "sim.case", "sim.needles.tip")),
    "cutting": Stage(
        1,
        (
            "sim.mechanics.soft.cell_forms",
            "sim.mechanics.soft.cell_problem",
            "sim.mechanics.soft.steady_crack",
            "sim.materials.soft_tissue",
            "sim.materials.value",
        ),
    ),
    "insertion": Stage(
        1,
        (
            "sim.insertion",
            "sim.walk",
            "sim.findings",
            "sim.outcome",
            "sim.mechanics",
            "sim.needles.section",
            *_LAWS,
        ),
        after=("mesh", "resistance", "cutting"),
    ),
    "infiltration": Stage(
        1,
        (
            "sim.infiltration",
            "sim.infiltration_findings",
            "sim.infiltration_alone",
            "sim.dissolution",
            "sim.domain",
            "sim.flow",
            "sim.transport",
            "sim.treatment.transfer",
            "sim.treatment.triangles",
            "sim.units",
            "sim.volumes",
        ),
        after=("insertion",),
    ),
    "image": Stage(1, ("sim.images", "sim.units"), after=("mesh",)),
    "treatment": Stage(1, ("sim.treatment", "sim.rounds"), after=("infiltration", "record")),
    "turning_points": Stage(
        1,
        ("sim.reevaluation", "sim.sensitivity", "sim.dependence", "sim.materials", "sim.needles"),
        after=("infiltration", "record"),
    ),
    "map": Stage(1, ("sim.penetration_map", "sim.map_run"), after=("insertion", "record")),
    "record": Stage(
        1,
        (
            "sim.run",
            "sim.results",
            "sim.comparison",
            "sim.dependence",
            "sim.pair",
            "sim.rounds",
            "sim.sensitivity",
            "sim.side_by_side",
            "sim.treatment",
        ),
        after=("infiltration",),
    ),
}
EXPERIMENTS = {  # what each entry point computes
    "insertion": ("record",),
    "infiltration": ("image", "record"),
    "run_case": ("record",),
    "compare_gauges": ("turning_points",),
    "treatment": ("treatment",),
    "penetration_map": ("map",),
}


def versions(*stages: str) -> dict[str, str]:
    """Return "<version>:<hash of the sources>" of each of these stages and of those before them."""
    found: dict[str, str] = {}
    for name in stages:
        found |= versions(*STAGES[name].after) | {
            name: f"{STAGES[name].version}:{_hash(*STAGES[name].sources)}"
        }
    return found


@functools.cache
def _hash(*sources: str) -> str:
    """SHA-256 of the names and contents of all files of these modules and packages."""
    hasher = hashlib.sha256()
    for file in sorted({file for source in sources for file in files(source)}):
        hasher.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return hasher.hexdigest()


def files(source: str) -> list[Path]:
    """Return the Python files of a module, or of a package and of all below it."""
    at = ROOT.joinpath(*source.split("."))
    return sorted(at.rglob("*.py")) if at.is_dir() else [at.with_suffix(".py")]
