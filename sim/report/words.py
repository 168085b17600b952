"""The answer in plain words, computed from the metrics alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.case import Nodule
from sim.results.files import Json
from sim.results.metrics import G_PER_CM3, ML, ML_PER_MIN, MM, STOPPING
from sim.results.record import Record

ENDED = {
    "stalled": "stalled",
    "buckled": "buckled",
    "bent": "bent",
    "deflected": "was deflected",
    "blunted": "blunted",
    "torque_limit": "stopped turning",
    "failed": "has no result",
}
MOTION = {"push": "pushed", "drill": "drilled"}
HOLD = {"free": "free", "held": "held by fingers", "fixed": "held rigidly"}
WORTH_SAYING = 0.01  # of the ordered volume that stays in the needle
AGAINST = {
    "buckling": "buckling",
    "bending": "yield in bending",
    "blunting": "blunting",
    "operator": "the operator's force limit",
    "torque": "the torque limit",
    "slip": "slipping off the nodule",
}
CORE = "infiltration: the lumen took up a core"  # how the injection's note begins


def number(value: Json, digits: int = 3) -> str:
    """A value as people read it; an em dash for null."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if 0.9 < abs(value) < 1.1 and value != 1:
            digits = max(digits, 3)  # on which side of 1 a margin lies
        text = f"{value:.{digits}g}"
        return f"{float(text):.0f}" if "e+0" in text and abs(value) < 1e6 else text
    return str(value).replace("_", " ")


def percent(share: Json) -> str:
    """A share as a percentage."""
    return "—" if share is None else f"{number(100.0 * share, 2)} %"


def case_words(records: Sequence[Record]) -> str:
    """What was computed: the nodule, each needle and hand, the injection."""
    case = records[0].case
    nodule, drug, injection = case.nodule, case.drug, case.injection
    needles = " and the ".join(_needle_words(record) for record in records)
    return (
        f"One {nodule.texture} nodule, {number(MM * nodule.diameter)} mm across and "
        f"{number(MM * nodule.height)} mm high, its top {number(MM * nodule.depth)} mm below the "
        f"skin's surface, {_density_words(nodule)}, {HOLD[nodule.fixation]}. The {needles}, "
        f"towards {number(MM * case.target_depth)} mm depth; then "
        f"{number(ML * injection.volume)} mL of {number(drug.concentration)} mg/mL "
        f"at up to {number(ML_PER_MIN * injection.rate)} mL/min."
    )


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


def insertion_words(record: Record) -> str:
    """Did the needle get in, what stopped it and where, and how close it was."""
    m = record.metrics
    outcome = m["insertion.outcome"]
    if outcome is None and m["infiltration.dose_mg"] is not None:
        return f"The {record.name} was in its place; its insertion was not computed."
    if outcome is None:
        return f"The {record.name} has no result: {_first_note(record)}."
    place = f"{number(m['insertion.depth_in_nodule_mm'])} mm inside the nodule"
    if _past(record):
        place = "past the nodule"
    elif m["insertion.depth_in_nodule_mm"] == 0.0:
        place = "without getting into the nodule"
    if outcome == "reached_target":
        sentence = (
            f"The {record.name} reached its target at "
            f"{number(m['insertion.reached_depth_mm'])} mm depth, {place}; its peak force was "
            f"{number(m['insertion.peak_force_N'])} N."
        )
    else:
        short = m["insertion.target_depth_mm"] - m["insertion.reached_depth_mm"]
        sentence = (
            f"The {record.name} {ENDED[outcome]}: {m['insertion.reason']}, {place} and "
            f"{number(short)} mm short of its target."
        )
    further = (_margin_words(m), _nodule_words(m), _steel_words(record))
    return " ".join(filter(None, (sentence, *further)))


def infiltration_words(record: Record) -> str:
    """Where the drug went."""
    m = record.metrics
    if m["infiltration.dose_mg"] is None:
        return f"Where the {record.name}'s drug would go was not computed."
    if m["infiltration.ended_by"] == "nothing_injected":
        why = next(note for note in record.notes if note.startswith("infiltration.ended_by: "))
        return f"With the {record.name} {why.removeprefix('infiltration.ended_by: ')}."
    place = _place(record)
    stop = {
        "volume": "the ordered volume was in",
        "time_limit": "the time limit ended the injection",
    }[m["infiltration.ended_by"]]
    dose = m["infiltration.dose_mg"]
    inside = round(m["infiltration.dose_in_nodule_mg"] / dose, 2)
    lost = round(m["infiltration.lost_through_skin_mg"] / dose, 2)
    parts = {
        "were then in the nodule": inside,
        "had gone into skin and fat": 1.0 - inside - lost,  # so that it adds up as it is read
        "were lost through the skin": lost,
    }
    fate = ", ".join(f"{100.0 * share:.0f} % {where}" for where, share in parts.items())
    return (
        f"{place}{number(m['infiltration.injected_volume_mL'])} mL went in within "
        f"{number(m['infiltration.injection_time_s'])} s ({stop}) at "
        f"{number(m['infiltration.peak_pressure_kPa'])} kPa, "
        f"{percent(m['infiltration.backflow_fraction'])} of the flow back along the shaft. "
        f"Of the {number(dose)} mg delivered {fate}; "
        f"{percent(m['infiltration.infiltrated_fraction_of_nodule'])} of the nodule's volume ever "
        f"exceeded {percent(record.case.injection.threshold_fraction)} of the injected "
        f"concentration.{_syringe_words(record)}{_core_words(record)}"
    )


def comparison_words(a: Record, b: Record) -> str:
    """One sentence that puts the two beside each other."""
    got_in = [r.name for r in (a, b) if r.metrics["insertion.outcome"] == "reached_target"]
    first = {
        0: "Neither needle reached its target.",
        1: f"Only the {got_in[0]} reached its target." if got_in else "",
        2: "Both needles reached their target.",
    }[len(got_in)]
    masses = [r.metrics["infiltration.dose_in_nodule_mg"] for r in (a, b)]
    if None in masses:
        return first
    if masses[0] == 0.0 or masses[1] == 0.0:
        return f"{first} Drug in the nodule: {number(masses[0])} and {number(masses[1])} mg."
    low, high = sorted((masses[0], masses[1]))
    if high < 1.05 * low:
        return f"{first} Both left about {number(high, 2)} mg of drug in the nodule."
    more = b if masses[1] == high else a
    return (
        f"{first} The {more.name} left {number(high / low)} times as much drug in the nodule "
        f"({number(high)} against {number(low)} mg at the end of the injection)."
    )


def _needle_words(record: Record) -> str:
    needle, technique = record.case.needle, record.case.technique
    sizes = (needle.outer_diameter, needle.inner_diameter, needle.length)
    outer, inner, length = (number(MM * size) for size in sizes)
    turning = technique.rotation_speed / (2.0 * math.pi)
    to_and_fro = " to and fro" if technique.motion == "oscillating" else ""
    speed = f"{to_and_fro} at {number(turning)} rev/s" if turning > 0.0 else ""
    return (
        f"{record.name}, {outer} mm outside, {inner} mm inside and {length} mm long, is "
        f"{MOTION[technique.kind]}{speed} with at most {number(technique.force_limit)} N"
    )


def _place(record: Record) -> str:
    """Where the tip is, as a sentence begins; nothing where no insertion led there."""
    depth = record.metrics["insertion.depth_in_nodule_mm"]
    if depth is None:
        return ""
    if _past(record):
        return "With the tip past the nodule, "
    return f"With the tip {'in' if depth > 0.0 else 'outside'} the nodule, "


def _past(record: Record) -> bool:
    nodule, depth = record.case.nodule, record.metrics["insertion.reached_depth_mm"]
    return depth > MM * (nodule.depth + nodule.height)


def _margin_words(m: dict[str, Json]) -> str:
    """Tell the margin of what stopped the needle first, then the smallest others that can."""
    margins = {name: m[f"insertion.{name}_margin"] for name in STOPPING}
    finite = sorted((value, name) for name, value in margins.items() if value is not None)
    deciding = [entry for entry in finite if entry[1] == m["insertion.decided_by"]]
    others = [entry for entry in finite if entry not in deciding[:1]]
    failing = sum(value < 1.0 for value, _ in others)
    others = others[: max(failing, 2 - len(deciding[:1]))]
    told = [f"{number(value, 2)} to {AGAINST[name]}" for value, name in others]
    if deciding:
        value, name = deciding[0]
        against = AGAINST[name]
        if m["insertion.outcome"] == "buckled" and name == "bending":
            against = "yield of the bowed-out shaft"
        return (
            "Had it gone on all the way to the target, its margins (limit / demand) would be "
            f"{', and '.join([f'{number(value, 2)} to {against}, which stopped it', *told])}."
        )
    return f"Its smallest margins (limit / demand) were {' and '.join(told)}." if told else ""


def _nodule_words(m: dict[str, Json]) -> str:
    """What gives way in the nodule without stopping the needle."""
    split, yielded = (m[f"insertion.{name}_margin"] for name in ("splitting", "bearing"))
    told = []
    if split is not None and split < 1.0:
        told.append(
            f"On the way to the target the nodule would crack (margin {number(split, 2)}); a crack "
            "does not stop the needle, and what it does to force and flow is not computed."
        )
    if yielded is not None and yielded < 1.0:
        told.append(
            "On the way to the target the mineral beside the held tip would yield (margin "
            f"{number(yielded, 2)}), so that the tip can wander sideways."
        )
    return " ".join(told)


def _steel_words(record: Record) -> str:
    """What of the needle may stay in the nodule, and what of the nodule in the needle."""
    m, told = record.metrics, []
    if m["insertion.fragment_risk"]:
        key = "insertion.fragment_risk: "
        why = next(note for note in record.notes if note.startswith(key))
        told.append(f"Steel may stay in the nodule. {why.removeprefix(key)}")
    if m["insertion.lumen_plugged"]:
        core = number(m["insertion.core_length_mm"], 2)
        told.append(f"Its lumen takes up a plug of mineral, {core} mm long.")
    return " ".join(told)


def _syringe_words(record: Record) -> str:
    """What the operator meets at the syringe."""
    m = record.metrics
    displaced, retained = (
        m["infiltration.displaced_volume_mL"],
        m["infiltration.retained_in_needle_mg"],
    )
    stays = retained / record.case.drug.concentration
    if stays <= WORTH_SAYING * displaced:
        return ""
    held = {
        "air": ", as hub and lumen hold air at the start and drug at the end",
        "blood": ", as hub and lumen hold blood at the start, which goes first",
        "drug": ", beside what the plunger pushed out: the needle was primed with it",
    }[record.case.needle.lumen_content]
    return (
        f" The plunger pushed {number(displaced)} mL out of the syringe; {number(stays, 2)} mL "
        f"({number(retained)} mg) of drug stay in hub and lumen{held}."
    )


def _core_words(record: Record) -> str:
    """What the core of mineral in the lumen does to the injection."""
    note = next((note for note in record.notes if note.startswith(CORE)), "")
    text = note.removeprefix("infiltration: ").partition(" (")[0]
    return f" {text[0].upper()}{text[1:]}." if text else ""


def _first_note(record: Record) -> str:
    return record.notes[0].removeprefix("run.status: ") if record.notes else "the run did not end"
