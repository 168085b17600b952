"""The answer in plain words, computed from the metrics alone."""

from __future__ import annotations

from collections.abc import Sequence

from sim.case import Case
from sim.dissolution.closure import stoichiometric_yield
from sim.flow.dead_volume import dead_volume
from sim.results.alternatives import NAMES
from sim.results.files import Json
from sim.results.metrics import ML, MM, STOPPING
from sim.results.record import Record
from sim.rounds.metrics import closure_words

ENDED = {
    "stalled": "stalled",
    "buckled": "buckled",
    "bent": "bent",
    "deflected": "was deflected",
    "blunted": "blunted",
    "torque_limit": "stopped turning",
    "failed": "has no result",
}
WORTH_SAYING = 0.01  # of the ordered volume that stays in the needle
AGAINST = {
    "buckling": "buckling",
    "bending": "yield in bending",
    "blunting": "blunting",
    "operator": "the operator's force limit",
    "torque": "the torque limit",
    "slip": "slipping off the nodule",
}
NOT_ENDED = "infiltration.ended_by: "  # how the note on an injection that never began begins
CORE = "infiltration: the lumen took up a core"  # how the injection's note begins
STANDS = "infiltration: the needle stands "  # and those of a needle that no insertion brought there
NOT_INSERTED = "infiltration: no insertion"


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


def listed(names: Sequence[str]) -> str:
    """Names as they are read out: with commas, and "and" before the last."""
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)


def percent(share: Json, digits: int = 2) -> str:
    """A share as a percentage."""
    return "—" if share is None else f"{number(100.0 * share, digits)} %"


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
    further = (
        _margin_words(m), _nodule_words(m), _steel_words(record), _aside_words(record),
        _seated_words(record),
    )  # fmt: skip
    return " ".join(filter(None, (sentence, *further)))


def infiltration_words(record: Record) -> str:
    """Where the drug went."""
    m = record.metrics
    if m["infiltration.dose_mg"] is None:
        return f"Where the {record.name}'s drug would go was not computed."
    if m["infiltration.ended_by"] == "nothing_injected":
        why = (note for note in record.notes if note.startswith(NOT_ENDED))
        return next(
            (f"With the {record.name} {note.removeprefix(NOT_ENDED)}." for note in why),
            f"With the {record.name} {_kept_words(record)}.",
        )
    dose = m["infiltration.dose_mg"]
    if dose == 0.0:  # what the lumen held is all that went in
        return f"With the {record.name} {_kept_words(record)}."
    core = _core_words(record)
    place = f"{core}{_place(record)}"
    stop = {
        "volume": "the plunger had pushed the ordered volume",
        "time_limit": "the time limit ended the injection",
    }[m["infiltration.ended_by"]]
    inside = round(m["infiltration.dose_in_nodule_mg"] / dose, 2)
    lost = round(m["infiltration.lost_through_skin_mg"] / dose, 2)
    parts = {
        "were then in the nodule": inside,
        "had gone into skin and fat": 1.0 - inside - lost,  # so that it adds up as it is read
        "were lost through the skin": lost,
    }
    fate = ", ".join(f"{100.0 * share:.0f} % {where}" for where, share in parts.items())
    return (
        f"{place}{_volume_words(record)} went in within "
        f"{number(m['infiltration.injection_time_s'])} s ({stop}) at "
        f"{number(m['infiltration.peak_pressure_kPa'])} kPa, "
        f"{percent(m['infiltration.backflow_fraction'])} of the flow back along the shaft. "
        f"Of the {number(dose)} mg delivered {fate}; "
        f"{percent(m['infiltration.infiltrated_fraction_of_nodule'])} of the nodule's volume ever "
        f"exceeded {percent(record.case.injection.threshold_fraction)} of the injected "
        f"concentration.{_leak_words(record)}{_syringe_words(record)}{_removed_words(record)}"
        f"{_alternative_words(record)}{_alone_words(record)}"
    )


def scenario_words(case: Case) -> str:
    """Say what the numbers about the mineral are worth."""
    if case.dissolution.model == "none":
        return f"No dissolution is computed: the closure is none. {_drug_words(case)}"
    text = f"What is said of the mineral is {closure_words(case)}.".replace("`", "")
    if case.dissolution.model == "effective_yield":
        ratio, ceiling = case.dissolution.yield_ratio, stoichiometric_yield(case)
        text += (
            f" Each mg of thiosulfate that is consumed takes {number(ratio)} mg of mineral along; "
            "equilibrium chemistry alone would take 0.00017 mg, one calcium per thiosulfate "
            f"{number(ceiling)} mg" + (", which this passes." if ratio > ceiling else ".")
        )
    return f"{text} {_drug_words(case)}"


def step_words(records: Sequence[Record]) -> str:
    """Why the force of a set with a stylet jumps where its mouth comes; empty where none did."""
    names = [
        record.name
        for record in records
        if record.case.needle.stylet is not None
        and any(event["event"] == "tip_buried" for event in record.events)
    ]
    if not names:
        return ""
    return (
        f"The force of the {listed(names)} jumps at 'tip buried': there the stylet is in the "
        "nodule as far as it protrudes, and the cannula's blunt mouth, a flat step of 90°, meets "
        "the mineral with its whole face at once. The wall behind a flat step presses on nothing, "
        "so that in even mineral the force stays from there on."
    )


def _drug_words(case: Case) -> str:
    """What the closure does to the drug, by which results under two closures differ."""
    of = case.dissolution
    if of.model != "effective_yield":
        return (
            "This closure takes no drug; effective_yield, a treatment's default, consumes drug, "
            "which lowers infiltrated share and exposure."
        )
    return (
        f"This closure consumes drug in contact with mineral, {number(3600.0 * of.rate)} per hour "
        "where all of the mineral is left, which lowers infiltrated share and exposure against the "
        "closure none, a comparison's default."
    )


def _removed_words(record: Record) -> str:
    """What the closure takes of the mineral; empty where nothing dissolves."""
    m, case = record.metrics, record.case
    if case.dissolution.model == "none":
        return ""
    days = record.uptake["time_s"][-1] / 86400.0
    model = case.dissolution.model
    return (
        f" In this scenario of the closure {model}, no prediction, "
        f"{percent(m['treatment.mineral_removed_fraction'])} of the mineral "
        f"({number(m['treatment.mineral_removed_mg'])} mg) are gone {number(days, 2)} days after "
        "the injection's start."
    )


def _kept_words(record: Record) -> str:
    """Why no drug left the needle although the plunger moved."""
    displaced = record.metrics["infiltration.displaced_volume_mL"]
    needle = record.case.needle
    return (
        f"no drug reached the tissue: the plunger pushed {number(displaced)} mL, and hub and "
        f"lumen, full of {needle.lumen_content} at the start, take up "
        f"{number(ML * dead_volume(needle))} mL before any drug leaves them"
    )


def _place(record: Record) -> str:
    """Where the tip is, as a sentence begins."""
    depth = record.metrics["insertion.depth_in_nodule_mm"]
    if depth is None:  # no insertion led there
        return "".join(f"With the needle {text}, " for text in _told(record, STANDS))
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


def _aside_words(record: Record) -> str:
    """How far the tip is off the axis, where that is more than the needle's radius."""
    aside = record.metrics["insertion.tip_deflection_mm"]
    if aside is None or aside <= MM * record.case.needle.outer_diameter / 2.0:
        return ""
    return (
        f"Before the mineral holds it the tip is up to {number(aside)} mm beside the axis, an "
        "upper estimate that is not carried on: pictures draw the needle straight."
    )


def _seated_words(record: Record) -> str:
    """Say that the nodule was pushed through all the fat below it, where it was."""
    pushed, case = record.metrics["insertion.nodule_displacement_mm"], record.case
    fat = MM * (case.tissue.depth - case.nodule.depth - case.nodule.height)
    if pushed is None or number(pushed) != number(fat):
        return ""
    return (
        f"The push-away ({number(pushed)} mm) is the whole gap between nodule and fascia: the "
        "needle seats the nodule on the fascia."
    )


def _syringe_words(record: Record) -> str:
    """What the dead volume of hub and lumen takes from the dose."""
    m, case = record.metrics, record.case
    displaced, retained = (
        m["infiltration.displaced_volume_mL"],
        m["infiltration.retained_in_needle_mg"],
    )
    stays = retained / case.drug.concentration
    if stays <= WORTH_SAYING * displaced:
        return ""
    drug = f"{number(stays, 2)} mL ({number(retained)} mg) of drug"
    if case.needle.lumen_content == "drug":
        return f" Another {drug} stay in hub and lumen, with which the needle was primed."
    pushed, entered = number(displaced), number(displaced - stays, 2)
    held = case.needle.lumen_content
    return (
        f" Of the {pushed} mL that the plunger pushed, {drug} stay in hub and lumen, which held "
        f"{held} at the start: only {entered} mL of drug reached the tissue."
    )


def _alternative_words(record: Record) -> str:
    """What another assumption would have left in the nodule."""
    told = [
        f"{NAMES[row['alternative']]}, {number(float(row['dose_in_nodule_mg']))} mg "
        f"({number(float(row['injected_volume_mL']))} mL into the tissue)"
        for row in record.alternatives
        if row["alternative"] != "as_configured"
    ]
    return f" In the nodule under other assumptions: {'; '.join(told)}." if told else ""


def _core_words(record: Record) -> str:
    """What the core of mineral in the lumen does to the injection: what comes first about it."""
    return "".join(
        f"The lumen took up a core{text.partition(' (')[0]}. " for text in _told(record, CORE)
    )


def _volume_words(record: Record) -> str:
    """How much went in, and how much was to."""
    m, ordered = record.metrics, ML * record.case.injection.volume
    volume = number(m["infiltration.injected_volume_mL"])
    if m["infiltration.ended_by"] == "volume":  # what is less then is said of hub and lumen
        return f"{volume} mL"
    return f"only {volume} mL of the {number(ordered)} mL ordered"


def _leak_words(record: Record) -> str:
    """What the way that the needle leaves open lets out."""
    if record.case.injection.track != "leaks":
        return ""
    leaked = number(record.metrics["infiltration.leaked_later_mg"])
    return f" Another {leaked} mg leaked through the skin later, out of the needle's open way."


def _alone_words(record: Record) -> str:
    """What an infiltration alone leaves out."""
    return "".join(f" No insertion{text}." for text in _told(record, NOT_INSERTED))


def _told(record: Record, beginning: str) -> list[str]:
    """Return how the notes go on that begin like this."""
    return [note.removeprefix(beginning) for note in record.notes if note.startswith(beginning)]


def _first_note(record: Record) -> str:
    return record.notes[0].removeprefix("run.status: ") if record.notes else "the run did not end"
