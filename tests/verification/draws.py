"""Cases drawn at random from everything that a configuration may hold.

Each key is drawn between its bounds, evenly in its logarithm where they are far apart, or is one of
them, and each choice is drawn among its options. A draw that a rule refuses draws the refused key
anew, and now and then the keys that the rule names with it, until the case is admissible. So do
most draws that would deliver nothing. The elements grow with what is drawn, so that a case takes
seconds.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable

import numpy as np
from numpy.random import Generator

from meshes.outline import needle_outline
from sim.case import Case
from sim.config.compose import compose
from sim.config.limits import CHOICES, LIMITS, Limit
from sim.config.parse import case_from, read_texts
from sim.config.schema import CaseConfig
from sim.errors import ConfigError
from sim.flow.dead_volume import dead_volume
from sim.flow.syringe import syringe_and_needle
from sim.mechanics.mineral.crushed_zone import CrushedZone
from sim.needles.catalogue import OUTER_DIAMETERS
from sim.outcome import InsertionResult
from tests.unit.domain.made import even_zone
from tests.unit.results.synthetic import insertion

# what a mouth in the air is drawn anew with, and a needle that holds more than the dose
DEPTHS = ("target_depth", "nodule.depth", "nodule.height", "injection.pull_back")
SHAPES = ("tissue.subcutis.thickness", "needle.stylet.protrusion", "needle.tip.angle")
VOLUMES = (
    "injection.volume", "injection.syringe_volume", "needle.hub_volume", "needle.length",
    "injection.rate", "injection.time_limit", "injection.plunger_force_limit",
)  # fmt: skip

Texts = dict[str, object]

WIDE = 20.0  # ratio of the bounds from which on the logarithm is drawn
AT_BOUND = 0.1  # of draws of a number
WITHOUT = 0.2  # of draws of a key that may be null
IDLE = 0.1  # of cases may deliver nothing
WITH_OTHERS = 0.3  # of refusals also draw what the rule names beside the refused key
TOO_MANY = 5000  # refusals of one case


def drawn_case(seed: int, given: Texts | None = None) -> Case:
    """Return an admissible case, the same for the same seed, with the values that are `given`."""
    random = np.random.default_rng(seed)
    texts = dict(read_texts(compose("run_case", ["needle=14G_coaxial"]), CaseConfig))
    fixed = given or {}

    def draw(keys: Iterable[str]) -> None:
        for key in keys:
            _draw(texts, key, random)
        texts.update(fixed)

    draw(list(texts))
    idle = random.random() < IDLE
    for _ in range(TOO_MANY):
        try:
            case = case_from(texts)
        except ConfigError as error:
            named = [key for key in re.findall(r"[\w.]+\w", error.allowed) if key in texts]
            draw([error.key, *(named if random.random() < WITH_OTHERS else ())])
            continue
        again = () if idle else _drawn_again(case)
        if not again:
            return _affordable(case, random)
        draw(again)
    raise AssertionError(f"no admissible case from seed {seed}")


def _drawn_again(case: Case) -> tuple[str, ...]:
    """Return the keys for which a needle that reaches its target delivers nothing."""
    outline = needle_outline(case.needle, case.target_depth, case.injection.pull_back)
    if outline.top_of_mouth > -0.5 * case.needle.outer_diameter:
        return DEPTHS + (SHAPES if case.needle.stylet else SHAPES[::2])
    if case.needle.lumen_content == "drug":
        return ()
    injection = case.injection
    fastest = syringe_and_needle(case.needle, case.drug, injection).flow(0.0)[0]
    displaced = min(injection.volume, fastest * injection.time_limit)
    return () if dead_volume(case.needle) < 0.5 * displaced else VOLUMES


def drawn_insertion(case: Case, seed: int) -> InsertionResult:
    """Return where a needle of `case` might have stopped, and what it might have left."""
    random = np.random.default_rng([seed, 1])
    reached = case.target_depth * (1.0 if random.random() < 0.85 else random.uniform(0.05, 1.0))
    stopped = insertion(case, reached)
    if reached <= case.nodule.depth:
        return dataclasses.replace(stopped, depth_in_nodule=0.0, crushed=None, core_length=0.0)
    core = 0.0
    if case.needle.kind == "hypodermic" and random.random() < 0.5:
        core = random.uniform(0.1, 1.0) * (reached - case.nodule.depth)
    return dataclasses.replace(
        stopped,
        depth_in_nodule=min(reached - case.nodule.depth, case.nodule.height),
        crushed=_drawn_zone(case, random) if random.random() < 0.8 else None,
        core_length=core,
        core_retention=core and 10.0 ** random.uniform(4.0, 7.0),
    )


def _drawn_zone(case: Case, random: Generator) -> CrushedZone:
    packed, sheared = random.uniform(-1.0, 0.1), 10.0 ** random.uniform(-4.0, 0.0)
    return even_zone(case, packed, sheared, random.uniform(0.02, 1.0))


def _draw(texts: Texts, key: str, random: Generator) -> None:
    if key in CHOICES:
        texts[key] = str(random.choice(CHOICES[key]))
    elif key == "needle.gauge":
        texts[key] = str(random.choice(list(OUTER_DIAMETERS)))
    elif key in LIMITS:
        texts[key] = _text(LIMITS[key], random, whole=key.endswith(("rounds", "seed")))


def _text(limit: Limit, random: Generator, whole: bool) -> str | None:
    if limit.null and random.random() < WITHOUT:
        return None
    low, high = limit.bounds
    if random.random() < AT_BOUND and not limit.above:
        value = random.choice(limit.bounds)
    elif low > 0.0 and high > WIDE * low:
        value = np.exp(random.uniform(np.log(low), np.log(high)))
    else:
        value = random.uniform(low, high)
    return f"{round(value) if whole else float(value)!r} {limit.unit}".strip()


def _affordable(case: Case, random: Generator) -> Case:
    """Elements in proportion to what they divide; the steps' tolerance is little more than drawn.

    Poroelastic steps are a hundred times as dear as rigid ones: they get the coarsest of these
    meshes.
    """
    nodule, mesh = case.nodule, case.mesh
    smallest = min(nodule.diameter, nodule.height)
    fine, coarse = random.uniform(0.03, 0.2), random.uniform(0.05, 0.2)
    tip, tolerance = 0.2, 3e-3
    if case.flow.kind == "poroelastic":
        fine, coarse, tip, tolerance = 0.15, 0.2, 0.5, 0.01
    return dataclasses.replace(
        case,
        mesh=dataclasses.replace(
            mesh,
            tip_size=max(mesh.tip_size, tip),
            nodule_size=max(mesh.nodule_size, smallest * fine),
            outer_size=max(mesh.outer_size, mesh.domain_radius * coarse),
            time_tolerance=max(mesh.time_tolerance, tolerance),
        ),
    )
