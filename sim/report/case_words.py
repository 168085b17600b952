"""What was computed, in plain words: the nodule, the needles, the injection."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from sim.case import Injection, Nodule
from sim.report.words import number, percent
from sim.results.labels import typeset
from sim.results.metrics import G_PER_CM3, ML, ML_PER_MIN, MM
from sim.results.record import Record
from sim.units import to_si

MOTION = {"push": "pushed", "drill": "drilled"}
IMAGES = ("nodule_volume_mL", "mineral_mg")  # what the meshed nodule has
HOLD = {"free": "free", "held": "held by fingers", "fixed": "held rigidly"}


def case_words(records: Sequence[Record], names: Sequence[str] = ()) -> str:
    """What was computed: the nodule, each needle and hand, the injection.

    Parameters
    ----------
    records : sequence of Record
    names : sequence of str
        What to call the needles instead of by the records' names.
    """
    case = records[0].case
    drug, injection = case.drug, case.injection
    called = names or [record.name for record in records]
    needles = " and the ".join(map(_needle_words, records, called))
    towards = "" if records[0].site else f", towards {number(MM * case.target_depth)} mm depth"
    return (
        f"{_nodule_place(records[0])}, {_density_words(case.nodule)}, "
        f"{HOLD[case.nodule.fixation]}. The {needles}{towards}; then "
        f"{number(ML * injection.volume)} mL of {number(drug.concentration)} mg/mL "
        f"at up to {number(ML_PER_MIN * injection.rate)} mL/min{_rest_words(injection)}."
    )


def _rest_words(injection: Injection) -> str:
    """What is done with the needle before and after the injection, where that is something."""
    told = []
    if injection.pull_back > 0.0:
        told.append(f"through the needle pulled back by {number(MM * injection.pull_back)} mm")
    if injection.dwell > 0.0:
        told.append(f"the needle stays for {number(injection.dwell / 60.0)} min after it")
    if injection.track == "leaks":
        told.append("the way that it leaves stays open to the skin")
    return "".join(f"; {text}" for text in told)


def _nodule_place(record: Record) -> str:
    """What the nodule is and where, as a sentence begins."""
    nodule, site = record.case.nodule, record.site or {}
    below = f"its top {number(MM * nodule.depth)} mm below the skin's surface"
    size = f"{number(MM * nodule.diameter)} mm across and {number(MM * nodule.height)} mm high"
    if record.image:
        holds = [number(record.metrics[f"infiltration.{key}"]) for key in IMAGES]
        measures = "{} mL with {} mg of mineral".format(*holds)
        image = Path(record.image).name
        return f"One nodule from the image {image}, {measures}, up to {size}, {below}"
    if site.get("width"):
        size = f"{number(MM * nodule.diameter)} mm by {site['width']} across and "
        size += f"{number(MM * nodule.height)} mm high"
    turned = any(_size_of(site.get(angle)) for angle in ("yaw", "pitch", "roll"))
    return f"One {nodule.texture} nodule, {size}{', turned' if turned else ''}, {below}"


def _density_words(nodule: Nodule) -> str:
    field = nodule.density_field
    words = f"{number(G_PER_CM3 * nodule.mineral.density)} g/cm³ dense"
    if field.kind == "shell_core":
        core, shell = G_PER_CM3 * field.core_density, MM * field.shell_thickness
        words += f" in a shell of {number(shell)} mm and {number(core)} g/cm³ inside"
    elif field.kind == "random":
        patches = number(MM * field.correlation_length)
        words += f" with random deviations of {percent(field.variation)} over {patches} mm"
    if nodule.capsule is not None:
        words += f", under a brittle rind of {number(MM * nodule.capsule.thickness)} mm"
    return words


def _needle_words(record: Record, name: str) -> str:
    needle, technique = record.case.needle, record.case.technique
    sizes = (needle.outer_diameter, needle.inner_diameter, needle.length)
    outer, inner, length = (number(MM * size) for size in sizes)
    tube = f"{name}, {outer} mm outside, {inner} mm inside and {length} mm long, "
    if record.site:
        return f"{tube}stands with its tip {_stand_words(record)}"
    turning = technique.rotation_speed / (2.0 * math.pi)
    to_and_fro = " to and fro" if technique.motion == "oscillating" else ""
    speed = f"{to_and_fro} at {number(turning)} rev/s" if turning > 0.0 else ""
    force = number(technique.force_limit)
    return f"{tube}is {MOTION[technique.kind]}{speed} with at most {force} N"


def _stand_words(record: Record) -> str:
    """Where a needle stands that no insertion brought there."""
    if record.image:
        return "in the image's nodule, on the path that was given"
    site, told = record.site, [f"{number(MM * record.case.target_depth)} mm deep"]
    beside = math.hypot(*(1e3 * to_si(str(site[f"offset_{axis}"]), "m") for axis in "xy"))
    if beside > 0.0:
        told.append(f"{number(beside)} mm beside the nodule's centre")
    if _size_of(site["tilt"]) > 0.0:
        told.append(f"the needle tilted by {typeset(str(site['tilt']))}")
    return ", ".join(told)


def _size_of(text: str | None) -> float:
    """The number in front of a unit, 0 for null."""
    return 0.0 if text is None else float(str(text).split()[0])
