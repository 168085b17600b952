"""The answer in plain words, computed from the metrics alone."""

from __future__ import annotations

from collections.abc import Sequence

from sim.results.files import Json
from sim.results.metrics import MARGINS
from sim.results.record import Record

ENDED = {
    "reached_target": "reached its target",
    "stalled": "stalled: the operator's force limit was reached",
    "buckled": "buckled",
    "bent": "bent: its steel yielded",
    "deflected": "was deflected",
    "blunted": "blunted: the tip's steel gave way",
    "torque_limit": "stopped at the torque limit",
    "failed": "has no result: no solution was found",
}
AS = {
    "reached_target": ("reaches its target", "reaching its target"),
    "stalled": ("stalls", "stalling"),
    "buckled": ("buckles", "buckling"),
    "bent": ("bends", "bending"),
    "deflected": ("is deflected", "being deflected"),
    "blunted": ("blunts", "blunting"),
    "torque_limit": ("stops at the torque limit", "stopping at the torque limit"),
    "failed": ("has no solution", "having no solution"),
}
INJECTED = {
    "volume": "delivers the whole ordered volume",
    "time_limit": "does not deliver the whole volume within the time limit",
    "nothing_injected": "delivers nothing",
}
AGAINST = {
    "buckling": "buckling",
    "bending": "yield in bending",
    "blunting": "blunting",
    "splitting": "splitting of the nodule",
    "operator": "the operator's force limit",
    "torque": "the torque limit",
    "slip": "slipping off the nodule",
}


def number(value: Json, digits: int = 3) -> str:
    """A value as people read it; an em dash for null."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        text = f"{value:.{digits}g}"
        return f"{float(text):.0f}" if "e+0" in text and abs(value) < 1e6 else text
    return str(value).replace("_", " ")


def percent(share: Json) -> str:
    """A share as a percentage."""
    return "—" if share is None else f"{number(100.0 * share, 2)} %"


def insertion_words(record: Record) -> str:
    """Did the needle get in, what stopped it, and how close it was."""
    m = record.metrics
    outcome = m["insertion.outcome"]
    if outcome is None:
        return f"The {record.name} has no result: {_first_note(record)}."
    depth, inside = m["insertion.reached_depth_mm"], m["insertion.depth_in_nodule_mm"]
    target = m["insertion.target_depth_mm"]
    sentence = f"The {record.name} {ENDED[outcome]}"
    if outcome == "reached_target":
        sentence += f" at {number(depth)} mm depth, {number(inside)} mm inside the nodule"
    elif inside > 0.0:
        sentence += (
            f" at {number(depth)} mm depth, {number(inside)} mm inside the nodule and "
            f"{number(target - depth)} mm short of its target"
        )
    else:
        sentence += f" at {number(depth)} mm depth and never got into the nodule"
    sentence += f"; its peak force was {number(m['insertion.peak_force_N'])} N."
    return f"{sentence} {_smallest_margins(m)}"


def infiltration_words(record: Record) -> str:
    """Where the drug went."""
    m = record.metrics
    if m["infiltration.dose_mg"] is None:
        return f"Where the {record.name}'s drug would go was not computed."
    if m["infiltration.ended_by"] == "nothing_injected":
        why = next(note for note in record.notes if note.startswith("infiltration.ended_by: "))
        return f"With the {record.name} {why.removeprefix('infiltration.ended_by: ')}."
    place = "in the nodule" if m["insertion.depth_in_nodule_mm"] > 0.0 else "outside the nodule"
    stop = {
        "volume": "the ordered volume was in",
        "time_limit": "the time limit ended the injection",
    }[m["infiltration.ended_by"]]
    return (
        f"With the tip {place}, {number(m['infiltration.injected_volume_mL'])} mL went in within "
        f"{number(m['infiltration.injection_time_s'])} s ({stop}) at "
        f"{number(m['infiltration.peak_pressure_kPa'])} kPa. At the end "
        f"{percent(m['infiltration.dose_fraction_in_nodule'])} of the "
        f"{number(m['infiltration.dose_mg'])} mg delivered were in the nodule, "
        f"{percent(m['infiltration.backflow_fraction'])} of the flow had left it along the shaft, "
        f"and {percent(m['infiltration.infiltrated_fraction_of_nodule'])} of the nodule's volume "
        f"ever exceeded {percent(record.case.injection.threshold_fraction)} of the injected "
        "concentration."
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
        f"{first} The {more.name} left {number(high / low, 2)} times as much drug in the nodule "
        f"({number(high)} against {number(low)} mg at the end of the injection)."
    )


def decisive_words(record: Record) -> str:
    """Which inputs, within their ranges, decide whether the target is reached; empty if none."""
    rows = [
        row
        for row in record.turning_points
        if (row["outcome_default"], row["outcome_end"]).count("reached_target") == 1
    ]
    if not rows:
        return ""
    verb = "not reach" if rows[0]["outcome_default"] == "reached_target" else "reach"
    places = [f"{row['input']} {_where(row, row['outcome_turns_at'])}" for row in rows]
    return f"The {record.name} would {verb} its target with {', or with '.join(places)}."


def turning_words(records: Sequence[Record]) -> list[str]:
    """Every answer that an uncertain input turns within its range, one sentence each.

    Whether a needle gets in comes first, then how it fails, then what the injection does.
    """
    found: list[tuple[int, str]] = []
    for record in records:
        for row in record.turning_points:
            before, after = row["outcome_default"], row["outcome_end"]
            if before != after:
                change = f"the {record.name} {AS[after][0]} instead of {AS[before][1]}"
                rank = 0 if "reached_target" in (before, after) else 1
                found.append((rank, _turn(row, row["outcome_turns_at"], change)))
            if row["ended_by_end"] != row["ended_by_default"]:
                change = f"the {record.name} {INJECTED[row['ended_by_end']]}"
                found.append((2, _turn(row, row["ended_by_turns_at"], change)))
    return [sentence for _, sentence in sorted(found, key=lambda entry: entry[0])]


def share_words(record: Record, most: int = 3) -> str:
    """Which inputs move the infiltrated share of the nodule most; empty if none does."""
    shares: dict[str, list[float]] = {}
    ends: dict[str, list[str]] = {}
    for row in record.turning_points:
        pair = (float(row["infiltrated_default"]), float(row["infiltrated_end"]))
        shares.setdefault(row["input"], []).extend(pair)
        ends.setdefault(row["input"], []).append(row["end"])
    told = [
        f"{percent(low)} to {percent(high)} over {name} {' – '.join(ends[name])}"
        for low, high, name in sorted(
            ((min(values), max(values), name) for name, values in shares.items()),
            key=lambda span: span[0] - span[1],
        )[:most]
        if high - low > 0.01
    ]
    if not told:
        return ""
    return f"{record.name}, infiltrated share of the nodule: {'; '.join(told)}."


def _turn(row: dict[str, str], at: str, change: str) -> str:
    known = f"default {row['default']}, end of the range {row['end']}"
    return f"With {row['input']} {_where(row, at)} ({known}) {change}."


def _where(row: dict[str, str], at: str) -> str:
    """Beyond the turning value, or the choice itself."""
    return f"{'below' if row['side'] == 'low' else 'above'} {at}" if at else f"= {row['end']}"


def _smallest_margins(m: dict[str, Json]) -> str:
    margins = {name: m[f"insertion.{name}_margin"] for name in MARGINS}
    finite = sorted((value, name) for name, value in margins.items() if value is not None)
    if not finite:
        return ""
    told = [f"{number(value, 2)} to {AGAINST[name]}" for value, name in finite[:2]]
    return (
        "Over the whole way to the target its smallest margins (limit / demand) are "
        f"{' and '.join(told)}."
    )


def _first_note(record: Record) -> str:
    return record.notes[0].removeprefix("run.status: ") if record.notes else "the run did not end"
